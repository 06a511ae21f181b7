"""When claims lapse (時効) and until when a levy may be corrected (賦課の期間制限).

Source: DOMAIN 4.9; 高確法160条, 160条の2. Periods are counted by 民法140・143条.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rules.calendar.days import ONE_DAY, next_month_start
from app.rules.calendar.periods import last_day_of


class Start(StrEnum):
    """From which day a period runs."""

    NEXT_DAY = "next_day"
    """The day after the event (due date, funeral, payment)."""
    NEXT_MONTH = "next_month"
    """The first day of the month after the event (treatment of 高額療養費)."""


@dataclass(frozen=True, slots=True)
class LimitationRule:
    """How long one kind of claim lives. ``years`` None: without limit."""

    claim: str
    years: int | None
    start: Start


@dataclass(frozen=True, slots=True)
class Limitation:
    """First day of the period and first day on which the claim no longer exists (None: never)."""

    starts_on: date
    lapsed_from: date | None

    def is_lapsed(self, day: date) -> bool:
        """True when on ``day`` the claim can no longer be made."""
        return self.lapsed_from is not None and day >= self.lapsed_from


def limitation(rule: LimitationRule, event: date, renewed_on: date | None = None) -> Limitation:
    """The period of a claim that arose by ``event``.

    ``renewed_on`` is the last act that made the period begin anew (督促, 一部納付, 承認); it
    counts only when the claim still lived on that day.
    """
    first = _limitation(rule, event)
    if renewed_on is None or renewed_on < first.starts_on or first.is_lapsed(renewed_on):
        return first
    return _limitation(LimitationRule(rule.claim, rule.years, Start.NEXT_DAY), renewed_on)


def _limitation(rule: LimitationRule, event: date) -> Limitation:
    starts_on = event + ONE_DAY if rule.start is Start.NEXT_DAY else next_month_start(event)
    if rule.years is None:
        return Limitation(starts_on, None)
    return Limitation(starts_on, last_day_of(starts_on, 12 * rule.years) + ONE_DAY)
