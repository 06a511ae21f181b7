"""受付票 (FORM-N2): slip for a notification that waits for the union's decision.

It is no certificate and says so in its largest words (CON-07). FORM-85 of the requirement list
is another 受付票 (inquiries); N2 is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from forms.barcodes import code_128
from forms.drawing import Sheet, Style
from forms.items import item
from forms.papers import Paper
from forms.record import Box

_TITLE = Style(22, role="bold", align="center", spacing=0.5)
_WARNING = Style(14.5, role="bold", align="center")
_WARNING_TEXT = Style(9.5, role="gothic", align="center")
_LABEL = Style(9.5, role="gothic", align="justify")
_VALUE = Style(12, least=8, role="mincho", lines=2)
_NAME = Style(16, least=9, role="mincho", lines=2)
_KANA = Style(8.5, least=6)
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


def draw_acceptance_slip(sheet: Sheet, data: AcceptanceSlipData, paper: Paper) -> None:
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
        ("受付番号", "case_id", data.case_id, 11.0),
        ("受付日時", "accepted_at", data.accepted_at, 9.0),
        ("届出の種類", "notification", data.notification, 9.0),
        ("届出年月日", "notified_on", data.notified_on, 9.0),
        ("フリガナ", "name_kana", data.name_kana, 7.0),
        ("対象の方の氏名", "name", data.name, 12.0),
        ("届出をした方", "notifier", data.notifier, 10.0),
        ("現在の状況", "state", data.state, 12.0),
        ("交付の方法", "delivery", data.delivery, 9.0),
        ("受付窓口", "office", data.office, 10.0),
        ("電話番号", "phone", data.phone, 9.0),
    )
    top = _draw_rows(sheet, tuple(row for row in rows if row[2]), margin, 49.0, width)
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


def _draw_rows(
    sheet: Sheet,
    rows: tuple[tuple[str, str, str, float], ...],
    left: float,
    top: float,
    width: float,
) -> float:
    label_width = 36.0
    start = top
    for caption, name, text, height in rows:
        if top > start:
            sheet.rule(left, top, left + width, top, 0.2)
        sheet.label(caption, Box(left + 3, top, label_width - 6, height), _LABEL)
        box = Box(left + label_width + 3, top + 0.4, width - label_width - 6, height - 0.8)
        styles = {"case_id": _NUMBER, "name": _NAME, "name_kana": _KANA}
        sheet.value(name, text, box, styles.get(name, _VALUE))
        top += height
    sheet.frame(Box(left, start, width, top - start), 0.4)
    sheet.rule(left + label_width, start, left + label_width, top, 0.2)
    return top
