"""A letter on A4 from its wording: window address, number and day, title, table, notes, issuer.

Most certificates of the counter are such letters; each module declares its data and a
``Letter``, and nothing here knows any of them. Lengths are millimetres.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from forms.barcodes import qr_code
from forms.cells import BLANK
from forms.certificates.seal import Seal, draw_seal
from forms.drawing import Sheet, Style
from forms.papers import SheetSize
from forms.record import MM_PER_POINT, Box

MARGIN = 22.0
WINDOW = Box(22.0, 14.0, 84.0, 34.0)
"""Where the address stands for a window envelope (長形3号, A4 folded in three); the window itself
is the union's choice and a little larger."""
FOLDS = (99.0, 198.0)
"""Fold marks at the left edge of an A4 letter that is folded in three."""

_TITLE = Style(18, least=12, role="bold", align="center", spacing=0.15)
_RIGHT = Style(10.5, least=7, role="mincho", align="right")
_ADDRESS = Style(10.5, least=7, role="mincho", lines=3, condense=0.8)
_NAME = Style(14, least=9, role="mincho", lines=2, condense=0.7)
_LEAD = Style(10.5, role="gothic", leading=1.5)
_NOTE = Style(9, role="gothic", leading=1.4)
_LABEL = Style(10, least=7.5, role="gothic", align="justify")
_FOOT = Style(7, role="gothic")
_ISSUER = Style(12, least=8, role="mincho", align="right", condense=0.8)

VALUE = Style(12, least=7.5, role="mincho", lines=2, condense=0.8)
STRONG = Style(15, least=10, role="bold", spacing=0.1)
NAME = Style(16, least=8, role="mincho", lines=2, condense=0.7)
SMALL = Style(10.5, least=6, role="mincho", lines=2, condense=0.7)
_STYLES = {
    "insured_number": STRONG,
    "insurer_number": STRONG,
    "copay_ratio": STRONG,
    "name": NAME,
    "name_kana": SMALL,
    "address": SMALL,
}
_HEIGHTS = {"name": 13.0, "address": 11.0, "name_kana": 8.0}
_HEIGHT = 10.0


@dataclass(frozen=True, slots=True)
class Letter:
    """The wording of one letter. ``rows`` are the attributes shown in the table, in order; a row
    whose item may be empty is left out unless it is among ``kept``, where it is blocked out.
    ``to`` is who it is for when it is not the person: the attribute that names an office.
    ``heading`` stands over a table that is one of several."""

    title: str
    lead: tuple[str, ...]
    rows: tuple[str, ...]
    notes: tuple[str, ...] = ()
    kept: frozenset[str] = field(default_factory=frozenset)
    to: str = ""
    code: str = "certificate_number"

    def draw(self, sheet: Sheet, data: Any, paper: SheetSize) -> None:
        """One page."""
        sheet.page(paper.width, paper.height)
        draw_folds(sheet, paper)
        width = paper.width - 2 * MARGIN
        self._draw_head(sheet, data, width)
        sheet.label(self.title, Box(MARGIN, 58, width, 11), _TITLE)
        top = 74.0 + sheet.paragraph(self.lead, Box(MARGIN, 74, width, 32), _LEAD) + 4.0
        top = draw_items(sheet, data, self.rows, Box(MARGIN, top, width, 150), self.kept)
        top = draw_notes(sheet, self.notes, Box(MARGIN, top + 5.0, width, 60))
        draw_issuer(sheet, data, Box(MARGIN, max(top + 4.0, paper.height - 52), width, 18))
        draw_code(sheet, data, self.code, Box(MARGIN - 8, paper.height - 26, 60, 18))

    def _draw_head(self, sheet: Sheet, data: Any, width: float) -> None:
        right = Box(MARGIN + width - 72, 14, 72, 6)
        sheet.value("issued_on", data.issued_on, right, _RIGHT)
        if self.to:
            box = Box(MARGIN, 30, width * 0.62, 9)
            draw_with_honorific(sheet, self.to, getattr(data, self.to), box, ("御中", _NAME))
        else:
            draw_address(sheet, data, WINDOW)


def draw_folds(sheet: Sheet, paper: SheetSize) -> None:
    """Fold marks at the left edge of an A4 sheet."""
    for fold in FOLDS if paper.height > 250 else ():
        sheet.rule(2.0, fold, 6.0, fold, 0.12)


