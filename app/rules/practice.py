"""How one union does what the law leaves to it (広域連合の取扱い), as one value (DOMAIN 1.4, 2.3,
2.4, 3.2, 5.1, 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.tables import Tables, Unconfirmed


@dataclass(frozen=True, slots=True)
class Practice:
    """A row of the table ``union_practices``, whose head explains each field."""

    union: str
    insured_number_check: str
    disability_day: str
    disability_move_in: str
    withdrawal_day: str
    same_month_counts: bool
    income_unknown: str
    provisional_ratio: int
    standard_income_by_office: bool
    kakunin_all_from_age: int
    myna_use_year_min: int
    myna_use_3m_min: int
    newcomer_by: str
    application_needs_care: bool
    address_printed: bool
    next_paper_month: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def practice_of(tables: Tables, union: str, day: date) -> Practice:
    """The practice of ``union`` (two digits) on ``day``; raises NoRowError for a union without."""
    return tables["union_practices"].at(day, union=union).into(Practice)
