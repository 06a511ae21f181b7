"""高額療養費, yearly limits, 高額介護合算: DOMAIN 3.5-3.9 (B1-B10), trap 5, beyond the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.rules.benefits.combined import CombinedBenefit, MedicalBurden, combined_benefit
from app.rules.benefits.monthly import (
    HouseholdBenefit,
    PersonMonth,
    Treatment,
    apportion,
    monthly_benefit,
)
from app.rules.benefits.tables import combined_limits, month_limits, year_limits, year_rule
from app.rules.benefits.yearly import (
    BurdenMonth,
    YearBenefit,
    yearly_benefit,
    yearly_outpatient_benefit,
)
from app.rules.money import one_percent
from tests.support.levy import last_day, tables

JULY, AUGUST = date(2026, 7, 15), date(2026, 8, 15)
CLASSES = [
    "earner3",
    "earner2",
    "earner1",
    "general2",
    "general1",
    "low2",
    "low1",
    "low1_pension",
    "low1_border",
]


def outpatient(copay: int, cost: int | None = None) -> Treatment:
    return Treatment(False, copay * 10 if cost is None else cost, copay)


def inpatient(copay: int, cost: int | None = None) -> Treatment:
    return Treatment(True, copay * 10 if cost is None else cost, copay)


def person(*treatments: Treatment, key: str = "A", half: bool = False) -> PersonMonth:
    return PersonMonth(key, treatments, half)


def benefit(
    limit_class: str, month: date, *persons: PersonMonth, earlier: int = 0
) -> HouseholdBenefit:
    return monthly_benefit(month_limits(tables(), limit_class, month), persons, earlier)


class TestMonth:
    @pytest.mark.parametrize("limit_class", ["general1", "general2"])
    def test_b1(self, limit_class: str) -> None:
        result = benefit(limit_class, AUGUST, person(outpatient(30_000)))
        assert (result.persons[0].outpatient_limit, result.benefit) == (22_000, 8_000)
        assert not result.counts

    def test_b2(self) -> None:
        result = benefit(
            "general1",
            AUGUST,
            person(outpatient(30_000)),
            person(outpatient(30_000), key="B"),
        )
        assert (result.left, result.limit, result.household_benefit) == (44_000, 61_500, 0)
        assert result.benefit == 16_000

    @pytest.mark.parametrize(
        ("case", "limit_class", "month", "limit"),
        [
            ("B4", "earner1", AUGUST, 92_940),
            ("B6", "earner2", AUGUST, 183_130),
            ("B7", "earner3", AUGUST, 271_290),
            ("B8", "earner1", JULY, 87_430),
        ],
    )
    def test_one_percent(self, case: str, limit_class: str, month: date, limit: int) -> None:
        result = benefit(limit_class, month, person(inpatient(300_000, 1_000_000)))
        assert result.limit == limit, case
        assert result.benefit == 300_000 - limit

    def test_b4_gives_back_207_060(self) -> None:
        result = benefit("earner1", AUGUST, person(outpatient(300_000, 1_000_000)))
        assert result.persons[0].outpatient_limit is None
        assert (result.benefit, result.counts) == (207_060, True)

    def test_b5(self) -> None:
        result = benefit("general1", JULY, person(outpatient(30_000)))
        assert (result.persons[0].outpatient_limit, result.benefit) == (18_000, 12_000)

    def test_b10(self) -> None:
        """The fourth month in twelve: three that count went before."""
        fourth = benefit("low2", AUGUST, person(inpatient(40_000)), earlier=3)
        assert (fourth.repeated, fourth.limit, fourth.benefit) == (True, 24_600, 15_400)
        third = benefit("low2", AUGUST, person(inpatient(40_000)), earlier=2)
        assert (third.repeated, third.limit, third.benefit) == (False, 25_700, 14_300)

    @pytest.mark.parametrize(("copay", "counts"), [(61_500, False), (61_501, True)])
    def test_one_yen_over_the_household_limit_counts(self, copay: int, counts: bool) -> None:
        assert benefit("general1", AUGUST, person(inpatient(copay))).counts is counts

    def test_low2_had_no_repeated_limit_before_august(self) -> None:
        result = benefit("low2", JULY, person(inpatient(40_000)), earlier=3)
        assert (result.repeated, result.limit) == (False, 24_600)

    def test_repeated_limit_of_earners_has_no_one_percent(self) -> None:
        result = benefit("earner3", AUGUST, person(inpatient(600_000, 2_000_000)), earlier=3)
        assert result.limit == 140_100

    def test_of_the_one_percent_under_50_sen_is_cut_and_50_sen_is_a_yen(self) -> None:
        """健保令42条, 国保令29条の3第4項, 高確令15条."""
        for cost, extra in (
            (286_000, 0),
            (286_049, 0),
            (286_050, 1),
            (286_149, 1),
            (286_150, 2),
            (100_000, 0),
        ):
            result = benefit("earner1", AUGUST, person(inpatient(85_000, cost)))
            assert result.limit == 85_800 + extra, cost

    @pytest.mark.parametrize(
        ("limit_class", "month", "cost", "limit"),
        [
            ("earner1", AUGUST, 500_050, 87_941),
            ("earner2", AUGUST, 1_000_050, 183_131),
            ("earner3", AUGUST, 1_000_049, 271_290),
            ("earner1", JULY, 1_000_050, 87_431),
            ("earner2", JULY, 1_000_049, 171_820),
            ("earner3", JULY, 1_000_050, 254_181),
        ],
    )
    def test_half_a_yen_in_both_tables(
        self, limit_class: str, month: date, cost: int, limit: int
    ) -> None:
        result = benefit(limit_class, month, person(inpatient(300_015, cost)))
        assert (result.limit, result.benefit) == (limit, 300_015 - limit)

    def test_outpatient_first_then_the_household_with_inpatients(self) -> None:
        result = benefit(
            "general1",
            AUGUST,
            person(outpatient(30_000), inpatient(57_600)),
            person(outpatient(12_000), key="B"),
        )
        first, second = result.persons
        assert (first.outpatient_benefit, first.left, second.left) == (8_000, 79_600, 12_000)
        assert result.household_benefit == 91_600 - 61_500
        assert result.benefit == 8_000 + 30_100
        assert first.household_share + second.household_share == 30_100

    def test_relief_of_two_tenths_until_september_2025(self) -> None:
        """DOMAIN 3.2: 6,000 + (cost − 30,000) × 10 %, or 18,000; the lower."""

        def limit(cost: int, month: date) -> int | None:
            care = person(outpatient(cost // 5, cost))
            return benefit("general2", month, care).persons[0].outpatient_limit

        september, october = date(2025, 9, 1), date(2025, 10, 1)
        assert limit(80_000, september) == 11_000
        assert limit(30_000, september) == 6_000
        assert limit(149_990, september) == 17_999
        assert limit(300_000, september) == 18_000
        assert limit(80_000, october) == 18_000
        assert month_limits(tables(), "general1", september).relief_base is None

    def test_the_relief_looks_only_at_what_no_fund_and_no_disease_touches(self) -> None:
        """Case 16 from the copays: 10,000 of 50,000 plain, 5,000 left by a fund of 40,000."""
        care = (outpatient(10_000, 50_000), Treatment(False, 40_000, 5_000, apart=True))
        (steps,) = benefit("general2", date(2025, 9, 1), person(*care)).persons
        assert (steps.outpatient_limit, steps.outpatient_benefit) == (13_000, 2_000)
        both = (outpatient(21_000, 105_000), Treatment(False, 35_000, 5_000, apart=True))
        (steps,) = benefit("general2", date(2025, 9, 1), person(*both)).persons
        assert (steps.outpatient_limit, steps.outpatient_benefit) == (18_000, 8_000)


class TestHalfMonth:
    """DOMAIN 3.7: the month of the 75th birthday."""

    def test_general_outpatient_11_000_and_30_750(self) -> None:
        result = benefit(
            "general1", AUGUST, person(outpatient(30_000), inpatient(40_000), half=True)
        )
        (steps,) = result.persons
        assert (steps.outpatient_limit, steps.outpatient_benefit) == (11_000, 19_000)
        assert (steps.half_limit, steps.half_benefit) == (30_750, 51_000 - 30_750)
        assert (result.benefit, result.counts) == (19_000 + 20_250, True)

    def test_earner1_42_900_and_one_percent_above_143_000(self) -> None:
        result = benefit("earner1", AUGUST, person(inpatient(90_000, 300_000), half=True))
        assert result.persons[0].half_limit == 42_900 + 1_570

    @pytest.mark.parametrize(
        ("half", "cost", "pays"),
        [
            (False, 20_000, 4_000),
            (False, 200_000, 18_000),
            (False, 80_000, 11_000),
            (False, 130_000, 16_000),
            (True, 100_000, 9_000),
            (True, 40_000, 7_000),
            (True, 50_000, 8_000),
        ],
    )
    def test_relief_cases_1_to_7_of_the_ministry(self, half: bool, cost: int, pays: int) -> None:
        """計算事例集 (令和5年4月): only the 18,000 is halved, the relief (1割 + 3,000) is not."""
        care = person(outpatient(cost // 5, cost), half=half)
        result = benefit("general2", date(2025, 9, 1), care)
        assert cost // 5 - result.benefit == pays

    def test_half_a_yen_in_the_half_month(self) -> None:
        """42,900 + (300,050 − 143,000) × 1 % = 1,570.5."""
        result = benefit("earner1", AUGUST, person(inpatient(90_000, 300_050), half=True))
        assert result.persons[0].half_limit == 42_900 + 1_571
        july = benefit("earner1", JULY, person(inpatient(90_000, 300_050), half=True))
        assert july.persons[0].half_limit == 40_050 + 1_666  # (300,050 − 133,500) × 1 % = 1,665.5

    def test_only_the_person_concerned_has_half(self) -> None:
        result = benefit(
            "general1",
            AUGUST,
            person(outpatient(30_000), half=True),
            person(outpatient(30_000), key="B"),
        )
        assert [each.outpatient_limit for each in result.persons] == [11_000, 22_000]
        assert [each.half_limit for each in result.persons] == [30_750, None]


class TestLimitsOfTheMonth:
    @pytest.mark.parametrize("limit_class", CLASSES)
    def test_beyond_the_last_row_is_refused_for_every_class(self, limit_class: str) -> None:
        last = last_day("high_cost_limits", limit_class=limit_class)
        assert month_limits(tables(), limit_class, last).household > 0
        beyond = last + timedelta(days=1)
        with pytest.raises(UserError) as caught:
            month_limits(tables(), limit_class, beyond)
        assert caught.value.code == "benefits.no_limits"
        assert f"{beyond:%Y年%m月}" in caught.value.message
        assert limit_class in caught.value.message

    def test_the_month_of_treatment_counts_not_the_day(self) -> None:
        for day in (date(2026, 8, 1), date(2026, 8, 31)):
            assert month_limits(tables(), "general1", day).household == 61_500
        assert month_limits(tables(), "general1", date(2026, 7, 31)).household == 57_600

    def test_an_unknown_class_is_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            month_limits(tables(), "B04", AUGUST)
        assert caught.value.code == "benefits.no_limits"


# outpatient, household, 1 % above, repeated, outpatient year, year, year with low income
DOMAIN_3_5 = {
    "earner3": (None, 252_600, 842_000, 140_100, None, None, None),
    "earner2": (None, 167_400, 558_000, 93_000, None, None, None),
    "earner1": (None, 80_100, 267_000, 44_400, None, None, None),
    "general2": (18_000, 57_600, None, 44_400, 144_000, None, None),
    "general1": (18_000, 57_600, None, 44_400, 144_000, None, None),
    "low2": (8_000, 24_600, None, None, 144_000, None, None),
    "low1": (8_000, 15_000, None, None, 144_000, None, None),
    "low1_pension": (8_000, 15_000, None, None, 144_000, None, None),
    "low1_border": (8_000, 15_000, None, None, 144_000, None, None),
}
DOMAIN_3_6 = {
    "earner3": (None, 270_300, 901_000, 140_100, None, 1_680_000, None),
    "earner2": (None, 179_100, 597_000, 93_000, None, 1_110_000, None),
    "earner1": (None, 85_800, 286_000, 44_400, None, 530_000, None),
    "general2": (22_000, 61_500, None, 44_400, 216_000, 530_000, 410_000),
    "general1": (22_000, 61_500, None, 44_400, 216_000, 530_000, 410_000),
    "low2": (11_000, 25_700, None, 24_600, 96_000, 290_000, None),
    "low1": (8_000, 15_700, None, None, None, 180_000, None),
    "low1_pension": (8_000, 15_700, None, None, None, 180_000, None),
    "low1_border": (8_000, 15_700, None, None, None, 180_000, None),
}


@pytest.mark.parametrize("limit_class", CLASSES)
@pytest.mark.parametrize(
    ("printed", "days"),
    [
        (DOMAIN_3_5, (date(2025, 10, 1), date(2026, 7, 31))),
        (DOMAIN_3_6, (date(2026, 8, 1), date(2027, 7, 31))),
    ],
    ids=["DOMAIN_3_5", "DOMAIN_3_6"],
)
def test_every_limit_is_that_of_the_leaflet(
    limit_class: str, printed: dict[str, tuple[int | None, ...]], days: tuple[date, date]
) -> None:
    for day in days:
        row = tables()["high_cost_limits"].at(day, limit_class=limit_class)
        columns = (
            "outpatient",
            "household",
            "one_percent_over",
            "repeated",
            "outpatient_year",
            "year",
            "year_low_income",
        )
        assert tuple(row[column] for column in columns) == printed[limit_class]
        assert row.number("repeated_after") == 3


def outpatient_year(limit_class: str, of: int, burdens: list[int]) -> YearBenefit:
    limits, rule = year_limits(tables(), limit_class, of), year_rule(tables(), of)
    return yearly_outpatient_benefit(limits, rule, map(BurdenMonth, burdens))


def year(limit_class: str, of: int, burdens: list[int], **options: bool) -> YearBenefit:
    limits, rule = year_limits(tables(), limit_class, of), year_rule(tables(), of)
    return yearly_benefit(limits, rule, map(BurdenMonth, burdens), **options)


class TestYear:
    @pytest.mark.parametrize(
        ("limit_class", "year", "outpatient_year", "limit"),
        [
            ("general1", 2025, 144_000, None),
            ("general1", 2026, 216_000, 530_000),
            ("low2", 2025, 144_000, None),
            ("low1", 2025, 144_000, None),
            ("low1_pension", 2025, 144_000, None),
            ("low1_border", 2025, 144_000, None),
            ("low2", 2026, 96_000, 290_000),
            ("low1", 2026, None, 180_000),
            ("earner3", 2026, None, 1_680_000),
            ("earner2", 2026, None, 1_110_000),
            ("earner1", 2026, None, 530_000),
        ],
    )
    def test_limits(
        self, limit_class: str, year: int, outpatient_year: int | None, limit: int | None
    ) -> None:
        found = year_limits(tables(), limit_class, year)
        assert (found.outpatient_year, found.year) == (outpatient_year, limit)

    def test_the_last_day_of_the_period_decides(self) -> None:
        """一般Ⅱ exists from 2022-10: not on 2022-08-01, but on 2023-07-31."""
        assert year_limits(tables(), "general2", 2022).outpatient_year == 144_000
        with pytest.raises(UserError):
            year_limits(tables(), "general2", 2021)

    def test_what_is_over_is_given_back(self) -> None:
        assert outpatient_year("general1", 2026, [22_000] * 12).benefit == 264_000 - 216_000
        assert outpatient_year("general1", 2026, [18_000] * 12).benefit == 0
        assert year("general1", 2026, [44_400] * 12).benefit == 532_800 - 530_000
        low = year("general1", 2026, [44_400] * 12, low_income_confirmed=True)
        assert (low.limit, low.benefit) == (410_000, 122_800)

    def test_whoever_is_no_earner_on_31_july_has_the_yearly_outpatient_limit(self) -> None:
        """国保令29条の3第11項: 区分Ⅱ and Ⅰ too, who bore more as 一般 earlier in the period."""
        burdens = [18_000] * 7 + [8_000] * 5
        for limit_class in ("low2", "low1", "low1_pension", "low1_border", "general1", "general2"):
            found = outpatient_year(limit_class, 2025, burdens)
            assert (found.limit, found.benefit) == (144_000, 166_000 - 144_000)
        assert outpatient_year("earner1", 2025, burdens).benefit == 0

    def test_months_at_three_tenths_stay_out_of_the_outpatient_sum(self) -> None:
        limits, rule = year_limits(tables(), "general1", 2025), year_rule(tables(), 2025)
        months = [BurdenMonth(80_100, three_tenths=True)] * 2 + [BurdenMonth(18_000)] * 10
        found = yearly_outpatient_benefit(limits, rule, months)
        assert (found.burden, found.benefit) == (180_000, 36_000)

    def test_whether_they_count_in_the_yearly_limit_is_the_tables_word(self) -> None:
        limits, rule = year_limits(tables(), "general1", 2026), year_rule(tables(), 2026)
        months = [BurdenMonth(87_941, three_tenths=True)] + [BurdenMonth(44_400)] * 11
        with_them = yearly_benefit(limits, rule, months)
        assert (with_them.burden, with_them.benefit) == (576_341, 46_341)
        without = yearly_benefit(limits, replace(rule, year_with_three_tenths=False), months)
        assert (without.burden, without.benefit) == (488_400, 0)
        assert "year_sum_rules" in {each.table for each in with_them.unconfirmed}

    def test_the_sum_of_the_year_adds_months_that_were_rounded_one_by_one(self) -> None:
        paid = benefit("earner1", AUGUST, person(inpatient(150_015, 500_050)))
        found = year("earner1", 2026, [150_015 - paid.benefit] * 12)
        assert (found.burden, found.benefit) == (12 * 87_941, 12 * 87_941 - 530_000)

    def test_no_limit_gives_nothing(self) -> None:
        found = year("earner1", 2025, [500_000] * 12)
        assert (found.limit, found.benefit) == (None, 0)

    def test_beyond_the_table(self) -> None:
        for table, find in (
            ("high_cost_limits", year_limits),
            ("combined_care_limits", combined_limits),
        ):
            with pytest.raises(UserError) as caught:
                find(tables(), "low2", last_day(table, limit_class="low2").year)
            assert caught.value.code == "benefits.no_limits"


def combined(limit_class: str, medical: int, care: int, **options: bool) -> CombinedBenefit:
    limits = combined_limits(tables(), limit_class, 2026)
    return combined_benefit(limits, (MedicalBurden("39150001", medical),), care, **options)


class TestCombined:
    @pytest.mark.parametrize(
        ("limit_class", "limit"),
        [
            ("earner3", 2_120_000),
            ("earner2", 1_410_000),
            ("earner1", 670_000),
            ("general1", 560_000),
            ("general2", 560_000),
            ("low2", 310_000),
            ("low1", 190_000),
        ],
    )
    def test_limits(self, limit_class: str, limit: int) -> None:
        assert combined_limits(tables(), limit_class, 2026).limit == limit
        assert combined_limits(tables(), limit_class, 2025).limit == limit

    def test_paid_from_501_yen(self) -> None:
        assert combined("general1", 300_000, 260_500).medical_benefit == 0
        over = combined("general1", 300_000, 260_501)
        assert over.over == 501
        assert over.medical_benefit + over.care_benefit == 501
        assert over.medical_benefit == 501 * 300_000 // 560_501

    def test_both_burdens_are_needed(self) -> None:
        assert combined("low1", 600_000, 0).medical_benefit == 0

    def test_several_users_of_care_in_low1(self) -> None:
        one = combined("low1", 100_000, 300_000)
        assert (one.over, one.medical_benefit, one.care_benefit) == (210_000, 52_500, 157_500)
        several = combined("low1", 100_000, 300_000, several_care=True)
        assert (several.medical_benefit, several.care_benefit) == (52_500, 37_500)

    def test_whoever_became_75_within_the_year_had_two_medical_insurers(self) -> None:
        """560,000 is the limit: 240,000 over, by 120,000 : 280,000 : 400,000."""
        limits = combined_limits(tables(), "general1", 2026)
        burdens = (MedicalBurden("06150011", 120_000), MedicalBurden("39150001", 280_000))
        found = combined_benefit(limits, burdens, 400_000)
        assert (found.medical, found.over) == (400_000, 240_000)
        assert [share.benefit for share in found.shares] == [36_000, 84_000]
        assert (found.medical_benefit, found.care_benefit) == (120_000, 120_000)

    def test_a_fraction_of_a_yen_falls_on_the_care_side(self) -> None:
        limits = combined_limits(tables(), "general1", 2026)
        burdens = (MedicalBurden("A", 100_001), MedicalBurden("B", 200_003))
        found = combined_benefit(limits, burdens, 300_000)
        assert found.over == 40_004
        assert [share.benefit for share in found.shares] == [6_667, 13_334]
        assert found.care_benefit == 40_004 - 6_667 - 13_334

    def test_the_same_insurer_twice_and_a_burden_below_nothing_are_refused(self) -> None:
        limits = combined_limits(tables(), "general1", 2026)
        for burdens, care, code in (
            ((MedicalBurden("A", 1), MedicalBurden("A", 2)), 1, "benefits.insurer_twice"),
            ((MedicalBurden("A", -1),), 1, "benefits.burden_impossible"),
            ((MedicalBurden("A", 1),), -1, "benefits.burden_impossible"),
        ):
            with pytest.raises(UserError) as caught:
                combined_benefit(limits, burdens, care)
            assert caught.value.code == code


class TestBadInput:
    def test_nobody(self) -> None:
        with pytest.raises(UserError) as caught:
            benefit("low1", AUGUST)
        assert caught.value.code == "benefits.no_person"

    def test_twice(self) -> None:
        with pytest.raises(UserError) as caught:
            benefit("low1", AUGUST, person(), person())
        assert caught.value.code == "benefits.person_twice"
        assert "A" in caught.value.message

    @pytest.mark.parametrize("care", [Treatment(False, 100, 101), Treatment(True, 100, -1)])
    def test_copay_that_cannot_be(self, care: Treatment) -> None:
        with pytest.raises(UserError) as caught:
            benefit("low1", AUGUST, person(care, key="Q5"))
        assert caught.value.code == "benefits.copay_impossible"
        assert "Q5" in caught.value.message


TREATMENTS = st.builds(
    lambda inpatient, cost, ratio: Treatment(inpatient, cost, cost * ratio // 10),
    st.booleans(),
    st.integers(0, 5_000_000),
    st.integers(1, 3),
)
PEOPLE = st.lists(
    st.tuples(st.lists(TREATMENTS, max_size=4).map(tuple), st.booleans()), min_size=1, max_size=4
).map(lambda people: tuple(PersonMonth(f"P{number}", *each) for number, each in enumerate(people)))


@given(PEOPLE, st.sampled_from(CLASSES), st.sampled_from([JULY, AUGUST]), st.integers(0, 5))
def test_what_holds_for_every_month(
    people: tuple[PersonMonth, ...], limit_class: str, month: date, earlier: int
) -> None:
    result = benefit(limit_class, month, *people, earlier=earlier)
    paid = sum(each.copay for one in people for each in one.treatments)
    assert 0 <= result.benefit <= paid
    assert result.benefit == sum(each.benefit for each in result.persons)
    assert paid - result.benefit <= result.limit
    for each in result.persons:
        assert 0 <= each.benefit <= each.outpatient_copay + each.inpatient_copay
    backwards = benefit(limit_class, month, *people[::-1], earlier=earlier)
    assert {each.key: each for each in result.persons} == {
        each.key: each for each in backwards.persons
    }


@given(st.integers(0, 10**8))
def test_one_percent_is_the_nearest_yen_and_half_a_yen_goes_up(amount: int) -> None:
    lost = Fraction(amount, 100) - one_percent(amount)
    assert -Fraction(1, 2) <= lost < Fraction(1, 2)
    assert one_percent(amount) <= one_percent(amount + 1)


@given(
    st.lists(st.integers(0, 2_000_000), min_size=1, max_size=4),
    st.integers(1, 1_500_000),
    st.sampled_from(CLASSES),
)
def test_combined_over_several_insurers_loses_no_yen_and_follows_the_burdens(
    burdens: list[int], care: int, limit_class: str
) -> None:
    limits = combined_limits(tables(), limit_class, 2026)
    named = tuple(MedicalBurden(str(number), each) for number, each in enumerate(burdens))
    found = combined_benefit(limits, named, care)
    paid = sum(share.benefit for share in found.shares)
    assert found.medical_benefit == paid <= found.over
    assert found.medical_benefit + found.care_benefit in (0, found.over)
    for one in found.shares:
        assert 0 <= one.benefit <= one.burden
        for other in found.shares:
            if one.burden <= other.burden:
                assert one.benefit <= other.benefit


@given(st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_apportioning_loses_no_yen(amount: int, weights: list[int]) -> None:
    parts = apportion(amount, [(str(number), weight) for number, weight in enumerate(weights)])
    assert sum(parts) == (amount if sum(weights) else 0)
    assert all(part >= 0 for part in parts)


@given(
    st.integers(0, 3_000_000),
    st.integers(0, 3_000_000),
    st.sampled_from(CLASSES),
    st.booleans(),
)
def test_combined_never_pays_more_than_what_is_over(
    medical: int, care: int, limit_class: str, several: bool
) -> None:
    limits = combined_limits(tables(), limit_class, 2026)
    result = combined(limit_class, medical, care, several_care=several)
    assert 0 <= result.medical_benefit <= medical
    assert 0 <= result.care_benefit <= care
    assert result.medical_benefit + result.care_benefit <= result.over
    if result.over >= 501 and medical and care and not (several and limits.limit_several_care):
        assert result.medical_benefit + result.care_benefit == result.over
