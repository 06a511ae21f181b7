"""充当 and its day (充当適状), and who gets a refund (DOMAIN 4.9)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.rules.collection.appropriation import (
    AppropriationRule,
    Debt,
    Overpayment,
    ReducedArises,
    SetOff,
    appropriate,
)
from app.rules.collection.charges import RefundCause, refund_interest
from app.rules.collection.instalments import Method
from app.rules.collection.refund_payee import Payee, refund_payee
from app.rules.collection.tables import (
    appropriation_rule,
    charge_rule,
    late_charge_rates,
    payee_rule,
)
from tests.support.levy import tables

DAY = date(2026, 12, 20)
RULE = appropriation_rule(tables(), DAY)
JULY = Debt("2", date(2026, 7, 31), 8_600)
NOVEMBER = Debt("1", date(2026, 11, 30), 8_200)
LATER = Debt("0", date(2026, 12, 25), 9_999)
REDUCED = Overpayment(
    "P1", 10_000, RefundCause.REDUCED, date(2026, 8, 10), corrected_on=date(2026, 10, 5)
)
TWICE = Overpayment("P1", 10_000, RefundCause.MISTAKEN, date(2026, 8, 10))


def test_oldest_first_and_each_from_the_day_on_which_both_stood() -> None:
    found = appropriate(RULE, REDUCED, [NOVEMBER, JULY, LATER], DAY)
    assert found.items == (
        SetOff(JULY, 8_600, date(2026, 10, 5)),  # the debt was due before the reduction
        SetOff(NOVEMBER, 1_400, date(2026, 11, 30)),
    )
    assert found.rest == 0
    assert [row.table for row in found.unconfirmed] == ["appropriation_rules"]


def test_what_was_paid_without_ground_stands_from_the_payment() -> None:
    found = appropriate(RULE, TWICE, [JULY], DAY)
    assert found.items == (SetOff(JULY, 8_600, date(2026, 8, 10)),)
    assert found.rest == 1_400


def test_a_setting_may_count_a_reduction_from_the_payment() -> None:
    rule = AppropriationRule(ReducedArises.PAYMENT)
    (item,) = appropriate(rule, REDUCED, [JULY], DAY).items
    assert item.day == date(2026, 8, 10)


def test_nothing_that_is_not_due_yet_is_filled() -> None:
    assert appropriate(RULE, TWICE, [LATER], DAY).items == ()
    assert appropriate(RULE, TWICE, [LATER], date(2026, 12, 25)).items[0].amount == 9_999


def test_interest_of_the_part_set_off_ends_on_its_day() -> None:
    """L8's refund of 800,000: up to the decision 4,046, up to 5 October 66 days 1,880."""
    rule, rates = charge_rule(tables(), DAY), late_charge_rates(tables())

    def interest(until: date) -> int:
        cause = RefundCause.REDUCED
        paid = date(2026, 7, 31)
        found = refund_interest(rule, rates, cause, amount=800_000, paid_on=paid, decided_on=until)
        return found.total

    assert interest(DAY) == 4_046
    big = Overpayment("P1", 800_000, RefundCause.REDUCED, date(2026, 7, 31), date(2026, 10, 5))
    (item,) = appropriate(RULE, big, [Debt("1", date(2026, 7, 31), 900_000)], DAY).items
    assert (item.amount, interest(item.day)) == (800_000, 1_880)


@pytest.mark.parametrize(
    ("refund", "decided", "code"),
    [
        (
            Overpayment("P1", 1, RefundCause.REDUCED, date(2026, 8, 10)),
            DAY,
            "appropriation.correction_missing",
        ),
        (REDUCED, date(2026, 10, 4), "appropriation.decided_before"),
        (TWICE, date(2026, 8, 9), "appropriation.decided_before"),
    ],
)
def test_what_cannot_be_says_so(refund: Overpayment, decided: date, code: str) -> None:
    with pytest.raises(UserError) as caught:
        appropriate(RULE, refund, [JULY], decided)
    assert caught.value.code == code
    assert "P1" in caught.value.message


DAYS = st.dates(date(2025, 1, 1), DAY)


@given(
    st.integers(0, 1_000_000),
    DAYS,
    DAYS,
    st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2027, 3, 31)), st.integers(0, 200_000))),
)
def test_no_yen_is_lost_and_no_set_off_counts_before_both_stood(
    amount: int, paid: date, corrected: date, debts: list[tuple[date, int]]
) -> None:
    refund = Overpayment("P1", amount, RefundCause.REDUCED, paid, corrected)
    owed = [Debt(str(number), *debt) for number, debt in enumerate(debts)]
    found = appropriate(RULE, refund, owed, DAY)
    assert sum(item.amount for item in found.items) + found.rest == amount
    for item in found.items:
        assert 0 < item.amount <= item.debt.amount
        assert max(paid, corrected, item.debt.due) == item.day <= DAY
    assert found == appropriate(RULE, refund, owed[::-1], DAY)
    if found.rest:
        due = sum(debt.amount for debt in owed if debt.due <= DAY)
        assert sum(item.amount for item in found.items) == due


@pytest.mark.parametrize(
    ("method", "paid_on", "died_on", "payee", "owed"),
    [
        (Method.DEDUCTION, date(2026, 10, 15), None, Payee.PERSON, 2),
        (Method.ORDINARY, date(2026, 10, 15), None, Payee.PERSON, 2),
        (Method.ORDINARY, date(2026, 12, 15), date(2026, 10, 3), Payee.HEIRS, 0),
        # October's pension is for August and September: owed to who died in October
        (Method.DEDUCTION, date(2026, 10, 15), date(2026, 10, 3), Payee.HEIRS, 2),
        # December's is for October and November: October is still owed
        (Method.DEDUCTION, date(2026, 12, 15), date(2026, 10, 31), Payee.HEIRS, 1),
        (Method.DEDUCTION, date(2026, 12, 15), date(2026, 11, 1), Payee.HEIRS, 2),
        # died in September: nothing of December's pension was owed
        (Method.DEDUCTION, date(2026, 12, 15), date(2026, 9, 30), Payee.PENSION_PAYER, 0),
        (Method.DEDUCTION, date(2027, 2, 15), date(2026, 12, 1), Payee.HEIRS, 1),
        (Method.DEDUCTION, date(2027, 2, 15), date(2026, 11, 30), Payee.PENSION_PAYER, 0),
    ],
)
def test_who_gets_a_refund(
    method: Method, paid_on: date, died_on: date | None, payee: Payee, owed: int
) -> None:
    found = refund_payee(payee_rule(tables(), paid_on), method, paid_on, died_on)
    assert found.payee is payee
    if died_on is not None:
        assert found.owed_months == owed
    if method is Method.DEDUCTION:
        assert [row.table for row in found.unconfirmed] == ["refund_payee_rules"]


@given(
    st.sampled_from([2, 4, 6, 8, 10, 12]),
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.integers(0, 400),
)
def test_a_later_death_never_gives_to_the_payer_what_an_earlier_one_gave_to_the_heirs(
    month: int, died: date, later: int
) -> None:
    paid = date(2026, month, 15)
    rule = payee_rule(tables(), paid)
    first = refund_payee(rule, Method.DEDUCTION, paid, died)
    second = refund_payee(rule, Method.DEDUCTION, paid, died + timedelta(days=later))
    assert first.owed_months <= second.owed_months
    assert Payee.PERSON not in (first.payee, second.payee)
