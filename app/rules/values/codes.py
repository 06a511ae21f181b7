"""Flags and codes: what a form offers to choose, never free text."""

from __future__ import annotations

from datetime import date

from app.core.signs import plain
from app.core.tables import Table
from app.rules.values.value import Value, ValueRefused


def flag(text: str, label: str) -> Value:
    """0 or 1; nothing typed is 0. Raises ValueRefused: unknown."""
    read = plain(text) or "0"
    if read not in ("0", "1"):
        raise ValueRefused(
            "flag",
            "unknown",
            f"{label}は、はいかいいえです。",
            "チェックを入れるか外してください。",
        )
    return Value(read, text)


def code(text: str, label: str, table: Table, day: date) -> Value:
    """A code of ``table`` that holds on ``day``. Raises ValueRefused: empty, unknown."""
    how = "番号キーか矢印キーで選んでください。"
    if not text:
        raise ValueRefused("code", "empty", f"{label}が選ばれていません。", how)
    if text not in (str(known) for known in table.codes(day)):
        raise ValueRefused("code", "unknown", f"{label}が、選べるもののどれでもありません。", how)
    return Value(text, text)
