"""証発行一覧 (FORM-74): what was issued on a day, void and spoilt included, with the head of the
journal, so that the paper list and the journal prove each other."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.examples import LONG, ODD, TYPICAL
from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

COLUMNS = ("発行番号", "証の種類", "被保険者番号", "氏名", "状態", "用紙", "交付", "職員", "時刻")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueListData:
    """One day of one terminal."""

    list_number: str = item("一覧番号", pattern=r"[!-~]{1,40}")
    day: str = item("発行日")
    terminal: str = item("端末")
    counted: str = item("件数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("一覧", COLUMNS)


PAGES = ListPages(
    title="証発行一覧",
    rows="rows",
    widths=(0.16, 0.14, 0.08, 0.19, 0.09, 0.07, 0.1, 0.1, 0.07),
    head=("day", "terminal", "counted", "list_number"),
    foot=("journal_head", "printed_at"),
    code="list_number",
)


def _row(number: int, name: str, state: str = "交付") -> tuple[str, ...]:
    return (
        f"T01-1-20261121-{number:05d}",
        "資格確認書",
        f"{number:08d}",
        name,
        state,
        "1枚",
        "窓口で手渡し",
        "1204",
        "10:15",
    )


_TYPICAL = IssueListData(
    list_number="T01-1-L20261121",
    day="令和8年11月21日",
    terminal="T01　本庁２番窓口",
    counted="交付 3件　無効 1件　印刷不良 0枚",
    journal_head="1024 " + "0123456789abcdef" * 4,
    printed_at="令和8年11月21日　17時05分",
    rows=(
        _row(42, TYPICAL.name),
        _row(43, "髙﨑　𠮷之\U000e0100介"),
        _row(44, "山田　花子", "無効"),
        _row(45, ODD.name),
    ),
)

FORM = Form(
    id="FORM-74",
    title="証発行一覧",
    kind=LIST,
    data=IssueListData,
    draw=PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-74",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            counted="交付 30件　無効 0件　印刷不良 0枚",
            rows=tuple(_row(number, LONG.name) for number in range(1, 31)),
        ),
        oddest=replace(_TYPICAL, counted="交付 0件　無効 0件　印刷不良 0枚", rows=()),
    ),
)
