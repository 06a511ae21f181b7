"""The yearly premium: every numbered case of DOMAIN 4.10, each rounding trap, each refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import UserError
from app.rules.income import Incomes, MissingIncome
from app.rules.levy.months import LiableMonths
from app.rules.levy.premium import (
    InsuredStatus,
    LevyHousehold,
    LevyMember,
    MonthOrder,
    OwnCuts,
    PartRate,
    assess,
)
from app.rules.levy.reduction import ReductionClass
from tests.support.levy import (
    ACQUIRED,
    BORN,
    household,
    member_without,
    pensioner,
    single,
    year_of,
)

NARA, TOKYO, KANAGAWA, NIIGATA, SAITAMA = "29", "13", "14", "15", "11"


def refusal(code: str, year, house: LevyHousehold, **options) -> UserError:
    with pytest.raises(UserError) as caught:
        assess(year, house, **options)
    assert caught.value.code == code
    assert caught.value.message
    assert caught.value.remedy
    return caught.value


# per-capita share after reduction, income-based share, premium (medical part only, R3-R7)
PUBLISHED = {
    "P1": (SAITAMA, 2024, 1_530_000, 13_770, 0, 13_700),
    "P2": (SAITAMA, 2024, 1_680_000, 13_770, 12_630, 26_400),
    "P5": (SAITAMA, 2024, 2_400_000, 45_930, 78_560, 124_400),
    "P6": (SAITAMA, 2024, 3_000_000, 45_930, 132_740, 178_600),
    "P7": (SAITAMA, 2024, 10_740_000, 45_930, 754_450, 800_000),
    "P8": (NARA, 2023, 1_500_000, 15_150, 0, 15_100),
    "P10": (TOKYO, 2025, 2_000_000, 37_840, 45_449, 83_200),
    "P11": (TOKYO, 2025, 3_000_000, 47_300, 142_149, 189_400),
    "P12": (TOKYO, 2021, 2_600_000, 44_100, 93_304, 137_400),
    "P13": (KANAGAWA, 2023, 3_000_000, 43_100, 129_066, 172_100),
    "P38": (TOKYO, 2025, 1_530_000, 14_190, 0, 14_100),
}


@pytest.mark.parametrize("case", PUBLISHED)
def test_published_example(case: str) -> None:
    union, fiscal_year, pension, per_capita, income_based, premium = PUBLISHED[case]
    result = assess(year_of(union, fiscal_year), single(pension, fiscal_year)).persons[0]
    (medical,) = result.parts
    assert (medical.per_capita, medical.income_based) == (per_capita, income_based)
    assert result.amount == premium


def test_p7_older_group_has_the_lower_ceiling_of_r6_only() -> None:
    """P7: born by 1949-03-31, or disability recognised by 2025-03-31: 730,000 in R6."""
    year = year_of(SAITAMA, 2024)
    last_old, first_new = date(1949, 3, 31), date(1949, 4, 1)
    recognised = InsuredStatus(ACQUIRED, recognised_on=date(2025, 3, 31))
    late = InsuredStatus(ACQUIRED, recognised_on=date(2025, 4, 1))
    for born, status, ceiling in (
        (last_old, InsuredStatus(ACQUIRED), 730_000),
        (first_new, InsuredStatus(ACQUIRED), 800_000),
        (first_new, recognised, 730_000),
        (first_new, late, 800_000),
    ):
        house = single(10_740_000, 2024, born=born, insured=status)
        (medical,) = assess(year, house).persons[0].parts
        assert medical.per_capita + medical.income_based == 800_380
        assert medical.amount == ceiling
    old_in_r7 = assess(year_of(SAITAMA, 2025), single(10_740_000, 2025, born=last_old))
    assert old_in_r7.persons[0].amount == 800_000


def test_p10_page_without_reduction_is_the_plain_sum() -> None:
    """P10: the published page leaves the 2割 reduction out; both amounts are explained."""
    year = year_of(TOKYO, 2025)
    assert assess(year, single(2_000_000, 2025)).judgement.reduction is ReductionClass.TWO
    undeclared_spouse = member_without("B", MissingIncome.NOT_DECLARED)
    house = household(pensioner("A", 2_000_000, 2025), undeclared_spouse)
    plain = assess(year, house, accept_undeclared=True).persons[0]
    assert (plain.parts[0].per_capita, plain.parts[0].income_based) == (47_300, 45_449)
    assert plain.amount == 92_700


@pytest.mark.parametrize(
    ("reduction", "per_capita"),
    [(ReductionClass.SEVEN, 13_260), (ReductionClass.FIVE, 22_100), (ReductionClass.TWO, 35_360)],
)
def test_p14_reduced_per_capita_of_niigata_r7(reduction: ReductionClass, per_capita: int) -> None:
    pension = {
        ReductionClass.SEVEN: 1_680_000,
        ReductionClass.FIVE: 1_690_000,
        ReductionClass.TWO: 2_000_000,
    }[reduction]
    result = assess(year_of(NIIGATA, 2025), single(pension, 2025))
    assert result.judgement.reduction is reduction
    assert result.persons[0].parts[0].per_capita == per_capita


# union, pension, medical amount, child amount, total (R8)
COMPUTED = {
    "P20": (NIIGATA, 1_530_000, (13_776, 0, 13_700), (406, 0, 400), 14_100),
    "P21": (NIIGATA, 1_680_000, (13_776, 12_915, 26_600), (406, 390, 700), 27_300),
    "P23": (NIIGATA, 2_000_000, (39_360, 40_467, 79_800), (1_083, 1_222, 2_300), 82_100),
    "P25": (NIIGATA, 2_260_000, (49_200, 62_853, 112_000), (1_354, 1_898, 3_200), 115_200),
    "P26": (NIIGATA, 3_000_000, (49_200, 126_567, 175_700), (1_354, 3_822, 5_100), 180_800),
    "P27": (NIIGATA, 12_000_000, (49_200, 827_851, 850_000), (1_354, 24_999, 21_000), 871_000),
    "P28": (TOKYO, 3_000_000, (53_300, 145_236, 198_500), (1_300, 3_822, 5_100), 203_600),
    "P29": (KANAGAWA, 3_000_000, (52_531, 151_410, 203_900), (1_330, 3_675, 5_000), 208_900),
}


@pytest.mark.parametrize("case", COMPUTED)
def test_computed_example_of_r8(case: str) -> None:
    union, pension, medical, child, total = COMPUTED[case]
    result = assess(year_of(union, 2026), single(pension)).persons[0]
    got = [(part.per_capita, part.income_based, part.amount) for part in result.parts]
    assert got == [medical, child]
    assert result.amount == total


def test_p30_saitama_with_components_of_one_yen() -> None:
    year = replace(year_of(SAITAMA, 2026), component_unit=1)
    medical, child = assess(year, single(3_000_000)).persons[0].parts
    assert medical.annual == 191_873
    assert (medical.amount, child.amount) == (191_800, 5_000)


def former(acquired: date) -> InsuredStatus:
    return InsuredStatus(acquired, former_dependant=True)


def test_p32_former_dependant_pays_half_a_head_and_nothing_by_income() -> None:
    house = single(2_260_000, insured=former(date(2026, 4, 1)))
    result = assess(year_of(NIIGATA, 2026), house).persons[0]
    assert [part.former_per_capita for part in result.parts] == [24_600, 677]
    assert [part.income_based for part in result.parts] == [0, 0]
    assert [part.amount for part in result.parts] == [24_600, 600]
    assert result.amount == 25_200


def test_p33_seven_tenths_win_over_the_former_dependants_half() -> None:
    house = single(1_530_000, insured=former(date(2026, 4, 1)))
    result = assess(year_of(NIIGATA, 2026), house).persons[0]
    assert [part.former_per_capita for part in result.parts] == [13_776, 406]
    assert result.amount == 14_100


def test_p35_seven_months_of_the_year() -> None:
    """P35: died 2026-10-31, lost on 11-01: April to October."""
    status = InsuredStatus(ACQUIRED, lost=date(2026, 11, 1))
    result = assess(year_of(NIIGATA, 2026), single(2_260_000, insured=status)).persons[0]
    assert result.months == LiableMonths(0, 7)
    assert [part.before_cut for part in result.parts] == [65_364, 1_897]
    assert [part.amount for part in result.parts] == [65_300, 1_800]
    assert result.amount == 67_100


class TestRoundingTraps:
    """DOMAIN 9: (1) to (4); the others are with their rules."""

    def test_trap_1_each_part_is_cut_before_adding(self) -> None:
        result = assess(year_of(NIIGATA, 2026), single(3_000_000)).persons[0]
        uncut = sum(part.before_cut for part in result.parts)
        assert uncut == 180_943
        assert result.amount == 175_700 + 5_100 == 180_800

    def test_trap_2_saitama_cuts_each_component_to_ten_yen(self) -> None:
        ten = assess(year_of(SAITAMA, 2024), single(2_400_000, 2024)).persons[0].parts[0]
        one_year = replace(year_of(SAITAMA, 2024), component_unit=1)
        one = assess(one_year, single(2_400_000, 2024)).persons[0].parts[0]
        assert (ten.income_based, one.income_based) == (78_560, 78_561)

    def test_trap_2_the_ten_yen_cut_can_change_the_premium(self) -> None:
        """45,930 × 0.3 = 13,779; an income share of 12,629 would make 26,408 or 26,390."""
        year = year_of(SAITAMA, 2024)
        house = household(pensioner("A", 1_530_000, 2024, other=149_990))
        ten = assess(year, house).persons[0]
        one = assess(replace(year, component_unit=1), house).persons[0]
        assert (ten.parts[0].per_capita, ten.parts[0].income_based) == (13_770, 12_620)
        assert (one.parts[0].per_capita, one.parts[0].income_based) == (13_779, 12_629)
        assert (ten.amount, one.amount) == (26_300, 26_400)

    def test_trap_3_reduction_touches_the_head_not_the_income(self) -> None:
        medical = assess(year_of(NIIGATA, 2026), single(2_000_000)).persons[0].parts[0]
        assert medical.per_capita == 39_360
        assert medical.income_based == medical.income_full == 470_000 * 861 // 10_000

    def test_trap_4_months_before_or_after_the_cut(self) -> None:
        status = InsuredStatus(ACQUIRED, lost=date(2026, 7, 1))
        house = single(2_260_000, insured=status)
        months_first = assess(year_of(NIIGATA, 2026), house).persons[0].parts[1]
        cut_first_year = replace(year_of(NIIGATA, 2026), month_order=MonthOrder.CUT_FIRST)
        cut_first = assess(cut_first_year, house).persons[0].parts[1]
        assert (months_first.before_cut, cut_first.before_cut) == (813, 800)
        eleven = InsuredStatus(ACQUIRED, lost=date(2027, 3, 1))
        house = single(2_260_000, insured=eleven)
        months_first = assess(year_of(NIIGATA, 2026), house).persons[0].parts[0]
        cut_first = assess(cut_first_year, house).persons[0].parts[0]
        assert (months_first.amount, cut_first.amount) == (102_700, 102_600)


class TestReductionLines:
    """DOMAIN 4.4: each line is reached by "not more than"; one yen above it is the next class."""

    LINES = {
        2023: (430_000, 720_000, 965_000),
        2024: (430_000, 725_000, 975_000),
        2025: (430_000, 735_000, 990_000),
        2026: (430_000, 740_000, 1_000_000),
    }

    @pytest.mark.parametrize("fiscal_year", LINES)
    def test_lines_of_the_year(self, fiscal_year: int) -> None:
        year = year_of(NIIGATA, fiscal_year)
        classes = (ReductionClass.SEVEN, ReductionClass.FIVE, ReductionClass.TWO)
        for line, reached in zip(self.LINES[fiscal_year], classes, strict=True):
            at = assess(year, self.with_income(line)).judgement
            above = assess(year, self.with_income(line + 1)).judgement
            assert at.reduction is reached
            assert above.reduction < reached

    @staticmethod
    def with_income(income: int) -> LevyHousehold:
        return household(LevyMember("A", BORN, Incomes(business=income), InsuredStatus(ACQUIRED)))

    def test_two_earners_raise_every_line_by_100_000_yen(self) -> None:
        year = year_of(NIIGATA, 2026)
        one = assess(year, household(pensioner("A", 1_260_000), pensioner("B", 1_250_000)))
        two = assess(year, household(pensioner("A", 1_260_000), pensioner("B", 1_250_001)))
        assert (one.judgement.salaried, one.judgement.seven_line) == (1, 430_000)
        assert (two.judgement.salaried, two.judgement.seven_line) == (2, 530_000)
        assert two.judgement.five_line == 530_000 + 2 * 310_000
        assert two.judgement.two_line == 530_000 + 2 * 570_000

    def test_salary_line_and_pension_line_of_the_younger(self) -> None:
        year = year_of(NIIGATA, 2026)

        def salaried(born: date, **incomes: int) -> int:
            head = LevyMember("A", born, Incomes(**incomes))
            return assess(year, household(head, pensioner("B", 0))).judgement.salaried

        young = date(1970, 1, 1)
        assert salaried(young, salary_revenue=550_000) == 0
        assert salaried(young, salary_revenue=550_001) == 1
        assert salaried(young, pension_revenue=600_000) == 0
        assert salaried(young, pension_revenue=600_001) == 1
        assert salaried(date(1961, 1, 1), pension_revenue=1_250_000) == 0
        assert salaried(date(1961, 1, 2), pension_revenue=1_250_000) == 1

    def test_householder_counts_for_income_but_pays_nothing(self) -> None:
        year = year_of(NIIGATA, 2026)
        son = LevyMember("S", date(1975, 5, 5), Incomes(salary_revenue=6_000_000, salary=4_360_000))
        alone = assess(year, single(1_530_000))
        with_son = assess(year, household(son, pensioner("A", 1_530_000), householder="S"))
        assert alone.judgement.reduction is ReductionClass.SEVEN
        assert with_son.judgement.reduction is ReductionClass.NONE
        assert with_son.judgement.insured == 1
        assert [person.key for person in with_son.persons] == ["A"]

    def test_other_members_neither_count_nor_pay(self) -> None:
        year = year_of(NIIGATA, 2026)
        grandson = LevyMember(
            "G", date(2000, 5, 5), Incomes(salary_revenue=4_000_000, salary=2_760_000)
        )
        assert assess(year, household(pensioner("A", 1_530_000), grandson)) == assess(
            year, single(1_530_000)
        )

    def test_what_is_not_applied_for_the_judgement(self) -> None:
        """専従者控除 and 譲渡特別控除 are added back, 専従者給与 is left out (DOMAIN 4.4)."""
        year = year_of(NIIGATA, 2026)
        owner = LevyMember(
            "A",
            BORN,
            Incomes(business=100_000, family_deduction=500_000, transfer_deduction=20_000),
            InsuredStatus(ACQUIRED),
        )
        helper = LevyMember(
            "B", BORN, Incomes(salary=300_000, family_salary=300_000), InsuredStatus(ACQUIRED)
        )
        judgement = assess(year, household(owner, helper)).judgement
        assert [person.income for person in judgement.persons] == [620_000, 0]

    def test_a_loss_is_set_off_after_what_a_family_helper_got_is_added_back(self) -> None:
        """The ministry's notice of 2016-12-27: judged 0, not 1,350,000."""
        house = single(1_400_000, business=-2_000_000, family_deduction=1_500_000)
        result = assess(year_of(NIIGATA, 2026), house)
        assert result.judgement.income == 0
        assert result.judgement.reduction is ReductionClass.SEVEN
        assert result.persons[0].amount == 14_100

    @pytest.mark.parametrize("kind", ["business", "real_estate"])
    @pytest.mark.parametrize(
        ("loss", "judged"),
        [
            (2_000_000, 0),
            (1_650_000, 0),
            (1_649_999, 1),
            (1_500_000, 150_000),
            (1_000_000, 650_000),  # a loss smaller than what is added back
            (0, 1_650_000),
        ],
    )
    def test_any_loss_of_business_or_real_estate(self, kind: str, loss: int, judged: int) -> None:
        house = single(1_400_000, family_deduction=1_500_000, **{kind: -loss})
        assert assess(year_of(NIIGATA, 2026), house).judgement.income == judged

    def test_a_loss_carried_over_is_reckoned_anew(self) -> None:
        """Of 800,000 carried over, 500,000 arose only because a helper was paid; had the 15万 been
        taken off the pension in the year of the loss, it would be 150,000 more."""

        def judged(**carried: int) -> int:
            house = single(2_400_000, **carried)
            return assess(year_of(NIIGATA, 2026), house).judgement.income

        whole = 2_400_000 - 1_100_000 - 150_000
        assert judged() == whole
        assert judged(carried_loss=800_000) == whole - 800_000
        assert judged(carried_loss=800_000, carried_family=500_000) == whole - 300_000
        both = judged(carried_loss=800_000, carried_family=500_000, carried_special=150_000)
        assert both == whole - 450_000

    def test_the_base_of_the_premium_takes_the_loss_as_the_tax_does(self) -> None:
        plain = assess(year_of(NIIGATA, 2026), single(2_400_000, carried_loss=800_000))
        split = assess(
            year_of(NIIGATA, 2026), single(2_400_000, carried_loss=800_000, carried_family=800_000)
        )
        assert plain.persons[0].income == split.persons[0].income

    def test_more_cannot_come_from_a_helper_than_was_carried_over(self) -> None:
        house = single(2_400_000, carried_loss=100, carried_family=101)
        refusal("premium.income_impossible", year_of(NIIGATA, 2026), house)

    def test_special_deduction_never_exceeds_the_pension_income(self) -> None:
        year = year_of(NIIGATA, 2026)
        house = household(pensioner("A", 1_150_000, business=400_000))
        (judged,) = assess(year, house).judgement.persons
        assert (judged.pension_special, judged.income) == (50_000, 400_000)


