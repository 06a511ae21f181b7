"""画面の写し (FORM-N20): the open screen as it stood, individual numbers covered (SEC-55). N20 is
ours."""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, replace

from forms.barcodes import code_128
from forms.drawing import Sheet, Style
from forms.form import DAY, LIST, Examples, Form
from forms.items import item
from forms.papers import SheetSize
from forms.record import Box

_TITLE = Style(14, role="bold", spacing=0.1)
_LABEL = Style(7.5, align="right")
_VALUE = Style(9, least=6, role="mincho", condense=0.7)
_NOTE = Style(7.5, least=6)
_SMALL = Style(7.5, least=6)
_MARGIN = 12.0
_TOP = 31.0
_BOTTOM = 20.0
_SIZE_AT = slice(16, 24)
"""Where a PNG says how wide and how high it is (ISO/IEC 15948, 11.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenCopyData:
    """Which screen, printed by whom and for what; ``picture`` is a PNG without any number that may
    not leave."""

    copy_number: str = item("写しの番号", pattern=r"[!-~]{1,40}")
    screen: str = item("画面")
    purpose: str = item("目的", required=False)
    staff: str = item("印刷した職員")
    terminal: str = item("端末")
    printed_at: str = item("印刷日時")
    picture: bytes = b""


def draw_screen_copy(sheet: Sheet, data: ScreenCopyData, paper: SheetSize) -> None:
    """One page lying on its long side; the picture as large as it fits."""
    sheet.page(paper.width, paper.height)
    width = paper.width - 2 * _MARGIN
    sheet.label("画面の写し", Box(_MARGIN, 8, 60, 8), _TITLE)
    left = (("screen", "画面"), ("purpose", "目的"))
    right = (("staff", "印刷した職員"), ("terminal", "端末"), ("printed_at", "印刷日時"))
    for start, across, names in ((_MARGIN, 130.0, left), (_MARGIN + 150, width - 150, right)):
        for line, (name, title) in enumerate(names):
            top = (18.0 if start == _MARGIN else 12.0) + line * 6.0
            sheet.label(title, Box(start, top, 22, 5), _LABEL)
            if text := getattr(data, name):
                sheet.value(name, text, Box(start + 24, top, across - 24, 5), _VALUE)
    place = _fitted(data.picture, Box(_MARGIN, _TOP, width, paper.height - _TOP - _BOTTOM))
    sheet.picture(data.picture, place)
    sheet.frame(place, 0.2)
    foot = paper.height - 16
    sheet.barcode("copy_number", code_128(data.copy_number), Box(_MARGIN, foot, 62, 8))
    sheet.value("copy_number", data.copy_number, Box(_MARGIN + 66, foot + 4, 60, 4), _SMALL)
    note = "個人番号は＊で印刷しています。不要になったら、書類と同じように裁断してください。"
    sheet.label(note, Box(_MARGIN + 66, foot - 0.5, width - 66, 4.2), _NOTE)
    if sheet.training:  # 見本 behind everything lies behind the picture
        mark = Box(_MARGIN + 130, foot + 4, width - 130, 4)
        sheet.label("研修用の見本です。効力はありません。", mark, _LABEL)


def _fitted(png: bytes, room: Box) -> Box:
    """The largest place in the room's middle that keeps the picture's proportions."""
    across, down = struct.unpack(">II", png[_SIZE_AT])
    scale = min(room.width / across, room.height / down)
    width, height = across * scale, down * scale
    return Box(room.left + (room.width - width) / 2, room.top, width, height)


_PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAKAAAABkCAIAAACO1KzYAAAA9UlEQVR42u3asQ2AIAAAQTGOYGJi4RxO4ygU"
    "zGlh5Ry2VlZCgNwNoIaPIMGw7MdAv0ZDIDACIzACIzAC8xbO6/73its6G1ZvMAIjMAILjMAIjMAIjMAIzMtU"
    "8mYxRiOeQ0qpisDfj0KO18YUbQ1GYARGYASm6n2wrXB5frozRSMwAiMwrX9F+4TOxGlSz5wmWYMRGIERGIFp"
    "eB9sK1ye0yRTNAIjMAIjMAIjsMAIjMAIjMAIjMACIzACIzACIzACI7DACIzACIzACIzAAiMwAiMwAiMwAguM"
    "wAiMwAiMwAiMwAIjMAIjMAIjMAILjMAIjMAIzC8e2aYZPPfI4UoAAAAASUVORK5CYII="
)
"""A bar, a menu and two lines in grey."""

_TYPICAL = ScreenCopyData(
    copy_number="T01-G20261121-101500",
    screen="個人の照会",
    purpose="窓口での問合せへの対応",
    staff="S101　窓口 花子",
    terminal="T01　見本市役所　保険年金課　２番窓口",
    printed_at="令和8年11月21日　10時15分",
    picture=_PICTURE,
)

FORM = Form(
    id="FORM-N20",
    title="画面の写し",
    kind=LIST,
    data=ScreenCopyData,
    draw=draw_screen_copy,
    source=DAY,
    numbered=False,
    paper="FORM-N20",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            screen="資格確認書の再交付・記載事項の変更・返還の受付と確認",
            staff="SSSSSSSS1234　委託　長谷川　勘解由左衛門　権左衛門",
            terminal="T01　見本市役所　市民福祉部　保険年金課　後期高齢者医療係　１２番窓口",
        ),
        oddest=replace(_TYPICAL, purpose="", screen="画"),
    ),
)
