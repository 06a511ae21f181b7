"""A slip of A5 from its wording: title, a sentence in a frame, a table, notes, a bar code.

The slips of the counter differ in wording and items only. Lengths are millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from forms.barcodes import code_128
from forms.certificates.seal import Seal, draw_seal
from forms.drawing import Sheet, Style
from forms.letters import draw_items, draw_notes
from forms.papers import SheetSize
from forms.record import Box

_TITLE = Style(19, least=13, role="bold", align="center", spacing=0.25)
_STRESSED = Style(11, least=8, role="bold", align="center")
_ISSUER = Style(11, least=7, role="mincho", align="right", condense=0.8)
_MARGIN = 13.0


@dataclass(frozen=True, slots=True)
class Slip:
    """The wording of one slip. ``stressed`` stands framed under the title; ``code`` is the
    attribute that the bar code carries; ``signed`` are the lines to sign at the foot."""

    title: str
    stressed: str
    rows: tuple[str, ...]
    code: str
    notes: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()

    def draw(self, sheet: Sheet, data: Any, paper: SheetSize) -> None:
        """One page."""
        sheet.page(paper.width, paper.height)
        width = paper.width - 2 * _MARGIN
        sheet.label(self.title, Box(_MARGIN, 10, width, 10), _TITLE)
        frame = Box(_MARGIN, 24, width, 11)
        sheet.frame(frame, 0.6)
        sheet.label(self.stressed, frame.inset(2, 1), _STRESSED)
        top = draw_items(sheet, data, self.rows, Box(_MARGIN, 39, width, 120), frozenset())
        top = draw_notes(sheet, self.notes, Box(_MARGIN, top + 4, width, 40)) + 2
        for caption in self.signed:
            sheet.label(caption, Box(_MARGIN, top, 40, 6), Style(9.5))
            sheet.rule(_MARGIN + 42, top + 6, _MARGIN + width, top + 6, 0.15)
            top += 9.5
        _draw_issuer(sheet, data, Box(_MARGIN, max(top + 2, paper.height - 42), width, 18))
        code = Box((paper.width - 62) / 2, paper.height - 20, 62, 10)
        sheet.barcode(self.code, code_128(getattr(data, self.code)), code)
        if sheet.training:
            note = Box(_MARGIN, paper.height - 8, width, 4)
            sheet.label("研修用の見本です。効力はありません。", note, Style(7, align="center"))


def _draw_issuer(sheet: Sheet, data: Any, place: Box) -> None:
    """Which authority gives the slip, with its seal or the words that it is left out; nothing
    where the data names none."""
    if not getattr(data, "issuer", ""):
        return
    seal: Seal = data.seal
    side = place.height
    name = Box(place.left, place.top + 5, place.width - side - 3, 9)
    sheet.value("issuer", data.issuer, name, _ISSUER)
    draw_seal(sheet, seal, Box(place.right - side, place.top, side, side))
