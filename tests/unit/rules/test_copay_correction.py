"""A corrected share: downward is refunded, upward billed (DOMAIN 3.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.copay.correction import Care, ShareCorrection, correct_share
from app.rules.copay.days import from_income_correction, share_until
from app.rules.copay.facts import CopayError
from app.rules.money import share_in_tens

FROM = from_income_correction(2026, date(2020, 5, 1))
UNTIL = share_until(FROM)
AT_TWO = (
    Care("A", date(2026, 7, 31), 50_000, 10_000),
    Care("B", date(2026, 8, 1), 50_000, 10_000),
    Care("C", date(2027, 7, 31), 123_450, 24_690),
    Care("D", date(2027, 8, 1), 50_000, 10_000),
)


def corrected(ratio: int, cares: tuple[Care, ...] = AT_TWO) -> ShareCorrection:
    return correct_share(ratio, FROM, UNTIL, cares, person="P1")


@pytest.mark.parametrize(
    ("ratio", "refund", "bill"),
    [(1, 5_000 + 12_340, 0), (2, 0, 0), (3, 0, 5_000 + 12_350)],
)
def test_domain_3_2_downward_is_refunded_upward_billed(ratio: int, refund: int, bill: int) -> None:
    found = corrected(ratio)
    assert (found.refund, found.bill) == (refund, bill)
    assert [each.care.key for each in found.settled] == ["B", "C"]  # August to July only


@pytest.mark.parametrize(
    ("paid", "ratio", "refund", "bill"),
    [
        (1_230, 1, 0, 0),  # paid rightly at 1割: nothing to settle
        (2_470, 1, 1_240, 0),  # 2割 → 1割
        (1_230, 2, 0, 1_240),
        (2_470, 3, 0, 1_230),
    ],
)
def test_the_rounded_amounts_are_settled(paid: int, ratio: int, refund: int, bill: int) -> None:
    """12,340 yen of cost: 1,234 → 1,230, 2,468 → 2,470, 3,702 → 3,700 (68条)."""
    found = corrected(ratio, (Care("A", FROM, 12_340, paid),))
    assert (found.refund, found.bill) == (refund, bill)


@pytest.mark.parametrize(
    ("cost", "ratio", "share"),
    [
        (44, 1, 0),
        (50, 1, 10),
        (12_340, 1, 1_230),
        (12_350, 1, 1_240),
        (12_340, 2, 2_470),
        (10, 3, 0),
    ],
)
def test_a_payment_is_rounded_to_ten_yen(cost: int, ratio: int, share: int) -> None:
    assert share_in_tens(cost, ratio) == share


@given(st.integers(0, 10**7), st.integers(1, 3))
def test_the_rounded_share_is_the_nearest_ten_and_grows_with_the_cost(
    cost: int, ratio: int
) -> None:
    share = share_in_tens(cost, ratio)
    assert share % 10 == 0
    assert -5 < Fraction(cost * ratio, 10) - share < 5 or share * 10 - cost * ratio == 50
    assert share <= share_in_tens(cost + 1, ratio)


def test_without_an_end_everything_from_the_day_on_is_settled() -> None:
    found = correct_share(1, FROM, None, AT_TWO, person="P1")
    assert [each.care.key for each in found.settled] == ["B", "C", "D"]


def test_refunds_and_bills_are_not_set_off() -> None:
    mixed = (AT_TWO[1], replace(AT_TWO[2], paid=12_350))
    found = corrected(1, (*mixed, Care("E", FROM, 1_000, 0)))
    assert (found.refund, found.bill) == (5_000, 100)


@pytest.mark.parametrize(
    ("cause", "ratio", "cares"),
    [
        ("ratio_impossible", 0, ()),
        ("ratio_impossible", 4, ()),
        ("care_impossible", 1, (Care("A", FROM, 100, 101),)),
        ("care_impossible", 1, (Care("A", FROM, 100, -1),)),
        ("care_twice", 1, (AT_TWO[1], AT_TWO[1])),
    ],
)
def test_what_cannot_be_says_so_and_for_whom(
    cause: str, ratio: int, cares: tuple[Care, ...]
) -> None:
    with pytest.raises(CopayError) as caught:
        corrected(ratio, cares)
    assert (caught.value.code, caught.value.person) == (f"copay.{cause}", "P1")


@given(
    st.lists(st.tuples(st.integers(0, 364), st.integers(0, 100_000)), max_size=8),
    st.integers(1, 3),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_no_yen_is_lost_and_the_way_back_is_as_long(
    days: list[tuple[int, int]], old: int, new: int, chance
) -> None:
    cares = [
        Care(str(number), FROM + timedelta(day), points * 10, share_in_tens(points * 10, old))
        for number, (day, points) in enumerate(days)
    ]
    there = corrected(new, tuple(cares))
    paid = sum(care.paid for care in cares)
    owed = sum(share_in_tens(care.cost, new) for care in cares)
    assert paid + there.bill - there.refund == owed
    assert there.bill == 0 or there.refund == 0
    back = corrected(old, tuple(replace(each.care, paid=each.owed) for each in there.settled))
    assert (back.refund, back.bill) == (there.bill, there.refund)
    chance.shuffle(cares)
    assert corrected(new, tuple(cares)) == there
