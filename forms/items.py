"""Printed items: each attribute of a form's data, declared once with its printed title.

The data of a form holds texts exactly as they are to be printed. From the declaration follow the
check before drawing and what the proof must find on the paper.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from app.core.errors import UserError


class FormData(Protocol):
    """Any frozen dataclass whose text attributes are declared with ``item``."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class PrintedItem:
    """One attribute: its name, title, text, and the shape that the text must have."""

    name: str
    title: str
    text: str
    pattern: str


def item(title: str, *, required: bool = True, pattern: str = "", printed: bool = True) -> Any:
    """Declare a text attribute. ``pattern`` is the shape of the whole text.

    ``printed=False`` is for what only a barcode or the record carries.
    """
    metadata = {"title": title, "required": required, "pattern": pattern, "printed": printed}
    if required:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default="", metadata=metadata)


def table(title: str, columns: tuple[str, ...]) -> Any:
    """Declare an attribute that holds the rows of a list: a tuple of tuples of texts, one for
    each of the ``columns``. Each cell is an item of its own, ``name.row.column``."""
    return dataclasses.field(default=(), metadata={"title": title, "columns": columns})


def cell_name(name: str, row: int, column: int) -> str:
    """The name of a cell among the items."""
    return f"{name}.{row}.{column}"


def printed_items(data: FormData) -> Iterator[PrintedItem]:
    """The items that must stand on the paper: declared as printed and not empty."""
    for field in dataclasses.fields(data):
        columns = field.metadata.get("columns", ())
        for number, row in enumerate(getattr(data, field.name) if columns else ()):
            for at, text in enumerate(row):
                if text:
                    yield PrintedItem(cell_name(field.name, number, at), columns[at], text, "")
        if field.metadata.get("printed") and getattr(data, field.name):
            yield PrintedItem(
                field.name,
                field.metadata["title"],
                getattr(data, field.name),
                field.metadata["pattern"],
            )


def check_items(data: FormData) -> None:
    """Raise UserError for an empty required item or a text of the wrong shape.

    Codes ``forms.item_missing`` and ``forms.item_shape``: nothing is drawn then.
    """
    for field in dataclasses.fields(data):
        if "title" not in field.metadata or "columns" in field.metadata:
            continue
        title, text = field.metadata["title"], getattr(data, field.name)
        if field.metadata["required"] and not text.strip():
            raise UserError(
                "forms.item_missing",
                f"「{title}」がないため、印刷できません。",
                "受信した決定の内容を確認し、広域連合に照会してください。",
                field=field.name,
            )
        pattern = field.metadata["pattern"]
        if text and pattern and not re.fullmatch(pattern, text):
            raise UserError(
                "forms.item_shape",
                f"「{title}」の形が正しくないため、印刷できません（{len(text)}文字）。",
                "受信した決定の内容を確認し、広域連合に照会してください。",
                field=field.name,
            )
