"""Exemption by the unions' own tables (DOMAIN 4.8)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import UserError
from app.rules.levy.exemption import (
    Cause,
    Exemption,
    ExemptionBase,
    ExemptionCase,
    ExemptionRule,
    exempt,
    fitting_rule,
)
from app.rules.levy.tables import exemption_rules
from tests.support.levy import tables

AICHI, KAGOSHIMA = "23", "46"
DAY = date(2026, 9, 1)
WHOLE_YEAR = ExemptionBase(56_130, 153_800, 209_900, 12, 12)


def rule(union: str, cause: Cause, **facts: int) -> ExemptionRule:
    case = ExemptionCase("A", cause, **facts)
    return fitting_rule(exemption_rules(tables(), union, DAY), union, case)


def refusal(code: str, call, *arguments, **options) -> UserError:
    with pytest.raises(UserError) as caught:
        call(*arguments, **options)
    assert caught.value.code == code
    return caught.value


class TestAichi:
    @pytest.mark.parametrize(
        ("loss", "code", "cut"),
        [
            (200, "disaster_half", 500),
            (499, "disaster_half", 500),
            (500, "disaster_all", 1000),
            (1000, "disaster_all", 1000),
        ],
    )
    def test_disaster(self, loss: int, code: str, cut: int) -> None:
        found = rule(AICHI, Cause.DISASTER, loss_permille=loss)
        assert (found.code, found.cuts) == (code, (cut,))

    def test_a_smaller_loss_is_outside(self) -> None:
        error = refusal("exemption.outside", rule, AICHI, Cause.DISASTER, loss_permille=199)
        assert "A" in error.message

    def test_monthly_shares_of_half_a_year(self) -> None:
        half = rule(AICHI, Cause.DISASTER, loss_permille=300)
        base = ExemptionBase(56_130, 153_800, 209_900, 12, 6)
        assert exempt(half, base, 500, "A") == Exemption(
            "disaster_half", 500, 6, 104_950, 52_475, 157_425
        )

    def test_income_drop_cuts_the_income_share_only(self) -> None:
        found = rule(AICHI, Cause.INCOME_DROP, income=6_500_000)
        result = exempt(found, WHOLE_YEAR, 300, "A")
        assert result.base == 209_900 * 153_800 // 209_930
        assert result.amount == result.base * 3 // 10
        refusal("exemption.outside", rule, AICHI, Cause.INCOME_DROP, income=6_500_001)

    def test_only_cuts_of_the_ordinance(self) -> None:
        found = rule(AICHI, Cause.INCOME_DROP, income=1)
        error = refusal("exemption.cut_unknown", exempt, found, WHOLE_YEAR, 400, "A")
        assert "20%・30%・50%" in error.message

    def test_detention_is_to_be_confirmed(self) -> None:
        found = rule(AICHI, Cause.DETENTION)
        error = refusal("exemption.cuts_open", exempt, found, WHOLE_YEAR, 1000, "A")
        assert "要確認" in error.message


class TestOthers:
    def test_kagoshima_lines(self) -> None:
        assert rule(KAGOSHIMA, Cause.DISASTER, loss_permille=300, income=10_000_000).cuts == ()
        refusal("exemption.outside", rule, KAGOSHIMA, Cause.DISASTER, loss_permille=299)
        facts = {"loss_permille": 300, "income": 10_000_000}
        assert rule(KAGOSHIMA, Cause.INCOME_DROP, **facts, other_income=4_000_000)
        refusal(
            "exemption.outside", rule, KAGOSHIMA, Cause.INCOME_DROP, **facts, other_income=4_000_001
        )
        refusal("exemption.no_cause", rule, KAGOSHIMA, Cause.DETENTION)

    def test_a_union_without_a_table_is_refused(self) -> None:
        error = refusal("exemption.no_table", rule, "15", Cause.DISASTER, loss_permille=1000)
        assert "15" in error.message
        assert "A" in error.message

    def test_more_months_than_liable(self) -> None:
        found = rule(AICHI, Cause.DISASTER, loss_permille=600)
        base = ExemptionBase(50_000, 0, 25_000, 6, 7)
        refusal("exemption.months", exempt, found, base, 1000, "A")


@given(
    st.integers(0, 70_000),
    st.integers(0, 800_000),
    st.integers(0, 12),
    st.integers(0, 12),
    st.sampled_from([200, 300, 500]),
)
def test_never_more_than_the_premium_and_no_yen_lost(
    per_capita: int, income_based: int, liable: int, months: int, cut: int
) -> None:
    premium = (per_capita + income_based) * liable // 12 // 100 * 100
    base = ExemptionBase(per_capita, income_based, premium, liable, min(months, liable))
    result = exempt(rule(AICHI, Cause.INCOME_DROP), base, cut, "A")
    assert result.amount + result.premium == premium
    assert 0 <= result.amount <= result.base <= premium
