"""From the effective-dated tables to the values that ``premium`` and ``income`` work on
(高確法令18条; DOMAIN 4.2-4.8, Appendix A).

Everything is looked up on 1 April of the fiscal year (賦課期日). What is missing is refused with
its cause; no other year ever steps in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.core.tables import Row, Tables, unconfirmed_among
from app.rules.errors import RuleError
from app.rules.income import IncomeRule, PensionDeduction, SalaryDeduction
from app.rules.levy.exemption import Cause, ExemptionRule, Target
from app.rules.levy.months import FormerDependantRule
from app.rules.levy.premium import (
    Ceiling,
    LowerRate,
    MonthOrder,
    OwnCuts,
    Part,
    PartRate,
    PartRule,
    PremiumYear,
)
from app.rules.levy.reduction import ReductionClass, ReductionRule
from app.rules.money import rate_from_percent

_PART_LABELS = {Part.MEDICAL: "医療分", Part.CHILD: "子ども分"}


def premium_year(tables: Tables, union: str, fiscal_year: int) -> PremiumYear:
    """All rules of ``union`` (two-digit prefecture code) in ``fiscal_year`` (e.g. 2026).

    Raises RuleError ``premium.no_union`` (no general settings of the union), ``premium.no_rate``
    (no 保険料率), ``premium.no_ceiling``, ``premium.no_reduction``, ``premium.no_reduction_share``
    or NoRowError (``tables.no_row``) for the rest.
    """
    day = date(fiscal_year, 4, 1)
    used: list[Row] = []
    settings = tables["unions"].find(day, code=union)
    if settings is None:
        raise _missing("no_union", f"広域連合 {union} の設定", fiscal_year)
    used.append(settings)
    parts = tuple(_part_rule(tables, union, part, day, used) for part in _parts(tables, union, day))
    basic = tables["basic_deductions"].at(day)
    former = tables["premium_former_dependants"].at(day)
    practice = tables["union_practices"].at(day, union=union)
    used += [basic, former, practice]
    return PremiumYear(
        union,
        fiscal_year,
        parts,
        IncomeRule(basic.numbers("up_to"), basic.numbers("amount")),
        _reduction_rule(tables, day, used),
        former.into(FormerDependantRule),
        settings.number("component_unit"),
        settings.number("part_unit"),
        MonthOrder(settings.text("month_order")),
        practice.flag("same_month_counts"),
        unconfirmed_among(used),
    )


def pension_deduction(tables: Tables, fiscal_year: int, *, is_65: bool) -> PensionDeduction:
    """公的年金等控除 for the levy of ``fiscal_year``; raises NoRowError when the year has none."""
    return (
        tables["pension_deductions"]
        .at(date(fiscal_year, 4, 1), age_class="65" if is_65 else "under_65")
        .into(PensionDeduction)
    )


def salary_deduction(tables: Tables, fiscal_year: int) -> SalaryDeduction:
    """給与所得控除 for the levy of ``fiscal_year``; raises NoRowError when the year has none."""
    return tables["salary_deductions"].at(date(fiscal_year, 4, 1)).into(SalaryDeduction)


def exemption_rules(tables: Tables, union: str, day: date) -> tuple[ExemptionRule, ...]:
    """減免の基準 of ``union`` on ``day`` (application), in the table's order; may be empty."""
    return tuple(
        ExemptionRule(
            row.text("code"),
            Cause(row.text("cause")),
            Target(row.text("target")),
            row.number("loss_from"),
            row.number_or_none("loss_below"),
            row.number_or_none("income_up_to"),
            row.number_or_none("other_income_up_to"),
            row.numbers("cuts"),
            row.unconfirmed,
        )
        for row in tables["exemptions"].rows(day, union=union)
    )


def _parts(tables: Tables, union: str, day: date) -> tuple[Part, ...]:
    """The parts that are levied on ``day``: those that have a ceiling. The rate must follow."""
    levied = {row.text("part") for row in tables["premium_ceilings"].rows(day)}
    parts = tuple(part for part in Part if part in levied)
    if Part.MEDICAL not in parts:
        raise _missing("no_ceiling", "医療分の賦課限度額", day.year)
    return parts


