"""公費 and 特定疾病 inside the share and inside 高額療養費: the ministry's collection of cases on
the 2割 share (計算事例集, 令和5年4月), cases 8 to 23 (DOMAIN 3.7)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.rules.benefits.monthly import PersonMonth, Treatment, monthly_benefit
from app.rules.benefits.public_funds import FundedCare, FundedMonth, month_with_funds
from app.rules.benefits.tables import disease_cap, month_limits, public_funds
from tests.support.levy import tables

MONTH = date(2023, 4, 1)
"""The relief of 2割 held."""


def pay(*cares: FundedCare, half: bool = False, ratio: int = 2, month: date = MONTH) -> FundedMonth:
    classes = {1: "general1", 2: "general2", 3: "earner1"}
    return month_with_funds(
        month_limits(tables(), classes[ratio], month),
        ratio,
        cares,
        public_funds(tables(), month),
        disease_cap(tables(), month),
        half=half,
        person="P1",
    )


def of_disease(cost: int) -> FundedCare:
    return FundedCare(cost, specified_disease=True)


def intractable(cost: int) -> FundedCare:
    return FundedCare(cost, "intractable", 5_000)


def hepatitis(cost: int) -> FundedCare:
    return FundedCare(cost, "hepatitis", 1_000)


def tuberculosis(cost: int) -> FundedCare:
    return FundedCare(cost, "tuberculosis")


def infection(cost: int) -> FundedCare:
    return FundedCare(cost, "infection")


PLAIN = FundedCare


@pytest.mark.parametrize(
    ("case", "cares", "half", "person", "insurer_leaves", "funds_bear"),
    [
        (1, (PLAIN(20_000),), False, 4_000, 4_000, 0),
        (2, (PLAIN(200_000),), False, 18_000, 18_000, 0),
        (3, (PLAIN(80_000),), False, 11_000, 11_000, 0),
        (4, (PLAIN(130_000),), False, 16_000, 16_000, 0),
        (5, (PLAIN(100_000),), True, 9_000, 9_000, 0),
        (6, (PLAIN(40_000),), True, 7_000, 7_000, 0),
        (7, (PLAIN(50_000),), True, 8_000, 8_000, 0),
        (8, (of_disease(150_000),), False, 10_000, 10_000, 0),
        (9, (of_disease(70_000),), True, 5_000, 5_000, 0),
        (10, (intractable(100_000),), False, 5_000, 18_000, 13_000),
        (11, (intractable(80_000),), False, 5_000, 16_000, 11_000),
        (12, (intractable(50_000),), True, 5_000, 9_000, 4_000),
        (15, (intractable(30_000), PLAIN(10_000)), False, 7_000, 8_000, 1_000),
        (16, (intractable(40_000), PLAIN(50_000)), False, 13_000, 16_000, 3_000),
        (17, (intractable(35_000), PLAIN(105_000)), False, 18_000, 20_000, 2_000),
        (18, (tuberculosis(60_000), PLAIN(80_000)), False, 14_000, 23_000, 9_000),
        (19, (intractable(40_000), hepatitis(35_000), PLAIN(45_000)), False, 13_500, 22_500, 9_000),
        (20, (intractable(32_000), hepatitis(20_000), PLAIN(96_000)), False, 18_000, 22_400, 4_400),
        (21, (of_disease(40_000),), False, 8_000, 8_000, 0),
        (22, (infection(85_000), PLAIN(25_000)), False, 5_000, 22_000, 17_000),
        (23, (infection(80_000), PLAIN(55_000)), False, 8_500, 24_500, 16_000),
    ],
)
def test_the_cases_of_the_ministry(
    case: int,
    cares: tuple[FundedCare, ...],
    half: bool,
    person: int,
    insurer_leaves: int,
    funds_bear: int,
) -> None:
    month = pay(*cares, half=half)
    assert month.person == person, case
    assert month.insurer_leaves == insurer_leaves, case
    assert sum(each.fund_bears for each in month.payments) == funds_bear, case


def test_case_14_rehabilitation_with_a_specified_disease() -> None:
    """更生医療 (limit 30,000) at 60,000: the cap leaves 10,000, the fund 1割 of the cost."""
    month = pay(FundedCare(60_000, "rehabilitation", 30_000, specified_disease=True))
    (only,) = month.payments
    assert (only.share, only.insurer, only.fund_bears, only.person) == (12_000, 2_000, 4_000, 6_000)


def test_the_parts_of_case_16() -> None:
    plain, funded = pay(intractable(40_000), PLAIN(50_000)).payments
    assert (plain.share, plain.insurer, plain.person) == (10_000, 2_000, 8_000)
    assert (funded.share, funded.fund_bears, funded.person) == (8_000, 3_000, 5_000)


def test_after_the_relief_ended_only_the_limit_is_left() -> None:
    assert pay(PLAIN(80_000), month=date(2025, 10, 1)).person == 16_000
    assert pay(intractable(80_000), month=date(2026, 8, 1)).person == 5_000
    assert pay(PLAIN(200_000), month=date(2026, 8, 1)).person == 22_000


def test_three_tenths_have_no_outpatient_limit_but_the_households() -> None:
    """現役並み: what one fund covers is limited alone by 80,100 + 1 %."""
    (funded,) = pay(intractable(1_000_000), ratio=3).payments
    assert (funded.share, funded.share - funded.insurer, funded.person) == (300_000, 87_430, 5_000)


def test_the_household_adds_what_the_person_paid() -> None:
    """Case 17 in the household with an inpatient: 18,000 goes into the sum, the fund's part not."""
    month = pay(intractable(35_000), PLAIN(105_000))
    care = (*month.treatments(), Treatment(True, 300_000, 60_000))
    result = monthly_benefit(
        month_limits(tables(), "general2", MONTH), (PersonMonth("P1", care),), 0
    )
    (steps,) = result.persons
    assert (steps.outpatient_copay, steps.outpatient_benefit) == (18_500, 500)
    assert steps.outpatient_copay - steps.outpatient_benefit == month.person
    assert (result.left, result.household_benefit) == (78_000, 78_000 - 57_600)


