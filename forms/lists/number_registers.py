"""情報照会管理番号一覧表・個人番号の記入を求める様式一覧・個人番号利用事務一覧 (FORM-84, SEC-12):
what the program itself declares, on one list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

COLUMNS = ("一覧", "番号", "名称", "内容")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRegistersData:
    """The three lists, one after another."""

    list_number: str = item("一覧番号", pattern=r"[!-~]{1,40}")
    day: str = item("現在")
    terminal: str = item("端末")
    counted: str = item("件数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("一覧", COLUMNS)


_PAGES = ListPages(
    title="個人番号の一覧表",
    rows="rows",
    widths=(0.2, 0.16, 0.32, 0.32),
    head=("day", "terminal", "counted", "list_number"),
    foot=("journal_head", "printed_at"),
    code="list_number",
)
_TYPICAL = NumberRegistersData(
    list_number="T01-N20261130-170501",
    day="令和8年11月30日",
    terminal="T01　本庁２番窓口",
    counted="様式 18　事務 14　照会 4",
    journal_head="1024 " + "0123456789abcdef" * 4,
    printed_at="令和8年11月30日　17時05分",
    rows=(("記入を求める様式", "FORM-20", "資格取得届書", "窓口で記入する"),),
)
_LONG = (
    "個人番号を利用する事務",
    "eligibility.send_long_kind_name",
    "国外転入の届出の送信（県外からの即時の確認と責任者の承認）",
    "登録・変更のために個人番号を使い、広域連合へ送る",
)

FORM = Form(
    id="FORM-84",
    title="個人番号の一覧表",
    kind=LIST,
    data=NumberRegistersData,
    draw=_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-84",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(_TYPICAL, rows=(_LONG,) * 20),
        oddest=replace(_TYPICAL, counted="様式 0　事務 0　照会 0", rows=()),
    ),
)
