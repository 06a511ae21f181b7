"""The back of a 資格確認書: notes, 備考, 住所 and 臓器提供意思表示 (DOMAIN 5.2).

The wording is that of the certificates in use (its official text is to be confirmed with the
union before release).
"""

from __future__ import annotations

from forms.drawing import Sheet, Style
from forms.papers import SheetSize
from forms.record import Box

_NOTES = (
    "1　保険医療機関等で診療を受けるときは、この証を窓口で提示してください。",
    "2　この証は、有効期限を過ぎたとき、被保険者の"
    "資格を失ったとき又は記載事項に変更があったときは、お住まいの"
    "市区町村に返してください。",
    "3　この証を他人に貸し、又は不正に使用してはいけません。",
)
_DONATION_LEAD = (
    "以下の欄に記入することにより、臓器提供に関する意思を表示することができます。"
    "記入する場合は、1から3までのいずれかの番号を○で囲んでください。"
)
_DONATION_CHOICES = (
    "1　私は、脳死後及び心臓が停止した死後のいずれでも、移植のために臓器を提供します。",
    "2　私は、心臓が停止した死後に限り、移植のために臓器を提供します。",
    "3　私は、臓器を提供しません。",
)
_DONATION_ORGANS = (
    "〔1又は2を選んだ方で、提供したくない臓器があれば、×をつけてください。〕",
    "【心臓・肺・肝臓・腎臓・膵臓・小腸・眼球】",
)
_SIGNATURES = ("特記欄", "署名年月日", "本人署名（自筆）", "家族署名（自筆）")
_HEADING = Style(7.5, role="bold")
_TEXT = Style(6, role="gothic", leading=1.35)
_MARGIN = 5.0


def draw_back(sheet: Sheet, paper: SheetSize) -> None:
    """Draw the back onto the page that was begun."""
    width = paper.width - 2 * _MARGIN
    top = _heading(sheet, "注意事項", 3.6, width)
    top += sheet.paragraph(_NOTES, Box(_MARGIN, top, width, 20), _TEXT) + 1.2
    top = _writing_lines(sheet, "住所", top, width, 2, 7.0)
    top = _writing_lines(sheet, "備考", top, width, 3, 7.0)
    bottom = paper.height - 4.0
    sheet.frame(Box(_MARGIN, top, width, bottom - top), 0.25)
    inner = width - 3.0
    left = _MARGIN + 1.5
    sheet.label("臓器提供意思表示欄", Box(left, top + 0.8, inner, 4.0), _HEADING)
    place = top + 5.0
    for lines in ((_DONATION_LEAD,), _DONATION_CHOICES, _DONATION_ORGANS):
        place += sheet.paragraph(lines, Box(left, place, inner, bottom - place), _TEXT) + 1.0
    step = (bottom - place - 0.8) / len(_SIGNATURES)
    for number, caption in enumerate(_SIGNATURES):
        line_top = place + number * step
        sheet.label(caption, Box(left, line_top + step - 4.0, 22.0, 3.6), _TEXT)
        end = line_top + step - 0.6
        sheet.rule(left + 22.5, end, left + inner, end, 0.15)


def _heading(sheet: Sheet, text: str, top: float, width: float) -> float:
    sheet.label(text, Box(_MARGIN, top, width, 4.0), _HEADING)
    return top + 4.2


def _writing_lines(
    sheet: Sheet, caption: str, top: float, width: float, count: int, step: float
) -> float:
    """A framed place to write by hand, with ``count`` dotted lines; returns the next top."""
    height = count * step
    sheet.frame(Box(_MARGIN, top, width, height), 0.25)
    sheet.rule(_MARGIN + 11.0, top, _MARGIN + 11.0, top + height, 0.15)
    caption_box = Box(_MARGIN + 1.5, top, 8.0, height)
    sheet.label(caption, caption_box, Style(7.5, role="gothic", align="justify"))
    for number in range(1, count):
        y = top + number * step
        sheet.rule(_MARGIN + 12.0, y, _MARGIN + width - 1.0, y, 0.12, dash=0.7)
    return top + height + 1.6
