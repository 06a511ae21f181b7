"""What holds for every household, not only for the examples (issue 3, Proof)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.tables import NoRowError
from app.rules.calendar.days import fiscal_period
from app.rules.eligibility.history import Period, check_history, months_charged
from app.rules.eligibility.reasons import AcquisitionReason, LossReason
from app.rules.income import Incomes, pension_income, salary_adjustment, salary_income
from app.rules.levy.months import liable_months
from app.rules.levy.premium import (
    HouseholdPremium,
    InsuredStatus,
    LevyHousehold,
    LevyMember,
    MonthOrder,
    assess,
)
from app.rules.levy.reduction import judge_income
from app.rules.levy.tables import pension_deduction, salary_deduction
from tests.support.levy import tables, year_of
from tests.support.soak import tries

YEN = st.integers(0, 30_000_000)
UNIONS = st.sampled_from([f"{number:02}" for number in range(1, 48)])
DAYS = st.dates(date(2014, 1, 1), date(2027, 3, 31))


@st.composite
def statuses(draw: st.DrawFn) -> InsuredStatus:
    acquired = draw(DAYS)
    lost = draw(st.none() | st.dates(acquired, date(2028, 3, 31)))
    return InsuredStatus(acquired, lost, former_dependant=draw(st.booleans()))


@st.composite
def members(draw: st.DrawFn, key: str) -> LevyMember:
    incomes = Incomes(
        pension=draw(YEN),
        salary=draw(YEN),
        business=draw(st.integers(-5_000_000, 10_000_000)),
        dividend=draw(st.integers(0, 500_000)),
        carried_loss=draw(st.integers(0, 2_000_000)),
        pension_revenue=draw(YEN),
    )
    born = draw(st.dates(date(1925, 1, 1), date(1961, 12, 31)))
    return LevyMember(key, born, incomes, draw(statuses()))


@st.composite
def households(draw: st.DrawFn) -> LevyHousehold:
    keys = [f"P{number}" for number in range(draw(st.integers(1, 4)))]
    return LevyHousehold("H", "P0", tuple(draw(members(key)) for key in keys))


def year(union: str):
    """A year in which no union has an open question: R7."""
    return year_of(union, 2025)


def by_key(result: HouseholdPremium) -> dict[str, object]:
    return {person.key: person for person in result.persons}


@given(UNIONS, households(), st.randoms(use_true_random=False))
def test_order_of_persons_does_not_matter(union: str, house: LevyHousehold, random) -> None:
    shuffled = list(house.members)
    random.shuffle(shuffled)
    one = assess(year(union), house)
    other = assess(year(union), replace(house, members=tuple(shuffled)))
    assert by_key(one) == by_key(other)
    assert one.judgement.income == other.judgement.income
    assert one.judgement.reduction == other.judgement.reduction


@given(UNIONS, households(), st.sampled_from([1, 10]), st.sampled_from(MonthOrder))
def test_amounts_are_whole_hundreds_within_the_ceiling(
    union: str, house: LevyHousehold, unit: int, order: MonthOrder
) -> None:
    rules = replace(year_of(union, 2026), component_unit=unit, month_order=order)
    rules = replace(rules, parts=tuple(replace(part, own_cuts=None) for part in rules.parts))
    for person in assess(rules, house).persons:
        assert person.amount == sum(part.amount for part in person.parts)
        for part in person.parts:
            assert 0 <= part.amount <= part.ceiling
            assert part.amount % 100 == 0
            assert part.before_cut - part.amount in range(100)
            assert part.per_capita <= part.per_capita_full
            assert part.income_based <= part.income_full
            assert (part.per_capita % unit, part.income_based % unit) == (0, 0)
            assert part.amount == 0 or part.months > 0
            assert 0 <= part.former_months <= part.months


@given(UNIONS, YEN, st.integers(0, 1_000_000), st.sampled_from([2024, 2025, 2026]))
def test_more_income_never_lowers_the_premium(
    union: str, income: int, more: int, fiscal_year: int
) -> None:
    """Monotone in income, with the whole chain of reductions, cuts and ceiling."""
    rules = year_of(union, fiscal_year)
    parts = tuple(
        replace(
            part,
            own_cuts=None if fiscal_year == 2026 else part.own_cuts,
            lower_rate=part.lower_rate if part.lower_rate and part.lower_rate.rate else None,
        )
        for part in rules.parts
    )
    rules = replace(rules, parts=parts)

    def premium(amount: int) -> int:
        member = LevyMember(
            "A", date(1945, 1, 1), Incomes(business=amount), InsuredStatus(date(2019, 1, 1))
        )
        return assess(rules, LevyHousehold("H", "A", (member,))).persons[0].amount

    assert premium(income) <= premium(income + more)


KINDS = {
    "pension": st.integers(0, 3_000_000),
    "business": st.integers(-5_000_000, 5_000_000),
    "real_estate": st.integers(-5_000_000, 5_000_000),
    "transfer": st.integers(0, 1_000_000),
    "carried_loss": st.integers(0, 3_000_000),
}
INCOMES = st.builds(Incomes, **KINDS)


@given(INCOMES, st.integers(0, 3_000_000), st.sampled_from(["business", "real_estate"]))
def test_what_a_family_helper_got_changes_no_judgement(
    incomes: Incomes, helper: int, kind: str
) -> None:
    """The one who paid 専従者給与 is judged as if he had kept it, whatever the losses (DOMAIN
    4.4)."""
    rule = year_of("15", 2026).reduction
    kept = judge_income(rule, "A", incomes, is_65=True)
    less = getattr(incomes, kind) - helper
    paid = replace(incomes, family_deduction=helper, **{kind: less})
    assert judge_income(rule, "A", paid, is_65=True) == kept
    got = replace(incomes, salary=helper, family_salary=helper)
    assert judge_income(rule, "A", got, is_65=True) == kept


@given(INCOMES, st.integers(0, 3_000_000))
def test_a_carried_loss_that_came_from_a_helper_changes_no_judgement(
    incomes: Incomes, helper: int
) -> None:
    rule = year_of("15", 2026).reduction
    plain = judge_income(rule, "A", incomes, is_65=True)
    more = replace(incomes, carried_loss=incomes.carried_loss + helper, carried_family=helper)
    assert judge_income(rule, "A", more, is_65=True) == plain


@given(INCOMES, st.sampled_from(sorted(KINDS)), st.integers(0, 2_000_000), st.booleans())
def test_the_judged_income_is_never_below_nothing_and_follows_each_kind(
    incomes: Incomes, kind: str, more: int, is_65: bool
) -> None:
    rule = year_of("15", 2026).reduction
    before = judge_income(rule, "A", incomes, is_65=is_65).income
    grown = replace(incomes, **{kind: getattr(incomes, kind) + more})
    after = judge_income(rule, "A", grown, is_65=is_65).income
    assert min(before, after) >= 0
    assert (after <= before) if kind == "carried_loss" else (before <= after)


@given(UNIONS, st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_a_householders_income_never_lowers_what_the_insured_pays(
    union: str, income: int, more: int
) -> None:
    def premium(of_son: int) -> int:
        mother = LevyMember("A", date(1940, 1, 1), Incomes(), InsuredStatus(date(2015, 1, 1)))
        son = LevyMember("S", date(1970, 1, 1), Incomes(salary=of_son))
        return assess(year(union), LevyHousehold("H", "S", (mother, son))).persons[0].amount

    assert premium(income) <= premium(income + more)


@given(DAYS, st.dates(date(2014, 1, 1), date(2029, 12, 31)), st.integers(2014, 2030))
def test_months_of_consecutive_years_add_up(acquired: date, lost: date, fiscal_year: int) -> None:
    """No month is lost or charged twice over the years, and none outside them."""
    if lost < acquired:
        acquired, lost = lost, acquired
    total = sum(liable_months(each, acquired, lost).count for each in range(2013, 2031))
    assert total == (lost.year - acquired.year) * 12 + lost.month - acquired.month
    months = liable_months(fiscal_year, acquired, lost)
    assert 0 <= months.first <= 11
    assert months.first + months.count <= 12


@settings(max_examples=tries(100, 20_000))
@given(
    st.integers(0, 15_000_000),
    st.integers(0, 1_000_000),
    st.sampled_from([0, 12_000_000, 25_000_000]),
    st.booleans(),
)
def test_pension_income_rises_with_revenue_and_never_exceeds_it(
    revenue: int, more: int, other: int, is_65: bool
) -> None:
    rule = pension_deduction(tables(), 2026, is_65=is_65)
    income = pension_income(rule, revenue, other)
    assert 0 <= income <= revenue
    assert income <= pension_income(rule, revenue + more, other)
    assert pension_income(rule, revenue, 0) <= income


@given(DAYS, st.integers(0, 800), st.integers(2013, 2028), st.booleans())
def test_months_of_the_premium_are_those_of_the_history(
    acquired: date, days: int, fiscal_year: int, counts: bool
) -> None:
    """Two ways of counting that know nothing of each other (104条, 月割)."""
    lost = acquired + timedelta(days)
    period = Period(acquired, AcquisitionReason.MOVE_IN, lost, LossReason.ABROAD)
    history = check_history([period], person="P1")
    months = months_charged(history, *fiscal_period(fiscal_year), same_month_counts=counts)
    liable = liable_months(fiscal_year, acquired, lost, same_month_counts=counts)
    assert liable.count == len(months)
    assert all((month.month - 4) % 12 >= liable.first for month in months)


@pytest.mark.parametrize(
    ("revenue", "income"),
    [
        (0, 0),
        (1_100_000, 0),
        (1_100_001, 1),
        (3_299_999, 2_199_999),
        (3_300_000, 2_200_000),
        (4_099_999, 2_799_999),
        (4_100_000, 2_800_000),
        (7_700_000, 5_860_000),
        (10_000_000, 8_045_000),
        (10_740_000, 8_785_000),
    ],
)
def test_pension_income_at_each_bracket(revenue: int, income: int) -> None:
    """DOMAIN 4.2: the brackets meet without a step."""
    assert pension_income(pension_deduction(tables(), 2026, is_65=True), revenue) == income


@pytest.mark.parametrize(
    ("fiscal_year", "revenue", "income"),
    [
        (2025, 550_000, 0),
        (2025, 550_999, 999),
        (2025, 1_618_999, 1_068_999),
        (2025, 1_619_000, 1_069_000),
        (2025, 1_620_000, 1_070_000),
        (2025, 1_622_000, 1_072_000),
        (2025, 1_624_000, 1_074_000),
        (2025, 1_627_999, 1_074_000),
        (2025, 1_628_000, 1_076_800),
        (2025, 1_799_999, 1_177_600),
        (2025, 1_800_000, 1_180_000),
        (2025, 3_600_000, 2_440_000),
        (2025, 3_603_999, 2_440_000),
        (2025, 3_604_000, 2_443_200),
        (2025, 6_599_999, 4_836_800),
        (2025, 6_600_000, 4_840_000),
        (2025, 8_500_000, 6_550_000),
        (2026, 650_000, 0),
        (2026, 1_899_999, 1_249_999),
        (2026, 1_900_000, 1_250_000),
        (2026, 3_599_999, 2_437_200),
        (2026, 6_600_000, 4_840_000),
        (2026, 10_000_000, 8_050_000),
    ],
)
def test_salary_income_at_each_bracket(fiscal_year: int, revenue: int, income: int) -> None:
    """The table of 所得税法別表第五, of the year before the levy."""
    assert salary_income(salary_deduction(tables(), fiscal_year), revenue) == income


@given(st.sampled_from([2021, 2025, 2026]), st.integers(0, 20_000_000), st.integers(0, 9_999))
def test_salary_income_rises_with_revenue(fiscal_year: int, revenue: int, more: int) -> None:
    rule = salary_deduction(tables(), fiscal_year)
    assert 0 <= salary_income(rule, revenue) <= salary_income(rule, revenue + more)
    assert salary_income(rule, revenue) <= revenue


@pytest.mark.parametrize(
    ("salary", "pension", "less"),
    [(0, 900_000, 0), (60_000, 30_000, 0), (60_000, 50_000, 10_000), (900_000, 900_000, 100_000)],
)
def test_adjustment_of_those_with_salary_and_pension(salary: int, pension: int, less: int) -> None:
    assert salary_adjustment(salary_deduction(tables(), 2026), salary, pension) == less


def test_salary_of_a_year_without_a_row_is_refused() -> None:
    with pytest.raises(NoRowError):
        salary_deduction(tables(), 2027)


def test_the_younger_have_a_smaller_deduction() -> None:
    rule = pension_deduction(tables(), 2026, is_65=False)
    assert pension_income(rule, 600_000) == 0
    assert pension_income(rule, 1_300_000) == 700_000
    assert pension_income(rule, 1_400_000, 10_000_001) == 875_000
