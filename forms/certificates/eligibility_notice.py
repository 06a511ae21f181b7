"""資格情報のお知らせ (FORM-N1): notice of eligibility for users of マイナ保険証.

An A4 letter with a part to cut out in card size (DOMAIN 5.1, 5.2). The requirement list has no
id for it (the sources are older); N1 is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from app.core.tables import Tables
from forms.barcodes import qr_code
from forms.cells import Cell, TableRow, draw_row, draw_table
from forms.decided import DecidedCoverage, Printed, mailing
from forms.drawing import Sheet, Style
from forms.examples import LONG, ODD, TYPICAL
from forms.form import DECISION, NOTICE, Examples, Form
from forms.items import item
from forms.letters import WINDOW, draw_address, draw_folds
from forms.papers import SheetSize
from forms.record import MM_PER_POINT, Box

_TITLE = Style(20, role="bold", align="center", spacing=0.2)
_RIGHT = Style(11, least=8, role="mincho", align="right")
_BODY = Style(10, role="gothic", leading=1.45)
_BODY_STEP = 10 * 1.45 * MM_PER_POINT
_VALUE = Style(13, least=8, role="mincho", lines=2)
_NUMBER = Style(17, least=12, role="bold", spacing=0.15)
_RATIO = Style(17, least=12, role="bold")
_KANA = Style(9.5, least=6.5, condense=0.7)
_MARK = Style(9.5, least=6.5, role="bold", align="center")
_HEADING = Style(11, role="bold")
_CARD_TITLE = Style(9.5, role="bold", align="center", spacing=0.1)
_CARD_NUMBER = Style(14, least=10, role="bold", spacing=0.1)
_CARD_VALUE = Style(9, least=6.5, role="mincho")
_CARD_NAME = Style(13, least=7, role="mincho", lines=2, condense=0.7)
_CARD_RATIO = Style(13, least=10, role="bold")
_CARD_MARK = Style(8, least=6, role="bold", align="center")
_CARD_NOTE = Style(6, role="gothic")
_ISSUE = Style(7, least=5, role="gothic")

_LEAD = (
    "あなたの後期高齢者医療の資格情報を、下記のとおりお知らせします。"
    "医療機関等を受診するときは、マイナ保険証（健康保険証の利用登録をしたマイナンバーカード）を"
    "ご利用ください。",
)
_NOTES = (
    "このお知らせだけでは、医療機関等を受診できません。",
    "マイナ保険証の読み取りができない医療機関等では、マイナ保険証とこのお知らせ"
    "（下の切り取り部分でもかまいません）を一緒に提示してください。",
    "記載された内容が変わったときは、新しいお知らせを交付します。古いものは破棄してください。",
    "マイナ保険証での受診が難しいときは、資格確認書の交付を申請できます。窓口にご相談ください。",
)
CARD = (85.6, 54.0)
"""The part to cut out: the size of a bank card (ISO/IEC 7810 ID-1) in millimetres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityNoticeData:
    """The items of a 資格情報のお知らせ, as they are printed."""

    issued_on: str = item("交付年月日")
    insured_number: str = item("被保険者番号", pattern=r"[0-9]{8}")
    name: str = item("氏名")
    name_kana: str = item("フリガナ", required=False)
    birth_date: str = item("生年月日")
    acquired_on: str = item("資格取得年月日")
    copay_ratio: str = item("一部負担金の割合", pattern=r"[1-3１-３]割")
    copay_from: str = item("発効期日")
    provisional: str = item("見込みの表示", required=False)
    special_care: str = item("特別療養費の表示", required=False)
    special_care_from: str = item("特別療養費の発効期日", required=False)
    insurer_number: str = item("保険者番号", pattern=r"[0-9]{8}")
    insurer_name: str = item("保険者名")
    certificate_number: str = item("発行番号", pattern=r"[!-~]{1,40}")
    postal_code: str = item("送付先の郵便番号", required=False)
    mail_address: str = item("送付先", required=False)
    addressee: str = item("送付先の宛名", required=False)
    decision_id: str = item("決定番号", printed=False)


