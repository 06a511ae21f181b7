"""Funeral benefit (葬祭費): who gets it and how much (DOMAIN 4.9, 5.5; 高確法86条, 条例)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed, joined
from app.rules.collection.limitation import Limitation, LimitationRule, limitation
from app.rules.errors import RuleError


class FuneralOutcome(StrEnum):
    """支給決定の別 with its reason."""

    PAID = "paid"
    NOT_INSURED = "not_insured"
    """Not insured by this union on the day of death."""
    OTHER_LAW = "other_law"
    """Another law pays for the funeral (三重条例2条 and others)."""
    LAPSED = "lapsed"
    """More than two years since the day after the funeral (時効)."""


@dataclass(frozen=True, slots=True)
class FuneralDecision:
    """葬祭費の支給判定; ``limitation`` shows until when it could be claimed."""

    outcome: FuneralOutcome
    amount: int
    limitation: Limitation
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class FuneralAmount:
    """葬祭費 (yen) of a municipality or union."""

    amount: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class FuneralCase:
    """Who died when, when the funeral was (葬祭日) and when it was applied for (申請日).

    ``other_law``: another law pays for the funeral. ``key``: neutral key of the person.
    """

    died_on: date
    funeral_on: date
    applied_on: date
    insured_on_death: bool
    other_law: bool
    key: str = ""


def decide_funeral_benefit(
    rule: LimitationRule,
    amount: FuneralAmount,
    case: FuneralCase,
) -> FuneralDecision:
    """Whether the chief mourner (喪主) gets ``amount`` (of the municipality's row).

    Raises RuleError ``benefits.funeral_before_death`` and ``benefits.applied_before_funeral``.
    """
    if case.funeral_on < case.died_on:
        raise RuleError(
            "benefits.funeral_before_death",
            f"葬祭の日（{case.funeral_on:%Y-%m-%d}）が死亡日（{case.died_on:%Y-%m-%d}）より前です。",
            "会葬礼状などで日付を確かめてください。",
            person=case.key,
            missing="funeral_on",
        )
    if case.applied_on < case.funeral_on:
        raise RuleError(
            "benefits.applied_before_funeral",
            f"申請日（{case.applied_on:%Y-%m-%d}）が葬祭の日（{case.funeral_on:%Y-%m-%d}）より前です。",
            "葬祭が済んでから申請を受け付けてください。",
            person=case.key,
            missing="applied_on",
        )
    period = limitation(rule, case.funeral_on)
    if not case.insured_on_death:
        outcome = FuneralOutcome.NOT_INSURED
    elif case.other_law:
        outcome = FuneralOutcome.OTHER_LAW
    elif period.is_lapsed(case.applied_on):
        outcome = FuneralOutcome.LAPSED
    else:
        used = joined(amount.unconfirmed, rule.unconfirmed)
        return FuneralDecision(FuneralOutcome.PAID, amount.amount, period, used)
    return FuneralDecision(outcome, 0, period, rule.unconfirmed)
