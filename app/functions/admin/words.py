"""The words of administration that its acts, lists and screens share."""

from __future__ import annotations

from datetime import date


def called(name: str, *, contractor: bool) -> str:
    """A person's name as every line shows it: a contractor's people as such (委託, SEC-26)."""
    return f"委託　{name}" if contractor else name


def day_words(day: date) -> str:
    """A day in a sentence."""
    return f"{day.year}年{day.month}月{day.day}日"
