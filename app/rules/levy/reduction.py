"""Reduction of the per-capita share by household income (均等割の軽減: 7割・5割・2割).

Source: DOMAIN 4.4, 高確法施行令18条4項. The lines are judged over the householder and all insured
persons of the household on the levy day (賦課期日: 1 April, or the day of acquisition).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from app.rules.income import Incomes, income_sum


class ReductionClass(IntEnum):
    """軽減区分, in tenths of the law's wording (R8 gives 7.2割 for ``SEVEN``)."""

    NONE = 0
    TWO = 2
    FIVE = 5
    SEVEN = 7


@dataclass(frozen=True, slots=True)
class ReductionRule:
    """The lines of one fiscal year, yen."""

    base: int
    """43万: the line of 7割, and the fixed part of the other two."""
    five_per_head: int
    two_per_head: int
    per_extra_salaried: int
    """10万 for each 給与所得者等 beyond the first."""
    salary_line: int
    """給与収入 above this makes a 給与所得者等."""
    pension_line_65: int
    pension_line_under_65: int
    pension_special: int
    """15万, taken off the pension income of those 65 and over."""
    casualty_loss_counts: bool
    """Whether 雑損失の繰越控除 lowers the judged income."""


@dataclass(frozen=True, slots=True)
class JudgedIncome:
    """軽減判定所得 of one person, yen, and whether the person is a 給与所得者等."""

    key: str
    income: int
    pension_special: int
    salaried: bool


@dataclass(frozen=True, slots=True)
class ReductionJudgement:
    """軽減判定 of one household with its grounds."""

    persons: tuple[JudgedIncome, ...]
    income: int
    insured: int
    salaried: int
    seven_line: int
    five_line: int
    two_line: int
    undeclared: tuple[str, ...]
    """Keys of persons without a declaration: then the class is NONE whatever the income."""
    reduction: ReductionClass


def judge_income(rule: ReductionRule, key: str, incomes: Incomes, *, is_65: bool) -> JudgedIncome:
    """軽減判定所得 of one person, cut at 0 only at the end.

    専従者給与 and 専従者控除 are as if there were none, with the payer and with whoever got it,
    and so is the 譲渡所得の特別控除; up to 15万 of the pension income of those of 65 and over is
    taken off. They come before losses are set off, and a loss carried over is the one that would
    have arisen so (the ministry's notice of 2016-12-27, 0000146778; DOMAIN 4.4).
    """
    special = min(incomes.pension, rule.pension_special) if is_65 else 0
    income = (
        income_sum(incomes)
        - special
        - incomes.family_salary
        + incomes.family_deduction
        + incomes.transfer_deduction
        - incomes.carried_loss
        + incomes.carried_family
        - incomes.carried_special
    )
    if rule.casualty_loss_counts:
        income -= incomes.casualty_loss
    pension_line = rule.pension_line_65 if is_65 else rule.pension_line_under_65
    salaried = incomes.salary_revenue > rule.salary_line or incomes.pension_revenue > pension_line
    return JudgedIncome(key, max(0, income), special, salaried)


def judge_reduction(
    rule: ReductionRule,
    persons: Iterable[JudgedIncome],
    insured: int,
    undeclared: tuple[str, ...] = (),
) -> ReductionJudgement:
    """The reduction of a household of ``insured`` insured persons (≥ 1).

    ``persons`` are the householder (insured or not) and all insured persons; whoever is in
    ``undeclared`` is not among them. A line is reached by "not more than" (以下).
    """
    judged = tuple(persons)
    income = 0
    salaried = 0
    for person in judged:
        income += person.income
        salaried += person.salaried
    seven = rule.base + rule.per_extra_salaried * max(0, salaried - 1)
    five = seven + rule.five_per_head * insured
    two = seven + rule.two_per_head * insured
    if undeclared:
        reduction = ReductionClass.NONE
    elif income <= seven:
        reduction = ReductionClass.SEVEN
    elif income <= five:
        reduction = ReductionClass.FIVE
    elif income <= two:
        reduction = ReductionClass.TWO
    else:
        reduction = ReductionClass.NONE
    return ReductionJudgement(
        judged, income, insured, salaried, seven, five, two, undeclared, reduction
    )
