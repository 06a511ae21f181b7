"""次の手続のご案内 (FORM-N45): what was taken in today and what comes next, to be taken home.

Nothing on it is smaller than 13 points, since most who read it are over 75 (12 points is what other
letters of the counter have). It holds no number of the person and no amount. N45 is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.barcodes import code_128
from forms.drawing import Sheet, Style
from forms.examples import LONG, ODD, TYPICAL
from forms.form import PERSON, SLIP, Examples, Form
from forms.items import cell_name, item, table
from forms.papers import SheetSize
from forms.record import Box

_TITLE = Style(24, role="bold", align="center", spacing=0.2)
_TO = Style(17, least=13, role="mincho", lines=2)
_DAY = Style(13, role="mincho", align="right")
_HEADING = Style(16, role="bold")
_TAKEN = Style(14, least=13, role="mincho", lines=2)
_NUMBER = Style(18, role="bold", align="center")
_WHAT = Style(16, least=13, role="bold", lines=2, condense=0.8)
_WHOSE = Style(13, least=13, role="mincho", lines=2)
_DO = Style(14, least=13, role="gothic", lines=3, leading=1.3)
_CAPTION = Style(13, role="gothic")
_BRING = Style(13, least=13, role="gothic", lines=3, leading=1.3)
_OFFICE = Style(14, least=13, role="bold", lines=2)
_NOTE = Style(13, role="gothic")
_MARGIN = 18.0
_WHAT_ROW, _WHOSE_ROW, _DO_ROW, _BRING_ROW, _DUE_ROW = 9.0, 8.0, 21.0, 20.0, 8.0
_GAP = 5.0
_TOP = 16.0
_FOOT = 46.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStepsData:
    """For whom, what was taken in today, what comes next, and who answers questions."""

    to: str = item("案内する方")
    printed_on: str = item("案内した日")
    taken: tuple[tuple[str, str], ...] = table("今日お受けした手続", ("手続", "いまの状況"))
    steps: tuple[tuple[str, str, str, str, str], ...] = table(
        "これからの手続", ("手続", "どなたの", "すること", "お持ちいただくもの", "いつまで")
    )
    code: str = item("受付番号", pattern=r"[!-~]{1,40}", printed=False)
    office: str = item("問い合わせ先")
    phone: str = item("電話番号", required=False)


def draw_next_steps(sheet: Sheet, data: NextStepsData, paper: SheetSize) -> None:
    """As many pages of A4 as what comes next needs."""
    top = _first_page(sheet, data, paper)
    for number, step in enumerate(data.steps):
        height = _height_of(step)
        if top + height > paper.height - _FOOT:
            _draw_foot(sheet, data, paper)
            sheet.page(paper.width, paper.height)
            top = _TOP
        _draw_step(sheet, number, step, Box(_MARGIN, top, paper.width - 2 * _MARGIN, height))
        top += height + _GAP
    _draw_foot(sheet, data, paper)


def _draw_foot(sheet: Sheet, data: NextStepsData, paper: SheetSize) -> None:
    """Who answers questions; drawn last, since a page is read from its top."""
    width = paper.width - 2 * _MARGIN
    top = paper.height - _FOOT + 4
    sheet.rule(_MARGIN, top, paper.width - _MARGIN, top, 0.4)
    sheet.label("お問い合わせ", Box(_MARGIN, top + 3, 36, 7), _HEADING)
    sheet.value("office", data.office, Box(_MARGIN + 40, top + 2, width - 40, 13), _OFFICE)
    if data.phone:
        sheet.value("phone", data.phone, Box(_MARGIN + 40, top + 16, width - 40, 8), _OFFICE)
    note = Box(_MARGIN, top + 27, width, 7)
    sheet.label("この紙は証明書ではありません。医療機関などでは使えません。", note, _NOTE)
    code = Box(paper.width - _MARGIN - 42, paper.height - 13, 42, 8)
    sheet.barcode("code", code_128(data.code), code)


def _first_page(sheet: Sheet, data: NextStepsData, paper: SheetSize) -> float:
    """Title, for whom, and what was taken in; where what comes next begins."""
    sheet.page(paper.width, paper.height)
    top = _TOP
    width = paper.width - 2 * _MARGIN
    sheet.label("次の手続のご案内", Box(_MARGIN, top, width, 12), _TITLE)
    sheet.value("printed_on", data.printed_on, Box(_MARGIN, top + 14, width, 6), _DAY)
    sheet.value("to", data.to, Box(_MARGIN, top + 21, width, 15), _TO)
    top += 40
    if data.taken:
        sheet.label("今日お受けした手続", Box(_MARGIN, top, width, 7), _HEADING)
        top += 9
        for number, (what, state) in enumerate(data.taken):
            left = Box(_MARGIN + 4, top, width * 0.52 - 4, 12)
            right = Box(_MARGIN + width * 0.54, top, width * 0.46, 12)
            sheet.value(cell_name("taken", number, 0), what, left, _TAKEN)
            sheet.value(cell_name("taken", number, 1), state, right, _TAKEN)
            top += 13
        top += 4
    heading = "これからの手続" if data.steps else "これからの手続はありません。"
    sheet.label(heading, Box(_MARGIN, top, width, 7), _HEADING)
    return top + 10


def _height_of(step: tuple[str, ...]) -> float:
    _, _, _, bring, due = step
    rows = (_BRING_ROW if bring else 0.0) + (_DUE_ROW if due else 0.0)
    return _WHAT_ROW + _WHOSE_ROW + _DO_ROW + rows + 3.0


def _draw_step(sheet: Sheet, number: int, step: tuple[str, ...], place: Box) -> None:
    """One thing to do, with a square to tick off."""
    what, whose, do, bring, due = step

    def cell(column: int) -> str:
        return cell_name("steps", number, column)

    sheet.frame(place, 0.5)
    left, width = place.left + 16, place.width - 19
    sheet.label(f"{number + 1}", Box(place.left + 2, place.top + 2, 12, 9), _NUMBER)
    top = place.top + 2
    sheet.value(cell(0), what, Box(left, top, width, _WHAT_ROW), _WHAT)
    top += _WHAT_ROW
    sheet.value(cell(1), whose, Box(left, top, width, _WHOSE_ROW), _WHOSE)
    top += _WHOSE_ROW
    sheet.value(cell(2), do, Box(left, top, width, _DO_ROW - 1), _DO)
    top += _DO_ROW
    for column, caption, text, row in (
        (3, "持ち物", bring, _BRING_ROW),
        (4, "いつまで", due, _DUE_ROW),
    ):
        if text:
            sheet.label(caption, Box(left, top + 0.5, 22, 6), _CAPTION)
            style = _BRING if column == 3 else _WHOSE
            sheet.value(cell(column), text, Box(left + 24, top, width - 24, row - 1), style)
            top += row


_FUNERAL = (
    "葬祭費の申請",
    "見本　太郎 様",
    "葬祭を行った方（喪主）に葬祭費を支給します。葬祭の日の翌日から2年以内に申請してください。",
    "葬祭費支給申請書、会葬礼状または葬祭費用の領収書、申請者の口座が分かるもの",
    "令和10年11月20日",
)
_TYPICAL = NextStepsData(
    to=f"{TYPICAL.name} 様",
    printed_on="令和8年11月20日",
    taken=(("死亡の届出", "決定しました"), ("相続人代表者の指定の届出", "決定を待っています")),
    steps=(
        _FUNERAL,
        (
            "世帯主の変更の届出",
            "見本　花子 様（妻）",
            "新しい世帯主になる方を決めて、お届けください。",
            "",
            "",
        ),
    ),
    code="T01-1-000051",
    office="見本市役所　保険年金課　２番窓口",
    phone="000-000-0000（8時30分から17時15分まで）",
)

FORM = Form(
    id="FORM-N45",
    title="次の手続のご案内",
    kind=SLIP,
    data=NextStepsData,
    draw=draw_next_steps,
    source=PERSON,
    numbered=False,
    paper="FORM-N45",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            to=f"{LONG.name} 様のご家族の方",
            taken=(("納める方の口座からの口座振替の申込", "広域連合の決定を待っています"),) * 6,
            steps=(
                (
                    "亡くなった方の書類の返還の届出",
                    f"{LONG.name} 様",
                    _FUNERAL[2],
                    _FUNERAL[3],
                    _FUNERAL[4],
                ),
            )
            * 5,
            office="見本市役所　市民福祉部　保険年金課　後期高齢者医療係　１２番窓口",
        ),
        oddest=replace(_TYPICAL, to=f"{ODD.name} 様", taken=(), steps=(), phone=""),
    ),
)
