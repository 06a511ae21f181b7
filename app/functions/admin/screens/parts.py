"""What the screens of administration share: days as lists show them."""

from __future__ import annotations

from datetime import date

from app.core.tables import Tables
from app.rules.calendar.days import fiscal_period, fiscal_year
from app.rules.calendar.wareki import Eras, on_screen


def shown_day(iso: str, eras: Eras) -> str:
    """An ISO day or moment as lists show it, "" for none."""
    return on_screen(date.fromisoformat(iso[:10]), eras) if iso else ""


def span(first: date, last: date, eras: Eras) -> str:
    """Two days as lists show them."""
    return f"{on_screen(first, eras)}〜{on_screen(last, eras)}"


def eras_of(tables: Tables) -> Eras:
    """The eras."""
    return Eras(tables["eras"])


def end_of_year(day: date) -> date:
    """The last day of the fiscal year: until then a right is asked for unless said otherwise."""
    return fiscal_period(fiscal_year(day))[1]
