"""What an answer says, in the words of ``inquiry_contents``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from app.cases.answers import Words
from db.items import HIDDEN

ERASED = "期限が過ぎたため消去しました"
"""Stands as the reason of an answer whose content is gone (SEC-126)."""


def lines(record: Any, words: Words) -> Iterator[str]:
    """The values of an answer (body ``information_answer``), a line each; of somebody under support
    measures only that they are hidden. A value that the table does not know is shown by its
    code, so that nothing that came is passed over."""
    if record.content == HIDDEN:
        yield HIDDEN
        return
    if not record.content:
        yield ERASED if record.answer_reason == ERASED else "―"
        return
    table = words.tables["inquiry_contents"]
    for code, value in json.loads(record.content).items():
        row = table.find(words.day, code=code)
        label = code if row is None else row.text("label")
        form = "text" if row is None else row.text("form")
        yield f"{label}　{_value(form, str(value), words)}"


def _value(form: str, value: str, words: Words) -> str:
    if form == "yen" and value.isdecimal():
        return f"{int(value):,} 円"
    if form == "day":
        return words.on(value) or "―"
    return value or "―"
