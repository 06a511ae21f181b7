"""Numbers that belong to nobody."""

from __future__ import annotations

from app.rules import identifiers


def artificial_number(index: int) -> str:
    """A plainly artificial 個人番号 with its check digit: 999 and the index."""
    body = f"999{index:08d}"
    return body + identifiers.my_number_check_digit(body)
