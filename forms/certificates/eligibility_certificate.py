"""資格確認書 (FORM-04): eligibility certificate, a card a little smaller than a postcard.

Items in the order of DOMAIN 5.2 (則16条). Drawn from a received decision only (CON-07).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from app.core.tables import Tables
from forms.barcodes import qr_code
from forms.cells import CAPTION, CAPTION_HEIGHT, Cell, draw_row
from forms.certificates.certificate_back import draw_back
from forms.certificates.seal import Seal, SealOmitted, draw_seal
from forms.decided import DecidedCoverage, Printed
from forms.drawing import Sheet, Style
from forms.examples import LONG, ODD, SEAL, TYPICAL
from forms.form import CERTIFICATE, DECISION, Examples, Form
from forms.items import item
from forms.papers import SheetSize
from forms.practices import carried_mailing
from forms.record import Box

_TITLE = Style(13.5, role="bold", align="center", spacing=0.18)
_NUMBER = Style(25, least=16, role="bold", spacing=0.22)
_EXPIRY = Style(12.5, least=9, role="bold")
_DATE = Style(11, least=7.5, role="mincho")
_SMALL_DATE = Style(9, least=7, role="mincho")
_NAME = Style(20, least=7.5, role="mincho", lines=3, condense=0.7)
_KANA = Style(7.5, least=5.5, role="gothic", condense=0.7)
_SEX = Style(13, least=9, role="mincho", align="center")
_ADDRESS = Style(9.5, least=6, role="mincho", lines=3, leading=1.2)
_RATIO = Style(21, least=16, role="bold")
_MARK = Style(9, least=6.5, role="bold", align="center")
_CLASS = Style(11, least=7, role="mincho")
_INSURER = Style(15, least=11, role="bold", spacing=0.15)
_INSURER_NAME = Style(9, least=7, role="mincho", lines=2)
_ISSUE = Style(6, least=5, role="gothic", align="center")
_FOOT = Style(6, role="gothic")

_MARGIN = 5.0
_TABLE_TOP = 11.6
_FOOT_HEIGHT = 5.4
_HALF = 0.52
"""Where the two columns part: the bold expiry needs a little more than the dates beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityCertificateData:
    """The items of a 資格確認書, as they are printed (dates in wareki, ratio as 「１割」).

    ``birth_date`` is western for foreign residents. ``address`` is empty where the union does
    not print it. ``provisional`` is 「見込み」 for a ratio decided without the income papers.
    Empty optional items print as ＊＊＊.
    """

    expires_on: str = item("有効期限")
    issued_on: str = item("交付年月日")
    insured_number: str = item("被保険者番号", pattern=r"[0-9]{8}")
    name: str = item("氏名")
    name_kana: str = item("フリガナ", required=False)
    sex: str = item("性別")
    birth_date: str = item("生年月日")
    address: str = item("住所", required=False)
    acquired_on: str = item("資格取得年月日")
    copay_ratio: str = item("一部負担金の割合", pattern=r"[1-3１-３]割")
    copay_from: str = item("発効期日")
    provisional: str = item("見込みの表示", required=False)
    limit_class: str = item("限度区分", required=False)
    limit_from: str = item("限度区分の発効期日", required=False)
    long_stay_on: str = item("長期入院該当年月日", required=False)
    specified_disease: str = item("特定疾病区分", required=False)
    specified_disease_from: str = item("特定疾病区分の発効期日", required=False)
    special_care: str = item("特別療養費の表示", required=False)
    special_care_from: str = item("特別療養費の発効期日", required=False)
    insurer_number: str = item("保険者番号", pattern=r"[0-9]{8}")
    insurer_name: str = item("保険者名")
    certificate_number: str = item("発行番号", pattern=r"[!-~]{1,40}")
    postal_code: str = item("送付先の郵便番号", required=False)
    mail_address: str = item("送付先", required=False)
    addressee: str = item("送付先の宛名", required=False)
    practice_on: str = item("用紙を決める日", required=False, printed=False)
    decision_id: str = item("決定番号", printed=False)
    seal: Seal = field(default_factory=SealOmitted)


def certificate_of(
    decision: DecidedCoverage, number: str, tables: Tables
) -> EligibilityCertificateData:
    """The printed items of ``decision`` under issue number ``number``."""
    printed = Printed.of(decision, tables)
    issued = date.fromisoformat(decision.issue_on)
    limit = decision.limit_printed == "1"
    address = f"{decision.address}　{decision.building}".rstrip("　")
    return EligibilityCertificateData(
        issued_on=printed.day(decision.issue_on),
        insured_number=decision.insured_number,
        name=decision.name,
        name_kana=decision.kana,
        birth_date=printed.birth_date,
        acquired_on=printed.day(decision.acquired_on),
        copay_ratio=printed.ratio,
        copay_from=printed.day(decision.copay_from),
        provisional=printed.provisional,
        insurer_number=decision.insurer_number,
        insurer_name=decision.insurer_name,
        certificate_number=number,
        decision_id=decision.decision_id,
        **carried_mailing(decision, "FORM-04", tables),
        expires_on=printed.day(decision.expires_on),
        sex=tables["sexes"].label(decision.sex, issued),
        address=address if decision.address_printed == "1" else "",
        limit_class=tables["limit_classes"].at(issued, code=decision.limit_class).text("wording")
        if limit and decision.limit_class
        else "",
        limit_from=printed.day(decision.limit_from) if limit else "",
        long_stay_on=printed.day(decision.long_stay_on),
        specified_disease=tables["specified_diseases"].label(decision.disease_kind, issued)
        if decision.disease_kind
        else "",
        specified_disease_from=printed.day(decision.disease_from),
        special_care=printed.special_care,
        special_care_from=printed.special_care_from,
    )


