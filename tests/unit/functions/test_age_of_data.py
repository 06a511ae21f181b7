"""SEC-118: the age of the last received file of insured persons, in business days."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.tables import load_tables, shipped_tables
from app.rules.calendar.days import BusinessCalendar
from app.sync.age import age_warning

CALENDAR = BusinessCalendar.from_table(load_tables(shipped_tables())["closed_days"])


@pytest.mark.req("SEC-118")
@pytest.mark.parametrize(
    ("last", "today", "warned"),
    [
        ("2026-11-20T18:00:00+09:00", date(2026, 11, 20), False),
        # Friday's file on Tuesday: Monday is 勤労感謝の日, so one business day was missed
        ("2026-11-20T18:00:00+09:00", date(2026, 11, 24), False),
        ("2026-11-20T18:00:00+09:00", date(2026, 11, 25), True),
        ("", date(2026, 11, 20), True),
    ],
)
def test_more_than_one_business_day_is_warned_of(last: str, today: date, warned: bool) -> None:
    assert bool(age_warning(last, today, CALENDAR)) is warned


def test_the_warning_says_how_long_and_since_when() -> None:
    said = age_warning("2026-11-16T09:00:00+09:00", date(2026, 11, 20), CALENDAR)
    assert said == "⚠ 被保険者情報が 4 営業日届いていません（最後は 11月16日）"
