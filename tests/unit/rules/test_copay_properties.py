"""What must hold for every household: one share, no order of persons, no surprise by income."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.tables import Tables
from app.rules.copay.days import (
    class_mark_from,
    from_application,
    from_household_change,
    from_income_correction,
    from_yearly_judgement,
    half_limit_month,
    share_until,
)
from app.rules.copay.facts import (
    CopayHousehold,
    CopayMember,
    CopayTerms,
    IncomeFacts,
    StandardIncome,
    copay_terms,
)
from app.rules.copay.judgement import GroundKind, judge_copay, judge_copay_for
from tests.support.copay import JUDGED_ON
from tests.support.soak import tries

BORDER_AMOUNTS = [0, 279_999, 280_000, 1_449_999, 1_450_000, 2_000_000, 3_829_999, 3_830_000]
amounts = st.sampled_from(BORDER_AMOUNTS) | st.integers(0, 9_000_000)
births = st.dates(date(1920, 1, 1), date(1951, 7, 31))


@st.composite
def incomes(draw: st.DrawFn) -> IncomeFacts:
    taxed = draw(st.booleans())
    return IncomeFacts(
        taxed=taxed,
        taxable_income=draw(amounts) if taxed else 0,
        revenue=draw(amounts),
        pension_other=draw(amounts),
        base_income=draw(amounts),
        income_zero=False if taxed else draw(st.booleans()),
    )


@st.composite
def households(draw: st.DrawFn) -> CopayHousehold:
    count = draw(st.integers(1, 3))
    members = [CopayMember(f"P{n}", draw(births), True, draw(incomes())) for n in range(count)]
    for n in range(draw(st.integers(0, 2))):
        born = draw(st.dates(date(1945, 1, 1), date(2020, 1, 1)))
        members.append(CopayMember(f"Q{n}", born, False, draw(incomes())))
    standard = StandardIncome(
        draw(st.booleans()), draw(st.none() | st.dates(date(2026, 4, 1), date(2026, 12, 1)))
    )
    return CopayHousehold(tuple(members), JUDGED_ON, standard)


@pytest.fixture(scope="module")
def terms(tables: Tables) -> CopayTerms:
    return copay_terms(tables, JUDGED_ON)


@settings(max_examples=tries(40, 100_000))
@given(home=households())
def test_one_share_per_household(home: CopayHousehold, terms: CopayTerms) -> None:
    ratios = {judge_copay_for(home, m.key, terms).ratio for m in home.members if m.insured}
    assert len(ratios) == 1
    assert ratios <= {1, 2, 3}


@given(home=households(), data=st.data())
def test_the_order_of_persons_does_not_matter(
    home: CopayHousehold, data: st.DataObject, terms: CopayTerms
) -> None:
    shuffled = replace(home, members=tuple(data.draw(st.permutations(home.members))))
    first, second = judge_copay(home, terms), judge_copay(shuffled, terms)
    assert (first.ratio, first.limit_class) == (second.ratio, second.limit_class)
    assert first.release_from == second.release_from
    by_amount = [
        {(g.kind, g.met, frozenset(g.persons), g.amount, g.line) for g in each.grounds if g.line}
        for each in (first, second)
    ]
    assert by_amount[0] == by_amount[1]


def test_of_two_with_the_same_income_the_ground_names_the_same_one(terms: CopayTerms) -> None:
    facts = IncomeFacts(
        taxed=True, taxable_income=300_000, revenue=0, pension_other=0, base_income=0
    )
    pair = [CopayMember(key, date(1940, 1, 1), True, facts) for key in ("B", "A")]
    for members in (pair, pair[::-1]):
        home = CopayHousehold(tuple(members), JUDGED_ON, StandardIncome(by_office=True))
        named = {
            g.persons for g in judge_copay(home, terms).grounds if g.kind is GroundKind.TWO_LINE
        }
        assert named == {("A",)}


@given(home=households())
def test_class_and_share_belong_together(
    home: CopayHousehold, terms: CopayTerms, tables: Tables
) -> None:
    decision = judge_copay(home, terms)
    row = tables["limit_classes"].at(JUDGED_ON, code=decision.limit_class.value)
    assert row.number("copay_ratio") == decision.ratio


@settings(max_examples=tries(40, 100_000))
@given(home=households(), more=st.integers(0, 3_000_000), who=st.integers(0, 2))
def test_more_income_never_lowers_the_share(
    home: CopayHousehold, more: int, who: int, terms: CopayTerms
) -> None:
    # Raising every figure of one taxed insured person; tax status and ages stay as they are.
    members = list(home.members)
    member = members[who % len(members)]
    facts = member.income
    if not member.insured or not facts.taxed:
        return
    richer = IncomeFacts(
        True,
        (facts.taxable_income or 0) + more,
        (facts.revenue or 0) + more,
        (facts.pension_other or 0) + more,
        (facts.base_income or 0) + more,
        False,
    )
    members[who % len(members)] = replace(member, income=richer)
    after = judge_copay(replace(home, members=tuple(members)), terms)
    before = judge_copay(home, terms)
    # 一般Ⅱ looks at pension and other income only, so its own lines rise with it as well.
    assert after.ratio >= before.ratio


@given(home=households())
def test_every_ground_of_the_outcome_is_told(home: CopayHousehold, terms: CopayTerms) -> None:
    decision = judge_copay(home, terms)
    assert decision.grounds
    known = {member.key for member in home.members}
    assert {key for ground in decision.grounds for key in ground.persons} <= known


@pytest.mark.parametrize(
    ("event", "holds"),
    [
        (date(2026, 9, 1), date(2026, 9, 1)),
        (date(2026, 9, 2), date(2026, 10, 1)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_domain_3_2_household_change_holds_from_the_first_of_a_month(
    event: date, holds: date
) -> None:
    assert from_household_change(event) == holds


def test_domain_3_2_other_days_of_effect() -> None:
    assert from_application(date(2026, 8, 20)) == date(2026, 9, 1)
    assert from_application(date(2026, 8, 1)) == date(2026, 9, 1)
    assert from_income_correction(2026, date(2020, 1, 1)) == date(2026, 8, 1)
    assert from_income_correction(2026, date(2026, 11, 20)) == date(2026, 11, 20)
    assert from_yearly_judgement(2026) == date(2026, 8, 1)
    assert share_until(date(2026, 11, 20)) == date(2027, 7, 31)
    assert class_mark_from(date(2026, 11, 20), date(2020, 1, 1)) == date(2026, 11, 1)
    assert class_mark_from(date(2026, 11, 20), date(2026, 11, 20)) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("birth", "by_age", "month"),
    [
        (date(1951, 11, 20), True, date(2026, 11, 1)),
        (date(1951, 12, 1), True, None),
        (date(1952, 2, 29), True, None),
        (date(1951, 11, 20), False, None),
    ],
)
def test_domain_3_7_half_limit_month(birth: date, by_age: bool, month: date | None) -> None:
    assert half_limit_month(birth, by_age) == month