def test_an_inpatient_with_a_fund_is_limited_alone_by_the_households_limit() -> None:
    """難病, 400,000 at 2割: the insurer leaves 57,600, the fund 52,600 of it, the person 5,000."""
    month = pay(FundedCare(400_000, "intractable", 5_000, inpatient=True))
    (only,) = month.payments
    assert (only.share, only.share - only.insurer) == (80_000, 57_600)
    assert (only.fund_bears, only.person, month.person) == (52_600, 5_000, 5_000)
    assert month.treatments() == (Treatment(True, 400_000, 5_000, apart=True),)


def test_the_limit_on_the_funds_paper_holds_once_for_in_and_outpatient() -> None:
    month = pay(intractable(20_000), FundedCare(400_000, "intractable", 5_000, inpatient=True))
    assert sorted(each.person for each in month.payments) == [1_000, 4_000]
    assert month.person == 5_000


def test_the_cap_of_a_disease_holds_for_in_and_outpatient_apart() -> None:
    month = pay(of_disease(150_000), FundedCare(300_000, specified_disease=True, inpatient=True))
    assert [each.person for each in month.payments] == [10_000, 10_000]
    plain = pay(FundedCare(300_000, inpatient=True))
    assert plain.person == 60_000, "the household's limit comes later"


@pytest.mark.parametrize(
    ("code", "care"),
    [
        ("benefits.fund_unknown", FundedCare(1_000, "moon")),
        ("benefits.fund_limit_missing", FundedCare(1_000, "intractable")),
        ("benefits.cost_impossible", FundedCare(-1)),
        ("benefits.cost_impossible", FundedCare(1_000, "intractable", -1)),
    ],
)
def test_what_cannot_be_says_so_and_for_whom(code: str, care: FundedCare) -> None:
    with pytest.raises(UserError) as caught:
        pay(care)
    assert caught.value.code == code
    assert "P1" in caught.value.message


def test_the_rows_used_are_named() -> None:
    assert {row.table for row in pay(PLAIN(10)).unconfirmed} == {"high_cost_limits"}
    used = pay(infection(10), of_disease(10)).unconfirmed
    assert [row.table for row in used] == [
        "high_cost_limits",
        "public_funds",
        "specified_disease_caps",
    ]
    assert "感染症法37条" in used[1].source


CARES = st.lists(
    st.builds(
        lambda points, fund, disease, inpatient: FundedCare(
            points * 10, fund[0], fund[1], disease, inpatient
        ),
        st.integers(0, 50_000),
        st.sampled_from(
            [
                ("", None),
                ("", None),
                ("intractable", 5_000),
                ("intractable", 10_000),
                ("rehabilitation", 5_000),
                ("tuberculosis", None),
                ("hepatitis", 10_000),
                ("infection", None),
            ]
        ),
        st.booleans(),
        st.booleans(),
    ),
    max_size=5,
)


@given(CARES, st.sampled_from([1, 2, 3]), st.booleans())
def test_every_yen_of_the_share_is_borne_once(
    cares: list[FundedCare], ratio: int, half: bool
) -> None:
    month = pay(*cares, ratio=ratio, half=half)
    for each in month.payments:
        assert each.share == each.insurer + each.fund_bears + each.person
        assert min(each.insurer, each.fund_bears, each.person) >= 0
    assert month.person + month.over_limit == sum(each.person for each in month.payments)
    assert month == pay(*cares[::-1], ratio=ratio, half=half)
    if ratio != 3:
        inpatient = sum(each.person for each in month.payments if each.inpatient)
        assert month.person - inpatient <= (9_000 if half else 18_000)


@given(CARES, st.sampled_from([1, 2]), st.booleans())
def test_the_household_rule_finds_the_same_for_the_person(
    cares: list[FundedCare], ratio: int, half: bool
) -> None:
    """Two ways to one figure: the counter of the hospital and the monthly benefit."""
    month = pay(*cares, ratio=ratio, half=half)
    classes = {1: "general1", 2: "general2"}
    limits = month_limits(tables(), classes[ratio], MONTH)
    steps = monthly_benefit(limits, (PersonMonth("P1", month.treatments(), half),), 0).persons[0]
    after_outpatient = steps.outpatient_copay - steps.outpatient_benefit + steps.inpatient_copay
    assert after_outpatient == month.person


@given(CARES, st.integers(0, 4), st.integers(0, 5_000))
def test_more_treatment_never_costs_the_person_less(
    cares: list[FundedCare], place: int, more: int
) -> None:
    if not cares:
        return
    before = pay(*cares).person
    changed = list(cares)
    old = changed[place % len(cares)]
    changed[place % len(cares)] = FundedCare(
        old.cost + more * 10, old.fund, old.own_limit, old.specified_disease, old.inpatient
    )
    assert pay(*changed).person >= before
