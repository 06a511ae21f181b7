"""From the tables to the values that the rules of collection work on (DOMAIN 4.7-4.9, 6.5).

Each value says which of its rows are unconfirmed; what is reckoned with it names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from app.core.tables import Row, Tables, joined
from app.rules.collection.appropriation import AppropriationRule, ReducedArises
from app.rules.collection.charge_relief import ReliefRule
from app.rules.collection.charges import ChargeRule, DemandSetting, LateChargeSetting, YearRates
from app.rules.collection.deferral import DeferralRule
from app.rules.collection.due_days import DueRule
from app.rules.collection.instalments import CollectionPattern, DeductionRule
from app.rules.collection.limitation import ActEffect, ActKind, ActRule, LimitationRule, Start
from app.rules.collection.payment_order import DebtPart, OrderRule
from app.rules.collection.refund_payee import PayeeRule
from app.rules.collection.slip_code import SlipRule
from app.rules.collection.zengin import BankFileRule
from app.rules.errors import RuleError
from app.rules.money import rate_from_percent


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
    pattern = pattern_of(tables, setting.text("pattern"), setting.number("unit"), day)
    due = _municipal(tables, "municipal_due_days", municipality, day).into(DueRule)
    used = joined(setting.unconfirmed, pattern.unconfirmed)
    return replace(pattern, due=due, unconfirmed=used)


def due_rule(tables: Tables, municipality: str, day: date) -> DueRule:
    """納期限 by the ordinance of ``municipality``; RuleError ``collection.no_municipality``."""
    return _municipal(tables, "municipal_due_days", municipality, day).into(DueRule)


def pattern_of(tables: Tables, code: str, unit: int, day: date) -> CollectionPattern:
    """The pattern ``code`` (``8``, ``9``, ``10``, ``12``) with amounts in ``unit`` yen; its due
    days are month ends."""
    row = tables["collection_patterns"].at(day, code=code)
    return CollectionPattern(
        row.numbers("months"), unit, row.number("provisional"), unconfirmed=row.unconfirmed
    )


def order_rule(tables: Tables, municipality: str, day: date) -> OrderRule:
    """納付の充当順 of ``municipality``; RuleError ``collection.no_municipality``."""
    row = _municipal(tables, "municipal_payment_orders", municipality, day)
    parts = tuple(DebtPart(part) for part in row.texts("parts"))
    return OrderRule(parts, row.flag("per_instalment"), row.unconfirmed)


def deferral_rule(tables: Tables, union: str, cause: str, day: date) -> DeferralRule:
    """徴収猶予 for ``cause`` by the ordinance of ``union``; NoRowError where none is registered."""
    return tables["deferrals"].at(day, union=union, cause=cause).into(DeferralRule)


def relief_rule(tables: Tables, municipality: str, cause: str, day: date) -> ReliefRule:
    """延滞金の減免 for ``cause`` in ``municipality``; NoRowError where none is registered."""
    table = tables["late_charge_reliefs"]
    return table.at(day, municipality=municipality, cause=cause).into(ReliefRule)


def appropriation_rule(tables: Tables, day: date) -> AppropriationRule:
    """From when a refund by a reduction can be set off."""
    row = tables["appropriation_rules"].at(day)
    return AppropriationRule(ReducedArises(row.text("reduced_arises")), row.unconfirmed)


def payee_rule(tables: Tables, day: date) -> PayeeRule:
    """For which months a pension is paid (還付先の判定)."""
    return tables["refund_payee_rules"].at(day).into(PayeeRule)


def slip_rule(tables: Tables, day: date) -> SlipRule:
    """The highest amount (yen) of a slip with a bar code on ``day``; above it ``slip_code``
    refuses, and the bill is split or goes by 期."""
    return tables["slip_rules"].at(day).into(SlipRule)


def bank_file_rule(tables: Tables, day: date) -> BankFileRule:
    """Which signs the banks' file takes beyond the common ones."""
    return tables["bank_file_rules"].at(day).into(BankFileRule)


def deduction_rule(tables: Tables, day: date) -> DeductionRule:
    """Conditions of 特別徴収 in force on ``day``."""
    return tables["deduction_rules"].at(day).into(DeductionRule)


def limitation_rule(tables: Tables, claim: str, event: date) -> LimitationRule:
    """Limitation of ``claim`` for an ``event`` on that day; NoRowError for an unknown claim.

    For ``levy_increase`` and ``levy_decrease`` give the 1 April of the fiscal year.
    """
    row = tables["limitation_periods"].at(event, claim=claim)
    start = Start(row.text("start"))
    return LimitationRule(claim, row.number_or_none("years"), start, row.unconfirmed)


def act_rules(tables: Tables, day: date) -> Mapping[ActKind, ActRule]:
    """What 督促, 承認, 催告, 差押 and 徴収猶予 do to limitation."""
    found = {}
    for row in tables["limitation_acts"].rows(day):
        kind = ActKind(row.text("kind"))
        effect = ActEffect(row.text("effect"))
        found[kind] = ActRule(kind, effect, row.number("months"), row.unconfirmed)
    return found


def _year_rates(row: Row) -> YearRates:
    return YearRates(
        rate_from_percent(row.rate("first")),
        rate_from_percent(row.rate("later")),
        rate_from_percent(row.rate("refund")),
        row.unconfirmed,
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
