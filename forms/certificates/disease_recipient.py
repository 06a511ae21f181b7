"""特定疾病療養受療証 (FORM-08): a card of the size of the 資格確認書, shown with it at the hospital
(DOMAIN 5.2, 5.4)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from app.core.tables import Tables
from forms.barcodes import qr_code
from forms.cells import CAPTION, CAPTION_HEIGHT, Cell, draw_row
from forms.certificates.certified import example_of
from forms.certificates.seal import Seal, SealOmitted, draw_seal
from forms.decided import DecidedCoverage, Printed
from forms.drawing import Sheet, Style
from forms.examples import LONG, ODD, TYPICAL
from forms.form import CERTIFICATE, DECISION, Examples, Form
from forms.items import item
from forms.papers import SheetSize
from forms.practices import carried_mailing
from forms.record import Box

_TITLE = Style(12.5, role="bold", align="center", spacing=0.1)
_NUMBER = Style(22, least=15, role="bold", spacing=0.2)
_DATE = Style(11, least=7.5, role="mincho")
_NAME = Style(18, least=7.5, role="mincho", lines=3, condense=0.7)
_KANA = Style(7.5, least=5.5, role="gothic", condense=0.7)
_TEXT = Style(11, least=7, role="mincho", lines=2, condense=0.8)
_LIMIT = Style(16, least=11, role="bold")
_INSURER = Style(14, least=10, role="bold", spacing=0.12)
_INSURER_NAME = Style(9, least=6.5, role="mincho", lines=2, condense=0.8)
_ISSUE = Style(6, least=5.5, role="gothic", align="center", condense=0.7)
_NOTE = Style(6.5, role="gothic", leading=1.35)
_MARGIN = 5.0
_NOTES = (
    "1　この証によって特定疾病の療養を受けるときは、資格確認書又はマイナ保険証に添えて、"
    "その都度、医療機関等の窓口に提示してください。",
    "2　自己負担限度額は、一つの医療機関等ごとに、入院と外来を分けて1か月の額です。",
    "3　被保険者の資格を失ったとき、又は認定に係る疾病に該当しなくなったときは、"
    "お住まいの市区町村に返してください。",
    "4　この証を他人に貸し、又は不正に使用してはいけません。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiseaseRecipientData:
    """The items of a 特定疾病療養受療証, as they are printed."""

    issued_on: str = item("交付年月日")
    insured_number: str = item("被保険者番号", pattern=r"[0-9]{8}")
    name: str = item("氏名")
    name_kana: str = item("フリガナ", required=False)
    sex: str = item("性別")
    birth_date: str = item("生年月日")
    specified_disease: str = item("認定疾病名")
    specified_disease_from: str = item("発効期日")
    own_limit: str = item("自己負担限度額", pattern=r"[0-9,]+円")
    insurer_number: str = item("保険者番号", pattern=r"[0-9]{8}")
    insurer_name: str = item("保険者名")
    certificate_number: str = item("発行番号", pattern=r"[!-~]{1,40}")
    postal_code: str = item("送付先の郵便番号", required=False)
    mail_address: str = item("送付先", required=False)
    addressee: str = item("送付先の宛名", required=False)
    practice_on: str = item("用紙を決める日", required=False, printed=False)
    decision_id: str = item("決定番号", printed=False)
    seal: Seal = field(default_factory=SealOmitted)


def recipient_of(decision: DecidedCoverage, number: str, tables: Tables) -> DiseaseRecipientData:
    """The printed items of ``decision`` under issue number ``number``; the limit is the table's."""
    printed = Printed.of(decision, tables)
    issued = date.fromisoformat(decision.issue_on)
    disease = decision.disease_kind
    return DiseaseRecipientData(
        issued_on=printed.day(decision.issue_on),
        insured_number=decision.insured_number,
        name=decision.name,
        name_kana=decision.kana,
        sex=tables["sexes"].label(decision.sex, issued),
        birth_date=printed.birth_date,
        specified_disease=tables["specified_diseases"].label(disease, issued) if disease else "",
        specified_disease_from=printed.day(decision.disease_from),
        own_limit=f"{tables['specified_disease_caps'].at(issued).number('cap'):,}円",
        insurer_number=decision.insurer_number,
        insurer_name=decision.insurer_name,
        certificate_number=number,
        decision_id=decision.decision_id,
        **carried_mailing(decision, "FORM-08", tables),
    )


