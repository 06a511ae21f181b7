"""Ages, years and working days: DOMAIN 2.2, an outside holiday library."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.tables import Tables
from app.rules.calendar import days
from app.rules.calendar.days import BusinessCalendar
from app.rules.calendar.wareki import DateError, Eras
from app.rules.calendar.wareki_input import parse_date
from app.rules.errors import RuleError


@pytest.mark.parametrize(
    ("birth", "complete", "acquired"),
    [
        (date(1951, 11, 20), date(2026, 11, 19), date(2026, 11, 20)),
        (date(1951, 12, 1), date(2026, 11, 30), date(2026, 12, 1)),
        (date(1952, 2, 29), date(2027, 2, 28), date(2027, 3, 1)),
        (date(1952, 4, 1), date(2027, 3, 31), date(2027, 4, 1)),
        (date(1951, 3, 31), date(2026, 3, 30), date(2026, 3, 31)),
    ],
)
def test_domain_2_2_day_of_75(birth: date, complete: date, acquired: date) -> None:
    assert days.completion_day(birth, 75) == complete
    assert days.day_of_75(birth) == acquired
    assert days.age_on(birth, acquired - timedelta(days=1)) == 74
    assert days.age_on(birth, acquired) == 75


@given(st.integers(1873 // 4, 2020 // 4))
def test_domain_2_2_born_on_29_february_is_75_on_1_march_always(quarter: int) -> None:
    year = quarter * 4
    if year % 100 != 0 or year % 400 == 0:
        assert days.day_of_75(date(year, 2, 29)) == date(year + 75, 3, 1)


@given(st.dates(date(1873, 1, 1), date(2026, 1, 1)), st.integers(0, 110))
def test_age_rises_by_one_on_each_birthday_and_never_else(birth: date, years: int) -> None:
    day = days.anniversary(birth, years)
    assert days.age_on(birth, day) == years
    if years:
        assert days.age_on(birth, day - timedelta(days=1)) == years - 1
    assert days.completion_day(birth, years) + timedelta(days=1) == day


def test_a_day_before_birth_is_refused_for_whom() -> None:
    with pytest.raises(DateError) as caught:
        days.age_on(date(1935, 5, 3), date(1935, 5, 2), person="P1")
    assert (caught.value.code, caught.value.person) == ("date.before_birth", "P1")
    assert "P1" in caught.value.message


def test_an_unknown_birth_needs_a_decided_day_within_what_was_written(eras: Eras) -> None:
    birth = parse_date("昭和26年5月 日不詳", eras, uncertain=True)
    with pytest.raises(DateError) as caught:
        days.settled_birth(birth, None, person="P1")
    assert (caught.value.code, caught.value.person) == ("date.undecided", "P1")
    assert days.settled_birth(birth, date(1951, 5, 1), person="P1") == date(1951, 5, 1)
    with pytest.raises(DateError) as caught:
        days.settled_birth(birth, date(1951, 6, 1), person="P1")
    assert caught.value.code == "date.decided_outside"
    exact = parse_date("S26.5.3", eras)
    assert days.settled_birth(exact, None, person="P1") == date(1951, 5, 3)


@pytest.mark.parametrize(
    ("day", "fiscal", "judgement"),
    [
        (date(2026, 3, 31), 2025, 2025),
        (date(2026, 4, 1), 2026, 2025),
        (date(2026, 7, 31), 2026, 2025),
        (date(2026, 8, 1), 2026, 2026),
        (date(2026, 11, 20), 2026, 2026),
        (date(2027, 7, 31), 2027, 2026),
    ],
)
def test_fiscal_and_judgement_years(day: date, fiscal: int, judgement: int) -> None:
    assert days.fiscal_year(day) == fiscal
    assert days.judgement_year(day) == judgement
    first, last = days.judgement_period(judgement)
    assert first <= day <= last
    first, last = days.fiscal_period(fiscal)
    assert first <= day <= last


@pytest.mark.parametrize("year", range(2020, 2031))
def test_national_holidays_agree_with_the_holidays_library(year: int, tables: Tables) -> None:
    ours = {
        row.day("day")
        for row in tables["closed_days"].rows(kind="national")
        if row.day("day").year == year
    }
    assert ours == set(holidays.country_holidays("JP", years=year))


@pytest.mark.parametrize("year", range(2020, 2031))
def test_every_year_holds_the_year_end_closure(year: int, calendar: BusinessCalendar) -> None:
    closed = [date(year, 1, 1), date(year, 1, 2), date(year, 1, 3)]
    closed += [date(year, 12, day) for day in (29, 30, 31)]
    assert not any(calendar.is_open(day) for day in closed)


def test_working_days(calendar: BusinessCalendar) -> None:
    assert calendar.is_open(date(2026, 11, 20))
    assert not calendar.is_open(date(2026, 11, 21))  # Saturday
    assert not calendar.is_open(date(2026, 11, 23))  # 勤労感謝の日
    assert calendar.on_or_after(date(2026, 11, 21)) == date(2026, 11, 24)
    assert calendar.add(date(2026, 11, 20), 1) == date(2026, 11, 24)
    assert calendar.add(date(2026, 11, 24), -1) == date(2026, 11, 20)
    assert calendar.between(date(2026, 11, 20), date(2026, 11, 25)) == 2
    assert calendar.add(date(2026, 9, 18), 1) == date(2026, 9, 24)  # 敬老, 国民の休日, 秋分


@given(st.dates(date(2020, 2, 1), date(2030, 10, 1)), st.integers(-20, 20))
def test_adding_and_counting_working_days_agree(
    calendar: BusinessCalendar, day: date, count: int
) -> None:
    start = calendar.on_or_after(day)
    assert calendar.between(start, calendar.add(start, count)) == count


def test_a_year_without_holidays_in_the_table_is_refused(calendar: BusinessCalendar) -> None:
    with pytest.raises(RuleError) as caught:
        calendar.is_open(date(2031, 1, 6))
    assert caught.value.code == "days.year_unknown"
    assert "2031" in caught.value.message


def test_periods_of_the_years() -> None:
    assert days.fiscal_period(2026) == (date(2026, 4, 1), date(2027, 3, 31))
    assert days.judgement_period(2026) == (date(2026, 8, 1), date(2027, 7, 31))


def test_months() -> None:
    assert days.month_start(date(2026, 11, 20)) == date(2026, 11, 1)
    assert days.next_month_start(date(2026, 12, 31)) == date(2027, 1, 1)
    assert days.years_before(date(2026, 11, 20), 2) == date(2024, 11, 20)
