"""What a clerk types in short stands in full (省略した入力): few keys, one meaning.

A digit for one of the offered words (続柄), ``.`` and 1121 for a day, the name of a municipality
for its code. What is no short form stays as it was typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.entry import HIDDEN, EntryField, FieldKind
from app.core.signs import plain
from app.rules.calendar import wareki_input
from app.rules.values.reader import Reader


def offered(words: Sequence[str]) -> str:
    """The note beneath a field with words under digits; "" without."""
    return "　".join(f"{at} {word}" for at, word in enumerate(words, 1))


def in_full(field: EntryField, typed: str, reader: Reader) -> str:
    """``typed`` in full, for a field of its kind."""
    if not typed or typed == HIDDEN:
        return typed
    if field.offers:
        digit = plain(typed).strip()
        at = int(digit) if digit.isascii() and digit.isdigit() and len(digit) == 1 else 0
        return field.offers[at - 1] if 1 <= at <= len(field.offers) else typed
    if field.kind is FieldKind.DAY:
        return wareki_input.in_full(typed, reader.eras, reader.day)
    if field.kind is FieldKind.MUNICIPALITY:
        return _code_of(typed, reader)
    return typed


def _code_of(typed: str, reader: Reader) -> str:
    """The code of a municipality by its name, where one alone has it."""
    name = typed.strip()
    codes = [
        row.text("code")
        for row in reader.tables["municipalities"].rows(reader.day)
        if name in (row.text("label"), row.text("prefecture") + row.text("label"))
    ]
    return codes[0] if len(codes) == 1 else typed
