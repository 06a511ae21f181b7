"""Share and class: every case of DOMAIN 3.3, every border of 3.2 and 3.4, the missing figure."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.core.tables import NoRowError, Tables, load_tables, shipped_tables
from app.rules.copay.data import grounds_from_data, grounds_to_data
from app.rules.copay.facts import (
    CopayError,
    CopayHousehold,
    CopayTerms,
    IncomeFacts,
    StandardIncome,
    Young,
    child_deduction,
    copay_terms,
    counts_as_elderly,
    deduction_day,
    income_facts,
)
from app.rules.copay.judgement import (
    CopayDecision,
    GroundKind,
    LimitClass,
    judge_copay,
    judge_copay_for,
    provisional,
)
from app.rules.income import IncomeRule, Incomes, MissingIncome
from tests.support.copay import JUDGED_ON, household, insured, other
from tests.support.levy import tables

SECOND = date(1944, 6, 1)
YOUNG = date(1945, 1, 2)
RULE = IncomeRule((24_000_000,), (430_000,))


@pytest.fixture(scope="module")
def terms(tables: Tables) -> CopayTerms:
    return copay_terms(tables, JUDGED_ON)


def kinds(decision: CopayDecision) -> list[tuple[GroundKind, bool]]:
    return [(ground.kind, ground.met) for ground in decision.grounds]


def single(taxable: int, revenue: int, pension_other: int, **more: object) -> CopayHousehold:
    return household(
        insured("A", taxable, revenue=revenue, pension_other=pension_other, **more)  # type: ignore[arg-type]
    )


def pair(first: tuple[int, int], second: tuple[int, int]) -> CopayHousehold:
    """Two insured, each (課税所得, 収入 = 年金+その他)."""
    return household(
        insured("A", first[0], revenue=first[1], pension_other=first[1]),
        insured("B", second[0], revenue=second[1], pension_other=second[1], birth=SECOND),
    )


DOMAIN_3_3 = {
    "D1": (single(1_449_999, 2_500_000, 2_500_000), 2),
    "D2": (single(1_450_000, 3_829_999, 3_829_999), 2),
    "D3": (single(1_450_000, 3_830_000, 3_830_000), 3),
    "D6": (pair((2_000_000, 4_200_000), (0, 990_000)), 2),
    "D7": (pair((1_450_000, 4_200_000), (0, 1_000_000)), 3),
    "D11": (single(280_000, 1_999_999, 1_999_999), 1),
    "D12": (single(280_000, 2_000_000, 2_000_000), 2),
    "D13": (single(279_999, 2_400_000, 2_400_000), 1),
    "D14": (pair((300_000, 2_100_000), (0, 1_090_000)), 1),
    "D15": (pair((300_000, 2_100_000), (0, 1_100_000)), 2),
}


@pytest.mark.parametrize("case", DOMAIN_3_3)
def test_domain_3_3(case: str, terms: CopayTerms) -> None:
    home, ratio = DOMAIN_3_3[case]
    decision = judge_copay(home, terms)
    assert decision.ratio == ratio
    for member in home.members:
        assert judge_copay_for(home, member.key, terms).ratio == ratio


@pytest.mark.parametrize(
    ("case", "pensions", "expected"),
    [("D17", (1_500_000,), LimitClass.LOW2), ("D18", (800_000, 800_000), LimitClass.LOW1)],
)
def test_domain_3_3_untaxed_households(
    case: str, pensions: tuple[int, ...], expected: LimitClass, terms: CopayTerms
) -> None:
    members = []
    for number, pension in enumerate(pensions):
        assessed = Incomes(pension_revenue=pension)
        facts = income_facts(terms, RULE, assessed, taxed=False, taxable_income=0, revenue=pension)
        members.append(replace(insured(f"P{number}", 0), income=facts))
    decision = judge_copay(household(*members), terms)
    assert (decision.ratio, decision.limit_class) == (1, expected), case


@pytest.mark.parametrize(
    ("day", "pension", "zero"),
    [
        (date(2025, 7, 31), 800_000, True),
        (date(2025, 7, 31), 800_001, False),
        (date(2025, 8, 1), 806_700, True),
        (date(2025, 8, 1), 806_701, False),
        (date(2026, 8, 1), 826_500, True),
        (date(2026, 8, 1), 826_501, False),
    ],
)
def test_the_pension_line_of_class_one_moves_each_august(
    tables: Tables, day: date, pension: int, zero: bool
) -> None:
    facts = income_facts(
        copay_terms(tables, day),
        RULE,
        Incomes(pension_revenue=pension),
        taxed=False,
        taxable_income=0,
        revenue=pension,
    )
    assert facts.income_zero is zero


def test_salary_counts_less_100_000_before_its_own_adjustment(terms: CopayTerms) -> None:
    assessed = Incomes(pension_revenue=800_000, salary=50_000)
    facts = income_facts(
        terms,
        RULE,
        assessed,
        taxed=False,
        taxable_income=0,
        revenue=1_400_000,
        salary_adjustment=50_000,
    )
    assert facts.income_zero is True
    assert facts.pension_other == 800_000
    more = replace(assessed, salary=50_001)
    facts = income_facts(
        terms,
        RULE,
        more,
        taxed=False,
        taxable_income=0,
        revenue=1_400_000,
        salary_adjustment=50_000,
    )
    assert facts.income_zero is False
    assert facts.pension_other == 800_001


def test_other_income_is_what_remains_beside_pension_and_salary(terms: CopayTerms) -> None:
    assessed = Incomes(pension_revenue=1_800_000, pension=700_000, salary=300_000, business=250_000)
    facts = income_facts(
        terms, RULE, assessed, taxed=True, taxable_income=500_000, revenue=4_000_000
    )
    assert facts == IncomeFacts(
        taxed=True,
        taxable_income=500_000,
        revenue=4_000_000,
        pension_other=1_800_000 + 200_000 + 250_000,
        base_income=1_250_000 - 430_000,
        income_zero=False,
    )


@pytest.mark.parametrize(
    ("business", "salary", "pension_other"),
    [
        (-250_000, 300_000, 1_800_000),  # the loss eats the salary of 200,000
        (-150_000, 300_000, 1_850_000),
        (-900_000, 0, 1_800_000),  # and never the pension's revenue
    ],
)
def test_a_loss_lowers_other_income_and_never_the_pension(
    business: int, salary: int, pension_other: int, terms: CopayTerms
) -> None:
    assessed = Incomes(pension_revenue=1_800_000, pension=700_000, salary=salary, business=business)
    facts = income_facts(terms, RULE, assessed, taxed=True, taxable_income=0, revenue=0)
    assert facts.pension_other == pension_other


@pytest.mark.parametrize(
    ("taxable", "expected"),
    [
        (1_450_000, LimitClass.EARNER1),
        (3_799_999, LimitClass.EARNER1),
        (3_800_000, LimitClass.EARNER2),
        (6_899_999, LimitClass.EARNER2),
        (6_900_000, LimitClass.EARNER3),
    ],
)
def test_domain_3_4_classes_of_earners(
    taxable: int, expected: LimitClass, terms: CopayTerms
) -> None:
    decision = judge_copay(single(taxable, 9_000_000, 9_000_000), terms)
    assert (decision.ratio, decision.limit_class) == (3, expected)


def test_domain_3_4_the_highest_of_the_household_counts(terms: CopayTerms) -> None:
    home = household(
        insured("A", 1_450_000, revenue=3_000_000),
        insured("B", 6_900_000, revenue=9_000_000, birth=SECOND),
    )
    decision = judge_copay(home, terms)
    assert decision.class_of("A") is decision.class_of("B") is LimitClass.EARNER3


def test_domain_3_4_every_class_is_a_row_with_its_ratio(tables: Tables) -> None:
    assert {c.value for c in LimitClass} == set(tables["limit_classes"].codes(JUDGED_ON))


@pytest.mark.parametrize(
    ("birth", "base", "ratio"),
    [
        (YOUNG, 2_100_000, 2),
        (YOUNG, 2_100_001, 3),
        (date(1945, 1, 1), 2_100_000, 3),
    ],
)
def test_release_a_born_from_1945_with_base_income(
    birth: date, base: int, ratio: int, terms: CopayTerms
) -> None:
    home = household(
        insured("A", 1_500_000, birth=birth, base=base, revenue=6_000_000, pension_other=3_000_000)
    )
    assert judge_copay(home, terms).ratio == ratio


def test_release_a_sums_the_base_income_of_all_insured(terms: CopayTerms) -> None:
    first = insured("A", 1_500_000, base=1_100_000, revenue=6_000_000, pension_other=3_200_000)
    second = insured("B", 0, base=1_000_000, revenue=0, pension_other=0, birth=YOUNG)
    assert judge_copay(household(first, second), terms).ratio == 2
    more = replace(second, income=replace(second.income, base_income=1_000_001))
    assert judge_copay(household(first, more), terms).ratio == 3


@pytest.mark.parametrize(
    ("born", "revenue", "ratio"),
    [
        (date(1956, 8, 1), 1_199_999, 2),  # 70 on the day, together 5,199,999
        (date(1956, 8, 1), 1_200_000, 3),
        (date(1956, 8, 2), 0, 3),  # 69: does not count
        (date(1956, 7, 31), 0, 2),  # 70 in July: counts from August
        (date(1956, 8, 1), 0, 2),  # 70 reached on 31 July, the eve of the birthday
        (date(1951, 8, 2), 0, 2),  # 74 on the day
        (date(1951, 8, 1), 0, 3),  # 75 and not insured (適用除外): does not count
    ],
)
def test_release_c_with_a_member_of_70_to_74(
    born: date, revenue: int, ratio: int, terms: CopayTerms
) -> None:
    alone = insured("A", 1_450_000, revenue=4_000_000, pension_other=4_000_000)
    assert judge_copay(household(alone), terms).ratio == 3
    assert judge_copay(household(alone, other("C", born, revenue=revenue)), terms).ratio == ratio


@pytest.mark.parametrize(
    ("born", "from_on"),
    [
        (date(1956, 8, 1), date(2026, 8, 1)),  # reaches 70 on 31 July
        (date(1956, 8, 2), date(2026, 9, 1)),
        (date(1956, 8, 31), date(2026, 9, 1)),
        (date(1956, 9, 1), date(2026, 9, 1)),
        (date(1956, 2, 29), date(2026, 3, 1)),  # reaches 70 on 28 February
        (date(1956, 12, 31), date(2027, 1, 1)),
    ],
)
def test_a_member_counts_from_the_month_after_70_is_reached(
    born: date, from_on: date, terms: CopayTerms
) -> None:
    """国保令27条の2; the row says that 高確令7条 was not seen."""
    assert counts_as_elderly(terms, born, from_on)
    assert not counts_as_elderly(terms, born, from_on - timedelta(days=1))
    of_75 = date(born.year + 75, born.month, min(born.day, 28)) if born.day != 29 else None
    if of_75 is not None:
        assert counts_as_elderly(terms, born, of_75 - timedelta(days=1))
    rows = tables()["copay_elderly_members"].rows()
    assert [row.confirmed for row in rows] == [False]
    assert all("高確令7条は要確認" in row.source for row in rows)


def test_release_without_application_where_the_union_does_not_see_the_income(
    terms: CopayTerms,
) -> None:
    home = single(1_450_000, 3_829_999, 3_829_999)
    none = replace(home, standard_income=StandardIncome(by_office=False))
    decision = judge_copay(none, terms)
    assert (decision.ratio, decision.release_from) == (3, None)
    assert (GroundKind.APPLICATION, False) in kinds(decision)
    applied = StandardIncome(by_office=False, applied_on=date(2026, 8, 20))
    later = judge_copay(replace(home, standard_income=applied), terms)
    assert (later.ratio, later.release_from) == (3, date(2026, 9, 1))
    then = replace(home, standard_income=applied, judged_on=date(2026, 9, 1))
    assert judge_copay(then, terms).ratio == 2


def test_the_child_deduction_lowers_the_taxable_income(terms: CopayTerms) -> None:
    home = household(
        insured("A", 1_779_999, revenue=6_000_000, pension_other=1_000_000, child_deduction=330_000)
    )
    decision = judge_copay(home, terms)
    assert decision.ratio == 1
    poor = replace(home.members[0], income=replace(home.members[0].income, taxable_income=100_000))
    line = next(
        ground
        for ground in judge_copay(replace(home, members=(poor,)), terms).grounds
        if ground.kind is GroundKind.THREE_LINE
    )
    assert line.amount == 0  # never less than nothing
    over = replace(
        home.members[0], income=replace(home.members[0].income, taxable_income=1_780_000)
    )
    assert judge_copay(replace(home, members=(over,)), terms).ratio == 3


@pytest.mark.parametrize(
    ("judged", "day"),
    [
        (date(2026, 8, 1), date(2025, 12, 31)),
        (date(2026, 12, 1), date(2025, 12, 31)),
        (date(2027, 1, 1), date(2025, 12, 31)),
        (date(2027, 7, 31), date(2025, 12, 31)),
    ],
)
def test_the_child_deduction_looks_at_one_new_years_eve_per_judgement_year(
    judged: date, day: date
) -> None:
    assert deduction_day(judged) == day


def test_the_child_deduction_by_age_and_income(terms: CopayTerms) -> None:
    day = date(2025, 12, 31)
    young = [
        Young(date(2010, 1, 2), 0),  # 15
        Young(date(2010, 1, 1), 0),  # 16 at the end of the day (年齢計算ニ関スル法律)
        Young(date(2007, 1, 2), 380_000),  # 18
        Young(date(2007, 1, 1), 0),  # 19 at the end of the day
        Young(date(2015, 1, 1), 380_001),  # income over the line
        Young(date(2026, 1, 1), 0),  # not born yet
        Young(day, 0),  # born on the day
    ]
    assert child_deduction(terms, young, day) == 2 * 330_000 + 2 * 120_000


@pytest.mark.parametrize(
    ("combined", "salary", "counts"),
    [
        (480_000, 480_000, True),  # 給与所得 480,000 less 100,000
        (480_001, 480_001, False),
        (430_000, 50_000, True),  # no more than the salary itself
        (430_001, 50_000, False),
        (380_001, 0, False),
    ],
)
def test_the_salary_is_first_less_by_100_000_yen(
    combined: int, salary: int, counts: bool, terms: CopayTerms
) -> None:
    child = Young(date(2010, 5, 5), combined, salary)
    found = child_deduction(terms, [child], date(2025, 12, 31))
    assert found == (330_000 if counts else 0)


def test_welfare_pension_and_borderline_are_a_persons_own_class(terms: CopayTerms) -> None:
    home = household(
        insured("A", 0, taxed=False, zero=True, welfare_pension=True),
        insured("B", 0, taxed=False, zero=False, birth=SECOND, borderline=True),
        insured("C", 0, taxed=False, zero=True, birth=YOUNG),
    )
    decision = judge_copay(home, terms)
    assert [decision.class_of(key) for key in "ABC"] == [
        LimitClass.LOW1_PENSION,
        LimitClass.LOW1_BORDER,
        LimitClass.LOW2,
    ]
    own = [(g.kind, g.met, g.persons) for g in decision.grounds[2:]]
    assert own == [
        (GroundKind.WELFARE_PENSION, True, ("A",)),
        (GroundKind.BORDERLINE, True, ("B",)),
    ]


def test_one_taxed_child_makes_the_household_taxed(terms: CopayTerms) -> None:
    mother = insured("A", 0, taxed=False, zero=True)
    decision = judge_copay(household(mother, other("C", date(1975, 1, 1))), terms)
    assert (decision.ratio, decision.limit_class) == (1, LimitClass.GENERAL1)
    assert decision.grounds[0].persons == ("C",)


@pytest.mark.parametrize(
    ("field", "home"),
    [
        ("taxed", household(insured("A", None, taxed=None))),
        ("taxable_income", household(insured("A", None))),
        ("pension_other", household(insured("A", 280_000))),
        ("revenue", household(insured("A", 1_450_000))),
        ("base_income", household(insured("A", 1_450_000, birth=YOUNG, revenue=3_830_000))),
        ("revenue", household(insured("A", 1_450_000, birth=YOUNG))),
        ("revenue", household(insured("A", 1_450_000, birth=YOUNG, base=2_100_001))),
        ("income_zero", household(insured("A", 0, taxed=False, zero=None))),
        (
            "revenue",
            household(insured("B", 1_450_000, revenue=4_000_000), other("A", date(1954, 1, 1))),
        ),
    ],
)
def test_an_income_that_decides_and_is_not_known_says_what_and_for_whom(
    field: str, home: CopayHousehold, terms: CopayTerms
) -> None:
    with pytest.raises(CopayError) as caught:
        judge_copay(home, terms)
    error = caught.value
    assert (error.code, error.person, error.missing) == ("copay.income_missing", "A", field)
    assert "A" in error.message
    assert "所得照会" in error.remedy


def test_a_missing_base_income_is_not_asked_for_when_another_release_holds(
    terms: CopayTerms,
) -> None:
    home = household(
        insured("A", 1_450_000, birth=YOUNG, revenue=3_829_999, pension_other=1_000_000)
    )
    assert judge_copay(home, terms).ratio == 1


def test_an_income_not_declared_is_its_own_refusal(terms: CopayTerms) -> None:
    member = replace(insured("A", None), why_missing=MissingIncome.NOT_DECLARED)
    with pytest.raises(CopayError) as caught:
        judge_copay(household(member), terms)
    assert (caught.value.code, caught.value.person) == ("copay.income_not_declared", "A")
    assert "申告" in caught.value.remedy


def test_an_income_that_cannot_change_the_outcome_is_not_asked_for(terms: CopayTerms) -> None:
    unknown_child = replace(
        other("C", date(1975, 1, 1)), income=insured("X", None, taxed=None).income
    )
    home = household(insured("A", 100_000), unknown_child)
    assert judge_copay(home, terms).ratio == 1


def test_households_that_cannot_be_judged(terms: CopayTerms) -> None:
    member = insured("A", 0)
    cases = {
        "copay.no_insured": household(other("A", date(1975, 1, 1))),
        "copay.duplicate_member": household(member, member),
        "copay.income_impossible": household(insured("A", -1)),
    }
    for code, home in cases.items():
        with pytest.raises(CopayError) as caught:
            judge_copay(home, terms)
        assert caught.value.code == code
    with pytest.raises(CopayError) as caught:
        judge_copay(household(insured("A", 0, birth=date(2026, 8, 2))), terms)
    assert caught.value.missing == "birth"
    with pytest.raises(CopayError) as caught:
        judge_copay_for(household(member), "Z", terms)
    assert (caught.value.code, caught.value.person) == ("copay.no_member", "Z")


def test_an_unknown_income_may_be_decided_provisionally_and_is_marked(terms: CopayTerms) -> None:
    home = household(insured("A", None, taxed=None))
    with pytest.raises(CopayError) as caught:
        judge_copay(home, terms)
    decision = provisional(home, caught.value, 1)
    assert (decision.ratio, decision.limit_class) == (1, LimitClass.GENERAL1)
    assert decision.provisional
    assert decision.grounds[0].persons == ("A",)
    assert provisional(home, caught.value, 2).limit_class is LimitClass.GENERAL2
    assert provisional(home, caught.value, 3).limit_class is LimitClass.EARNER1


def test_grounds_travel_as_plain_data(terms: CopayTerms) -> None:
    for home, _ in DOMAIN_3_3.values():
        grounds = judge_copay(replace(home, standard_income=StandardIncome(False)), terms).grounds
        data = json.loads(json.dumps(grounds_to_data(grounds)))
        assert grounds_from_data(data) == grounds
    with pytest.raises(ValueError, match="ground"):
        grounds_from_data([{"kind": "three_line", "met": "yes", "persons": []}])


def test_the_ground_names_person_amount_and_line(terms: CopayTerms) -> None:
    decision = judge_copay(DOMAIN_3_3["D15"][0], terms)
    by_kind = {ground.kind: ground for ground in decision.grounds}
    two = by_kind[GroundKind.TWO_LINE]
    assert (two.persons, two.amount, two.line, two.met) == (("A",), 300_000, 280_000, True)
    income = by_kind[GroundKind.TWO_INCOME]
    assert (income.persons, income.amount, income.line) == (("A", "B"), 3_200_000, 3_200_000)


def test_before_two_tenths_existed_and_after_the_last_row_there_is_no_answer(
    tables: Tables,
) -> None:
    with pytest.raises(NoRowError) as caught:
        copay_terms(tables, date(2022, 9, 30))
    assert caught.value.table == "copay_thresholds"
    with pytest.raises(NoRowError) as caught:
        copay_terms(tables, date(2027, 8, 1))
    assert caught.value.table == "class_one_lines"
    assert "2027-08-01" in caught.value.message


def test_a_change_of_law_is_a_new_row_and_no_line_of_code(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(shipped_tables(), folder)
    lines = folder / "copay_thresholds.toml"
    text = lines.read_text(encoding="utf-8")
    row = text[text.index("[[row]]") :]
    changed = (
        row.replace("2022-10-01", "2027-08-01")
        .replace("two_line = 280_000", "two_line = 150_000")
        .replace("three_line = 1_450_000", "three_line = 1_200_000")
    )
    closed = text.replace(
        "valid_from = 2022-10-01", "valid_from = 2022-10-01\nvalid_to = 2027-07-31"
    )
    lines.write_text(f"{closed}\n{changed}", encoding="utf-8")
    with (folder / "class_one_lines.toml").open("a", encoding="utf-8") as file:
        file.write(
            "\n[[row]]\nvalid_from = 2027-08-01\nvalid_to = 2028-07-31\npension_line = 840_000\n"
            'source = "試験: 令和9年8月の改正"\nconfirmed = false\n'
        )
    tables = load_tables(folder)
    before, after = (copay_terms(tables, day) for day in (date(2027, 7, 31), date(2027, 8, 1)))
    home = single(200_000, 2_400_000, 2_400_000)
    assert (judge_copay(home, before).ratio, judge_copay(home, after).ratio) == (1, 2)
    earner = single(1_300_000, 5_000_000, 5_000_000)
    assert (judge_copay(earner, before).ratio, judge_copay(earner, after).ratio) == (2, 3)
    assert after.pension_line == 840_000
