"""納期限 by ordinance: month ends, 12月25日, closed days (DOMAIN 4.7)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.rules.calendar.days import BusinessCalendar
from app.rules.collection.due_days import MONTH_END, DueRule, due_day, due_in_fiscal_year
from app.rules.collection.instalments import ordinary_plan
from app.rules.collection.tables import collection_pattern, due_rule
from tests.support.levy import tables

DECEMBER_25 = DueRule(own_months=(12,), own_days=(25,))


@pytest.mark.parametrize(
    ("rule", "month", "due"),
    [
        (MONTH_END, 7, date(2026, 7, 31)),
        (MONTH_END, 10, date(2026, 11, 2)),  # 31 October is a Saturday
        (MONTH_END, 12, date(2027, 1, 4)),  # closed from 29 December to 3 January
        (DECEMBER_25, 12, date(2026, 12, 25)),
        (DECEMBER_25, 11, date(2026, 11, 30)),
        (DueRule(day=25), 7, date(2026, 7, 27)),  # 25 July is a Saturday
        (DueRule(day=25, moved=False), 7, date(2026, 7, 25)),
        (MONTH_END, 2, date(2027, 3, 1)),  # 28 February 2027 is a Sunday
    ],
)
def test_the_day(rule: DueRule, month: int, due: date, calendar: BusinessCalendar) -> None:
    assert due_in_fiscal_year(rule, 2026, month, calendar) == due


def test_the_ordinance_of_a_municipality_decides(calendar: BusinessCalendar) -> None:
    teshon = collection_pattern(tables(), "152986", 2026)  # 手本町: 12月25日
    mihon = collection_pattern(tables(), "152994", 2026)  # 見本市: month ends
    for pattern, december in ((teshon, date(2026, 12, 25)), (mihon, date(2027, 1, 4))):
        plan = ordinary_plan(pattern, 2026, 115_200, 7, calendar).instalments
        assert {one.month: one.due for one in plan}[12] == december
        assert {one.month: one.due for one in plan}[11] == date(2026, 11, 30)


def test_an_ordinance_that_nobody_read_is_named(calendar: BusinessCalendar) -> None:
    kashiba = collection_pattern(tables(), "292109", 2026)
    plan = ordinary_plan(kashiba, 2026, 66_000, 7, calendar)
    assert [row.table for row in plan.unconfirmed] == ["municipal_due_days"]
    mihon = collection_pattern(tables(), "152994", 2026)
    assert ordinary_plan(mihon, 2026, 66_000, 7, calendar).unconfirmed == ()


def test_a_municipality_without_a_row_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        due_rule(tables(), "131016", date(2026, 4, 1))
    assert caught.value.code == "collection.no_municipality"
    assert "131016" in caught.value.message


def test_every_municipality_with_periods_has_due_days() -> None:
    periods = {row.text("municipality") for row in tables()["municipal_collections"].rows()}
    assert periods == {row.text("municipality") for row in tables()["municipal_due_days"].rows()}


RULES = st.builds(
    DueRule,
    st.integers(0, 28),
    st.just((12, 3)),
    st.tuples(st.integers(1, 28), st.integers(0, 28)),
    st.just(True),
)


@given(RULES, st.integers(2021, 2025), st.integers(1, 12))
def test_a_due_day_is_open_and_never_before_the_ordinances_day(
    rule: DueRule, year: int, month: int
) -> None:
    calendar = BusinessCalendar.from_table(tables()["closed_days"])
    due = due_day(rule, year, month, calendar)
    named = dict(zip(rule.own_months, rule.own_days, strict=True)).get(month, rule.day)
    first = date(year, month, named or monthrange(year, month)[1])
    assert calendar.is_open(due)
    assert 0 <= (due - first).days <= 10
    assert not any(
        calendar.is_open(date.fromordinal(day)) for day in range(first.toordinal(), due.toordinal())
    )
