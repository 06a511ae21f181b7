"""徴収猶予 and 延滞金の減免 (DOMAIN 4.8, 4.9)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.core.tables import NoRowError
from app.rules.collection.charge_relief import Relief, ReliefRule, relieve
from app.rules.collection.charges import (
    Charge,
    LateChargeSetting,
    LateInstalment,
    Payment,
    late_charge,
)
from app.rules.collection.deferral import DeferralRule, defer
from app.rules.collection.tables import (
    charge_rule,
    deferral_rule,
    late_charge_rates,
    relief_rule,
)
from tests.support.levy import tables

DAY = date(2026, 11, 20)
MIHON = "152994"
ALL, HALF = ReliefRule("disaster", 1000), ReliefRule("business", 500)


def charged(principal: int, due: date, paid: date) -> Charge:
    return late_charge(
        charge_rule(tables(), due),
        LateChargeSetting(1),
        late_charge_rates(tables()),
        LateInstalment(principal, due, due),
        [Payment(paid, principal)],
        paid,
    )


L2 = charged(98_765, date(2026, 7, 31), date(2026, 12, 28))
"""DOMAIN 4.10 L2: 31 days 233 + 119 days 2,907 = 3,140 → 3,100."""


def test_a_deferral_lasts_its_months() -> None:
    rule = deferral_rule(tables(), "15", "disaster", DAY)
    found = defer(rule, DAY, 6)
    assert (found.start, found.end) == (DAY, date(2027, 5, 19))
    assert found.holds_on(date(2027, 5, 19))
    assert not found.holds_on(date(2027, 5, 20))
    assert not found.holds_on(DAY - timedelta(days=1))
    assert [row.table for row in found.unconfirmed] == ["deferrals"]
    longer = defer(rule, DAY, 12, extended=True)
    assert longer.end == date(2027, 11, 19)


@pytest.mark.parametrize(("months", "extended"), [(0, False), (7, False), (13, True)])
def test_more_months_than_the_ordinance_allows_are_refused(months: int, extended: bool) -> None:
    rule = deferral_rule(tables(), "15", "income_drop", DAY)
    with pytest.raises(UserError) as caught:
        defer(rule, DAY, months, extended=extended, person="P1")
    assert caught.value.code == "deferral.months"
    assert "P1" in caught.value.message


def test_what_osaka_says_is_confirmed_and_an_unknown_union_is_refused() -> None:
    assert defer(deferral_rule(tables(), "27", "disaster", DAY), DAY, 6).unconfirmed == ()
    with pytest.raises(NoRowError):
        deferral_rule(tables(), "23", "disaster", DAY)


@pytest.mark.parametrize(
    ("relief", "total", "amount"),
    [
        # nothing relieved
        ((), 3_140, 3_100),
        # the whole time
        ((Relief(ALL, date(2026, 8, 1), date(2026, 12, 28)),), 0, 0),
        # half of it: 116 + 1,453
        ((Relief(HALF, date(2026, 8, 1), date(2026, 12, 28)),), 116 + 1_453, 1_500),
        # the first month only: 233 fall away
        ((Relief(ALL, date(2026, 8, 1), date(2026, 8, 31)),), 2_907, 2_900),
        # 1 September to 30 November, 91 of the 119 days: 28 days × 9.1 % are left
        ((Relief(ALL, date(2026, 9, 1), date(2026, 11, 30)),), 233 + 684, 0),
        # the last day alone, and all of the second period but the last day
        ((Relief(ALL, date(2026, 12, 28), date(2026, 12, 28)),), 233 + 2_883, 3_100),
        ((Relief(ALL, date(2026, 9, 1), date(2026, 12, 27)),), 233 + 24, 0),
        # days outside the charge change nothing
        ((Relief(ALL, date(2025, 1, 1), date(2026, 7, 31)),), 3_140, 3_100),
        # the greater of two reliefs holds
        (
            (
                Relief(HALF, date(2026, 8, 1), date(2026, 12, 28)),
                Relief(ALL, date(2026, 8, 1), date(2026, 8, 31)),
            ),
            1_453,
            1_400,
        ),
    ],
)
def test_relieved_days(relief: tuple[Relief, ...], total: int, amount: int) -> None:
    assert (L2.total, L2.amount) == (3_140, 3_100)
    found = relieve(charge_rule(tables(), DAY), L2, relief)
    assert (found.after.total, found.after.amount) == (total, amount)
    assert found.forgiven == 3_100 - amount


def test_the_setting_is_the_municipalitys() -> None:
    assert relief_rule(tables(), MIHON, "deferral", DAY).permille == 500
    assert relief_rule(tables(), MIHON, "disaster", DAY).permille == 1000
    with pytest.raises(NoRowError):
        relief_rule(tables(), "131016", "disaster", DAY)


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
RELIEFS = st.lists(
    st.builds(
        lambda start, days, permille: Relief(
            ReliefRule("x", permille), start, start + timedelta(days=days)
        ),
        DAYS,
        st.integers(0, 200),
        st.sampled_from([1, 250, 500, 1000]),
    ),
    max_size=3,
)


@given(st.integers(0, 2_000_000), DAYS, DAYS, RELIEFS)
def test_relief_never_makes_a_charge_greater_and_touches_no_other_day(
    principal: int, due: date, paid: date, reliefs: list[Relief]
) -> None:
    before = charged(principal, due, paid)
    found = relieve(charge_rule(tables(), due), before, reliefs)
    assert found.after.total <= before.total
    assert found.after.amount <= before.amount
    assert found.forgiven == before.amount - found.after.amount
    assert sum(piece.days for piece in found.after.segments) == sum(
        segment.days for segment in before.segments
    )
    more = [*reliefs, Relief(ALL, due, paid)]
    assert relieve(charge_rule(tables(), due), before, more).after.amount == 0


@given(st.integers(1, 12), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_deferral_of_more_months_ends_later(months: int, start: date) -> None:
    rule = DeferralRule("disaster", 13, 0)
    one, more = defer(rule, start, months), defer(rule, start, months + 1)
    assert start <= one.end < more.end
