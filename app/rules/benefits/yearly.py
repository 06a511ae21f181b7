"""What the yearly limits give back: 外来年間合算 and 年間上限 (from 1 August to 31 July).

Source: DOMAIN 3.5-3.7, 高確法施行令14条の2, 国保令29条の3第11項. The class of 31 July (基準日)
decides the limits. All amounts are whole yen, after the monthly 高額療養費.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.tables import Unconfirmed, joined


@dataclass(frozen=True, slots=True)
class YearLimits:
    """Limits of one class for one 計算期間 (8/1-7/31); None: the class has none."""

    limit_class: str
    outpatient_year: int | None
    """外来年間合算, of a person: whoever is not 現役並み on 31 July."""
    year: int | None
    """年間上限."""
    year_low_income: int | None
    """年間上限 of 一般 when the low-income line is confirmed."""
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class YearRule:
    """Whether months in which the person bore 3割 (現役並み) count in each yearly sum."""

    outpatient_with_three_tenths: bool
    year_with_three_tenths: bool
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class BurdenMonth:
    """What a month left to the person (or household) after 高額療養費, yen.

    ``three_tenths``: 現役並み in that month.
    """

    burden: int
    three_tenths: bool = False


@dataclass(frozen=True, slots=True)
class YearBenefit:
    """What a yearly limit gives back: burden of the period, limit (None: no limit), benefit."""

    burden: int
    limit: int | None
    benefit: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def yearly_outpatient_benefit(
    limits: YearLimits, rule: YearRule, months: Iterable[BurdenMonth]
) -> YearBenefit:
    """外来年間合算 of one person over the outpatient burdens of the period."""
    burden = _sum(months, with_three_tenths=rule.outpatient_with_three_tenths)
    return _over(burden, limits.outpatient_year, joined(limits.unconfirmed, rule.unconfirmed))


def yearly_benefit(
    limits: YearLimits,
    rule: YearRule,
    months: Iterable[BurdenMonth],
    *,
    low_income_confirmed: bool = False,
) -> YearBenefit:
    """年間上限 (from 2026-08): the burdens are those after 外来年間合算 too."""
    limit = limits.year
    if low_income_confirmed and limits.year_low_income is not None:
        limit = limits.year_low_income
    burden = _sum(months, with_three_tenths=rule.year_with_three_tenths)
    return _over(burden, limit, joined(limits.unconfirmed, rule.unconfirmed))


def _sum(months: Iterable[BurdenMonth], *, with_three_tenths: bool) -> int:
    return sum(month.burden for month in months if with_three_tenths or not month.three_tenths)


def _over(burden: int, limit: int | None, unconfirmed: tuple[Unconfirmed, ...]) -> YearBenefit:
    return YearBenefit(burden, limit, 0 if limit is None else max(0, burden - limit), unconfirmed)
