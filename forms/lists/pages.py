"""A list over as many A4 pages as it needs: head, ruled columns, page number, foot.

Lengths are millimetres; the pages lie on their long side.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from forms.barcodes import code_128
from forms.drawing import Sheet, Style
from forms.items import cell_name
from forms.papers import SheetSize
from forms.record import Box

_TITLE = Style(15, role="bold", spacing=0.1)
_HEAD = Style(9, least=6.5, role="mincho", align="right", condense=0.8)
_COLUMN = Style(8.5, least=6.5, role="bold", condense=0.8)
_CELL = Style(9, least=5.5, role="mincho", lines=2, condense=0.7)
_FOOT = Style(7.5, least=5.5, role="gothic", condense=0.7)
_MARGIN = 14.0
_ROW = 8.0
_TOP = 36.0
_HEAD_LINE = 5.2
_HEAD_LINES = 4  # that have room above the columns
_BOTTOM = 20.0


@dataclass(frozen=True, slots=True)
class ListPages:
    """The layout of one list. ``rows`` is the attribute with the rows; ``widths`` are shares of
    the page's width; ``head`` are attributes in the head, ``foot`` those at the foot (the head
    of the journal); ``code`` is the attribute that the bar code carries; ``across`` is a word
    behind everything, over the whole page."""

    title: str
    rows: str
    widths: tuple[float, ...]
    head: tuple[str, ...]
    foot: tuple[str, ...]
    code: str
    across: str = ""

    @property
    def _top(self) -> float:
        """Where the rows begin: lower under a longer head."""
        return _TOP + max(len(self.head) - _HEAD_LINES, 0) * _HEAD_LINE

    def draw(self, sheet: Sheet, data: Any, paper: SheetSize) -> None:
        """As many pages as the rows need; one with the words 該当なし when there are none."""
        rows = getattr(data, self.rows)
        room = int((paper.height - self._top - _BOTTOM - 6.0) // _ROW)
        parts = [range(at, min(at + room, len(rows))) for at in range(0, len(rows), room)]
        for number, part in enumerate(parts or [range(0)]):
            sheet.page(paper.width, paper.height, across=self.across)
            self._draw_frame(sheet, data, paper)
            counted = f"{number + 1} / {max(len(parts), 1)} ページ"
            place = Box(paper.width - _MARGIN - 30, paper.height - 9, 30, 4)
            sheet.label(counted, place, Style(7.5, align="right"))
            self._draw_rows(sheet, data, part, paper.width - 2 * _MARGIN)

    def _draw_frame(self, sheet: Sheet, data: Any, paper: SheetSize) -> None:
        width = paper.width - 2 * _MARGIN
        titles = _titles(data)
        sheet.label(self.title, Box(_MARGIN, 8, 120, 9), _TITLE)
        for number, name in enumerate(self.head):
            top = 7.0 + number * _HEAD_LINE
            label = Box(_MARGIN + width - 110, top, 30, 4.8)
            sheet.label(titles[name], label, Style(7.5, align="right"))
            sheet.value(name, getattr(data, name), Box(label.right + 2, top, 78, 4.8), _HEAD)
        for number, name in enumerate(self.foot):
            top = paper.height - 14 + number * 4.6
            sheet.label(titles[name], Box(_MARGIN + 66, top, 24, 4), _FOOT)
            sheet.value(name, getattr(data, name), Box(_MARGIN + 91, top, width - 125, 4), _FOOT)
        code = Box(_MARGIN, paper.height - 15, 60, 8)
        sheet.barcode(self.code, code_128(getattr(data, self.code)), code)
        columns = next(
            one.metadata["columns"] for one in dataclasses.fields(data) if one.name == self.rows
        )
        left = _MARGIN
        for caption, share in zip(columns, self.widths, strict=True):
            sheet.label(caption, Box(left + 1, self._top - 6.0, width * share - 2, 5.6), _COLUMN)
            left += width * share
        sheet.rule(_MARGIN, self._top, _MARGIN + width, self._top, 0.4)

    def _draw_rows(self, sheet: Sheet, data: Any, part: range, width: float) -> None:
        if not part:
            sheet.label(
                "該当するものはありません。", Box(_MARGIN, self._top + 2, width, 6), Style(10)
            )
        for line, number in enumerate(part):
            top, left = self._top + line * _ROW, _MARGIN
            for at, (text, share) in enumerate(
                zip(getattr(data, self.rows)[number], self.widths, strict=True)
            ):
                if text:
                    box = Box(left + 1, top + 0.4, width * share - 2, _ROW - 0.8)
                    sheet.value(cell_name(self.rows, number, at), text, box, _CELL)
                left += width * share
            sheet.rule(_MARGIN, top + _ROW, _MARGIN + width, top + _ROW, 0.12)


def _titles(data: Any) -> dict[str, str]:
    return {one.name: one.metadata["title"] for one in dataclasses.fields(data) if one.metadata}
