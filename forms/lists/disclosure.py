"""開示する情報: what a person who asked for her own data is given (FORM-89, SEC-170)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

COLUMNS = ("区分", "項目", "内容", "いつ")
MOST_SIGNS = 50
"""Signs of a text in one line; a longer one goes on in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedData:
    """One request's answer."""

    list_number: str = item("印刷番号", pattern=r"[!-~]{1,40}")
    person: str = item("氏名")
    record: str = item("請求の番号", pattern=r"[!-~]{1,40}")
    terminal: str = item("端末")
    counted: str = item("行数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("開示する情報", COLUMNS)


_PAGES = ListPages(
    title="開示する情報",
    rows="rows",
    widths=(0.16, 0.22, 0.48, 0.14),
    head=("person", "record", "terminal", "counted", "list_number"),
    foot=("journal_head", "printed_at"),
    code="list_number",
)
_ROWS = (
    ("氏名など", "氏名", "広域　太郎", ""),
    ("資格", "被保険者番号", "12345678", "R6.4.1"),
    ("利用の記録", "見た", "本人の情報を開く（本人からの問合せ）", "R8.11.16 9:12"),
    ("載せていないもの", "ほかの方のことが分かる", "", ""),
)
_LONG = (
    "受けた届出・申請",
    "住所地特例を適用する施設の所在地の市区町村コード",
    "見本県見本市桜町一丁目２番３号　コーポ髙橋アネックス北館弐号棟１０１号室　" + "長い内容" * 3,
    "R8.11.16 10:12",
)
_TYPICAL = DisclosedData(
    list_number="T01-D20261130-170501",
    person="広域　太郎",
    record="T01-1-000214",
    terminal="T01　本庁２番窓口",
    counted="4行",
    journal_head="1024 " + "0123456789abcdef" * 4,
    printed_at="令和8年11月30日　17時05分",
    rows=_ROWS,
)
FORM = Form(
    id="FORM-N33",
    title="開示する情報",
    kind=LIST,
    data=DisclosedData,
    draw=_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-N33",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(_TYPICAL, counted="20行", rows=(_LONG,) * 20),
        oddest=replace(_TYPICAL, counted="0行", rows=()),
    ),
)
