"""In which order a payment fills what is owed: premium (本料), demand fee (督促手数料), late charge
(延滞金) (地方自治法231条の3, 地方税法14条の5, by ordinance; DOMAIN 4.9).

Older due days go first. Whether each instalment is filled whole before the next, or all premiums
before any fee, is the municipality's setting. All amounts are whole yen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed
from app.rules.errors import RuleError


class DebtPart(StrEnum):
    """What is owed for one instalment."""

    PREMIUM = "premium"
    DEMAND_FEE = "demand_fee"
    LATE_CHARGE = "late_charge"


@dataclass(frozen=True, slots=True)
class OrderRule:
    """A municipality's setting: the parts in their order; ``per_instalment``: one instalment is
    filled whole before the next one begins."""

    parts: tuple[DebtPart, ...]
    per_instalment: bool
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenInstalment:
    """What is still open of one instalment (未納): neutral key, due date, yen by part."""

    key: str
    due: date
    premium: int
    demand_fee: int = 0
    late_charge: int = 0

    def part(self, part: DebtPart) -> int:
        """What is open of ``part``."""
        return {
            DebtPart.PREMIUM: self.premium,
            DebtPart.DEMAND_FEE: self.demand_fee,
            DebtPart.LATE_CHARGE: self.late_charge,
        }[part]


@dataclass(frozen=True, slots=True)
class Filled:
    """So much of a payment goes to this part of this instalment."""

    key: str
    part: DebtPart
    amount: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """How a payment was divided; ``rest`` is more than what was owed (過誤納)."""

    filled: tuple[Filled, ...]
    rest: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def allocate(rule: OrderRule, amount: int, debts: Iterable[OpenInstalment]) -> Allocation:
    """Divide a payment of ``amount`` yen over ``debts``.

    Raises RuleError ``payment_order.amount_impossible`` and ``payment_order.incomplete`` (the rule
    does not name each part once).
    """
    ordered = sorted(debts, key=lambda debt: (debt.due, debt.key))
    _check(rule, amount, ordered)
    if rule.per_instalment:
        places = [(debt, part) for debt in ordered for part in rule.parts]
    else:
        places = [(debt, part) for part in rule.parts for debt in ordered]
    filled = []
    rest = amount
    for debt, part in places:
        taken = min(rest, debt.part(part))
        if taken > 0:
            filled.append(Filled(debt.key, part, taken))
            rest -= taken
    return Allocation(tuple(filled), rest, rule.unconfirmed)


def _check(rule: OrderRule, amount: int, debts: Sequence[OpenInstalment]) -> None:
    if sorted(rule.parts) != sorted(DebtPart):
        raise RuleError(
            "payment_order.incomplete",
            "納付の充てる順に、本料・督促手数料・延滞金がひとつずつ並んでいません。",
            "表の登録を直すようシステム管理者に連絡してください。",
            missing="parts",
        )
    for debt in debts:
        if any(debt.part(part) < 0 for part in DebtPart):
            raise RuleError(
                "payment_order.amount_impossible",
                "未納の金額がマイナスです。",
                "収納の記録を確かめてください。",
                person=debt.key,
                missing="debts",
            )
    if amount < 0:
        raise RuleError(
            "payment_order.amount_impossible",
            "納付額がマイナスです。",
            "納付額を確かめてください。",
            missing="amount",
        )