def draw_disease_recipient(sheet: Sheet, data: DiseaseRecipientData, paper: SheetSize) -> None:
    """Front with the items, back with the notes."""
    sheet.page(paper.width, paper.height)
    width = paper.width - 2 * _MARGIN
    sheet.label("後期高齢者医療特定疾病療養受療証", Box(_MARGIN, 3.4, width, 7.2), _TITLE)
    half, sex = width * 0.52, 14.0
    rows = (
        (10.5, Cell("交付年月日", "issued_on", data.issued_on, width, _DATE)),
        (14.0, Cell("被保険者番号", "insured_number", data.insured_number, width, _NUMBER)),
        (8.5, Cell("フリガナ", "name_kana", data.name_kana, width, _KANA)),
        (
            16.0,
            Cell("氏名", "name", data.name, width - sex, _NAME),
            Cell("性別", "sex", data.sex, sex, replace(_TEXT, align="center", lines=1)),
        ),
        (
            10.5,
            Cell("生年月日", "birth_date", data.birth_date, half, _DATE),
            Cell(
                "発効期日",
                "specified_disease_from",
                data.specified_disease_from,
                width - half,
                _DATE,
            ),
        ),
        (13.0, Cell("認定疾病名", "specified_disease", data.specified_disease, width, _TEXT)),
        (12.5, Cell("自己負担限度額（1か月）", "own_limit", data.own_limit, width, _LIMIT)),
    )
    top = 11.6
    for height, *cells in rows:
        draw_row(sheet, Box(_MARGIN, top, width, height), *cells)
        top += height
    _draw_insurer(sheet, data, Box(_MARGIN, top, width, paper.height - top - 7.0))
    sheet.frame(Box(_MARGIN, 11.6, width, paper.height - 11.6 - 7.0), 0.5)
    if sheet.training:
        foot = Box(_MARGIN, paper.height - 6.2, width, 3.2)
        sheet.label("研修用の見本です。受療証としての効力はありません。", foot, CAPTION)
    sheet.page(paper.width, paper.height)
    sheet.label("注意事項", Box(_MARGIN, 6, width, 5), Style(9, role="bold"))
    sheet.paragraph(_NOTES, Box(_MARGIN, 13, width, 70), replace(_NOTE, size=8))


def _draw_insurer(sheet: Sheet, data: DiseaseRecipientData, row: Box) -> None:
    code_width, side = 22.0, 13.0
    box = Box(row.left, row.top, row.width - code_width, row.height)
    sheet.frame(box)
    inner = box.inset(1.2, 0.5)
    caption = Box(inner.left, inner.top, inner.width, CAPTION_HEIGHT)
    sheet.label("保険者番号並びに保険者の名称及び印", caption, CAPTION)
    text = inner.width - side - 1.2
    number = Box(inner.left, caption.bottom + 0.4, text, 6.2)
    sheet.value("insurer_number", data.insurer_number, number, _INSURER)
    name = Box(inner.left, number.bottom, text, inner.bottom - number.bottom)
    sheet.value("insurer_name", data.insurer_name, name, _INSURER_NAME)
    draw_seal(sheet, data.seal, Box(inner.right - side, caption.bottom + 0.6, side, side))
    right = Box(box.right, row.top, code_width, row.height)
    sheet.frame(right)
    code = Box(right.left + (right.width - 12.5) / 2, right.top + 1.0, 12.5, 12.5)
    sheet.barcode("certificate_number", qr_code(data.certificate_number), code)
    place = Box(right.left + 0.8, code.bottom + 0.9, right.width - 1.6, 3.2)
    sheet.value("certificate_number", data.certificate_number, place, _ISSUE)


_TYPICAL = DiseaseRecipientData(
    **{
        name: value
        for name, value in example_of(TYPICAL, DiseaseRecipientData, 76).items()
        if name not in ("mail_address", "postal_code")
    },
    specified_disease="慢性腎不全（人工透析）",
    specified_disease_from="令和8年11月1日",
    own_limit="10,000円",
)

FORM = Form(
    id="FORM-08",
    title="後期高齢者医療特定疾病療養受療証",
    kind=CERTIFICATE,
    data=DiseaseRecipientData,
    draw=draw_disease_recipient,
    source=DECISION,
    numbered=True,
    carried=True,
    paper="FORM-08",
    decided="specified_disease_certificate",
    from_decision=recipient_of,
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            **LONG.items(DiseaseRecipientData, "postal_code"),
            specified_disease="人工腎臓を実施している慢性腎不全（血液透析を行う療法に限る。）",
        ),
        oddest=replace(
            _TYPICAL,
            **ODD.items(DiseaseRecipientData, "postal_code"),
            specified_disease="ＨＩＶ（抗ウイルス剤）",
        ),
    ),
)
