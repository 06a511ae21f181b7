"""From the tables to the values that the rules of benefits work on (DOMAIN 3.5-3.10, 4.9).

Each value says which of its rows are unconfirmed; what is reckoned with it names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.core.tables import Row, Tables
from app.rules.benefits.combined import CombinedLimits
from app.rules.benefits.funeral import FuneralAmount
from app.rules.benefits.hospital_charges import LivingClass, LivingRow, MealRow
from app.rules.benefits.monthly import MonthLimits
from app.rules.benefits.public_funds import DiseaseCap, PublicFund
from app.rules.benefits.yearly import YearLimits, YearRule
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


def living_row(tables: Tables, day: date, kind: LivingClass) -> LivingRow:
    """生活療養標準負担額 of one class on ``day``; NoRowError for a day before the table."""
    return tables["living_charges"].at(day, living_class=kind.value).into(LivingRow)


def disease_cap(tables: Tables, day: date) -> DiseaseCap:
    """特定疾病の自己負担限度額 (yen per month and institution) on ``day``."""
    return tables["specified_disease_caps"].at(day).into(DiseaseCap)


def public_funds(tables: Tables, day: date) -> Mapping[str, PublicFund]:
    """The public funds (公費) that are known on ``day``, by code."""
    return {row.text("code"): row.into(PublicFund) for row in tables["public_funds"].rows(day)}


def year_rule(tables: Tables, judgement_year: int) -> YearRule:
    """Which months count in the yearly sums of the 計算期間 from 1 August of ``judgement_year``."""
    return tables["year_sum_rules"].at(judgement_period(judgement_year)[1]).into(YearRule)


def funeral_amount(tables: Tables, union: str, municipality: str, died_on: date) -> FuneralAmount:
    """葬祭費 in ``municipality`` (six digits) of ``union``: the municipality's own row, else
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
    return row.into(FuneralAmount)


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
