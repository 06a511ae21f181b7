"""The ledgers on paper: one record with everything that was written in it, and the list of a
period. A correction stands beneath what it corrects; nothing is left out.

消去に係る記録 (FORM-80), 依頼票 (FORM-81), データ利用申請 (FORM-82), 受付票 (FORM-85); the
incident record (SEC-106) and the list of a ledger are forms of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

LINES = ("段階", "項目", "内容", "記入の日時", "記入・承認")
RECORDS = ("番号", "起こした日", "内容", "次にすること", "記入・承認")
MOST_SIGNS = 40
"""Signs of a text in one line of the sheet; a longer one goes on in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSheetData:
    """One record: its number, where it is, and its entries in the order of their steps."""

    list_number: str = item("印刷番号", pattern=r"[!-~]{1,40}")
    record: str = item("記録の番号", pattern=r"[!-~]{1,40}")
    state: str = item("状態")
    terminal: str = item("端末")
    counted: str = item("記入")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("記録", LINES)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerListData:
    """The records of one ledger that were begun in a period, or match a search."""

    list_number: str = item("一覧番号", pattern=r"[!-~]{1,40}")
    ledger: str = item("台帳")
    period: str = item("範囲")
    terminal: str = item("端末")
    counted: str = item("件数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("一覧", RECORDS)


_FOOT = ("journal_head", "printed_at")
_SAID = {
    "terminal": "T01　本庁２番窓口",
    "journal_head": "1024 " + "0123456789abcdef" * 4,
    "printed_at": "令和8年11月30日　17時05分",
}
_ENTRY = ("受付", "内容", "証が届かないという問合せ。", "R8.11.16 9:12", "S101")
_LONG_ENTRY = (
    "訂正　内容の検査と法的根拠の判断",
    "提供した項目と人数の控え",
    "髙橋　アレクサンドラ様の住所変更に伴う証の再交付の経過とその控えの確認をした",
    "R8.11.16 10:12",
    "S10123456789・S20123456789",
)
_RECORD = ("T01-1-000214", "R8.11.16", "窓口　証が届かないという問合せ。", "次：対応", "S101")
_LONG_RECORD = (
    "T01-12-000214",
    "R8.11.16",
    "令和8年11月16日　市民福祉部保険年金課後期高齢者医療係　" + "長い内容" * 3,
    "次：内容の検査と法的根拠の判断（R8.11.23まで）",
    "S10123456789・S20123456789",
)


def _sheet(form_id: str, title: str) -> Form:
    """The sheet of one record under its own title."""
    pages = ListPages(
        title=title,
        rows="rows",
        widths=(0.15, 0.15, 0.48, 0.09, 0.13),
        head=("record", "state", "terminal", "counted", "list_number"),
        foot=_FOOT,
        code="list_number",
    )
    typical = LedgerSheetData(
        list_number="T01-K20261130-170501",
        record="T01-1-000214",
        state="次：対応",
        counted="記入 1件",
        rows=(_ENTRY,),
        **_SAID,
    )
    return Form(
        id=form_id,
        title=title,
        kind=LIST,
        data=LedgerSheetData,
        draw=pages.draw,
        source=DAY,
        numbered=False,
        paper=form_id,
        examples=Examples(
            typical=typical,
            longest=replace(typical, counted="記入 20件", rows=(_LONG_ENTRY,) * 20),
            oddest=replace(typical, counted="記入 0件", rows=()),
        ),
    )


_LIST_PAGES = ListPages(
    title="台帳の一覧",
    rows="rows",
    widths=(0.12, 0.09, 0.47, 0.19, 0.13),
    head=("ledger", "period", "terminal", "counted", "list_number"),
    foot=_FOOT,
    code="list_number",
)
_LIST = LedgerListData(
    list_number="T01-L20261130-170501",
    ledger="問合せの受付票",
    period="令和8年4月1日から令和8年11月30日まで",
    counted="1件",
    rows=(_RECORD,),
    **_SAID,
)
LEDGER_LIST = Form(
    id="FORM-N22",
    title="台帳の一覧",
    kind=LIST,
    data=LedgerListData,
    draw=_LIST_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-N22",
    examples=Examples(
        typical=_LIST,
        longest=replace(_LIST, counted="20件", rows=(_LONG_RECORD,) * 20),
        oddest=replace(_LIST, counted="0件", rows=()),
    ),
)
FORMS = (
    _sheet("FORM-80", "消去に係る記録"),
    _sheet("FORM-81", "依頼票（庁内移転）"),
    _sheet("FORM-82", "データ利用申請"),
    _sheet("FORM-83", "受領証・引渡しの記録"),
    _sheet("FORM-85", "受付票（問合せ）"),
    _sheet("FORM-89", "開示・訂正・利用停止の請求の記録"),
    _sheet("FORM-N21", "事故の記録"),
    LEDGER_LIST,
)
