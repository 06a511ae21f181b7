"""納期限 by ordinance: the day of the month, months with a day of their own (12月25日), and what
happens when the office is closed on it (DOMAIN 4.7; 高確法109条, 条例; 地方自治法4条の2第4項)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from app.core.tables import Unconfirmed
from app.rules.calendar.days import BusinessCalendar


@dataclass(frozen=True, slots=True)
class DueRule:
    """A municipality's due days.

    ``day``: 1 to 28, or 0 for the last day of the month. ``own_months`` and ``own_days``: months
    whose day is another (December and 25), place by place. ``moved``: a closed day moves to the
    next working day.
    """

    day: int = 0
    own_months: tuple[int, ...] = ()
    own_days: tuple[int, ...] = ()
    moved: bool = True
    unconfirmed: tuple[Unconfirmed, ...] = ()


MONTH_END = DueRule()
"""The last day of each month, for whoever has no ordinance at hand (a trial)."""


def due_day(rule: DueRule, year: int, month: int, calendar: BusinessCalendar) -> date:
    """納期限 of the period in calendar month ``month`` of ``year``; may lie in the next month.

    Raises RuleError ``days.year_unknown`` for a year whose closed days are not known.
    """
    own = dict(zip(rule.own_months, rule.own_days, strict=True))
    number = own.get(month, rule.day)
    day = date(year, month, number or monthrange(year, month)[1])
    return calendar.on_or_after(day) if rule.moved else day


def due_in_fiscal_year(
    rule: DueRule, fiscal_year: int, month: int, calendar: BusinessCalendar
) -> date:
    """The same by fiscal year: January to March lie in the year after."""
    return due_day(rule, fiscal_year if month >= 4 else fiscal_year + 1, month, calendar)
