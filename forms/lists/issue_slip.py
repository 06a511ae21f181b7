"""発行票 (FORM-N3): the slip that goes with a certificate to the printer's tray and the file.

It names year and colour of the paper stock to be used, so that old stock is not printed on
(DOMAIN 5.2), and leaves room for the check of the printed sheet. N3 is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.barcodes import code_128
from forms.cells import TableRow, draw_table
from forms.drawing import Sheet, Style
from forms.form import ISSUE, LIST, Examples, Form
from forms.items import item
from forms.papers import SheetSize
from forms.record import Box

_TITLE = Style(18, role="bold", align="center", spacing=0.5)
_STOCK = Style(17, least=11, role="bold", align="center")
_VALUE = Style(11.5, least=8, role="mincho", lines=2)
_NUMBER = Style(14, least=9, role="bold")
_CHECK = Style(10, role="gothic")
_CHECKS = (
    "用紙の年度と色が上の表示と同じである",
    "被保険者番号は8桁で、画面の決定と同じである",
    "氏名の字形・生年月日が画面の決定と同じである",
    "負担割合・発効期日・有効期限が画面の決定と同じである",
    "古い証を回収した（交換・変更のとき）",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueSlipData:
    """Which certificate is to be printed on which stock. It holds no name and no address."""

    certificate_number: str = item("発行番号", pattern=r"[!-~]{1,40}")
    form_title: str = item("証の種類")
    stock: str = item("用紙の年度・色")
    reason: str = item("発行の理由")
    decision_id: str = item("決定番号", pattern=r"[!-~]{1,40}")
    issued_at: str = item("発行日時")
    staff: str = item("発行した職員")
    terminal: str = item("端末")


def draw_issue_slip(sheet: Sheet, data: IssueSlipData, paper: SheetSize) -> None:
    """One page, A5 upright."""
    sheet.page(paper.width, paper.height)
    margin = 13.0
    width = paper.width - 2 * margin
    sheet.label("発行票", Box(margin, 10, width, 9), _TITLE)
    stock = Box(margin, 23, width, 20)
    sheet.frame(stock, 0.8)
    sheet.label("使う用紙", Box(margin + 3, 24, 30, 5), Style(9, role="gothic"))
    sheet.value("stock", data.stock, Box(margin + 3, 29, width - 6, 12.5), _STOCK)
    rows = (
        TableRow("発行番号", "certificate_number", data.certificate_number, _NUMBER, 10),
        TableRow("証の種類", "form_title", data.form_title, _VALUE, 10),
        TableRow("発行の理由", "reason", data.reason, _VALUE, 10),
        TableRow("決定番号", "decision_id", data.decision_id, _VALUE, 10),
        TableRow("発行日時", "issued_at", data.issued_at, _VALUE, 10),
        TableRow("発行した職員", "staff", data.staff, _VALUE, 10),
        TableRow("端末", "terminal", data.terminal, _VALUE, 10),
    )
    top = draw_table(sheet, rows, Box(margin, 48, width, 80), 34)
    sheet.label("刷り上がりの確認", Box(margin, top + 5, width, 6), Style(11, role="bold"))
    for number, text in enumerate(_CHECKS):
        y = top + 12.5 + number * 7.5
        sheet.frame(Box(margin + 1, y + 0.9, 3.6, 3.6), 0.25)
        sheet.label(text, Box(margin + 7, y, width - 7, 5.4), _CHECK)
    code = Box((paper.width - 62) / 2, paper.height - 21, 62, 11)
    sheet.barcode("certificate_number", code_128(data.certificate_number), code)


_TYPICAL = IssueSlipData(
    certificate_number="T01-1-20261121-00042",
    form_title="後期高齢者医療資格確認書",
    stock="令和8年度用（空色）",
    reason="県外からの転入による資格取得",
    decision_id="U-2026-0000123",
    issued_at="令和8年11月21日　10時15分",
    staff="1204　窓口 一郎",
    terminal="T01　本庁２番窓口",
)

FORM = Form(
    id="FORM-N3",
    title="発行票",
    kind=LIST,
    data=IssueSlipData,
    draw=draw_issue_slip,
    source=ISSUE,
    numbered=False,
    paper="FORM-N3",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            form_title="県外転出者用証明書一式（負担区分等・障害認定・特定疾病・被扶養者）",
            stock="令和8年度用（白・偽造防止用紙Ａ４）",
            reason="住所地特例の適用を受ける方の施設から他の施設への住所の変更",
            staff="12045678　アレクサンドラ　マリア　デ・ラ・クルス",
            terminal="T01　本庁市民福祉部保険年金課１２番窓口",
        ),
        oddest=replace(_TYPICAL, stock="年度の定めのない用紙（白）", staff="1", terminal="T99"),
    ),
)
