"""療養費 and 移送費: what a person paid whole is paid back in part (DOMAIN 5.5; 高確法77条, 83条).

療養費 is reckoned from the assessed cost (基準額, at most what was paid), less the person's share;
under 1 yen is cut. 移送費 is the cost of the usual, cheapest way (at most what was paid), whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.rules.copay.facts import CopayError
from app.rules.errors import RuleError


class ExpenseKind(StrEnum):
    """療養費の種類."""

    BRACE = "brace"
    """治療用装具."""
    ACUPUNCTURE = "acupuncture"
    """はり・きゅう・あんま・マッサージ."""
    BONESETTER = "bonesetter"
    """柔道整復."""
    ABROAD = "abroad"
    """海外療養費."""
    WITHOUT_CERTIFICATE = "without_certificate"
    """資格確認書などを出せずに受診したとき."""
    BLOOD = "blood"
    """生血."""


class ExpenseOutcome(StrEnum):
    """支給の別."""

    PAID = "paid"
    NOT_NECESSARY = "not_necessary"
    """The union finds no need of it (療養の給付が困難・やむを得ないと認められない)."""
    NOT_INSURED = "not_insured"
    """Not insured by this union on the day of treatment."""
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Expense:
    """What was paid, and the assessed cost (基準額), yen."""

    kind: ExpenseKind
    paid: int
    standard: int
    necessary: bool = True
    insured: bool = True
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class ExpenseBenefit:
    """``base`` (the lesser of paid and standard), the person's ``share`` of it, and the benefit."""

    outcome: ExpenseOutcome
    base: int
    share: int
    benefit: int


@dataclass(frozen=True, slots=True)
class Transport:
    """移送: paid, and the cost of the usual and cheapest way; the three grounds of 則 must all
    hold."""

    paid: int
    standard: int
    suitable_care: bool
    """移送により適切な療養を受けた."""
    hard_to_move: bool
    """移動が著しく困難であった."""
    urgent: bool
    """緊急その他やむを得なかった."""


def medical_expense(expense: Expense, ratio: int, *, person: str = "") -> ExpenseBenefit:
    """療養費 at a share of ``ratio`` tenths (割).

    Raises CopayError ratio_impossible, RuleError ``benefits.expense_impossible``.
    """
    if ratio not in (1, 2, 3):
        raise CopayError(
            "ratio_impossible",
            f"負担割合は1割・2割・3割のどれかです（{ratio}割になっています）。",
            "受診した日の負担割合を確かめてください。",
            person=person,
            missing="ratio",
        )
    _not_negative(expense.paid, expense.standard, person)
    base = min(expense.paid, expense.standard)
    benefit = base * (10 - ratio) // 10
    outcome = _outcome(expense)
    if outcome is not ExpenseOutcome.PAID:
        return ExpenseBenefit(outcome, base, base, 0)
    return ExpenseBenefit(outcome, base, base - benefit, benefit)


def transport_benefit(transport: Transport, *, person: str = "") -> ExpenseBenefit:
    """移送費: the whole of the standard cost, when all three grounds hold.

    Raises RuleError ``benefits.expense_impossible``.
    """
    _not_negative(transport.paid, transport.standard, person)
    base = min(transport.paid, transport.standard)
    if transport.suitable_care and transport.hard_to_move and transport.urgent:
        return ExpenseBenefit(ExpenseOutcome.PAID, base, 0, base)
    return ExpenseBenefit(ExpenseOutcome.NOT_NECESSARY, base, base, 0)


def _outcome(expense: Expense) -> ExpenseOutcome:
    if not expense.insured:
        return ExpenseOutcome.NOT_INSURED
    if expense.lapsed:
        return ExpenseOutcome.LAPSED
    return ExpenseOutcome.PAID if expense.necessary else ExpenseOutcome.NOT_NECESSARY


def _not_negative(paid: int, standard: int, person: str) -> None:
    if paid < 0 or standard < 0:
        raise RuleError(
            "benefits.expense_impossible",
            "支払額または基準額がマイナスです。",
            "領収書と基準額を確かめてください。",
            person=person,
            missing="paid",
        )