class TestIncome:
    def test_retirement_income_never_counts_and_forestry_and_shares_do(self) -> None:
        year = year_of(NIIGATA, 2026)
        plain = assess(year, single(1_530_000)).persons[0]
        retired = assess(year, single(1_530_000, retirement=9_000_000)).persons[0]
        forester = assess(year, single(1_530_000, forestry=500_000, transfer=200_000)).persons[0]
        assert retired == plain
        assert forester.income.base == plain.income.base + 700_000

    def test_casualty_loss_is_not_taken_off_the_base(self) -> None:
        year = year_of(NIIGATA, 2026)
        with_loss = assess(year, single(3_000_000, casualty_loss=1_000_000))
        assert with_loss.persons[0].income.base == 1_470_000
        assert with_loss.judgement.income == 750_000

    @pytest.mark.parametrize(
        ("income", "deduction"),
        [
            (24_000_000, 430_000),
            (24_000_001, 290_000),
            (24_500_001, 150_000),
            (25_000_001, 0),
        ],
    )
    def test_basic_deduction_shrinks_with_income(self, income: int, deduction: int) -> None:
        house = household(LevyMember("A", BORN, Incomes(business=income), InsuredStatus(ACQUIRED)))
        result = assess(year_of(NIIGATA, 2026), house).persons[0].income
        assert (result.basic_deduction, result.base) == (deduction, income - deduction)

    def test_losses_within_and_across_years(self) -> None:
        house = household(pensioner("A", 3_000_000, business=-500_000, carried_loss=400_000))
        income = assess(year_of(NIIGATA, 2026), house).persons[0].income
        assert (income.combined, income.total, income.base) == (1_400_000, 1_000_000, 570_000)


