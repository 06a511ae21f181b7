"""From the tables to the values that ``benefits``, ``hospital_charges`` and ``funeral`` work on
(DOMAIN 3.5-3.10, 4.9)."""

from __future__ import annotations

from datetime import date

from app.core.tables import Row, Tables
from app.rules.benefits.hospital_charges import LivingRow, MealRow
from app.rules.benefits.monthly import CombinedLimits, MonthLimits, YearLimits
from app.rules.calendar.days import judgement_period
from app.rules.errors import RuleError


def month_limits(tables: Tables, limit_class: str, month: date) -> MonthLimits:
    """Limits for treatment in the month of ``month``; RuleError ``benefits.no_limits`` before and
    beyond the table (the step planned for 2027-08 is not enacted).
    """
    return _limits(tables, limit_class, month.replace(day=1)).into(MonthLimits)


def year_limits(tables: Tables, limit_class: str, judgement_year: int) -> YearLimits:
    """Limits of the 計算期間 that begins on 1 August of ``judgement_year``; the class is that of
    its last day (基準日 7/31). RuleError ``benefits.no_limits``.
    """
    return _limits(tables, limit_class, judgement_period(judgement_year)[1]).into(YearLimits)


def combined_limits(tables: Tables, limit_class: str, judgement_year: int) -> CombinedLimits:
    """高額介護合算 of the same period; RuleError ``benefits.no_limits``."""
    day = judgement_period(judgement_year)[1]
    row = tables["combined_care_limits"].find(day, limit_class=limit_class)
    if row is None:
        raise _no_limits(limit_class, day)
    return row.into(CombinedLimits)


def meal_row(tables: Tables, day: date) -> MealRow:
    """食事療養標準負担額 on ``day``; NoRowError for a day before the table."""
    return tables["meal_charges"].at(day).into(MealRow)


def living_row(tables: Tables, day: date) -> LivingRow:
    """生活療養標準負担額 on ``day``; NoRowError for a day before the table."""
    return tables["living_charges"].at(day).into(LivingRow)


def specified_disease_cap(tables: Tables, day: date) -> int:
    """特定疾病の自己負担限度額 (yen per month and institution) on ``day``."""
    return tables["specified_disease_caps"].at(day).number("cap")


def funeral_amount(tables: Tables, union: str, municipality: str, died_on: date) -> int:
    """葬祭費 (yen) in ``municipality`` (six digits) of ``union``: the municipality's own row, else
    the union's (municipality ``""``). RuleError ``benefits.no_funeral_amount``.
    """
    table = tables["funeral_benefits"]
    row = table.find(died_on, union=union, municipality=municipality)
    if row is None:
        row = table.find(died_on, union=union, municipality="")
    if row is None:
        raise RuleError(
            "benefits.no_funeral_amount",
            f"葬祭費の金額が登録されていません（広域連合 {union}、市区町村 {municipality}）。",
            "条例を確かめ、表に登録するようシステム管理者に連絡してください。",
            missing="funeral_benefits",
        )
    return row.number("amount")


def _limits(tables: Tables, limit_class: str, day: date) -> Row:
    row = tables["high_cost_limits"].find(day, limit_class=limit_class)
    if row is None:
        raise _no_limits(limit_class, day)
    return row


def _no_limits(limit_class: str, day: date) -> RuleError:
    return RuleError(
        "benefits.no_limits",
        f"{day:%Y年%m月}の限度額が登録されていません（限度区分 {limit_class}）。",
        "診療月と区分を確かめてください。正しければ、改正後の限度額が表に登録されるまで"
        "計算できません。システム管理者に連絡してください。",
        missing="high_cost_limits",
    )
