"""操作記録の点検報告 (FORM-79, SEC-99 … 101): what a period's journal shows of use outside the
hours, refusals, failed logins, sendings, unusual frequency and acts of administration, and who
reviewed it. It names members of staff, never an insured person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

COLUMNS = ("見たもの", "職員", "いつ", "件数・行", "内容", "照合")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReportData:
    """A period's report; 照合 is left empty, to be ticked against the record of use (使用記録)."""

    list_number: str = item("一覧番号", pattern=r"[!-~]{1,40}")
    period: str = item("期間")
    terminal: str = item("端末")
    counted: str = item("件数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("点検報告", COLUMNS)


_PAGES = ListPages(
    title="操作記録の点検報告",
    rows="rows",
    widths=(0.16, 0.22, 0.14, 0.11, 0.3, 0.07),
    head=("period", "terminal", "counted", "list_number"),
    foot=("journal_head", "printed_at"),
    code="list_number",
)
_ROWS = (
    ("時間外の利用", "S101　窓口 花子", "", "12件", "", ""),
    ("頻度の高い日", "S101　窓口 花子", "R8.11.16", "412件", "ふだん 98件", ""),
    ("管理の操作", "S301　管理 三郎", "R8.11.16 10:02", "1024行", "権限の反映", ""),
    ("点検記録", "S401　監査 一郎", "R8.11.20 16:40", "2048行", "R8.11.1〜R8.11.20 異常なし", ""),
)
_LONG = (
    "個人番号を見た操作",
    "S10123456789　委託　アレクサンドラ　マリア　デ・ラ・クルス",
    "R8.11.16 10:02",
    "1,000,000件",
    "県外転入の届出の送信（住登外の方の個人番号）　途中で切れた",
    "",
)
_TYPICAL = ReviewReportData(
    list_number="T01-1-V20261121-170501",
    period="令和8年11月1日から令和8年11月21日まで",
    terminal="T01　本庁２番窓口",
    counted="操作 1,204件",
    journal_head="1024 " + "0123456789abcdef" * 4,
    printed_at="令和8年11月21日　17時05分",
    rows=_ROWS,
)

FORM = Form(
    id="FORM-79",
    title="操作記録の点検報告",
    kind=LIST,
    data=ReviewReportData,
    draw=_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-79",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(_TYPICAL, counted="操作 12,000,000件", rows=(_LONG,) * 40),
        oddest=replace(_TYPICAL, counted="操作 0件", rows=()),
    ),
)
