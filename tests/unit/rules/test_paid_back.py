"""What comes back of what a person paid whole: 食事差額, 療養費, 移送費; 一部負担金減免;
第三者行為 (DOMAIN 5.5)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.core.tables import NoRowError
from app.rules.benefits.hospital_charges import MealClass
from app.rules.benefits.meal_difference import DifferenceReason, meal_difference
from app.rules.benefits.medical_expense import (
    Expense,
    ExpenseKind,
    ExpenseOutcome,
    Transport,
    medical_expense,
    transport_benefit,
)
from app.rules.benefits.tables import meal_row
from app.rules.benefits.third_party import ThirdPartyCase, third_party_claim
from app.rules.copay.exemption import (
    CopayCause,
    CopayExemptionRule,
    copay_exemption_rule,
    exempted_share,
    grant,
)
from tests.support.levy import tables

DAY = date(2026, 5, 10)


class TestMealDifference:
    def test_what_was_paid_beyond_the_reduced_amount(self) -> None:
        """90 meals at 510 yen that belonged to 区分Ⅱ (240): 270 a meal."""
        row = meal_row(tables(), DAY)
        found = meal_difference(
            row, MealClass.LOW2_SHORT, 90, 45_900, DifferenceReason.COULD_NOT_SHOW
        )
        assert (found.owed, found.benefit) == (21_600, 24_300)

    def test_long_stay_from_the_application_on(self) -> None:
        row = meal_row(tables(), DAY)
        found = meal_difference(row, MealClass.LOW2_LONG, 60, 14_400, DifferenceReason.LONG_STAY)
        assert found.benefit == 14_400 - 60 * 190

    def test_nothing_for_whoever_did_not_apply_and_nothing_below_zero(self) -> None:
        row = meal_row(tables(), DAY)
        own = meal_difference(row, MealClass.LOW1, 30, 15_300, DifferenceReason.OWN_CHOICE)
        assert own.benefit == 0
        less = meal_difference(row, MealClass.LOW1, 30, 100, DifferenceReason.COULD_NOT_SHOW)
        assert less.benefit == 0

    def test_open_months_and_impossible_amounts_are_refused(self) -> None:
        for day, paid, code in (
            (date(2026, 6, 1), 510, "benefits.meal_open"),
            (DAY, -1, "benefits.paid_impossible"),
        ):
            with pytest.raises(UserError) as caught:
                meal_difference(
                    meal_row(tables(), day),
                    MealClass.LOW1,
                    1,
                    paid,
                    DifferenceReason.COULD_NOT_SHOW,
                    "P1",
                )
            assert caught.value.code == code


class TestMedicalExpense:
    @pytest.mark.parametrize(
        ("ratio", "paid", "standard", "benefit"),
        [
            (1, 35_000, 35_000, 31_500),  # 治療用装具
            (2, 35_000, 35_000, 28_000),
            (3, 35_000, 35_000, 24_500),
            (1, 35_000, 30_000, 27_000),  # the assessed cost is less
            (1, 20_000, 30_000, 18_000),  # no more than was paid
            (1, 10_005, 10_005, 9_004),  # under 1 yen is cut
            (1, 0, 0, 0),
        ],
    )
    def test_the_assessed_cost_less_the_share(
        self, ratio: int, paid: int, standard: int, benefit: int
    ) -> None:
        found = medical_expense(Expense(ExpenseKind.BRACE, paid, standard), ratio)
        assert (found.outcome, found.benefit) == (ExpenseOutcome.PAID, benefit)
        assert found.share + found.benefit == found.base == min(paid, standard)

    @pytest.mark.parametrize(
        ("facts", "outcome"),
        [
            ({"insured": False, "necessary": False}, ExpenseOutcome.NOT_INSURED),
            ({"lapsed": True}, ExpenseOutcome.LAPSED),
            ({"necessary": False}, ExpenseOutcome.NOT_NECESSARY),
        ],
    )
    def test_not_paid(self, facts: dict[str, bool], outcome: ExpenseOutcome) -> None:
        expense = Expense(ExpenseKind.ABROAD, 1_000, 1_000, **facts)
        found = medical_expense(expense, 1)
        assert (found.outcome, found.benefit, found.share) == (outcome, 0, 1_000)

    @pytest.mark.parametrize(
        ("ratio", "paid", "code"),
        [
            (0, 1, "copay.ratio_impossible"),
            (4, 1, "copay.ratio_impossible"),
            (1, -1, "benefits.expense_impossible"),
        ],
    )
    def test_what_cannot_be(self, ratio: int, paid: int, code: str) -> None:
        with pytest.raises(UserError) as caught:
            medical_expense(Expense(ExpenseKind.BLOOD, paid, 1), ratio, person="P1")
        assert caught.value.code == code
        assert "P1" in caught.value.message

    @given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(1, 3))
    def test_never_more_than_the_law_and_within_a_yen_of_it(
        self, paid: int, standard: int, ratio: int
    ) -> None:
        found = medical_expense(Expense(ExpenseKind.BONESETTER, paid, standard), ratio)
        exact = Fraction(found.base * (10 - ratio), 10)
        assert 0 <= exact - found.benefit < 1
        more = medical_expense(Expense(ExpenseKind.BONESETTER, paid, standard + 1), ratio)
        assert more.benefit >= found.benefit


class TestTransport:
    def test_the_whole_of_the_cheapest_usual_way(self) -> None:
        found = transport_benefit(Transport(48_000, 32_500, True, True, True))
        assert (found.outcome, found.benefit) == (ExpenseOutcome.PAID, 32_500)
        assert transport_benefit(Transport(20_000, 32_500, True, True, True)).benefit == 20_000

    @pytest.mark.parametrize("missing", [0, 1, 2])
    def test_all_three_grounds_are_needed(self, missing: int) -> None:
        grounds = [place != missing for place in range(3)]
        found = transport_benefit(Transport(48_000, 32_500, *grounds))
        assert (found.outcome, found.benefit) == (ExpenseOutcome.NOT_NECESSARY, 0)

    def test_below_nothing(self) -> None:
        with pytest.raises(UserError) as caught:
            transport_benefit(Transport(1, -1, True, True, True), person="P1")
        assert caught.value.code == "benefits.expense_impossible"


class TestThirdParty:
    @pytest.mark.parametrize(
        ("case", "relieved", "claim"),
        [
            (ThirdPartyCase(800_000), 0, 800_000),
            (ThirdPartyCase(800_000, own_fault=300), 0, 560_000),
            (ThirdPartyCase(800_000, own_fault=1000), 0, 0),
            (ThirdPartyCase(800_000, received=200_000), 200_000, 600_000),
            (ThirdPartyCase(800_000, received=900_000), 800_000, 0),
            (ThirdPartyCase(800_000, own_fault=300, received=200_000), 200_000, 420_000),
            # a settlement for less binds the union as far as it goes
            (ThirdPartyCase(800_000, settled_for=500_000), 0, 500_000),
            (ThirdPartyCase(800_000, received=500_000, settled_for=500_000), 500_000, 0),
            (ThirdPartyCase(800_000, settled_for=2_000_000), 0, 800_000),
        ],
    )
    def test_the_unions_claim(self, case: ThirdPartyCase, relieved: int, claim: int) -> None:
        found = third_party_claim(case)
        assert (found.relieved, found.claim) == (relieved, claim)

    @pytest.mark.parametrize(
        "case",
        [
            ThirdPartyCase(-1),
            ThirdPartyCase(1, own_fault=1001),
            ThirdPartyCase(1, own_fault=-1),
            ThirdPartyCase(1, received=-1),
            ThirdPartyCase(1, settled_for=-1),
        ],
    )
    def test_what_cannot_be(self, case: ThirdPartyCase) -> None:
        with pytest.raises(UserError) as caught:
            third_party_claim(case, person="P1")
        assert caught.value.code == "benefits.third_party_impossible"
        assert "P1" in caught.value.message

    @given(
        st.integers(0, 10**7),
        st.integers(0, 999),
        st.integers(0, 10**7),
        st.none() | st.integers(0, 10**7),
    )
    def test_claim_and_relief_never_exceed_what_was_paid_and_fault_never_helps(
        self, benefits: int, fault: int, received: int, settled: int | None
    ) -> None:
        found = third_party_claim(ThirdPartyCase(benefits, fault, received, settled))
        assert 0 <= found.claim <= benefits - found.relieved <= benefits
        more = third_party_claim(ThirdPartyCase(benefits, fault + 1, received, settled))
        assert more.claim <= found.claim


class TestCopayExemption:
    def test_a_disaster_in_osaka_frees_for_six_months(self) -> None:
        rule = copay_exemption_rule(tables(), "27", CopayCause.DISASTER, DAY)
        granted = grant(rule, DAY, 6)
        assert (granted.start, granted.end) == (DAY, date(2026, 11, 9))
        free = exempted_share(granted, 12_340, 2, date(2026, 11, 9))
        assert (free.share, free.exempted, free.payable) == (2_470, 2_470, 0)
        after = exempted_share(granted, 12_340, 2, date(2026, 11, 10))
        assert (after.exempted, after.payable) == (0, 2_470)
        assert free.unconfirmed == ()

    def test_only_a_deferral_takes_nothing_off_and_names_what_nobody_read(self) -> None:
        rule = copay_exemption_rule(tables(), "15", CopayCause.BUSINESS, DAY)
        found = exempted_share(grant(rule, DAY, 3), 12_340, 1, DAY)
        assert (found.exempted, found.payable) == (0, 1_230)
        assert [row.table for row in found.unconfirmed] == ["copay_exemptions"]

    @pytest.mark.parametrize("months", [0, 7])
    def test_more_months_than_the_union_grants(self, months: int) -> None:
        rule = copay_exemption_rule(tables(), "27", CopayCause.DISASTER, DAY)
        with pytest.raises(UserError) as caught:
            grant(rule, DAY, months, person="P1")
        assert caught.value.code == "copay.exemption_months"
        assert "P1" in caught.value.message

    def test_a_union_without_rows_is_refused(self) -> None:
        with pytest.raises(NoRowError):
            copay_exemption_rule(tables(), "23", CopayCause.DISASTER, DAY)

    @given(st.integers(0, 10**6), st.integers(1, 3), st.integers(0, 1000))
    def test_what_is_paid_is_whole_tens_and_never_more_than_the_share(
        self, cost: int, ratio: int, permille: int
    ) -> None:
        rule = CopayExemptionRule("disaster", permille, 6)
        found = exempted_share(grant(rule, DAY, 6), cost, ratio, DAY)
        assert found.payable % 10 == 0
        assert found.exempted + found.payable == found.share
        assert 0 <= found.payable <= found.share
