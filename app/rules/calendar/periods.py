"""Periods counted by months and years (民法140・143条: 期間の計算)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from app.rules.calendar.days import ONE_DAY


def last_day_of(start: date, months: int) -> date:
    """The last day of a period of ``months`` (≥ 1) that begins on ``start``.

    The day before the corresponding day; where that month has no such day, its last day
    (民法143条2項): one month from 1 August ends on 31 August, from 31 January on 28 February.
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    days = monthrange(year, month + 1)[1]
    if start.day > days:
        return date(year, month + 1, days)
    return date(year, month + 1, start.day) - ONE_DAY


def months_before(day: date, months: int) -> date:
    """The last day on which a period of ``months`` can have begun that is over on ``day``."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
