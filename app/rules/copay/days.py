"""From which day a share or class holds, and the month of half limits (DOMAIN 3.2, 3.7)."""

from __future__ import annotations

from datetime import date

from app.rules.calendar.days import (
    day_of_75,
    judgement_period,
    judgement_year,
    month_start,
    next_month_start,
)


def from_household_change(event_day: date) -> date:
    """世帯異動: the 1st of the following month; the same day when the event is on the 1st."""
    return event_day if event_day.day == 1 else next_month_start(event_day)


def from_income_correction(judged_year: int, acquired_on: date) -> date:
    """所得更正: back to 1 August of the judgement year, or to 資格取得日 when that is later."""
    return max(judgement_period(judged_year)[0], acquired_on)


def from_yearly_judgement(judged_year: int) -> date:
    """定期判定: 1 August."""
    return judgement_period(judged_year)[0]


def from_application(applied_on: date) -> date:
    """基準収入額適用申請: the 1st of the month after the application."""
    return next_month_start(applied_on)


def class_mark_from(applied_on: date, acquired_on: date) -> date:
    """限度区分の発効期日 on application: the 1st of that month, not before 資格取得日."""
    return max(month_start(applied_on), acquired_on)


def share_until(effective_on: date) -> date:
    """The last day for which a judgement can hold: 31 July of its judgement year."""
    return judgement_period(judgement_year(effective_on))[1]


def half_limit_month(birth: date, acquired_by_age: bool) -> date | None:
    """The 1st of the month in which both insurers apply half limits (令14条, 15条): that of the
    75th birthday. None for those born on the 1st (also 29 February: 75 on 1 March) and for
    those who did not acquire by age (障害認定 …).
    """
    birthday = day_of_75(birth)
    if not acquired_by_age or birthday.day == 1:
        return None
    return month_start(birthday)