class TestUnionsOwnRules:
    @pytest.mark.parametrize(
        ("pension", "cut", "income_based"),
        [
            (1_680_000, 500, 150_000 * 967 // 20_000),
            (1_680_001, 250, 150_001 * 967 * 3 // 40_000),
            (1_730_000, 250, 200_000 * 967 * 3 // 40_000),
            (1_730_001, 0, 200_001 * 967 // 10_000),
        ],
    )
    def test_tokyo_cuts_the_income_share_of_small_bases(
        self, pension: int, cut: int, income_based: int
    ) -> None:
        medical = assess(year_of(TOKYO, 2025), single(pension, 2025)).persons[0].parts[0]
        assert (medical.income_cut_permille, medical.income_based) == (cut, income_based)

    def test_whether_tokyo_cuts_in_r8_is_open_so_it_is_refused(self) -> None:
        year = year_of(TOKYO, 2026)
        error = refusal("premium.own_cut_open", year, single(1_730_000))
        assert "対象 A" in error.message
        assert assess(year, single(1_530_000)).persons[0].parts[0].income_based == 0
        assert assess(year, single(1_730_001)).persons[0].amount > 0
        decided = replace(
            year.parts[0], own_cuts=OwnCuts((150_000, 200_000), (500, 250), decided=True)
        )
        after = replace(year, parts=(decided, *year.parts[1:]))
        assert assess(after, single(1_730_000)).persons[0].parts[0].income_cut_permille == 250

    def test_the_lower_rate_of_r6_is_refused_where_it_is_not_known(self) -> None:
        hyogo = year_of("28", 2024)
        error = refusal("premium.lower_rate_open", hyogo, single(1_680_000, 2024))
        assert "28" in error.message
        at_line = household(pensioner("A", 1_530_000, 2024, other=580_000))
        refusal("premium.lower_rate_open", hyogo, at_line)
        above = household(pensioner("A", 1_530_000, 2024, other=580_001))
        assert assess(hyogo, above).persons[0].parts[0].income_rate == 11_240
        assert assess(hyogo, single(1_530_000, 2024)).persons[0].parts[0].income_based == 0

    @pytest.mark.parametrize(
        ("union", "rate"),
        [
            ("27", 10_940),
            ("23", 10_400),
            ("31", 9_830),
            ("42", 9_520),
            ("17", 9_410),
            ("13", 8_780),
        ],
    )
    def test_the_lower_rates_of_r6_that_are_public(self, union: str, rate: int) -> None:
        year = year_of(union, 2024)
        assert assess(year, single(1_680_000, 2024)).persons[0].parts[0].income_rate == rate

    def test_nagasaki_cuts_each_component_to_100_yen(self) -> None:
        """長崎市: the reduced 均等割 of R6・7 is 15,700, 26,200 and 41,900 yen."""
        year = year_of("42", 2025)
        for pension, amount in ((1_530_000, 15_700), (1_900_000, 26_200), (2_200_000, 41_900)):
            (part,) = assess(year, single(pension, 2025)).persons[0].parts
            assert part.per_capita == amount
            assert part.income_based % 100 == 0

    def test_lower_rate_ends_with_r6(self) -> None:
        rate = {
            fiscal_year: assess(year_of(NIIGATA, fiscal_year), single(1_680_000, fiscal_year))
            .persons[0]
            .parts[0]
            .income_rate
            for fiscal_year in (2024, 2025)
        }
        assert rate == {2024: 7_980, 2025: 8_610}

    def test_special_area_has_its_own_rate_and_an_unknown_one_is_refused(self) -> None:
        year = year_of(NIIGATA, 2026)
        parts = tuple(
            replace(part, special_areas={"ISLE": PartRate(part.rate.per_capita // 2, 1_000)})
            for part in year.parts
        )
        year = replace(year, parts=parts)
        there = single(2_260_000, insured=InsuredStatus(ACQUIRED, special_area="ISLE"))
        assert assess(year, there).persons[0].parts[0].per_capita == 24_600
        elsewhere = single(2_260_000, insured=InsuredStatus(ACQUIRED, special_area="HILL"))
        assert "HILL" in refusal("premium.no_special_area", year, elsewhere).message


class TestBadInput:
    """Each refusal says what is missing and for whom, by neutral key (issue 3, Bad input)."""

    def test_income_not_arrived(self) -> None:
        house = household(pensioner("A", 1), member_without("B7", MissingIncome.NOT_ARRIVED))
        for options in ({}, {"accept_undeclared": True}):
            error = refusal("premium.income_not_arrived", year_of(NIIGATA, 2026), house, **options)
            assert "B7" in error.message

    def test_income_not_declared_is_refused_until_the_clerk_asks_for_no_reduction(self) -> None:
        house = household(pensioner("A", 1), member_without("B7", MissingIncome.NOT_DECLARED))
        year = year_of(NIIGATA, 2026)
        assert "B7" in refusal("premium.income_not_declared", year, house).message
        asked = assess(year, house, accept_undeclared=True)
        assert asked.judgement.undeclared == ("B7",)
        assert asked.judgement.reduction is ReductionClass.NONE
        assert [person.parts[0].per_capita for person in asked.persons] == [49_200, 49_200]

    def test_household_without_its_householder(self) -> None:
        house = household(pensioner("A", 1), householder="Z9")
        assert "Z9" in refusal("premium.householder_missing", year_of(NIIGATA, 2026), house).message

    def test_household_with_nobody_insured(self) -> None:
        house = household(pensioner("A", 1, insured=None))
        refusal("premium.no_insured", year_of(NIIGATA, 2026), house)

    def test_the_same_person_twice(self) -> None:
        house = household(pensioner("A", 1), pensioner("A", 1))
        refusal("premium.member_twice", year_of(NIIGATA, 2026), house)

    @pytest.mark.parametrize(
        "incomes", [Incomes(pension=-1), Incomes(carried_loss=-1), Incomes(family_salary=1)]
    )
    def test_amounts_that_cannot_be(self, incomes: Incomes) -> None:
        house = household(LevyMember("A", BORN, incomes, InsuredStatus(ACQUIRED)))
        assert (
            "対象 A" in refusal("premium.income_impossible", year_of(NIIGATA, 2026), house).message
        )
