"""受付票 (FORM-N2): slip for a notification that waits for the union's decision.

It is no certificate and says so in its largest words (CON-07). FORM-85 of the requirement list
is another 受付票 (inquiries); N2 is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.barcodes import code_128
from forms.cells import TableRow, draw_table
from forms.drawing import Sheet, Style
from forms.examples import LONG, ODD, TYPICAL
from forms.form import CASE, SLIP, Examples, Form
from forms.items import item
from forms.papers import SheetSize
from forms.record import Box

_TITLE = Style(22, role="bold", align="center", spacing=0.5)
_WARNING = Style(14.5, role="bold", align="center")
_WARNING_TEXT = Style(9.5, role="gothic", align="center")
_VALUE = Style(12, least=8, role="mincho", lines=2)
_NAME = Style(16, least=9, role="mincho", lines=2, condense=0.7)
_KANA = Style(8.5, least=6, condense=0.7)
_NUMBER = Style(14, least=9, role="bold")
_BODY = Style(9.5, role="gothic", leading=1.45)
_HEADING = Style(10.5, role="bold")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceSlipData:
    """What was accepted from whom and when. It holds no insured number and no ratio."""

    case_id: str = item("受付番号", pattern=r"[!-~]{1,40}")
    accepted_at: str = item("受付日時")
    notification: str = item("届出の種類")
    notified_on: str = item("届出年月日")
    name: str = item("対象の方の氏名")
    name_kana: str = item("フリガナ", required=False)
    notifier: str = item("届出をした方")
    state: str = item("現在の状況")
    delivery: str = item("交付の方法", required=False)
    office: str = item("受付窓口")
    phone: str = item("電話番号", required=False)


def draw_acceptance_slip(sheet: Sheet, data: AcceptanceSlipData, paper: SheetSize) -> None:
    """One page, A5 upright."""
    sheet.page(paper.width, paper.height)
    margin = 13.0
    width = paper.width - 2 * margin
    sheet.label("受付票", Box(margin, 10, width, 11), _TITLE)
    warning = Box(margin, 25, width, 19)
    sheet.frame(warning, 0.8)
    sheet.label("これは資格確認書ではありません", Box(margin, 26.5, width, 9), _WARNING)
    sheet.label(
        "この票では医療機関等を受診できません。", Box(margin, 35.5, width, 6), _WARNING_TEXT
    )
    rows = (
        TableRow("受付番号", "case_id", data.case_id, _NUMBER, 11),
        TableRow("受付日時", "accepted_at", data.accepted_at, _VALUE, 9),
        TableRow("届出の種類", "notification", data.notification, _VALUE, 9),
        TableRow("届出年月日", "notified_on", data.notified_on, _VALUE, 9),
        TableRow("フリガナ", "name_kana", data.name_kana, _KANA, 7),
        TableRow("対象の方の氏名", "name", data.name, _NAME, 12),
        TableRow("届出をした方", "notifier", data.notifier, _VALUE, 10),
        TableRow("現在の状況", "state", data.state, _VALUE, 12),
        TableRow("交付の方法", "delivery", data.delivery, _VALUE, 9),
        TableRow("受付窓口", "office", data.office, _VALUE, 10),
        TableRow("電話番号", "phone", data.phone, _VALUE, 9),
    )
    top = draw_table(sheet, rows, Box(margin, 49, width, 110), 36)
    sheet.label("このあとのこと", Box(margin, top + 4, width, 5), _HEADING)
    sheet.paragraph(
        (
            "届出の内容を後期高齢者医療広域連合に送り、決定を待っています。",
            "決定が届きましたら、資格確認書又は資格情報のお知らせを交付します。",
            "お問い合わせの際は、上の受付番号をお知らせください。",
        ),
        Box(margin, top + 10, width, 22),
        _BODY,
    )
    code = Box((paper.width - 62) / 2, paper.height - 22, 62, 11)
    sheet.barcode("case_id", code_128(data.case_id), code)


_TYPICAL = AcceptanceSlipData(
    case_id="T01-1-000051",
    accepted_at="令和8年11月21日　10時15分",
    notification="県外からの転入による資格取得",
    notified_on="令和8年11月21日",
    name=TYPICAL.name,
    name_kana=TYPICAL.name_kana,
    notifier="同じ世帯の方（長男）",
    state="広域連合の決定を待っています",
    delivery="郵送（簡易書留）",
    office="見本市役所　保険年金課　２番窓口",
    phone="000-000-0000",
)

FORM = Form(
    id="FORM-N2",
    title="受付票",
    kind=SLIP,
    data=AcceptanceSlipData,
    draw=draw_acceptance_slip,
    source=CASE,
    numbered=False,
    paper="FORM-N2",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            name=LONG.name,
            name_kana=LONG.name_kana,
            notification="住所地特例の適用を受ける方の施設から他の施設への住所の変更",
            notifier="法定代理人（成年後見人　社会福祉法人見本会　権利擁護センター）",
            state="広域連合に接続できないため、送信を待っています。",
            office="見本市役所　市民福祉部　保険年金課　後期高齢者医療係　１２番窓口",
        ),
        oddest=replace(
            _TYPICAL,
            name=ODD.name,
            name_kana="",
            delivery="",
            phone="",
            notified_on="なし",
            notifier="なし",
        ),
    ),
)
