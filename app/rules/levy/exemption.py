"""Exemption from premiums (減免) by the ordinance of each union (高確法111条; DOMAIN 4.8).

What the union's rows say about a case is found here; where a row names several cuts, the union's
official chooses among them, and where it names none the case is 要確認. Amounts are whole yen,
shares thousandths.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.core.tables import Unconfirmed
from app.rules.errors import RuleError
from app.rules.money import PERMILLE


class Cause(StrEnum):
    """減免の事由."""

    DISASTER = "disaster"
    """災害: a share of house and belongings was lost."""
    INCOME_DROP = "income_drop"
    """所得の減少."""
    DETENTION = "detention"
    """刑事施設などへの拘禁."""


class Target(StrEnum):
    """What is cut."""

    WHOLE = "whole"
    """The premium of the months concerned."""
    INCOME_BASED = "income_based"
    """The income-based share (所得割) of those months."""


@dataclass(frozen=True, slots=True)
class ExemptionRule:
    """One row of a union's table.

    It fits a loss from ``loss_from`` (inclusive) to ``loss_below`` (exclusive, None: no end) and
    an income up to ``income_up_to`` (inclusive, None: any). ``cuts`` are the shares that may be
    granted; none means that the ordinance's amounts are not registered yet.
    """

    code: str
    cause: Cause
    target: Target
    loss_from: int
    loss_below: int | None
    income_up_to: int | None
    other_income_up_to: int | None
    cuts: tuple[int, ...]
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class ExemptionCase:
    """What was applied for: loss in thousandths of the value, 総所得 of the household last year
    and, where the ordinance asks for it, the part of it that is not the reduced income.
    """

    key: str
    cause: Cause
    loss_permille: int = 0
    income: int = 0
    other_income: int = 0


@dataclass(frozen=True, slots=True)
class ExemptionBase:
    """The person's yearly shares (after reductions) and the months that the case concerns."""

    per_capita: int
    income_based: int
    premium: int
    """The year's premium as assessed (年間保険料額)."""
    liable_months: int
    months: int


@dataclass(frozen=True, slots=True)
class Exemption:
    """減免額 with its grounds; ``premium`` is what is left to pay."""

    rule: str
    cut_permille: int
    months: int
    base: int
    """What is cut: the months' part of the premium or of the income-based share."""
    amount: int
    premium: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def fitting_rule(rules: Iterable[ExemptionRule], union: str, case: ExemptionCase) -> ExemptionRule:
    """The row of ``union`` that fits the case.

    Raises RuleError ``exemption.no_table`` (the union has no rows), ``exemption.no_cause`` (none
    for this cause) or ``exemption.outside`` (loss or income outside all lines).
    """
    rows = tuple(rules)
    if not rows:
        raise _refusal(
            "no_table", f"広域連合 {union} の減免の基準が登録されていません。", case, "union"
        )
    of_cause = [rule for rule in rows if rule.cause is case.cause]
    if not of_cause:
        raise _refusal(
            "no_cause", f"広域連合 {union} には、この事由の減免の基準がありません。", case, "cause"
        )
    for rule in of_cause:
        if _fits(rule, case):
            return rule
    raise _refusal("outside", "損害の割合や所得が、減免の基準に当てはまりません。", case, "case")


def exempt(rule: ExemptionRule, base: ExemptionBase, cut_permille: int, key: str) -> Exemption:
    """The exemption with a cut that the row allows; under 1 yen of it is cut off.

    Raises RuleError ``exemption.cuts_open`` (the row names no cut yet), ``exemption.cut_unknown``
    or ``exemption.months`` (more months than carry premium).
    """
    if not rule.cuts:
        raise RuleError(
            "exemption.cuts_open",
            "要確認：この事由の減免の割合が、まだ登録されていません。",
            "広域連合の条例で割合を確かめ、表への登録をシステム管理者に依頼してください。",
            person=key,
            missing="cuts",
        )
    if cut_permille not in rule.cuts:
        allowed = "・".join(f"{cut // 10}%" for cut in rule.cuts)
        raise RuleError(
            "exemption.cut_unknown",
            f"減免の割合は、{allowed} の中から選んでください。",
            "条例の区分と決裁を確かめてください。",
            person=key,
            missing="cut",
        )
    if not 0 <= base.months <= base.liable_months:
        raise RuleError(
            "exemption.months",
            f"減免の月数（{base.months}）が、賦課の月数（{base.liable_months}）を超えています。",
            "減免の対象となる月を確かめてください。",
            person=key,
            missing="months",
        )
    whole = base.premium
    if rule.target is Target.INCOME_BASED:
        together = base.per_capita + base.income_based
        whole = base.premium * base.income_based // together if together else 0
    concerned = whole * base.months // base.liable_months if base.liable_months else 0
    amount = concerned * cut_permille // PERMILLE
    left = base.premium - amount
    return Exemption(
        rule.code, cut_permille, base.months, concerned, amount, left, rule.unconfirmed
    )


def _fits(rule: ExemptionRule, case: ExemptionCase) -> bool:
    if case.loss_permille < rule.loss_from:
        return False
    if rule.loss_below is not None and case.loss_permille >= rule.loss_below:
        return False
    if rule.income_up_to is not None and case.income > rule.income_up_to:
        return False
    return rule.other_income_up_to is None or case.other_income <= rule.other_income_up_to


def _refusal(cause: str, message: str, case: ExemptionCase, field: str) -> RuleError:
    return RuleError(
        f"exemption.{cause}",
        message,
        "申請書と条例を確かめ、該当しないときはその旨を説明してください。",
        person=case.key,
        missing=field,
    )
