"""Limitation of claims and of corrections (DOMAIN 4.9)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.core.errors import UserError
from app.rules.collection.limitation import limitation
from app.rules.collection.tables import limitation_rule
from tests.support.levy import tables


@pytest.mark.req("FLOW-2045")
@pytest.mark.parametrize(
    ("claim", "event", "starts_on", "lapsed_from"),
    [
        ("premium", date(2026, 7, 31), date(2026, 8, 1), date(2028, 8, 1)),
        ("refund", date(2026, 5, 10), date(2026, 5, 11), date(2028, 5, 11)),
        ("benefit", date(2026, 5, 10), date(2026, 5, 11), date(2028, 5, 11)),
        ("high_cost", date(2026, 8, 1), date(2026, 9, 1), date(2028, 9, 1)),
        ("high_cost", date(2026, 8, 31), date(2026, 9, 1), date(2028, 9, 1)),
        ("funeral_benefit", date(2026, 2, 27), date(2026, 2, 28), date(2028, 2, 28)),
        ("funeral_benefit", date(2024, 2, 28), date(2024, 2, 29), date(2026, 3, 1)),
        ("nhi_tax", date(2026, 7, 31), date(2026, 8, 1), date(2031, 8, 1)),
    ],
)
def test_first_day_and_first_day_lapsed(
    claim: str, event: date, starts_on: date, lapsed_from: date
) -> None:
    found = limitation(limitation_rule(tables(), claim, event), event)
    assert (found.starts_on, found.lapsed_from) == (starts_on, lapsed_from)
    assert not found.is_lapsed(lapsed_from - timedelta(1))
    assert found.is_lapsed(lapsed_from)


@pytest.mark.req("FLOW-2045")
def test_a_demand_lets_the_period_begin_anew_but_not_after_it_lapsed() -> None:
    rule = limitation_rule(tables(), "premium", date(2026, 7, 31))
    due = date(2026, 7, 31)
    renewed = limitation(rule, due, date(2026, 8, 20))
    assert (renewed.starts_on, renewed.lapsed_from) == (date(2026, 8, 21), date(2028, 8, 21))
    assert limitation(rule, due, date(2028, 7, 31)).lapsed_from == date(2030, 8, 1)
    assert limitation(rule, due, date(2026, 8, 1)).lapsed_from == date(2028, 8, 2)
    assert limitation(rule, due, date(2026, 7, 31)).lapsed_from == date(2028, 8, 1)  # not yet due
    assert limitation(rule, due, date(2028, 8, 1)).lapsed_from == date(2028, 8, 1)


@pytest.mark.req("SEC-149")
def test_premiums_of_fy2014_and_before_may_be_reduced_without_limit() -> None:
    first_due = date(2014, 7, 31)
    old = limitation_rule(tables(), "levy_decrease", date(2014, 4, 1))
    assert limitation(old, first_due).lapsed_from is None
    assert not limitation(old, first_due).is_lapsed(date(2044, 1, 1))
    new = limitation_rule(tables(), "levy_decrease", date(2015, 4, 1))
    assert limitation(new, date(2015, 7, 31)).lapsed_from == date(2017, 8, 1)


@pytest.mark.req("SEC-149")
def test_an_increase_of_fy2014_is_limited_all_the_same() -> None:
    rule = limitation_rule(tables(), "levy_increase", date(2014, 4, 1))
    assert limitation(rule, date(2014, 7, 31)).is_lapsed(date(2016, 8, 1))


def test_an_unknown_claim_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        limitation_rule(tables(), "moving_cost", date(2026, 7, 31))
    assert caught.value.code == "tables.no_row"
