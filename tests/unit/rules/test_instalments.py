"""Instalments and pension deduction: DOMAIN 4.7 and 4.10 K2-K12."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.rules.calendar.days import BusinessCalendar
from app.rules.collection.instalments import (
    CollectionPattern,
    DeductionYear,
    Method,
    MethodReason,
    PensionFacts,
    RequestAnswer,
    Spread,
    answer_method_request,
    correct_deduction,
    decide_method,
    deduction_year,
    main_plan,
    mixed_year,
    ordinary_plan,
    provisional_plan,
    respread,
    split,
    starting_year,
)
from app.rules.collection.tables import collection_pattern, deduction_rule, pattern_of
from tests.support.levy import tables

DAY = date(2026, 4, 1)
PATTERNS = st.sampled_from(["8", "9", "10", "12"])
PREMIUMS = st.integers(0, 9_000).map(lambda hundreds: hundreds * 100)
MONTHS = st.integers(1, 12)


@cache
def calendar() -> BusinessCalendar:
    return BusinessCalendar.from_table(tables()["closed_days"])


def pattern(code: str, unit: int = 100) -> CollectionPattern:
    return pattern_of(tables(), code, unit, DAY)


def rule():
    return deduction_rule(tables(), DAY)


def amounts(spread: Spread) -> list[int]:
    return [instalment.amount for instalment in spread.instalments]


def plan(code: str, annual: int, first_month: int = 4) -> Spread:
    return ordinary_plan(pattern(code), 2026, annual, first_month, calendar())


class TestOrdinaryCollection:
    @pytest.mark.parametrize(
        ("case", "annual", "code", "expected"),
        [
            ("K2", 66_000, "8", [8_600] + [8_200] * 7),
            ("K3", 66_000, "9", [7_600] + [7_300] * 8),
            ("K5", 14_100, "8", [2_200] + [1_700] * 7),
            ("K6", 115_200, "8", [14_400] * 8),
            ("K6", 115_200, "9", [12_800] * 9),
        ],
    )
    def test_case(self, case: str, annual: int, code: str, expected: list[int]) -> None:
        assert amounts(plan(code, annual)) == expected, case

    def test_ten_periods_and_thousands(self) -> None:
        spread = ordinary_plan(pattern("10", 1_000), 2026, 66_500, 6, calendar())
        assert amounts(spread) == [12_500] + [6_000] * 9

    def test_due_on_the_last_day_of_the_month_or_the_next_working_day(self) -> None:
        dues = {instalment.month: instalment.due for instalment in plan("9", 90_000).instalments}
        assert dues[7] == date(2026, 7, 31)
        assert dues[10] == date(2026, 11, 2)  # 31 October 2026 is a Saturday
        assert dues[12] == date(2027, 1, 4)  # the office is closed from 29 December
        assert dues[1] == date(2027, 2, 1)

    def test_a_mid_year_levy_takes_the_periods_that_are_left(self) -> None:
        spread = plan("8", 47_900, first_month=12)
        assert [(each.number, each.month) for each in spread.instalments] == [
            (6, 12),
            (7, 1),
            (8, 2),
        ]
        assert amounts(spread) == [16_100, 15_900, 15_900]

    def test_after_the_last_period_all_falls_due_at_once(self) -> None:
        (extra,) = plan("8", 8_100, first_month=3).instalments
        assert (extra.month, extra.amount, extra.extra) == (3, 8_100, True)
        assert extra.number == 9

    def test_no_period_at_all_is_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            split(1_000, 0, 100)
        assert caught.value.code == "instalments.no_period"

    def test_patterns_of_known_municipalities_and_refusal_of_others(self) -> None:
        assert len(collection_pattern(tables(), "292109", 2026).months) == 8
        assert len(collection_pattern(tables(), "202037", 2026).months) == 9
        assert collection_pattern(tables(), "172111", 2026).provisional == 3
        assert collection_pattern(tables(), "142131", 2026).months[-1] == 3
        with pytest.raises(UserError) as caught:
            collection_pattern(tables(), "011002", 2026)
        assert caught.value.code == "collection.no_municipality"
        assert "011002" in caught.value.message


class TestProvisionalPeriods:
    """12期 with 暫定 4-6月 (能美市)."""

    def test_provisional_then_main(self) -> None:
        twelve = pattern("12")
        provisional = provisional_plan(twelve, 2026, 115_200, calendar())
        assert [(each.month, each.amount) for each in provisional] == [
            (4, 9_600),
            (5, 9_600),
            (6, 9_600),
        ]
        spread = main_plan(twelve, 2026, 120_000, provisional, calendar())
        assert amounts(spread) == [9_600] * 3 + [10_400] + [10_100] * 8
        assert sum(amounts(spread)) == 120_000
        assert [each.provisional for each in spread.instalments] == [True] * 3 + [False] * 9

    def test_more_provisional_than_premium_is_given_back(self) -> None:
        twelve = pattern("12")
        provisional = provisional_plan(twelve, 2026, 115_200, calendar())
        spread = main_plan(twelve, 2026, 14_100, provisional, calendar())
        assert spread.over == 28_800 - 14_100
        assert amounts(spread)[3:] == [0] * 9


class TestCorrection:
    def test_an_increase_goes_to_the_periods_that_are_left(self) -> None:
        before = plan("8", 66_000).instalments
        after = respread(pattern("8"), before, 70_000, date(2026, 10, 1))
        assert amounts(after) == [8_600, 8_200, 8_200, 9_000, 9_000, 9_000, 9_000, 9_000]

    def test_a_decrease_below_what_fell_due_is_over(self) -> None:
        before = plan("8", 66_000).instalments
        after = respread(pattern("8"), before, 20_000, date(2026, 10, 1))
        assert amounts(after)[3:] == [0] * 5
        assert after.over == 25_000 - 20_000

    def test_no_period_left(self) -> None:
        before = plan("8", 66_000).instalments
        with pytest.raises(UserError) as caught:
            respread(pattern("8"), before, 66_100, date(2027, 3, 20))
        assert caught.value.code == "instalments.no_period_left"
        assert "100円" in caught.value.message
        assert respread(pattern("8"), before, 65_000, date(2027, 3, 20)).over == 1_000
        same = respread(pattern("8"), before, 66_000, date(2027, 3, 20))
        assert (same.instalments, same.over) == (before, 0)


class TestMethod:
    @pytest.mark.parametrize(
        ("case", "facts", "reason"),
        [
            ("K10", PensionFacts(780_000, 130_000, True, 12_000, 15_000), "all_conditions"),
            ("K11", PensionFacts(180_000, 30_000, True, 10_000, 6_000), "over_share"),
            ("K12", PensionFacts(179_999, 29_999, True, 1_000, 1_000), "pension_too_small"),
            ("half", PensionFacts(180_000, 30_000, True, 10_000, 5_000), "all_conditions"),
            ("half+1", PensionFacts(180_000, 30_000, True, 10_000, 5_001), "over_share"),
            ("care", PensionFacts(780_000, 130_000, False, 0, 15_000), "care_not_deducted"),
        ],
    )
    def test_case(self, case: str, facts: PensionFacts, reason: str) -> None:
        decision = decide_method(rule(), facts)
        assert decision.reason is MethodReason(reason), case
        deducted = decision.reason is MethodReason.ALL_CONDITIONS
        assert decision.method is (Method.DEDUCTION if deducted else Method.ORDINARY)

    def test_k10_and_k11_carry_their_grounds(self) -> None:
        k10 = decide_method(rule(), PensionFacts(780_000, 130_000, True, 12_000, 15_000))
        assert (k10.together, k10.limit) == (27_000, 65_000)
        k11 = decide_method(rule(), PensionFacts(180_000, 30_000, True, 10_000, 6_000))
        assert (k11.together, k11.limit) == (16_000, 15_000)

    def test_request_to_pay_otherwise(self) -> None:
        assert answer_method_request(by_account=True, arrears=0) is RequestAnswer.ACCEPTED
        assert answer_method_request(by_account=False, arrears=0) is RequestAnswer.ONLY_BY_ACCOUNT
        assert answer_method_request(by_account=True, arrears=1) is RequestAnswer.IN_ARREARS


class TestDeduction:
    def test_k8(self) -> None:
        year = deduction_year(rule(), 115_200, 17_000)
        assert year.months == (
            (4, 17_000),
            (6, 17_000),
            (8, 17_000),
            (10, 21_400),
            (12, 21_400),
            (2, 21_400),
        )

    def test_the_rest_falls_on_october(self) -> None:
        year = deduction_year(rule(), 115_400, 17_000)
        assert [amount for _, amount in year.months[3:]] == [21_600, 21_400, 21_400]

    def test_more_provisional_than_premium_is_given_back(self) -> None:
        year = deduction_year(rule(), 40_000, 17_000)
        assert [amount for _, amount in year.months[3:]] == [0, 0, 0]
        assert year.over == 11_000

    @pytest.mark.parametrize(("start", "count"), [(4, 3), (6, 2), (8, 1)])
    def test_starting_in_april_june_august(self, start: int, count: int) -> None:
        year = starting_year(rule(), 115_200, 100_000, start)
        assert [amount for _, amount in year.months[:count]] == [16_600] * count
        assert year.months[0][0] == start
        assert year.total == 115_200

    def test_october_is_a_mixed_year_and_other_months_are_refused(self) -> None:
        for month in (5, 10):
            with pytest.raises(UserError) as caught:
                starting_year(rule(), 115_200, 100_000, month)
            assert caught.value.code == "instalments.start_month"
        mixed = mixed_year(rule(), pattern("8"), 2026, 115_200, 57_650, 7, calendar())
        assert [(each.month, each.amount) for each in mixed.ordinary] == [
            (7, 19_200),
            (8, 19_200),
            (9, 19_200),
        ]
        assert mixed.deductions == ((10, 19_200), (12, 19_200), (2, 19_200))
        with pytest.raises(UserError) as caught:
            mixed_year(rule(), pattern("8"), 2026, 115_200, 57_600, 10, calendar())
        assert caught.value.code == "instalments.no_period"

    def corrected(self, annual: int):
        year = deduction_year(rule(), 115_200, 17_000)
        return correct_deduction(year, annual, 10, pattern("8"), 2026, 12, calendar())

    def test_an_increase_is_collected_ordinarily_beside_the_deduction(self) -> None:
        mixed = self.corrected(121_200)
        assert sum(amount for _, amount in mixed.deductions) == 115_200
        assert [(each.month, each.amount) for each in mixed.ordinary] == [
            (12, 2_000),
            (1, 2_000),
            (2, 2_000),
        ]

    def test_a_decrease_stops_the_deduction(self) -> None:
        mixed = self.corrected(90_000)
        assert [month for month, _ in mixed.deductions] == [4, 6, 8, 10]
        assert sum(each.amount for each in mixed.ordinary) == 90_000 - 72_400
        assert mixed.over == 0

    def test_a_decrease_below_what_was_taken_is_refunded(self) -> None:
        mixed = self.corrected(67_100)
        assert (mixed.ordinary, mixed.over) == ((), 72_400 - 67_100)

    def test_unchanged_stays_unchanged(self) -> None:
        mixed = self.corrected(115_200)
        assert (len(mixed.deductions), mixed.ordinary, mixed.over) == (6, (), 0)


class TestNoYenIsLost:
    @given(st.integers(0, 2_000_000), st.integers(1, 12), st.sampled_from([1, 10, 100, 1_000]))
    def test_split(self, amount: int, count: int, unit: int) -> None:
        parts = split(amount, count, unit)
        assert (sum(parts), len(parts)) == (amount, count)
        assert all(part >= 0 and part % unit == 0 for part in parts[1:])
        assert len(set(parts[1:])) <= 1
        assert parts[0] >= parts[-1]
        assert parts[0] - parts[-1] < unit * count

    @given(PATTERNS, PREMIUMS, MONTHS)
    def test_instalments_add_up_to_the_year(self, code: str, annual: int, first: int) -> None:
        spread = plan(code, annual, first)
        assert sum(amounts(spread)) == annual
        dues = [each.due for each in spread.instalments]
        assert dues == sorted(set(dues))
        assert all(calendar().is_open(due) for due in dues)

    @given(PATTERNS, PREMIUMS, PREMIUMS, st.dates(date(2026, 4, 1), date(2027, 1, 31)))
    def test_a_correction_bills_the_new_premium(
        self, code: str, annual: int, new: int, day: date
    ) -> None:
        before = plan(code, annual).instalments
        after = respread(pattern(code), before, new, day)
        assert sum(amounts(after)) - after.over == new
        assert all(amount >= 0 for amount in amounts(after))
        for old, changed in zip(before, after.instalments, strict=True):
            assert old.due >= day or old == changed

    @given(PREMIUMS, PREMIUMS)
    def test_provisional_and_main_periods(self, previous: int, annual: int) -> None:
        twelve = pattern("12")
        provisional = provisional_plan(twelve, 2026, previous, calendar())
        spread = main_plan(twelve, 2026, annual, provisional, calendar())
        assert sum(amounts(spread)) - spread.over == annual

    @given(PREMIUMS, st.integers(0, 1_500).map(lambda n: n * 100), st.sampled_from([4, 6, 8]))
    def test_deductions(self, annual: int, february: int, start: int) -> None:
        for year in (
            deduction_year(rule(), annual, february),
            starting_year(rule(), annual, february * 6, start),
        ):
            assert year.total - year.over == annual
            assert all(amount >= 0 for _, amount in year.months)
            assert year.over == 0 or all(amount == 0 for _, amount in year.months[-3:])

    @given(PREMIUMS, PREMIUMS, st.sampled_from([4, 6, 8, 10, 12, 2]), MONTHS)
    def test_corrections_beside_a_deduction(
        self, annual: int, new: int, last: int, first: int
    ) -> None:
        year: DeductionYear = deduction_year(rule(), annual, annual // 600 * 100)
        mixed = correct_deduction(year, new, last, pattern("9"), 2026, first, calendar())
        taken = sum(amount for _, amount in mixed.deductions)
        billed = sum(each.amount for each in mixed.ordinary)
        assert taken + billed - mixed.over == new
        assert mixed.over == 0 or billed == 0

    @given(PREMIUMS, PREMIUMS, st.sampled_from(["8", "9", "10"]))
    def test_mixed_years(self, annual: int, ordinary: int, code: str) -> None:
        mixed = mixed_year(rule(), pattern(code), 2026, annual, ordinary, 7, calendar())
        taken = sum(amount for _, amount in mixed.deductions)
        assert taken + sum(each.amount for each in mixed.ordinary) == annual
        assert taken >= 0
