"""In which order a payment fills premium, demand fee and late charge (DOMAIN 4.9)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.rules.collection.payment_order import (
    Allocation,
    DebtPart,
    Filled,
    OpenInstalment,
    OrderRule,
    allocate,
)
from app.rules.collection.tables import order_rule
from tests.support.levy import tables

P, F, C = DebtPart.PREMIUM, DebtPart.DEMAND_FEE, DebtPart.LATE_CHARGE
OLD = OpenInstalment("2", date(2026, 7, 31), 8_600, 100, 1_200)
NEW = OpenInstalment("1", date(2026, 8, 31), 8_200, 100, 0)
DAY = date(2026, 11, 20)


def paid(municipality: str, amount: int) -> Allocation:
    return allocate(order_rule(tables(), municipality, DAY), amount, [NEW, OLD])


def test_one_instalment_whole_before_the_next() -> None:
    """見本市: 本料, 督促手数料, 延滞金 of July, then August."""
    result = paid("152994", 10_500)
    assert result.filled == (
        Filled("2", P, 8_600),
        Filled("2", F, 100),
        Filled("2", C, 1_200),
        Filled("1", P, 600),
    )
    assert result.rest == 0


def test_all_premiums_first_where_the_setting_says_so() -> None:
    """手本町: premiums, then late charges, then fees."""
    result = paid("152986", 18_100)
    assert result.filled == (
        Filled("2", P, 8_600),
        Filled("1", P, 8_200),
        Filled("2", C, 1_200),
        Filled("2", F, 100),
    )


def test_what_is_more_than_owed_is_left_over() -> None:
    assert paid("152994", 20_000).rest == 20_000 - 8_600 - 100 - 1_200 - 8_200 - 100
    assert paid("152994", 0).filled == ()


def test_a_municipality_without_a_setting_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        paid("131016", 1)
    assert caught.value.code == "collection.no_municipality"


@pytest.mark.parametrize(
    ("rule", "amount", "debts", "code"),
    [
        (OrderRule((P, F), True), 1, [], "payment_order.incomplete"),
        (OrderRule((P, F, C, P), True), 1, [], "payment_order.incomplete"),
        (OrderRule((P, F, C), True), -1, [], "payment_order.amount_impossible"),
        (
            OrderRule((P, F, C), True),
            1,
            [OpenInstalment("9", DAY, -1)],
            "payment_order.amount_impossible",
        ),
    ],
)
def test_what_cannot_be(
    rule: OrderRule, amount: int, debts: list[OpenInstalment], code: str
) -> None:
    with pytest.raises(UserError) as caught:
        allocate(rule, amount, debts)
    assert caught.value.code == code


def test_every_registered_order_names_each_part_once() -> None:
    for row in tables()["municipal_payment_orders"].rows():
        assert sorted(row.texts("parts")) == sorted(DebtPart)


DEBTS = st.lists(
    st.builds(
        OpenInstalment,
        st.text("123456789", min_size=1, max_size=3),
        st.dates(date(2025, 4, 1), date(2027, 3, 31)),
        st.integers(0, 100_000),
        st.integers(0, 100),
        st.integers(0, 9_000),
    ),
    unique_by=lambda debt: debt.key,
    max_size=6,
)


@given(DEBTS, st.integers(0, 400_000), st.permutations(list(DebtPart)), st.booleans())
def test_no_yen_is_lost_and_nothing_later_is_filled_before(
    debts: list[OpenInstalment], amount: int, parts: list[DebtPart], whole: bool
) -> None:
    rule = OrderRule(tuple(parts), whole)
    result = allocate(rule, amount, debts)
    owed = sum(debt.part(part) for debt in debts for part in DebtPart)
    assert sum(each.amount for each in result.filled) == min(amount, owed)
    assert result.rest == max(0, amount - owed)
    assert result == allocate(rule, amount, debts[::-1])
    got = {(each.key, each.part): each.amount for each in result.filled}
    ordered = sorted(debts, key=lambda debt: (debt.due, debt.key))
    places = (
        [(debt, part) for debt in ordered for part in parts]
        if whole
        else [(debt, part) for part in parts for debt in ordered]
    )
    short = False
    for debt, part in places:
        filled = got.get((debt.key, part), 0)
        assert filled <= debt.part(part)
        assert not (short and filled), "an earlier place is full before a later one begins"
        short = short or filled < debt.part(part)
