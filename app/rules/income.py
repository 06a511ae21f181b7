"""Income by kind (所得の種類別) and the base of the premium (賦課のもととなる所得).

All amounts are whole yen of one person and one calendar year (the year before the fiscal year
of the levy), as assessed by the municipality where the person lived on 1 January. Source:
DOMAIN 4.2, 高確法施行令18条, 地方税法314条の2, 所得税法35条.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from app.core.tables import Unconfirmed
from app.rules.errors import RuleError
from app.rules.money import cut


class MissingIncome(Enum):
    """Why there is no income of a person."""

    NOT_ARRIVED = "not_arrived"
    """The municipality of 1 January has not answered yet (所得照会中)."""
    NOT_DECLARED = "not_declared"
    """The person has not declared (未申告): no reduction may be given (DOMAIN 4.4)."""


@dataclass(frozen=True, slots=True)
class Incomes:
    """The assessed income of one person (所得情報). Only ``business`` and ``real_estate`` may be
    negative; what may not be offset against other kinds is already left out by the assessment.

    ``retirement`` (退職所得) is kept for the record and never counts.
    """

    pension_revenue: int = 0
    """公的年金等収入."""
    pension: int = 0
    """公的年金等に係る雑所得."""
    salary_revenue: int = 0
    """給与収入 without 専従者給与."""
    salary: int = 0
    """給与所得 after 所得金額調整控除, 専従者給与 included."""
    family_salary: int = 0
    """The part of ``salary`` that comes from 専従者給与."""
    business: int = 0
    """事業所得 (営業・農業) after 専従者控除."""
    family_deduction: int = 0
    """専従者控除 and 青色専従者給与 that were taken off ``business`` and ``real_estate``."""
    real_estate: int = 0
    """不動産所得."""
    interest: int = 0
    """利子所得."""
    dividend: int = 0
    """配当所得, declared."""
    other: int = 0
    """一時所得 and 雑所得 other than pensions."""
    transfer: int = 0
    """譲渡所得 (総合・分離, 株式等 when declared) after the special deduction."""
    transfer_deduction: int = 0
    """譲渡所得の特別控除 that was taken off ``transfer``."""
    forestry: int = 0
    """山林所得."""
    retirement: int = 0
    """退職所得: not counted."""
    carried_loss: int = 0
    """純損失などの繰越控除, as the tax reckons it."""
    carried_family: int = 0
    """The part of ``carried_loss`` that arose only because 専従者給与・専従者控除 was taken off
    in the year of the loss: not taken off when the reduction is judged."""
    carried_special: int = 0
    """What the loss would be greater by had the 15万 been taken off the pension income in the year
    of the loss (年金の特別控除): taken off when the reduction is judged."""
    casualty_loss: int = 0
    """雑損失の繰越控除: not taken off for the base of the premium (DOMAIN 4.2)."""


@dataclass(frozen=True, slots=True)
class PensionDeduction:
    """公的年金等控除 of one age class: income = revenue × percent / 100 − deduction.

    ``up_to`` are the upper ends (exclusive) of all brackets but the last; ``other_up_to`` (upper
    ends, inclusive) and ``other_less`` shorten the deduction when the income besides pensions
    is high.
    """

    up_to: tuple[int, ...]
    percent: tuple[int, ...]
    deduction: tuple[int, ...]
    other_up_to: tuple[int, ...]
    other_less: tuple[int, ...]
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class SalaryDeduction:
    """給与所得控除 (所得税法28条, 別表第五): income = revenue × percent / 100 − deduction.

    ``up_to`` are the upper ends (exclusive) of all brackets but the last. Revenue from
    ``stepped_from`` to below ``stepped_below`` is first cut to ``step`` yen. ``adjusted_each``
    is the part of salary and of pension that 所得金額調整控除 looks at.
    """

    up_to: tuple[int, ...]
    percent: tuple[int, ...]
    deduction: tuple[int, ...]
    step: int
    stepped_from: int
    stepped_below: int
    adjusted_each: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class IncomeRule:
    """What turns income into the base of the premium in one fiscal year.

    ``basic_up_to`` are upper ends (inclusive) of 合計所得金額, ``basic_amount`` the basic
    deduction (基礎控除) of each; above the last it is 0.
    """

    basic_up_to: tuple[int, ...]
    basic_amount: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LevyBase:
    """The base of the premium with every step (賦課のもととなる所得), yen."""

    combined: int
    """合計所得金額: before losses carried forward."""
    total: int
    """総所得金額等: after losses carried forward, 雑損失 excepted."""
    basic_deduction: int
    base: int


def is_65_for(fiscal_year: int, born: date) -> bool:
    """True when the person counts as 65 or over for the income of the year before
    ``fiscal_year``: born on or before 1 January, 65 years earlier (年齢計算ニ関スル法律).
    """
    return born <= date(fiscal_year - 65, 1, 1)


def pension_income(rule: PensionDeduction, revenue: int, other_income: int = 0) -> int:
    """公的年金等に係る雑所得 from ``revenue`` (yen, ≥ 0); under 1 yen cut, never below 0.

    ``other_income`` is 合計所得金額 besides pensions (yen). For trial calculations, which then
    also name ``rule.unconfirmed``; a levy uses the assessed amount.
    """
    bracket = _index(rule.up_to, revenue, inclusive=False)
    less = rule.other_less[_index(rule.other_up_to, other_income, inclusive=True)]
    income = revenue * rule.percent[bracket] // 100 - (rule.deduction[bracket] - less)
    return max(0, income)


def salary_income(rule: SalaryDeduction, revenue: int) -> int:
    """給与所得 from ``revenue`` (給与収入, yen, ≥ 0) before 所得金額調整控除; never below 0.

    For trial calculations, which then also name ``rule.unconfirmed``; a levy uses the assessed
    amount.
    """
    counted = revenue
    if rule.stepped_from <= revenue < rule.stepped_below:
        counted = cut(revenue, rule.step)
    bracket = _index(rule.up_to, revenue, inclusive=False)
    return max(0, counted * rule.percent[bracket] // 100 - rule.deduction[bracket])


def salary_adjustment(rule: SalaryDeduction, salary: int, pension: int) -> int:
    """所得金額調整控除 (租税特別措置法41条の3の11第2項): what is taken off the salary income of
    those with both 給与所得 and 公的年金等の雑所得 (yen of income, ≥ 0)."""
    each = rule.adjusted_each
    return max(0, min(salary, each) + min(pension, each) - each)


def combined_income(incomes: Incomes) -> int:
    """合計所得金額 (yen, ≥ 0): all kinds but 退職所得, losses within the year offset."""
    return max(0, income_sum(incomes))


def income_sum(incomes: Incomes) -> int:
    """The same before it is cut at 0: below 0 when the losses of the year are greater."""
    return (
        incomes.pension
        + incomes.salary
        + incomes.business
        + incomes.real_estate
        + incomes.interest
        + incomes.dividend
        + incomes.other
        + incomes.transfer
        + incomes.forestry
    )


def levy_base(rule: IncomeRule, incomes: Incomes) -> LevyBase:
    """The base of the premium (賦課のもととなる所得): 総所得金額等 − 基礎控除, at least 0."""
    combined = combined_income(incomes)
    total = max(0, combined - incomes.carried_loss)
    deduction = 0
    for up_to, amount in zip(rule.basic_up_to, rule.basic_amount, strict=True):
        if combined <= up_to:
            deduction = amount
            break
    return LevyBase(combined, total, deduction, max(0, total - deduction))


_NEVER_NEGATIVE = tuple(
    name for name in Incomes.__slots__ if name not in {"business", "real_estate"}
)


def check_incomes(key: str, incomes: Incomes) -> None:
    """Refuse amounts that no assessment can hold (``premium.income_impossible``).

    ``key`` is the neutral key of the person; it, and no name, stands in the message.
    """
    if (
        incomes.family_salary > incomes.salary
        or incomes.carried_family > incomes.carried_loss
        or any(getattr(incomes, name) < 0 for name in _NEVER_NEGATIVE)
    ):
        raise RuleError(
            "premium.income_impossible",
            "所得の金額に、ありえない値（マイナスなど）があります。",
            "所得情報を確かめ、正しい金額を入れ直してください。",
            person=key,
            missing="incomes",
        )


def declared_incomes(key: str, incomes: Incomes | MissingIncome) -> Incomes:
    """The income of a person, or the refusal that says what is missing and for whom.

    Raises RuleError ``premium.income_not_arrived`` or ``premium.income_not_declared``.
    """
    if isinstance(incomes, Incomes):
        return incomes
    if incomes is MissingIncome.NOT_ARRIVED:
        raise RuleError(
            "premium.income_not_arrived",
            "所得情報がまだ届いていないため、保険料を計算できません。",
            "1月1日に住んでいた市区町村への所得照会の回答を待って、もう一度計算してください。",
            person=key,
            missing="incomes",
        )
    raise RuleError(
        "premium.income_not_declared",
        "所得の申告がないため、保険料を計算できません。",
        "簡易申告書を出していただくか、未申告のまま（軽減なし）で計算することを選んでください。",
        person=key,
        missing="incomes",
    )


def _index(up_to: tuple[int, ...], amount: int, *, inclusive: bool) -> int:
    for index, limit in enumerate(up_to):
        if amount < limit or (inclusive and amount == limit):
            return index
    return len(up_to)
