"""月割: which months carry a premium, and for how many a former dependant pays half a head."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import UserError
from app.rules.levy.months import (
    FormerDependantRule,
    LiableMonths,
    former_dependant_months,
    liable_months,
)
from app.rules.levy.premium import InsuredStatus, assess
from tests.support.levy import single, year_of

NIIGATA = "15"


class TestMonths:
    @pytest.mark.parametrize(
        ("acquired", "lost", "expected"),
        [
            (date(2026, 11, 20), None, LiableMonths(7, 5)),  # DOMAIN 2.2: born 1951-11-20
            (date(2026, 12, 1), None, LiableMonths(8, 4)),
            (date(2026, 4, 1), None, LiableMonths(0, 12)),
            (date(2027, 3, 31), None, LiableMonths(11, 1)),
            (date(2027, 4, 1), None, LiableMonths(11, 0)),
            (date(2020, 1, 1), date(2026, 4, 30), LiableMonths(0, 0)),
            (date(2020, 1, 1), date(2026, 5, 1), LiableMonths(0, 1)),
            (date(2026, 8, 3), date(2026, 8, 30), LiableMonths(4, 0)),
            (date(2026, 8, 31), date(2026, 9, 1), LiableMonths(4, 1)),
        ],
    )
    def test_month_of_acquisition_counts_month_of_loss_does_not(
        self, acquired: date, lost: date | None, expected: LiableMonths
    ) -> None:
        assert liable_months(2026, acquired, lost) == expected

    @pytest.mark.parametrize(
        ("acquired", "lost", "expected"),
        [
            (date(2026, 8, 3), date(2026, 8, 30), LiableMonths(4, 1)),
            (date(2026, 8, 3), date(2026, 8, 3), LiableMonths(4, 0)),  # never insured
            (date(2026, 8, 3), date(2026, 9, 30), LiableMonths(4, 1)),
            (date(2027, 3, 3), date(2027, 3, 30), LiableMonths(11, 1)),
            (date(2026, 3, 3), date(2026, 3, 30), LiableMonths(0, 0)),  # of the year before
            (date(2027, 4, 3), date(2027, 4, 30), LiableMonths(11, 0)),  # of the year after
        ],
    )
    def test_a_month_of_both_counts_where_the_union_says_so(
        self, acquired: date, lost: date, expected: LiableMonths
    ) -> None:
        assert liable_months(2026, acquired, lost, same_month_counts=True) == expected

    def test_the_unions_word_on_such_a_month_reaches_the_premium(self) -> None:
        status = InsuredStatus(date(2026, 8, 3), lost=date(2026, 8, 30))
        house = single(2_260_000, insured=status)
        assert assess(year_of(NIIGATA, 2026), house).persons[0].amount == 0
        counting = replace(year_of(NIIGATA, 2026), same_month_counts=True)
        assert assess(counting, house).persons[0].amount == 9_300 + 200

    def test_loss_before_acquisition_is_refused(self) -> None:
        with pytest.raises(UserError) as caught:
            liable_months(2026, date(2026, 8, 2), date(2026, 8, 1), person="C3")
        assert caught.value.code == "premium.lost_before_acquired"
        assert "C3" in caught.value.message

    @pytest.mark.parametrize(
        ("acquired", "fiscal_year", "months"),
        [
            (date(2026, 4, 1), 2027, 12),
            (date(2024, 10, 15), 2026, 6),  # October 2024 … September 2026
            (date(2024, 4, 30), 2026, 0),
            (date(2026, 11, 1), 2026, 5),
        ],
    )
    def test_twenty_four_months_from_the_month_of_acquisition(
        self, acquired: date, fiscal_year: int, months: int
    ) -> None:
        rule = FormerDependantRule(500, 24, 1000)
        liable = liable_months(fiscal_year, acquired, None)
        assert former_dependant_months(rule, fiscal_year, acquired, liable) == months

    def test_half_a_head_ends_within_the_year_but_the_income_share_stays_nothing(self) -> None:
        house = single(2_260_000, insured=InsuredStatus(date(2024, 10, 15), former_dependant=True))
        medical = assess(year_of(NIIGATA, 2026), house).persons[0].parts[0]
        assert (medical.former_months, medical.months) == (6, 12)
        assert (medical.former_annual, medical.annual) == (24_600, 49_200)
        assert medical.before_cut == (24_600 * 6 + 49_200 * 6) // 12
        assert medical.income_based == 0
