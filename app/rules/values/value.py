"""What a check gives, and what it raises."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from app.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Value:
    """``normal`` is stored, sent, compared and searched; ``written`` is what was typed."""

    normal: str
    written: str


class ValueRefused(UserError):
    """What was typed is no value of its kind; code ``value.<kind>.<rule>``.

    ``kind`` is the kind of value, ``rule`` the stable part: empty, blank, not_digits, negative,
    comma, too_long, length, prefix, check_digit, same_digits, unknown, lookalike, half_width,
    script, sign, control, not_kana, not_name.
    """

    def __init__(self, kind: str, rule: str, message: str, remedy: str) -> None:
        super().__init__(f"value.{kind}.{rule}", message, remedy, field=kind)
        self.kind = kind
        self.rule = rule


def shown_sign(sign: str) -> str:
    """A sign as a message names it: itself where a reader sees it, always with its code."""
    seen = "" if unicodedata.category(sign)[0] in "CZM" else f"「{sign}」"
    return f"{seen}（U+{ord(sign):04X}）"
