"""Who gets a premium back: the person, the heirs, or the payer of the pension (年金保険者).

Source: 高確法110条 (介護保険法139条 in its place), 国民年金法18条3項 (支払期月), 29条; which
deductions go back to the payer is the municipality's practice (table ``refund_payee_rules``,
unconfirmed).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed
from app.rules.collection.instalments import Method


class Payee(StrEnum):
    """還付先."""

    PERSON = "person"
    HEIRS = "heirs"
    """相続人 (the one whom the heirs named: 相続人代表者)."""
    PENSION_PAYER = "pension_payer"


@dataclass(frozen=True, slots=True)
class PayeeRule:
    """A pension paid in a month is for the ``months_before`` months before it; ``death_month``: the
    month of death is still paid for (国民年金法18条)."""

    months_before: int
    death_month: bool
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class PayeeDecision:
    """The payee, and why: ``owed_months`` of the pension were owed at all."""

    payee: Payee
    owed_months: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def refund_payee(
    rule: PayeeRule, method: Method, paid_on: date, died_on: date | None
) -> PayeeDecision:
    """Who gets back what was paid on ``paid_on``.

    A deduction from a pension of which nothing was owed any more (all its months lie after the
    death) goes back to the payer, who reclaims the pension itself; everything else belongs to
    the person, or to the heirs.
    """
    if died_on is None:
        return PayeeDecision(Payee.PERSON, rule.months_before, rule.unconfirmed)
    if method is not Method.DEDUCTION:
        return PayeeDecision(Payee.HEIRS, 0)
    last = _month(died_on) if rule.death_month else _month(died_on) - 1
    covered = range(_month(paid_on) - rule.months_before, _month(paid_on))
    owed = sum(1 for month in covered if month <= last)
    payee = Payee.HEIRS if owed else Payee.PENSION_PAYER
    return PayeeDecision(payee, owed, rule.unconfirmed)


def _month(day: date) -> int:
    return day.year * 12 + day.month