def _part_rule(tables: Tables, union: str, part: Part, day: date, used: list[Row]) -> PartRule:
    label = _PART_LABELS[part]
    rate = tables["premium_rates"].find(day, union=union, part=part.value)
    if rate is None:
        raise _missing("no_rate", f"広域連合 {union} の保険料率（{label}）", day.year)
    ceiling = tables["premium_ceilings"].at(day, part=part.value)
    shares = tables["premium_reduction_shares"].find(day, part=part.value)
    if shares is None:
        raise _missing("no_reduction_share", f"均等割軽減の割合（{label}）", day.year)
    used += [rate, ceiling, shares]
    own_cuts = None
    lower = None
    if part is Part.MEDICAL:
        lower = _lower_rate(tables, union, day, ceiling, used)
        own_cuts = _own_cuts(tables, union, day, used)
    return PartRule(
        part,
        _rate(rate),
        Ceiling(
            ceiling.number("ceiling"),
            ceiling.number_or_none("special_ceiling"),
            ceiling.day_or_none("special_born_until"),
            ceiling.day_or_none("special_recognised_until"),
        ),
        {
            ReductionClass.NONE: 0,
            ReductionClass.TWO: shares.number("two"),
            ReductionClass.FIVE: shares.number("five"),
            ReductionClass.SEVEN: shares.number("seven"),
        },
        _special_areas(tables, union, part, day, used),
        lower,
        own_cuts,
    )


def _rate(row: Row) -> PartRate:
    return PartRate(row.number("per_capita"), rate_from_percent(row.rate("income_rate")))


def _lower_rate(
    tables: Tables, union: str, day: date, ceiling: Row, used: list[Row]
) -> LowerRate | None:
    up_to = ceiling.number_or_none("lower_rate_up_to")
    if up_to is None:
        return None
    row = tables["premium_lower_rates"].find(day, union=union)
    if row is None:
        return LowerRate(up_to, None)
    used.append(row)
    return LowerRate(up_to, rate_from_percent(row.rate("income_rate")))


def _own_cuts(tables: Tables, union: str, day: date, used: list[Row]) -> OwnCuts | None:
    row = tables["premium_own_cuts"].find(day, union=union)
    if row is None:
        return None
    used.append(row)
    return row.into(OwnCuts)


def _special_areas(
    tables: Tables, union: str, part: Part, day: date, used: list[Row]
) -> Mapping[str, PartRate]:
    rows = tables["premium_special_areas"].rows(day, union=union, part=part.value)
    used += rows
    return {row.text("area"): _rate(row) for row in rows}


def _reduction_rule(tables: Tables, day: date, used: list[Row]) -> ReductionRule:
    lines = tables["premium_reductions"].find(day)
    if lines is None:
        raise _missing("no_reduction", "均等割軽減の判定基準", day.year)
    salaried = tables["premium_salaried_lines"].at(day)
    casualty = tables["premium_casualty_losses"].at(day)
    used += [lines, salaried, casualty]
    return ReductionRule(
        lines.number("base"),
        lines.number("five_per_head"),
        lines.number("two_per_head"),
        lines.number("per_extra_salaried"),
        salaried.number("salary_line"),
        salaried.number("pension_line_65"),
        salaried.number("pension_line_under_65"),
        lines.number("pension_special"),
        casualty.flag("counts"),
    )


def _missing(cause: str, what: str, fiscal_year: int) -> RuleError:
    return RuleError(
        f"premium.{cause}",
        f"{what}が、{fiscal_year}年度（令和{fiscal_year - 2018}年度）の分は登録されていません。",
        "その年度の表が登録されるまで計算できません。年度に誤りがないか確かめ、"
        "正しければシステム管理者に連絡してください。",
        missing="fiscal_year",
    )
