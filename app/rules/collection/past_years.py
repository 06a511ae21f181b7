"""過年度賦課: a premium of an earlier fiscal year that changes now (高確法160条の2; DOMAIN 4.9).

It falls due at once in a period of its own; an increase and a decrease are possible only within
the term of correction, which runs from the first due date of the year concerned.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed, joined
from app.rules.calendar.days import BusinessCalendar, fiscal_year, next_month_start
from app.rules.collection.due_days import DueRule, due_day
from app.rules.collection.limitation import Limitation, LimitationRule, limitation
from app.rules.errors import RuleError


class PastYearKind(StrEnum):
    """What the change means for the person."""

    BILL = "bill"
    REFUND = "refund"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PastYearRules:
    """賦課の期間制限 of increase and decrease, and the municipality's due days."""

    increase: LimitationRule
    decrease: LimitationRule
    due: DueRule


@dataclass(frozen=True, slots=True)
class PastYear:
    """The premium of ``fiscal_year`` before and after, and the first due date of that year."""

    fiscal_year: int
    first_due: date
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PastYearLevy:
    """``amount`` to bill by ``due`` or to refund, with the term within which it was possible."""

    fiscal_year: int
    kind: PastYearKind
    amount: int
    due: date | None
    term: Limitation
    unconfirmed: tuple[Unconfirmed, ...] = ()


def past_year_levy(
    rules: PastYearRules,
    year: PastYear,
    decided_on: date,
    calendar: BusinessCalendar,
    *,
    person: str = "",
) -> PastYearLevy:
    """The change of a past year's premium, decided on ``decided_on``; due in the month after.

    Raises RuleError ``past_years.same_year`` (that is no past year) and ``past_years.lapsed``.
    """
    if fiscal_year(decided_on) <= year.fiscal_year:
        raise RuleError(
            "past_years.same_year",
            f"{year.fiscal_year}年度は、{decided_on:%Y-%m-%d} の時点で過年度ではありません。",
            "その年度の期割の更正として処理してください。",
            person=person,
            missing="fiscal_year",
        )
    change = year.after - year.before
    rule = rules.increase if change > 0 else rules.decrease
    term = limitation(rule, year.first_due)
    if change and term.is_lapsed(decided_on):
        raise RuleError(
            "past_years.lapsed",
            f"{year.fiscal_year}年度の保険料は、賦課の期間制限（{term.lapsed_from:%Y-%m-%d}）を過ぎたため"
            f"{'増額' if change > 0 else '減額'}できません。",
            "期間制限の起算日（その年度の最初の納期限）を確かめてください。",
            person=person,
            missing="decided_on",
        )
    if change <= 0:
        kind = PastYearKind.REFUND if change else PastYearKind.NOTHING
        return PastYearLevy(year.fiscal_year, kind, -change, None, term, rule.unconfirmed)
    month = next_month_start(decided_on)
    due = due_day(rules.due, month.year, month.month, calendar)
    used = joined(rule.unconfirmed, rules.due.unconfirmed)
    return PastYearLevy(year.fiscal_year, PastYearKind.BILL, change, due, term, used)
