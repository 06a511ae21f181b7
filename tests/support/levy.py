"""Households for premium tests and benchmarks: pensioners by their pension, in whole yen."""

from __future__ import annotations

from datetime import date
from functools import cache

from app.core.tables import Tables, load_tables, shipped_tables
from app.rules.income import Incomes, MissingIncome, is_65_for, pension_income
from app.rules.levy.premium import InsuredStatus, LevyHousehold, LevyMember, PremiumYear
from app.rules.levy.tables import pension_deduction, premium_year

BORN = date(1950, 6, 15)
ACQUIRED = date(2015, 6, 15)


@cache
def tables() -> Tables:
    return load_tables(shipped_tables())


def last_day(table: str, **key: str) -> date:
    """The last day that the rows of ``key`` cover, so that no test names the year of today's."""
    ends = [row.valid_to for row in tables()[table].rows(**key)]  # type: ignore[arg-type]
    assert None not in ends, f"{table} has an open row"
    return max(end for end in ends if end is not None)


@cache
def year_of(union: str, fiscal_year: int) -> PremiumYear:
    return premium_year(tables(), union, fiscal_year)


def pensioner(
    key: str,
    pension: int,
    fiscal_year: int = 2026,
    *,
    born: date = BORN,
    insured: InsuredStatus | None = InsuredStatus(ACQUIRED),  # noqa: B008
    **kinds: int,
) -> LevyMember:
    deduction = pension_deduction(tables(), fiscal_year, is_65=is_65_for(fiscal_year, born))
    incomes = Incomes(pension_revenue=pension, pension=pension_income(deduction, pension), **kinds)
    return LevyMember(key, born, incomes, insured)


def member_without(key: str, why: MissingIncome) -> LevyMember:
    return LevyMember(key, BORN, why, InsuredStatus(ACQUIRED))


def single(pension: int, fiscal_year: int = 2026, **details: object) -> LevyHousehold:
    return household(pensioner("A", pension, fiscal_year, **details))  # type: ignore[arg-type]


def household(*members: LevyMember, householder: str = "A") -> LevyHousehold:
    return LevyHousehold("H1", householder, members)