def notice_of(decision: DecidedCoverage, number: str, tables: Tables) -> EligibilityNoticeData:
    """The printed items of ``decision`` under issue number ``number``."""
    printed = Printed.of(decision, tables)
    return EligibilityNoticeData(
        issued_on=printed.day(decision.issue_on),
        insured_number=decision.insured_number,
        name=decision.name,
        name_kana=decision.kana,
        birth_date=printed.birth_date,
        acquired_on=printed.day(decision.acquired_on),
        copay_ratio=printed.ratio,
        copay_from=printed.day(decision.copay_from),
        provisional=printed.provisional,
        special_care=printed.special_care,
        special_care_from=printed.special_care_from,
        insurer_number=decision.insurer_number,
        insurer_name=decision.insurer_name,
        certificate_number=number,
        decision_id=decision.decision_id,
        **mailing(decision),
    )


def draw_eligibility_notice(sheet: Sheet, data: EligibilityNoticeData, paper: SheetSize) -> None:
    """One A4 page: the letter above, the card below."""
    card = Box((paper.width - CARD[0]) / 2, paper.height - CARD[1] - 14.0, *CARD)
    sheet.page(paper.width, paper.height, card)
    margin = 22.0
    width = paper.width - 2 * margin
    draw_folds(sheet, paper)
    sheet.value("issued_on", data.issued_on, Box(margin + 100, 14, width - 100, 6), _RIGHT)
    draw_address(sheet, data, WINDOW)
    insurer = Box(margin + 60, 35, width - 60, 6)
    sheet.value("insurer_name", data.insurer_name, insurer, _RIGHT)
    sheet.label("資格情報のお知らせ", Box(margin, 46, width, 11), _TITLE)
    top = 61.0 + sheet.paragraph(_LEAD, Box(margin, 61, width, 20), _BODY) + 3.0
    top = _draw_table(sheet, data, margin, top, width) + 6.0
    sheet.label("ご注意", Box(margin, top, width, 5.5), _HEADING)
    for note in _NOTES:
        sheet.label("・", Box(margin, top + 6.5, 4.5, _BODY_STEP), _BODY)
        room = Box(margin + 4.6, top + 6.5, width - 4.6, 20)
        top += sheet.paragraph((note,), room, _BODY)
    _draw_issue(sheet, data, margin)
    _draw_card(sheet, data, card)


def _draw_table(
    sheet: Sheet, data: EligibilityNoticeData, left: float, top: float, width: float
) -> float:
    ratio = TableRow("一部負担金の割合", "copay_ratio", data.copay_ratio, _RATIO, 10.5, 26)
    before = (
        TableRow("被保険者番号", "insured_number", data.insured_number, _NUMBER, 10.5),
        TableRow("フリガナ", "name_kana", data.name_kana, _KANA, 7),
        TableRow("氏名", "name", data.name, _VALUE, 11),
        TableRow("生年月日", "birth_date", data.birth_date, _VALUE, 9),
        TableRow("資格取得年月日", "acquired_on", data.acquired_on, _VALUE, 9),
    )
    after = (
        TableRow("発効期日", "copay_from", data.copay_from, _VALUE, 9),
        TableRow("給付の種類", "special_care", data.special_care, _VALUE, 9),
        TableRow("同　発効期日", "special_care_from", data.special_care_from, _VALUE, 9),
        TableRow("保険者番号", "insurer_number", data.insurer_number, _NUMBER, 10.5),
        TableRow("保険者名", "insurer_name", data.insurer_name, _VALUE, 10),
    )
    if data.provisional:
        above = sum(row.height for row in before if row.text)
        mark = Box(left + 80, top + above + 2.4, 20, ratio.height - 4.8)
        sheet.frame(mark, 0.3)
        sheet.value("provisional", data.provisional, mark.inset(0.6, 0.4), _MARK)
    return draw_table(sheet, (*before, ratio, *after), Box(left, top, width, 100), 44)


