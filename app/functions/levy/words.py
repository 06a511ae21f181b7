"""Years and sums as the ledger of premiums says them."""

from __future__ import annotations

from datetime import date

from app.core.tables import Tables
from app.rules.calendar.wareki import Eras, on_paper


def fiscal_year(year: str | int, tables: Tables) -> str:
    """年度 in the calendar of its first day: 令和8年度."""
    first = on_paper(date(int(year), 4, 1), Eras(tables["eras"]))
    return f"{first.partition('年')[0]}年度"


def yen(amount: int) -> str:
    """An amount in yen."""
    return f"{amount:,}円"