def draw_eligibility_certificate(
    sheet: Sheet, data: EligibilityCertificateData, paper: SheetSize
) -> None:
    """Front with the items, back with 備考, 住所 and 臓器提供意思表示."""
    sheet.page(paper.width, paper.height)
    width = paper.width - 2 * _MARGIN
    sheet.label("後期高齢者医療資格確認書", Box(_MARGIN, 3.4, width, 7.2), _TITLE)
    left_out = {
        *(() if data.address else (_draw_address,)),
        *(() if data.special_care else (_draw_special_care,)),
    }
    rows = [row for row in _ROWS if row not in left_out]
    total = sum(_HEIGHTS[row] for row in rows)
    stretch = (paper.height - _TABLE_TOP - _FOOT_HEIGHT) / total
    top = _TABLE_TOP
    for row in rows:
        height = _HEIGHTS[row] * stretch
        row(sheet, data, Box(_MARGIN, top, width, height))
        top += height
    sheet.frame(Box(_MARGIN, _TABLE_TOP, width, top - _TABLE_TOP), 0.5)
    sheet.label(_foot(sheet, data), Box(_MARGIN, top + 0.5, width, 3.0), _FOOT)
    sheet.page(paper.width, paper.height)
    sheet.once("back", lambda: draw_back(sheet, paper))


def _foot(sheet: Sheet, data: EligibilityCertificateData) -> str:
    if sheet.training:
        return "研修用の見本です。資格確認書としての効力はありません。"
    if data.address:
        return "記載事項に変更があったときは、この証を添えて14日以内に届け出てください。"
    return "住所は裏面の住所欄に自署してください。"


