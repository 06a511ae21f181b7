"""The words of administration that its acts, lists and screens share."""

from __future__ import annotations

from datetime import date


def day_words(day: date) -> str:
    """A day in a sentence."""
    return f"{day.year}年{day.month}月{day.day}日"
