"""媒体管理簿（記録媒体管理簿, FORM-75): every use of a medium in a period, media registered and
disposed of among them (SEC-77, SEC-85, SEC-86). It names files and staff, never an insured person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

COLUMNS = (
    "日時",
    "媒体番号",
    "機器の番号",
    "すること",
    "ファイル",
    "件数",
    "結果",
    "検査",
    "承認番号",
    "利用者・確認",
    "消去・廃棄",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLedgerData:
    """The ledger of a period, oldest first."""

    list_number: str = item("一覧番号", pattern=r"[!-~]{1,40}")
    period: str = item("期間")
    terminal: str = item("端末")
    counted: str = item("件数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("媒体管理簿", COLUMNS)


_PAGES = ListPages(
    title="媒体管理簿",
    rows="rows",
    widths=(0.08, 0.07, 0.09, 0.05, 0.28, 0.05, 0.07, 0.04, 0.08, 0.09, 0.1),
    head=("period", "terminal", "counted", "list_number"),
    foot=("journal_head", "printed_at"),
    code="list_number",
)
_TYPICAL = MediaLedgerData(
    list_number="T01-1-M20261121-170501",
    period="令和8年11月1日から令和8年11月21日まで",
    terminal="T01　本庁２番窓口",
    counted="使用 1件　消去待ち 0件",
    journal_head="1024 " + "0123456789abcdef" * 4,
    printed_at="令和8年11月21日　17時05分",
    rows=(
        (
            "R8.11.16 10:12",
            "M-01",
            "4C530001190814112294",
            "移入",
            "住基情報 FILE-03_20261116_C-152994-1-000001.mdg",
            "1,204件",
            "済み",
            "手で",
            "T01-1-000214",
            "S101・S201",
            "消去済み R8.11.16 10:13",
        ),
    ),
)
_LONG = (
    "R8.11.16 10:12",
    "M-1234567890",
    "4C5300011908141122944C53000119",
    "移出",
    "住民票に記載するための被保険者情報 FILE-43_20261116_U15-1-00000012.mdg",
    "300,000件",
    "途中で終わった",
    "clamscan",
    "T01-12-000214",
    "S10123456789・S20123456789",
    "媒体ごと廃棄 R8.11.16 10:13",
)

FORM = Form(
    id="FORM-75",
    title="媒体管理簿",
    kind=LIST,
    data=MediaLedgerData,
    draw=_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-75",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL, counted="使用 20件　消去待ち 20件", rows=(_LONG,) * 4 + _TYPICAL.rows * 16
        ),
        oddest=replace(_TYPICAL, counted="使用 0件　消去待ち 0件", rows=()),
    ),
)