def _draw_dates(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    half = row.width * _HALF
    draw_row(
        sheet,
        row,
        Cell("有効期限", "expires_on", data.expires_on, half, _EXPIRY),
        Cell("交付年月日", "issued_on", data.issued_on, row.width - half, _DATE),
    )


def _draw_number(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    number = data.insured_number
    draw_row(sheet, row, Cell("被保険者番号", "insured_number", number, row.width, _NUMBER))


def _draw_address(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    draw_row(sheet, row, Cell("住所", "address", data.address, row.width, _ADDRESS))


def _draw_name(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    sex_width = 14.0
    box = Box(row.left, row.top, row.width - sex_width, row.height)
    sheet.frame(box)
    inner = box.inset(1.2, 0.5)
    sheet.label("氏名", Box(inner.left, inner.top, 7.0, CAPTION_HEIGHT), CAPTION)
    if data.name_kana:
        place = Box(inner.left + 8.0, inner.top, inner.width - 8.0, CAPTION_HEIGHT)
        sheet.value("name_kana", data.name_kana, place, _KANA)
    below = inner.height - CAPTION_HEIGHT
    place = Box(inner.left, inner.top + CAPTION_HEIGHT, inner.width, below)
    sheet.value("name", data.name, place, _NAME)
    sex = Box(box.right, row.top, sex_width, row.height)
    draw_row(sheet, sex, Cell("性別", "sex", data.sex, sex_width, _SEX))


def _draw_birth(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    half = row.width * _HALF
    draw_row(
        sheet,
        row,
        Cell("生年月日", "birth_date", data.birth_date, half, _DATE),
        Cell("資格取得年月日", "acquired_on", data.acquired_on, row.width - half, _DATE),
    )


def _draw_ratio(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    half, mark_width = row.width * _HALF, 15.0
    reserved = mark_width + 1.0 if data.provisional else 0.0
    ratio = Cell(
        "一部負担金の割合", "copay_ratio", data.copay_ratio, half, _RATIO, reserved=reserved
    )
    begins = Cell("発効期日", "copay_from", data.copay_from, row.width - half, _DATE)
    draw_row(sheet, row, ratio, begins)
    if data.provisional:
        left, top = row.left + half - mark_width - 1.2, row.top + (row.height + 3.9 - 5.4) / 2
        mark = Box(left, top, mark_width, 5.4)
        sheet.frame(mark, 0.3)
        sheet.value("provisional", data.provisional, mark.inset(0.6, 0.4), _MARK)


def _draw_limit(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    third = row.width / 3
    draw_row(
        sheet,
        row,
        Cell("限度区分", "limit_class", data.limit_class, third, _CLASS),
        Cell("発効期日", "limit_from", data.limit_from, third, _SMALL_DATE),
        Cell("長期入院該当年月日", "long_stay_on", data.long_stay_on, third, _SMALL_DATE),
    )


def _draw_disease(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    half, disease = row.width * _HALF, data.specified_disease
    begins = data.specified_disease_from
    draw_row(
        sheet,
        row,
        Cell("特定疾病区分", "specified_disease", disease, half, _CLASS),
        Cell("発効期日", "specified_disease_from", begins, row.width - half, _DATE),
    )


def _draw_special_care(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    half = row.width * _HALF
    begins = data.special_care_from
    draw_row(
        sheet,
        row,
        Cell("給付の種類", "special_care", data.special_care, half, _CLASS),
        Cell("発効期日", "special_care_from", begins, row.width - half, _DATE),
    )


def _draw_insurer(sheet: Sheet, data: EligibilityCertificateData, row: Box) -> None:
    code_width, seal_side = 22.0, 13.0
    box = Box(row.left, row.top, row.width - code_width, row.height)
    sheet.frame(box)
    inner = box.inset(1.2, 0.5)
    caption = Box(inner.left, inner.top, inner.width, CAPTION_HEIGHT)
    sheet.label("保険者番号並びに保険者の名称及び印", caption, CAPTION)
    text_width = inner.width - seal_side - 1.2
    top = caption.bottom + 0.6
    number = Box(inner.left, top, text_width, 6.4)
    sheet.value("insurer_number", data.insurer_number, number, _INSURER)
    name = Box(inner.left, number.bottom, text_width, inner.bottom - number.bottom)
    sheet.value("insurer_name", data.insurer_name, name, _INSURER_NAME)
    seal_top = caption.bottom + (inner.bottom - caption.bottom - seal_side) / 2
    draw_seal(sheet, data.seal, Box(inner.right - seal_side, seal_top, seal_side, seal_side))
    _draw_issue(sheet, data, Box(box.right, row.top, code_width, row.height))


def _draw_issue(sheet: Sheet, data: EligibilityCertificateData, box: Box) -> None:
    side, text_height = 13.0, 3.2
    sheet.frame(box)
    top = box.top + (box.height - side - text_height - 0.9) / 2
    code = Box(box.left + (box.width - side) / 2, top, side, side)
    sheet.barcode("certificate_number", qr_code(data.certificate_number), code)
    place = Box(box.left + 0.8, code.bottom + 0.9, box.width - 1.6, text_height)
    sheet.value("certificate_number", data.certificate_number, place, _ISSUE)


_ROWS = (
    _draw_dates,
    _draw_number,
    _draw_address,
    _draw_name,
    _draw_birth,
    _draw_ratio,
    _draw_limit,
    _draw_disease,
    _draw_special_care,
    _draw_insurer,
)

_HEIGHTS = {
    _draw_dates: 9.8,
    _draw_number: 13.4,
    _draw_address: 11.4,
    _draw_name: 15.6,
    _draw_birth: 9.6,
    _draw_ratio: 12.6,
    _draw_limit: 9.4,
    _draw_disease: 9.4,
    _draw_special_care: 9.4,
    _draw_insurer: 19.0,
}
"""Heights in millimetres, stretched together to fill the sheet with or without an address."""


_TYPICAL = EligibilityCertificateData(
    **TYPICAL.items(EligibilityCertificateData, "address", "postal_code"),
    expires_on="令和9年7月31日",
    acquired_on="令和8年11月16日",
    copay_ratio="１割",
    copay_from="令和8年11月16日",
    certificate_number="T01-1-20261121-00042",
    decision_id="U-2026-0000123",
    seal=SEAL,
)

FORM = Form(
    id="FORM-04",
    title="後期高齢者医療資格確認書",
    kind=CERTIFICATE,
    data=EligibilityCertificateData,
    draw=draw_eligibility_certificate,
    source=DECISION,
    numbered=True,
    carried=True,
    paper="FORM-04",
    decided="eligibility_certificate",
    from_decision=certificate_of,
    valid_from=date(2024, 12, 2),  # abolition of the 被保険者証 (DOMAIN 5.1)
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **LONG.items(EligibilityCertificateData, "postal_code"),
            copay_ratio="２割",
            copay_from="令和8年8月1日",
            provisional="見込み",
            limit_class="現役並みⅡ",
            limit_from="令和8年8月1日",
            long_stay_on="令和8年9月1日",
            specified_disease="Ａ　人工透析",
            specified_disease_from="令和4年4月1日",
        ),
        oddest=replace(
            _TYPICAL,
            **ODD.items(EligibilityCertificateData, "address", "postal_code"),
            special_care="特別療養費",
            special_care_from="令和8年11月1日",
        ),
    ),
)
