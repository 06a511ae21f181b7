"""Which months of a fiscal year carry a premium (月割; DOMAIN 2.4, 4.5, 4.6; 高確法104条)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.rules.errors import RuleError


@dataclass(frozen=True, slots=True)
class FormerDependantRule:
    """被用者保険の被扶養者であった者 (DOMAIN 4.5)."""

    per_capita_permille: int
    months: int
    """The cut holds for so many months from the month of acquisition."""
    income_permille: int
    """The cut of the income-based share; it has no end."""


@dataclass(frozen=True, slots=True)
class LiableMonths:
    """賦課月数: consecutive months of the fiscal year, ``first`` 0 = April … 11 = March."""

    first: int
    count: int


def liable_months(
    fiscal_year: int,
    acquired: date,
    lost: date | None,
    *,
    same_month_counts: bool = False,
    person: str = "",
) -> LiableMonths:
    """Months of ``fiscal_year`` (April to March) that carry premium (月割, DOMAIN 4.6).

    The month of acquisition counts, the month of loss does not; a month of both counts where
    the union says so, unless both are the same day. Raises RuleError
    ``premium.lost_before_acquired``.
    """
    if lost is not None and lost < acquired:
        raise RuleError(
            "premium.lost_before_acquired",
            f"資格喪失日（{lost:%Y-%m-%d}）が資格取得日（{acquired:%Y-%m-%d}）より前です。",
            "資格の日付を確かめてください。",
            person=person,
            missing="lost",
        )
    first = max(0, _months_from_april(fiscal_year, acquired))
    end = 12 if lost is None else min(12, _months_from_april(fiscal_year, lost))
    if same_month_counts and lost is not None and acquired < lost:
        end = min(12, max(end, _months_from_april(fiscal_year, acquired) + 1))
    if first >= end:
        return LiableMonths(min(first, 11), 0)
    return LiableMonths(first, end - first)


def former_dependant_months(
    rule: FormerDependantRule, fiscal_year: int, acquired: date, months: LiableMonths
) -> int:
    """How many of ``months`` lie in the 24 months from the month of acquisition."""
    end = _months_from_april(fiscal_year, acquired) + rule.months
    return max(0, min(months.first + months.count, end) - months.first)


def _months_from_april(fiscal_year: int, day: date) -> int:
    return (day.year - fiscal_year) * 12 + day.month - 4