def draw_address(sheet: Sheet, data: Any, window: Box) -> None:
    """Postal code, address and name where the envelope's window shows them. What is not to be
    printed (an address under restriction) is empty in the data, and the block holds the name."""
    top = window.top
    if getattr(data, "postal_code", ""):
        place = Box(window.left + 5.6, top, 40, 5)
        sheet.label("〒", Box(window.left, top, 5, 5), Style(10.5, role="mincho"))
        sheet.value("postal_code", data.postal_code, place, Style(10.5, role="mincho"))
    if getattr(data, "mail_address", ""):
        place = Box(window.left, top + 5.5, window.width, 13)
        sheet.value("mail_address", data.mail_address, place, _ADDRESS)
    box = Box(window.left, top + 19.5, window.width - 12, 12)
    other = getattr(data, "addressee", "")
    name, text = ("addressee", other) if other else ("name", data.name)
    draw_with_honorific(sheet, name, text, box, ("様", _NAME))


def draw_with_honorific(
    sheet: Sheet, name: str, text: str, box: Box, how: tuple[str, Style]
) -> None:
    """A name and its honorific behind it, wherever the name ends; ``how`` is honorific, style."""
    honorific, style = how
    place = dataclasses.replace(box, width=sheet.measure(text, box, style) + 0.5)
    sheet.value(name, text, place, style)
    after = Box(place.right + 3, box.top, 6.0 * len(honorific), box.height)
    sheet.label(honorific, after, Style(12, role="mincho"), moves=True)


def draw_items(
    sheet: Sheet, data: Any, names: tuple[str, ...], place: Box, kept: frozenset[str]
) -> float:
    """A ruled table of the data's items from the top of ``place``; returns where it ends."""
    titles = {one.name: one.metadata["title"] for one in dataclasses.fields(data) if one.metadata}
    shown = [name for name in names if getattr(data, name) or name in kept]
    line, top = place.left + 48.0, place.top
    for number, name in enumerate(shown):
        height = _HEIGHTS.get(name, _HEIGHT)
        if number:
            sheet.rule(place.left, top, place.right, top, 0.2)
        label = Box(place.left + 3, top, 42.0, height)
        sheet.label(titles[name], label, _LABEL)
        value = Box(line + 3.5, top + 0.6, place.right - line - 6.0, height - 1.2)
        if getattr(data, name):
            sheet.value(name, getattr(data, name), value, _STYLES.get(name, VALUE))
        else:
            sheet.label(BLANK, value, Style(10, role="gothic"))
        top += height
    sheet.rule(line, place.top, line, top, 0.2)
    sheet.frame(Box(place.left, place.top, place.width, top - place.top), 0.4)
    return top


def draw_notes(sheet: Sheet, notes: tuple[str, ...], place: Box) -> float:
    """Notes with a dot before each; returns where they end."""
    top = place.top
    for note in notes:
        sheet.label("・", Box(place.left, top, 4.2, 9 * 1.4 * MM_PER_POINT), _NOTE)
        room = Box(place.left + 4.4, top, place.width - 4.4, place.bottom - top)
        top += sheet.paragraph((note,), room, _NOTE) + 0.6
    return top


def draw_issuer(sheet: Sheet, data: Any, place: Box) -> None:
    """Who issues, at the right, with the seal or the words that it is left out."""
    seal: Seal | None = getattr(data, "seal", None)
    side = 17.0 if seal is not None else 0.0
    across = place.width - 20 - side - 3
    number = Box(place.left + 20, place.top, across, 5)
    before = Box(number.left, number.top, across - 22, 5)
    sheet.label("保険者番号", before, Style(8, align="right"))
    number = Box(before.right + 1, number.top, 21, 5)
    sheet.value("insurer_number", data.insurer_number, number, _RIGHT)
    name = Box(place.left + 20, place.top + 5.5, across, 9)
    sheet.value("insurer_name", data.insurer_name, name, _ISSUER)
    if seal is not None:
        draw_seal(sheet, seal, Box(place.right - side, place.top, side, side))


def draw_code(sheet: Sheet, data: Any, name: str, place: Box) -> None:
    """The number as QR code and in characters, for the file, the envelope and the return."""
    text = getattr(data, name)
    side = 13.0
    sheet.barcode(name, qr_code(text), Box(place.left, place.top, side, side))
    title = next(one.metadata["title"] for one in dataclasses.fields(data) if one.name == name)
    sheet.label(title, Box(place.left + side + 3, place.top + 5, 40, 3.2), _FOOT)
    number = Box(place.left + side + 3, place.top + 8.6, 44, 4)
    sheet.value(name, text, number, Style(9, least=6, role="gothic"))
    if sheet.training:
        note = Box(place.left + side + 50, place.top + 8.6, 60, 4)
        sheet.label("研修用の見本です。効力はありません。", note, _FOOT)
