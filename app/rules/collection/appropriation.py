"""充当: a refund set against what is still open, and the day on which that counts.

Source: DOMAIN 4.9; 地方自治法231条の3, 地方税法17条の2, 同施行令6条の14 (充当適状). All amounts
are whole yen. The day of 充当 ends the refund interest of the part that is set off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed
from app.rules.collection.charges import RefundCause
from app.rules.errors import RuleError


class ReducedArises(StrEnum):
    """From when a refund by a reduction (更正減額) exists."""

    CORRECTION = "correction"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class AppropriationRule:
    """The setting of the table ``appropriation_rules``."""

    reduced_arises: ReducedArises
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class Overpayment:
    """過誤納金: ``paid_on`` and, for a reduction, the day it was decided (``corrected_on``)."""

    key: str
    amount: int
    cause: RefundCause
    paid_on: date
    corrected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """An instalment that is still open (未納): neutral key, due date, open amount."""

    key: str
    due: date
    amount: int


@dataclass(frozen=True, slots=True)
class SetOff:
    """``amount`` of the refund fills ``debt``; it counts as paid on ``day`` (充当適状日)."""

    debt: Debt
    amount: int
    day: date


@dataclass(frozen=True, slots=True)
class Appropriation:
    """充当: what goes to which debt, and what is left to be paid back (還付)."""

    items: tuple[SetOff, ...]
    rest: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def appropriate(
    rule: AppropriationRule, refund: Overpayment, debts: Iterable[Debt], decided_on: date
) -> Appropriation:
    """Set a refund against the debts that are due by ``decided_on``, the oldest first.

    The day of each set-off is that on which both stood: the refund had arisen and the debt was due.
    Raises RuleError ``appropriation.correction_missing`` and ``appropriation.decided_before``.
    """
    arose = _arose(rule, refund)
    if decided_on < arose:
        raise RuleError(
            "appropriation.decided_before",
            f"充当の決定日（{decided_on:%Y-%m-%d}）が、過誤納の生じた日（{arose:%Y-%m-%d}）より前です。",
            "決定日と納付日・更正日を確かめてください。",
            person=refund.key,
            missing="decided_on",
        )
    rest = refund.amount
    items = []
    for debt in sorted(debts, key=lambda debt: (debt.due, debt.key)):
        taken = min(rest, debt.amount)
        if taken > 0 and debt.due <= decided_on:
            items.append(SetOff(debt, taken, max(arose, debt.due)))
            rest -= taken
    return Appropriation(tuple(items), rest, rule.unconfirmed)


def _arose(rule: AppropriationRule, refund: Overpayment) -> date:
    if refund.cause is RefundCause.MISTAKEN or rule.reduced_arises is ReducedArises.PAYMENT:
        return refund.paid_on
    if refund.corrected_on is None:
        raise RuleError(
            "appropriation.correction_missing",
            "更正減額による過納ですが、更正の日が分かりません。",
            "減額の決定日を入れてください。",
            person=refund.key,
            missing="corrected_on",
        )
    return max(refund.paid_on, refund.corrected_on)
