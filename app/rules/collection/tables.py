"""From the tables to the values that ``instalments``, ``charges`` and ``limitation`` work on
(DOMAIN 4.7, 4.9, 6.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.core.tables import Row, Tables
from app.rules.collection.charges import ChargeRule, LateChargeSetting, YearRates
from app.rules.collection.instalments import CollectionPattern, DeductionRule
from app.rules.collection.limitation import LimitationRule, Start
from app.rules.errors import RuleError
from app.rules.money import rate_from_percent


@dataclass(frozen=True, slots=True)
class DemandSetting:
    """督促 of a municipality: days after the due date, fee in yen (督促手数料)."""

    days: int
    fee: int


def late_charge_rates(tables: Tables) -> Mapping[int, YearRates]:
    """Special rates of every calendar year that is registered whole.

    A year that begins or ends without a row is left out, so that a charge over it is refused.
    """
    rows = tables["late_charge_rates"].rows()
    years: dict[int, YearRates] = {}
    for row in rows:
        if row.valid_from is not None and row.valid_to is not None:
            for year in range(row.valid_from.year, row.valid_to.year + 1):
                if row.holds_on(date(year, 1, 1)) and row.holds_on(date(year, 12, 31)):
                    years[year] = _year_rates(row)
    return years


def charge_rule(tables: Tables, day: date) -> ChargeRule:
    """Rounding of charges in force on ``day``."""
    return tables["charge_rules"].at(day).into(ChargeRule)


def late_charge_setting(tables: Tables, municipality: str, day: date) -> LateChargeSetting:
    """The ordinance of ``municipality`` (six digits) on ``day``; RuleError when unknown."""
    return _municipal(tables, "municipal_late_charges", municipality, day).into(LateChargeSetting)


def demand_setting(tables: Tables, municipality: str, due: date) -> DemandSetting:
    """督促 for instalments due on ``due``; RuleError ``collection.no_municipality``."""
    return _municipal(tables, "municipal_demands", municipality, due).into(DemandSetting)


def collection_pattern(tables: Tables, municipality: str, fiscal_year: int) -> CollectionPattern:
    """納期 of ``municipality`` in ``fiscal_year``; RuleError ``collection.no_municipality``."""
    day = date(fiscal_year, 4, 1)
    setting = _municipal(tables, "municipal_collections", municipality, day)
    return pattern_of(tables, setting.text("pattern"), setting.number("unit"), day)


def pattern_of(tables: Tables, code: str, unit: int, day: date) -> CollectionPattern:
    """The pattern ``code`` (``8``, ``9``, ``10``, ``12``) with amounts in ``unit`` yen."""
    row = tables["collection_patterns"].at(day, code=code)
    return CollectionPattern(row.numbers("months"), unit, row.number("provisional"))


def slip_ceiling(tables: Tables, day: date) -> int:
    """The highest amount (yen) of a slip with a bar code on ``day``; above it ``slip_code``
    refuses, and the bill is split or goes by 期."""
    return tables["slip_rules"].at(day).number("ceiling")


def deduction_rule(tables: Tables, day: date) -> DeductionRule:
    """Conditions of 特別徴収 in force on ``day``."""
    return tables["deduction_rules"].at(day).into(DeductionRule)


def limitation_rule(tables: Tables, claim: str, event: date) -> LimitationRule:
    """Limitation of ``claim`` for an ``event`` on that day; NoRowError for an unknown claim.

    For ``levy_increase`` and ``levy_decrease`` give the 1 April of the fiscal year.
    """
    row = tables["limitation_periods"].at(event, claim=claim)
    return LimitationRule(claim, row.number_or_none("years"), Start(row.text("start")))


def _year_rates(row: Row) -> YearRates:
    return YearRates(
        rate_from_percent(row.rate("first")),
        rate_from_percent(row.rate("later")),
        rate_from_percent(row.rate("refund")),
    )


def _municipal(tables: Tables, name: str, municipality: str, day: date) -> Row:
    row = tables[name].find(day, municipality=municipality)
    if row is None:
        title = tables[name].title
        raise RuleError(
            "collection.no_municipality",
            f"市区町村 {municipality} の「{title}」が、{day:%Y-%m-%d} の分は登録されていません。",
            "条例を確かめ、表に登録するようシステム管理者に連絡してください。",
            missing=name,
        )
    return row
