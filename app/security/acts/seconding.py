"""How long an act may wait for its second person (SEC-40)."""

from __future__ import annotations

from datetime import date, datetime

from app.rules.calendar.days import BusinessCalendar

WAITING_DAYS = 5
"""So many business days."""


def last_day(at: datetime, calendar: BusinessCalendar) -> date:
    """The last day on which an act that its operator signed ``at`` may be seconded. Raises
    ``RuleError`` ``days.year_unknown``."""
    return calendar.add(at.date(), WAITING_DAYS)
