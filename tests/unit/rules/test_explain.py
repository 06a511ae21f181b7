"""Two texts from one decision: the clerk's has the figures, the one read aloud has none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from app.core.tables import Tables
from app.rules.calendar.wareki import Eras
from app.rules.copay.explain import CLASS_WORDS, for_clerk, to_read_aloud, yen
from app.rules.copay.facts import (
    CopayError,
    CopayHousehold,
    CopayTerms,
    StandardIncome,
    copay_terms,
)
from app.rules.copay.judgement import (
    CopayDecision,
    Ground,
    GroundKind,
    LimitClass,
    judge_copay,
    provisional,
)
from tests.support.copay import JUDGED_ON, household, insured, other

NAMES = {"A": "本人", "B": "配偶者", "C": "子"}


@pytest.fixture(scope="module")
def terms(tables: Tables) -> CopayTerms:
    return copay_terms(tables, JUDGED_ON)


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0円"), (9_999, "9,999円"), (1_450_000, "145万円"), (3_829_999, "382万9,999円")],
)
def test_yen_as_spoken(amount: int, text: str) -> None:
    assert yen(amount) == text


def couple(**first: int) -> CopayHousehold:
    return household(
        insured("A", first["taxable"], revenue=6_000_000, pension_other=first["income"]),
        insured("B", 0, revenue=0, pension_other=500_000, birth=date(1944, 6, 1)),
    )


def test_the_clerks_text_names_persons_amounts_lines_and_the_day(
    terms: CopayTerms, eras: Eras
) -> None:
    text = for_clerk(judge_copay(couple(taxable=300_000, income=2_700_000), terms), NAMES, eras)
    assert "判定日 令和8年8月1日" in text
    assert "課税所得の最高（本人）30万円 ≧ 28万円" in text
    assert "年金収入＋その他の合計所得金額（本人・配偶者）320万円 ≧ 320万円" in text
    assert text.endswith("→ 2割、一般Ⅱ")


def test_an_amount_under_its_line_is_shown_so(terms: CopayTerms, eras: Eras) -> None:
    text = for_clerk(judge_copay(couple(taxable=279_999, income=2_700_000), terms), NAMES, eras)
    assert "27万9,999円 ＜ 28万円" in text
    assert text.endswith("→ 1割、一般Ⅰ")


SPOKEN = {
    "three": (couple(taxable=1_450_000, income=2_700_000), "3割", "145万円以上"),
    "two": (couple(taxable=300_000, income=2_700_000), "2割", "320万円以上"),
    "one by income": (couple(taxable=300_000, income=2_699_999), "1割", "320万円未満"),
    "one by tax": (couple(taxable=100_000, income=0), "1割", "28万円未満"),
    "untaxed": (household(insured("A", 0, taxed=False)), "1割", "住民税非課税のため"),
    "no income": (household(insured("A", 0, taxed=False, zero=True)), "1割", "所得がない"),
}


@pytest.mark.parametrize("case", SPOKEN)
def test_what_is_read_aloud_tells_the_rule(case: str, terms: CopayTerms, eras: Eras) -> None:
    home, ratio, reason = SPOKEN[case]
    text = to_read_aloud(judge_copay(home, terms), eras)
    assert f"医療費の{ratio}です" in text
    assert reason in text


@pytest.mark.parametrize("case", SPOKEN)
def test_what_is_read_aloud_never_tells_an_amount_of_anybody(
    case: str, terms: CopayTerms, eras: Eras
) -> None:
    decision = judge_copay(SPOKEN[case][0], terms)
    shifted = tuple(
        replace(ground, amount=1_234_567) if ground.amount is not None else ground
        for ground in decision.grounds
    )
    text = to_read_aloud(replace(decision, grounds=shifted), eras)
    assert text == to_read_aloud(decision, eras)
    assert not re.search("本人|配偶者|[ABC]", text)


@pytest.mark.parametrize(
    ("case", "own", "said"),
    [
        ("three", "A", "ご自身の住民税の課税所得が145万円で、145万円以上のためです。"),
        ("three", "B", "同じ世帯の別の被保険者の方の住民税の課税所得が145万円以上のためです。"),
        ("two", "A", "ご自身の課税所得が30万円で、28万円以上あり、年金収入とその他の所得の合計が"),
        ("two", "B", "同じ世帯の別の被保険者の方の課税所得が28万円以上あり、"),
        ("one by tax", "B", "世帯の被保険者の課税所得が、全員28万円未満のためです。"),
    ],
)
def test_the_visitors_own_figures_are_said_and_nobody_elses(
    case: str, own: str, said: str, terms: CopayTerms, eras: Eras
) -> None:
    decision = judge_copay(SPOKEN[case][0], terms)
    text = to_read_aloud(decision, eras, own)
    assert said in text
    shifted = tuple(
        replace(ground, amount=1_234_567)
        if ground.amount is not None and ground.persons != (own,)
        else ground
        for ground in decision.grounds
    )
    assert to_read_aloud(replace(decision, grounds=shifted), eras, own) == text


def test_who_is_insured_alone_hears_the_own_figure(terms: CopayTerms, eras: Eras) -> None:
    decision = judge_copay(household(insured("A", 100_000)), terms)
    text = to_read_aloud(decision, eras, "A")
    assert "ご自身の課税所得が10万円で、28万円未満のためです。" in text
    assert "10万円" not in to_read_aloud(decision, eras)


def test_an_application_that_would_help_is_said(terms: CopayTerms, eras: Eras) -> None:
    home = household(
        insured("A", 1_450_000, revenue=3_000_000), standard=StandardIncome(by_office=False)
    )
    decision = judge_copay(home, terms)
    assert "申請をすると割合が下がります" in to_read_aloud(decision, eras)
    assert "申請: なし" in for_clerk(decision, NAMES, eras)
    applied = replace(home, standard_income=StandardIncome(False, date(2026, 8, 20)))
    decision = judge_copay(applied, terms)
    assert "令和8年9月1日から割合が下がります" in to_read_aloud(decision, eras)
    assert "令和8年9月1日から判定し直す" in for_clerk(decision, NAMES, eras)


def test_a_provisional_share_says_so(terms: CopayTerms, eras: Eras) -> None:
    home = household(insured("A", None, taxed=None))
    with pytest.raises(CopayError) as caught:
        judge_copay(home, terms)
    decision = provisional(home, caught.value, 1)
    assert "見込み" in to_read_aloud(decision, eras)
    assert "所得未確認（本人）" in for_clerk(decision, NAMES, eras)
    assert "見込み" in for_clerk(decision, NAMES, eras)


@pytest.mark.parametrize("kind", list(GroundKind))
@pytest.mark.parametrize("met", [True, False])
def test_every_kind_of_ground_has_words(kind: GroundKind, met: bool, eras: Eras) -> None:
    ground = Ground(kind, met, ("A",), 1, 2, date(1945, 1, 2))
    decision = CopayDecision(1, LimitClass.GENERAL1, JUDGED_ON, (ground,))
    assert len(for_clerk(decision, NAMES, eras).splitlines()) == 3


def test_the_words_of_a_class_are_those_of_its_table(tables: Tables) -> None:
    for limit_class, words in CLASS_WORDS.items():
        row = tables["limit_classes"].at(JUDGED_ON, code=limit_class.value)
        assert row.text("wording").replace("(", "（").replace(")", "）") == words


def test_own_classes_are_shown_per_person(terms: CopayTerms, eras: Eras) -> None:
    home = household(insured("A", 0, taxed=False, zero=True, welfare_pension=True))
    assert "→ 本人: 区分Ⅰ（老福）" in for_clerk(judge_copay(home, terms), NAMES, eras)
    taxed = household(insured("A", 0, taxed=False), other("C", date(1975, 1, 1)))
    assert "住民税課税の世帯員あり（子）" in for_clerk(judge_copay(taxed, terms), NAMES, eras)
