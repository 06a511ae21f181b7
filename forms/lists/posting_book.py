"""郵送簿 (FORM-N12): the letters of a day as the post office took them, with its numbers, signed by
who checked the envelopes and who carried them. N12 is ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from forms.examples import LONG, TYPICAL
from forms.form import DAY, LIST, Examples, Form
from forms.items import item, table
from forms.lists.pages import ListPages

COLUMNS = ("発行番号", "あて名", "郵便番号", "方法", "引受番号", "封筒の照合", "状態")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingBookData:
    """One day's letters."""

    list_number: str = item("一覧番号", pattern=r"[!-~]{1,40}")
    day: str = item("差出日")
    terminal: str = item("端末")
    counted: str = item("通数")
    journal_head: str = item("操作記録の先頭", pattern=r"[0-9]+ [0-9a-f]{64}")
    printed_at: str = item("印刷日時")
    rows: tuple[tuple[str, ...], ...] = table("郵送簿", COLUMNS)


PAGES = ListPages(
    title="郵送簿",
    rows="rows",
    widths=(0.18, 0.25, 0.09, 0.12, 0.15, 0.12, 0.09),
    head=("day", "terminal", "counted", "list_number"),
    foot=("journal_head", "printed_at"),
    code="list_number",
)


def _row(number: int, name: str) -> tuple[str, ...]:
    return (
        f"T01-1-20261121-{number:05d}",
        f"{name}　様",
        "000-0001",
        "簡易書留",
        f"000-00-{number:05d}-0",
        "1204 済",
        "差出し",
    )


_TYPICAL = PostingBookData(
    list_number="T01-1-P20261121",
    day="令和8年11月21日",
    terminal="T01　本庁２番窓口",
    counted="簡易書留 2通",
    journal_head="1024 " + "0123456789abcdef" * 4,
    printed_at="令和8年11月21日　17時05分",
    rows=(_row(42, TYPICAL.name), _row(43, "髙﨑　𠮷之\U000e0100介")),
)

FORM = Form(
    id="FORM-N12",
    title="郵送簿",
    kind=LIST,
    data=PostingBookData,
    draw=PAGES.draw,
    source=DAY,
    numbered=False,
    paper="FORM-N12",
    examples=Examples(
        typical=_TYPICAL,
        longest=replace(
            _TYPICAL,
            counted="簡易書留 20通",
            rows=tuple(_row(number, LONG.name) for number in range(1, 21)),
        ),
        oddest=replace(_TYPICAL, counted="0通", rows=()),
    ),
)