def _draw_issue(sheet: Sheet, data: EligibilityNoticeData, left: float) -> None:
    code = Box(left - 10, 262, 14, 14)
    sheet.barcode("certificate_number", qr_code(data.certificate_number), code)
    sheet.label("発行番号", Box(left - 10, 277, 30, 3.2), _ISSUE)
    sheet.value(
        "certificate_number", data.certificate_number, Box(left - 10, 280.2, 32, 3.2), _ISSUE
    )


def _draw_card(sheet: Sheet, data: EligibilityNoticeData, card: Box) -> None:
    left, top, width = card.left, card.top, card.width
    sheet.frame(card, 0.2, dash=1.2)
    sheet.label(
        "切り取り線に沿って切り取り、マイナ保険証と一緒にお使いください",
        Box(left - 20, top - 5.0, width + 40, 4.0),
        Style(7.5, role="gothic", align="center"),
    )
    inner, inside = left + 3.0, width - 6.0
    sheet.label(
        "後期高齢者医療　資格情報のお知らせ", Box(inner, top + 1.2, inside, 5.0), _CARD_TITLE
    )
    half, narrow = inside * 0.55, inside * 0.32
    rows = (
        (
            10.2,
            Cell("被保険者番号", "insured_number", data.insured_number, half, _CARD_NUMBER),
            Cell("交付年月日", "issued_on", data.issued_on, inside - half, _CARD_VALUE),
        ),
        (12.0, Cell("氏名", "name", data.name, inside, _CARD_NAME)),
        (
            10.2,
            Cell("一部負担金の割合", "copay_ratio", data.copay_ratio, narrow, _CARD_RATIO),
            Cell(
                "発効期日",
                "copay_from",
                data.copay_from,
                inside - narrow,
                _CARD_VALUE,
                reserved=15.0 if data.provisional else 0.0,
            ),
        ),
        (
            8.6,
            Cell("保険者番号", "insurer_number", data.insurer_number, narrow, _CARD_VALUE),
            Cell("保険者名", "insurer_name", data.insurer_name, inside - narrow, _CARD_VALUE),
        ),
    )
    place = top + 6.8
    if data.provisional:
        mark = Box(left + width - 17.0, place + 10.2 + 12.0 + 3.6, 12.5, 5.0)
        sheet.frame(mark, 0.25)
        sheet.value("provisional", data.provisional, mark.inset(0.5, 0.4), _CARD_MARK)
    for row_height, *cells in rows:
        draw_row(sheet, Box(inner, place, inside, row_height), *cells)
        place += row_height
    note = "このお知らせだけでは受診できません。マイナ保険証と一緒に提示してください。"
    if sheet.training:
        note = "研修用の見本です。医療機関等では使えません。"
    sheet.label(note, Box(inner, place + 0.8, inside, 3.4), _CARD_NOTE)


_TYPICAL = EligibilityNoticeData(
    **TYPICAL.items(EligibilityNoticeData),
    mail_address=TYPICAL.address,
    acquired_on="令和8年11月16日",
    copay_ratio="１割",
    copay_from="令和8年11月16日",
    certificate_number="T01-1-20261121-00044",
    decision_id="U-2026-0000125",
)

FORM = Form(
    id="FORM-N1",
    title="資格情報のお知らせ",
    kind=NOTICE,
    data=EligibilityNoticeData,
    draw=draw_eligibility_notice,
    source=DECISION,
    numbered=True,
    paper="FORM-N1",
    decided="eligibility_notice",
    from_decision=notice_of,
    valid_from=date(2026, 8, 1),  # not issued before (DOMAIN 5.1)
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **LONG.items(EligibilityNoticeData),
            mail_address=LONG.address,
            addressee=ODD.name,
            provisional="見込み",
        ),
        oddest=replace(
            _TYPICAL,
            **ODD.items(EligibilityNoticeData, "postal_code"),
            postal_code="",
            mail_address="",
            special_care="特別療養費",
            special_care_from="令和8年11月1日",
        ),
    ),
)
