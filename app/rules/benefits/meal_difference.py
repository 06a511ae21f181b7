"""食事差額: what was paid for meals in hospital beyond the reduced amount is paid back (差額支給;
DOMAIN 3.10, 5.5; 高確法74条, 同施行規則).

It is paid when the reduction could not be shown at the hospital for a reason that cannot be helped,
and for the time between the application for 長期入院該当 and its effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.core.tables import Unconfirmed
from app.rules.benefits.hospital_charges import MealClass, MealRow, meal_charge
from app.rules.errors import RuleError


class DifferenceReason(StrEnum):
    """Why the higher amount was paid."""

    COULD_NOT_SHOW = "could_not_show"
    """The paper could not be shown for a reason that cannot be helped (やむを得ない理由)."""
    LONG_STAY = "long_stay"
    """長期入院該当: from the application to the first of the next month."""
    OWN_CHOICE = "own_choice"
    """It was simply not applied for: nothing is paid back."""


@dataclass(frozen=True, slots=True)
class MealDifference:
    """``paid`` and ``owed`` for the meals, and what is paid back."""

    reason: DifferenceReason
    meals: int
    paid: int
    owed: int
    benefit: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def meal_difference(
    row: MealRow, kind: MealClass, meals: int, paid: int, reason: DifferenceReason, person: str = ""
) -> MealDifference:
    """What comes back of ``paid`` yen for ``meals`` meals that belonged to class ``kind``.

    Raises RuleError ``benefits.meal_open`` while the month's amounts are 要確認, and
    ``benefits.paid_impossible`` (below 0).
    """
    if paid < 0:
        raise RuleError(
            "benefits.paid_impossible",
            "支払った食事代がマイナスです。",
            "領収書の金額を確かめてください。",
            person=person,
            missing="paid",
        )
    charge = meal_charge(row, kind, meals)
    benefit = 0 if reason is DifferenceReason.OWN_CHOICE else max(0, paid - charge.amount)
    return MealDifference(reason, meals, paid, charge.amount, benefit, charge.unconfirmed)
