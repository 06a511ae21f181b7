"""台紙: an A4 sheet that carries a card to be cut out or peeled off, with the address for a window
envelope, fold marks and the number for the inserting machine (``paper_practices``, per union, form
and stock). Lengths are millimetres.
"""

from __future__ import annotations

from typing import Any

from forms.barcodes import code_128
from forms.drawing import Carrier, Sheet, Style
from forms.letters import WINDOW, draw_address
from forms.record import Box

_CODE = Box(118.0, 18.0, 70.0, 9.0)
_TITLE = Style(12, least=8, role="bold")
_TEXT = Style(9.5, role="gothic", leading=1.5)
_HINT = Style(7.5, role="gothic", align="center")
_SMALL = Style(8, least=6, role="gothic", align="center")
_MARGIN = 22.0

CUT, PEEL = "cut", "peel"
_HINTS = {
    CUT: "線に沿って切り取ってお使いください",
    PEEL: "台紙からはがしてお使いください",
}
_LEAD = (
    "下の証は、医療機関等の窓口で提示してください。記載されていることを確かめ、誤りがあるときは、"
    "お住まいの市区町村の窓口へお知らせください。",
    "前の証は、新しい証の使用が始まる日から使えません。お住まいの市区町村に返すか、"
    "ご自身で細かく切って処分してください。",
)


def draw_carrier(sheet: Sheet, data: Any, carrier: Carrier, title: str, card: Box) -> None:
    """What stands around the card on the front: the window's address (only what the data holds),
    the code that a machine and the check of the envelope read, the lead, fold and cut marks."""
    for fold in carrier.folds:
        sheet.rule(2.0, fold, 6.0, fold, 0.12)
    draw_address(sheet, data, WINDOW)
    sheet.barcode("certificate_number", code_128(data.certificate_number), _CODE)
    number = Box(_CODE.left, _CODE.bottom + 1.5, _CODE.width, 4.0)
    sheet.value("certificate_number", data.certificate_number, number, _SMALL)
    width = carrier.width - 2 * _MARGIN
    sheet.label(f"{title}をお届けします", Box(_MARGIN, 66.0, width, 8.0), _TITLE)
    sheet.paragraph(_LEAD, Box(_MARGIN, 78.0, width, 40.0), _TEXT)
    if carrier.kind == CUT:
        sheet.frame(card, 0.2, dash=1.2)
    hint = Box(card.left, card.top - 5.0, card.width, 4.0)
    sheet.label(_HINTS[carrier.kind], hint, _HINT)
