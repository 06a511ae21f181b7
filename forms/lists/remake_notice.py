"""確認結果の通知（再作成のお願い, FORM-70): what is wrong, line by line, for its maker (SEC-109).

It tells the maker of a file that was refused what to mend, and the sender of data that contradict
what was found. Never an individual number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

COLUMNS = ("番号", "どこ", "項目", "内容", "お願い")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemakeNoticeData:
    """One notice; ``about`` is the file or list that it is about."""

    list_number: str = item("通知番号", pattern=r"[!-~]{1,40}")
    about: str = item("件名")
    terminal: str = item("発信元")
    counted: str = item("件数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("確認した内容", COLUMNS)


_PAGES = ListPages(
    title="確認結果の通知（再作成のお願い）",
    rows="rows",
    widths=(0.05, 0.17, 0.24, 0.4, 0.14),
    head=("about", "terminal", "counted", "list_number"),
    foot=("journal_head", "printed_at"),
    code="list_number",
)
_TYPICAL = RemakeNoticeData(
    list_number="T01-1-N20261121-170501",
    about="住基情報（FILE-03）",
    terminal="T01　本庁２番窓口",
    counted="2か所",
    journal_head="1024 " + "0123456789abcdef" * 4,
    printed_at="令和8年11月21日　17時05分",
    rows=(
        ("1", "12 行目", "生年月日（日 YYYY-MM-DD）", "暦にある日ではありません", "作り直す"),
        ("2", "31 行目", "カナ氏名", "全角カタカナではない文字があります", "作り直す"),
    ),
)
_LONG = (
    "1000",
    "宛名番号 000000000777777",
    "公金受取口座の名義人のカナ氏名（全角カタカナ（最大字数））",
    "市区町村コードではありません（桁数か検査数字が違うか、都道府県のコードです）。"
    "違う項目：生年月日・性別・住所・方書。",
    "正しい内容を知らせる・作り直す",
)

FORM = Form(
    id="FORM-70",
    title="確認結果の通知",
    kind=LIST,
    data=RemakeNoticeData,
    draw=_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-70",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(_TYPICAL, counted="20か所", rows=(_LONG,) * 4 + _TYPICAL.rows * 8),
        oddest=replace(_TYPICAL, counted="0か所", rows=()),
    ),
)
