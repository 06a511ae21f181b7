"""Limitation of claims, what holds it back, terms of correction and past years (DOMAIN 4.9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.rules.calendar.days import BusinessCalendar
from app.rules.collection.due_days import MONTH_END
from app.rules.collection.limitation import (
    Act,
    ActKind,
    LimitationHistory,
    limitation,
    limitation_after,
)
from app.rules.collection.past_years import (
    PastYear,
    PastYearKind,
    PastYearRules,
    past_year_levy,
)
from app.rules.collection.tables import act_rules, limitation_rule
from tests.support.levy import tables


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


DUE = date(2026, 7, 31)
PLAIN_END = date(2028, 8, 1)


def after(*acts: Act, event: date = DUE) -> LimitationHistory:
    rule = limitation_rule(tables(), "premium", event)
    return limitation_after(rule, event, acts, act_rules(tables(), event))


K = ActKind


@pytest.mark.parametrize(
    ("acts", "lapsed_from"),
    [
        ((), PLAIN_END),
        # 督促 and 承認 let the two years begin anew
        ((Act(K.DEMAND, date(2026, 8, 20)),), date(2028, 8, 21)),
        ((Act(K.ACKNOWLEDGED, date(2028, 7, 31)),), date(2030, 8, 1)),
        # too early (not due yet) and too late (lapsed)
        ((Act(K.DEMAND, DUE),), PLAIN_END),
        ((Act(K.ACKNOWLEDGED, PLAIN_END),), PLAIN_END),
        # 催告 gives six months, once, and shortens nothing
        ((Act(K.REMINDER, date(2028, 7, 1)),), date(2029, 1, 2)),
        ((Act(K.REMINDER, date(2026, 9, 1)),), PLAIN_END),
        (
            (Act(K.REMINDER, date(2028, 7, 1)), Act(K.REMINDER, date(2028, 12, 1))),
            date(2029, 1, 2),
        ),
        # but a demand within the six months renews all the same
        (
            (Act(K.REMINDER, date(2028, 7, 1)), Act(K.ACKNOWLEDGED, date(2028, 12, 1))),
            date(2030, 12, 2),
        ),
        # 差押: held back while it lasts, anew when it ends
        ((Act(K.SEIZURE, date(2027, 1, 10)),), None),
        ((Act(K.SEIZURE, date(2027, 1, 10), date(2029, 3, 31)),), date(2031, 4, 1)),
        # called off early: what was left of the two years, called off late: six months
        ((Act(K.SEIZURE, date(2027, 1, 10), date(2027, 3, 31), called_off=True),), PLAIN_END),
        (
            (Act(K.SEIZURE, date(2028, 7, 1), date(2028, 9, 30), called_off=True),),
            date(2029, 4, 1),
        ),
        # 徴収猶予 of 184 days stands still
        ((Act(K.DEFERRAL, date(2026, 9, 1), date(2027, 3, 3)),), date(2029, 2, 1)),
        ((Act(K.DEFERRAL, date(2026, 9, 1)),), None),
        # 承認 in the middle of a deferral: two years from its end
        (
            (
                Act(K.DEFERRAL, date(2026, 9, 1), date(2027, 3, 3)),
                Act(K.ACKNOWLEDGED, date(2026, 12, 1)),
            ),
            date(2029, 3, 4),
        ),
    ],
)
def test_what_holds_limitation_back(acts: tuple[Act, ...], lapsed_from: date | None) -> None:
    assert after(*acts).period.lapsed_from == lapsed_from
    assert after(*acts[::-1]).period.lapsed_from == lapsed_from


def test_each_step_says_whether_it_did_anything() -> None:
    history = after(
        Act(K.DEMAND, DUE),
        Act(K.DEMAND, date(2026, 8, 20)),
        Act(K.REMINDER, date(2028, 8, 1)),
        Act(K.REMINDER, date(2028, 9, 1)),
        Act(K.ACKNOWLEDGED, date(2029, 2, 2)),
    )
    assert [step.effective for step in history.steps] == [False, True, True, False, False]
    assert [step.lapsed_from for step in history.steps] == [
        PLAIN_END,
        date(2028, 8, 21),
        date(2029, 2, 2),
        date(2029, 2, 2),
        date(2029, 2, 2),
    ]
    assert [row.source for row in history.period.unconfirmed] == [
        "高確法160条2項（告知・督促の効力）。いつから始まるかを条文で要確認",
        "民法150条。条文は未読",
        "民法152条。条文は未読",
    ]


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        after(Act(K.SEIZURE, date(2027, 1, 10), date(2027, 1, 9)))
    assert caught.value.code == "limitation.ended_before"


ACTS = st.lists(
    st.builds(
        lambda kind, day, length, off: Act(
            kind,
            day,
            day + timedelta(days=length) if kind in (K.SEIZURE, K.DEFERRAL) else None,
            off and kind is K.SEIZURE,
        ),
        st.sampled_from(list(K)),
        st.dates(date(2026, 1, 1), date(2031, 12, 31)),
        st.integers(0, 500),
        st.booleans(),
    ),
    max_size=5,
)


@given(ACTS)
def test_no_act_ever_shortens_a_period_nor_revives_a_lapsed_claim(acts: list[Act]) -> None:
    history = after(*acts)
    end: date | None = PLAIN_END
    for step in history.steps:
        assert end is not None
        assert step.lapsed_from is not None
        assert step.lapsed_from >= end
        if step.effective:
            assert step.act.day < end
        else:
            assert step.lapsed_from == end
        end = step.lapsed_from
    assert history.period.lapsed_from == end


PAST = PastYearRules(
    limitation_rule(tables(), "levy_increase", date(2025, 4, 1)),
    limitation_rule(tables(), "levy_decrease", date(2025, 4, 1)),
    MONTH_END,
)
FY2025 = PastYear(2025, date(2025, 7, 31), 66_000, 82_100)


@pytest.mark.parametrize(
    ("after_change", "decided", "kind", "amount", "due"),
    [
        (82_100, date(2026, 11, 20), PastYearKind.BILL, 16_100, date(2027, 1, 4)),
        (82_100, date(2026, 4, 1), PastYearKind.BILL, 16_100, date(2026, 6, 1)),
        (60_000, date(2026, 11, 20), PastYearKind.REFUND, 6_000, None),
        (66_000, date(2026, 11, 20), PastYearKind.NOTHING, 0, None),
        (60_000, date(2027, 7, 31), PastYearKind.REFUND, 6_000, None),
    ],
)
def test_a_past_year_changes_in_one_period_of_its_own(
    after_change: int,
    decided: date,
    kind: PastYearKind,
    amount: int,
    due: date | None,
    calendar: BusinessCalendar,
) -> None:
    found = past_year_levy(PAST, replace(FY2025, after=after_change), decided, calendar)
    assert (found.kind, found.amount, found.due) == (kind, amount, due)
    assert found.term.lapsed_from == date(2027, 8, 1)


@pytest.mark.parametrize(
    ("after_change", "decided", "code"),
    [
        (82_100, date(2027, 8, 1), "past_years.lapsed"),
        (60_000, date(2027, 8, 1), "past_years.lapsed"),
        (82_100, date(2026, 3, 31), "past_years.same_year"),
    ],
)
def test_a_past_year_out_of_reach_is_refused(
    after_change: int, decided: date, code: str, calendar: BusinessCalendar
) -> None:
    year = replace(FY2025, after=after_change)
    with pytest.raises(UserError) as caught:
        past_year_levy(PAST, year, decided, calendar, person="P1")
    assert caught.value.code == code
    assert "P1" in caught.value.message


def test_a_decrease_of_fy2014_has_no_term_but_an_increase_has(calendar: BusinessCalendar) -> None:
    rules = PastYearRules(
        limitation_rule(tables(), "levy_increase", date(2014, 4, 1)),
        limitation_rule(tables(), "levy_decrease", date(2014, 4, 1)),
        MONTH_END,
    )
    year = PastYear(2014, date(2014, 7, 31), 66_000, 60_000)
    assert past_year_levy(rules, year, date(2026, 11, 20), calendar).amount == 6_000
    with pytest.raises(UserError):
        past_year_levy(rules, replace(year, after=70_000), date(2026, 11, 20), calendar)
