"""Captioned cells and tables of label and value: what certificates and slips are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forms.drawing import Sheet, Style
from forms.record import Box

CAPTION = Style(6.5, role="gothic")
CAPTION_HEIGHT = 3.4
_LABEL = Style(9.5, role="gothic", align="justify")
BLANK = "＊＊＊"
"""Stands in a cell without a value, so that nothing can be written into it later."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A captioned value. Widths are in millimetres; ``reserved`` is room kept free on its right."""

    caption: str
    name: str
    text: str
    width: float
    style: Style
    reserved: float = 0.0


def draw_row(sheet: Sheet, row: Box, *cells: Cell) -> None:
    """Draw framed cells side by side from the row's left edge, as high as the row."""
    shape = tuple((one.caption, one.width, None if one.text else one.style) for one in cells)
    sheet.once((row, shape), lambda: _draw_empty(sheet, row, cells))
    left = row.left
    for cell in cells:
        if cell.text:
            sheet.value(cell.name, cell.text, _place(row, left, cell), cell.style)
        left += cell.width


def _draw_empty(sheet: Sheet, row: Box, cells: tuple[Cell, ...]) -> None:
    """Frames and captions, and what blocks out a cell without a value."""
    left = row.left
    for cell in cells:
        box = Box(left, row.top, cell.width, row.height)
        sheet.frame(box)
        inner = box.inset(1.2, 0.5)
        sheet.label(cell.caption, Box(inner.left, inner.top, inner.width, CAPTION_HEIGHT), CAPTION)
        if not cell.text:
            blank = replace(
                cell.style, size=min(cell.style.size, 9.0), lines=1, spacing=0.0, role="gothic"
            )
            sheet.label(BLANK, _place(row, left, cell), blank)
        left = box.right


def _place(row: Box, left: float, cell: Cell) -> Box:
    """Where the value stands: under the caption, clear of what is kept free on its right."""
    return Box(
        left + 1.2,
        row.top + 0.5 + CAPTION_HEIGHT,
        cell.width - 2.4 - cell.reserved,
        row.height - 1.0 - CAPTION_HEIGHT,
    )


@dataclass(frozen=True, slots=True)
class TableRow:
    """A label and its value. ``height`` in millimetres; ``room`` limits the value's width."""

    caption: str
    name: str
    text: str
    style: Style
    height: float
    room: float = 0.0


def draw_table(sheet: Sheet, rows: Sequence[TableRow], place: Box, label_width: float) -> float:
    """Draw a ruled table from the top of ``place``; rows without a text are left out.

    Returns where the table ends.
    """
    top = place.top
    line = place.left + label_width
    for row in rows:
        if not row.text:
            continue
        if top > place.top:
            sheet.rule(place.left, top, place.right, top, 0.2)
        sheet.label(row.caption, Box(place.left + 3, top, label_width - 6, row.height), _LABEL)
        width = row.room or place.width - label_width - 7
        sheet.value(
            row.name, row.text, Box(line + 3.5, top + 0.4, width, row.height - 0.8), row.style
        )
        top += row.height
    sheet.rule(line, place.top, line, top, 0.2)
    sheet.frame(Box(place.left, place.top, place.width, top - place.top), 0.4)
    return top
