"""保険料の試算 (FORM-N23): what a visitor's premium would be. 試算 stands across every page, no
name is on it, and it says that it decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

COLUMNS = ("項目", "額", "どう決まるか")


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumTrialData:
    """A trial: what was said, and how the amount comes about."""

    list_number: str = item("試算番号", pattern=r"[!-~]{1,40}")
    year: str = item("年度")
    terminal: str = item("端末")
    counted: str = item("試算の額")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("試算", COLUMNS)


_PAGES = ListPages(
    title="保険料の試算（決定ではありません）",
    rows="rows",
    widths=(0.3, 0.25, 0.45),
    head=("year", "counted", "terminal", "list_number"),
    foot=("journal_head", "printed_at"),
    code="list_number",
    across="試算",
)
_ROWS = (
    ("年度", "令和8年度", ""),
    ("本人", "年金 2,000,000円", "給与 0円、その他の所得 0円"),
    ("世帯主（被保険者でない方）", "年金 0円", "給与 3,600,000円、その他の所得 0円（65歳未満）"),
    ("賦課のもととなる所得", "470,000円", "900,000円 − 基礎控除 430,000円"),
    ("均等割の軽減", "軽減なし", "世帯の所得 3,060,000円"),
    ("医療分　均等割", "49,200円", "一人ずつ同じ額"),
    ("医療分　所得割", "40,467円", "所得 × 8.61%"),
    ("医療分　計", "89,600円", "100円未満は切り捨て"),
    ("保険料額（試算）", "92,100円", "医療分 ＋ 子ども分"),
)
_LONG = (
    "世帯主（被保険者でない方、後期高齢者医療のほかの保険に加入）",
    "年金 9,999,999,999円",
    "給与 9,999,999,999円、その他の所得 9,999,999,999円（65歳以上）"
    "、均等割の軽減の判定は世帯のすべての方によります",
)
_TYPICAL = PremiumTrialData(
    list_number="T01-1-Y20261121-101501",
    year="令和8年度",
    terminal="T01　本庁２番窓口",
    counted="92,100円",
    journal_head="1024 " + "0123456789abcdef" * 4,
    printed_at="令和8年11月21日　10時15分",
    rows=_ROWS,
)

FORM = Form(
    id="FORM-N23",
    title="保険料の試算",
    kind=LIST,
    data=PremiumTrialData,
    draw=_PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-N23",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(_TYPICAL, counted="9,999,999,999円", rows=(_LONG,) * 40),
        oddest=replace(_TYPICAL, counted="0円", rows=_ROWS[:1]),
    ),
)
