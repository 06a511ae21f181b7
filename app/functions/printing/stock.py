"""用紙の受払: how many sheets of each counted paper lie here, by year and colour (DOMAIN 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select

from app.core.errors import UserError
from app.core.tables import Tables
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from db.tables.printing import stock_move

RECEIVED, COUNTED = "received", "counted"
CAUSES = {
    RECEIVED: "受入れ",
    COUNTED: "数え直し",
    "confirmed": "使用",
    "spoilt": "印刷不良",
}


@dataclass(frozen=True, slots=True)
class Stock:
    """One counted paper: its code, its year and colour, and how many sheets should be here, with
    what was used and spoilt in all."""

    code: str
    words: str
    left: int
    used: int
    spoilt: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Sheets that came, or what a count found beside what should be here."""

    stock: str
    change: int
    cause: str
    words: str


def stocks(gate: Gate, session: Session, tables: Tables, union: str) -> tuple[Stock, ...]:
    """Every counted paper in use on the day at this union (two digits), with its sheets."""
    today = gate.now().date()
    with gate.view("printing.stock", session) as work:
        counted = {
            (row.stock, row.cause): int(row.total)
            for row in work.all(
                select(
                    stock_move.c.stock,
                    stock_move.c.cause,
                    func.sum(stock_move.c.change).label("total"),
                ).group_by(stock_move.c.stock, stock_move.c.cause)
            )
        }
    known = papers_in_use(tables, union, today)
    for code, _ in counted:
        known.setdefault(code, f"{code}（今は使わない用紙）")
    return tuple(
        Stock(
            code,
            words,
            sum(total for (stock, _), total in counted.items() if stock == code),
            -counted.get((code, "confirmed"), 0),
            -counted.get((code, "spoilt"), 0),
        )
        for code, words in sorted(known.items())
    )


def papers_in_use(tables: Tables, union: str, day: date) -> dict[str, str]:
    """The counted papers of a union on a day with year and colour; its own rows before the
    common ones."""
    found: dict[str, str] = {}
    for wanted in ("00", union):
        for row in tables["paper_practices"].rows(day, union=wanted):
            code = row.text_or_none("stock")
            if code:
                year, colour = row.text_or_none("year") or "", row.text_or_none("colour") or ""
                found[code] = f"{year}（{colour}）"
    return found


def move_stock(gate: Gate, session: Session, stock: Stock, sheets: int, cause: str) -> None:
    """Sheets received (``sheets`` more), or counted (``sheets`` are here now).

    Raises UserError ``printing.stock_number`` for a number that cannot be.
    """
    change = sheets if cause == RECEIVED else sheets - stock.left
    if sheets < 0 or sheets > 1_000_000 or (cause == RECEIVED and sheets == 0):
        raise UserError(
            "printing.stock_number",
            f"用紙の枚数「{sheets}」は正しくありません。",
            "1から1,000,000までの枚数（数え直しは0枚から）を入れてください。",
        )
    prepared = gate.prepare(
        "printing.move_stock",
        session,
        subject=Subject("stock", stock.code),
        content=Moved(stock.code, change, cause, stock.words),
    )
    with gate.act(prepared) as work:
        content: Moved = work.content
        work.run(
            insert(stock_move).values(
                id=work.new_id(),
                stock=content.stock,
                change=content.change,
                cause=content.cause,
                at=work.at.isoformat(),
                staff_id=work.staff_id,
            )
        )
