"""高額介護合算療養費: medical and care burdens of a household in one year (8/1-7/31), also over
several medical insurers (DOMAIN 3.9; 高確法85条, 同施行令16条の2).

Whoever became 75 within the period, or moved to another union, had more than one medical insurer;
each pays by the burdens that arose with it. All amounts are whole yen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.tables import Unconfirmed
from app.rules.errors import RuleError


@dataclass(frozen=True, slots=True)
class CombinedLimits:
    """高額介護合算: limit of the household, and of its care part when several use care (区分Ⅰ).

    Nothing is paid unless the sum is above the limit by ``least`` (501 yen) or more.
    """

    limit_class: str
    limit: int
    limit_several_care: int | None
    least: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class MedicalBurden:
    """自己負担額 that arose with one medical insurer in the period, after its monthly benefits.

    ``insurer`` is its number or any key of the caller's.
    """

    insurer: str
    burden: int


@dataclass(frozen=True, slots=True)
class InsurerShare:
    """What one medical insurer pays (支給額)."""

    insurer: str
    burden: int
    benefit: int


@dataclass(frozen=True, slots=True)
class CombinedBenefit:
    """高額介護合算療養費: ``over`` the limit, and how medical and care insurers share it."""

    medical: int
    care: int
    limit: int
    over: int
    shares: tuple[InsurerShare, ...]
    """Of each medical insurer, in the order given."""
    medical_benefit: int
    care_benefit: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


def combined_benefit(
    limits: CombinedLimits,
    medical: Iterable[MedicalBurden],
    care: int,
    *,
    several_care: bool = False,
) -> CombinedBenefit:
    """高額介護合算療養費 from the year's burdens of a household (after monthly benefits).

    Every insurer pays its part of what is over the limit by its burden (按分率); the fractions of
    a yen fall on the care side. In 区分Ⅰ with several users of care the care side reckons with
    its own higher limit, after the medical side has paid. Raises RuleError
    ``benefits.insurer_twice`` and ``benefits.burden_impossible`` (below 0).
    """
    burdens = tuple(medical)
    _check(burdens, care)
    paid = sum(each.burden for each in burdens)
    total = paid + care
    over = max(0, total - limits.limit)
    if over < limits.least or not paid or not care:
        nothing = tuple(InsurerShare(each.insurer, each.burden, 0) for each in burdens)
        return CombinedBenefit(paid, care, limits.limit, over, nothing, 0, 0, limits.unconfirmed)
    shares = tuple(
        InsurerShare(each.insurer, each.burden, over * each.burden // total) for each in burdens
    )
    medical_benefit = sum(share.benefit for share in shares)
    care_benefit = over - medical_benefit
    if several_care and limits.limit_several_care is not None:
        care_over = total - medical_benefit - limits.limit_several_care
        care_benefit = min(care_over if care_over >= limits.least else 0, care_benefit)
    return CombinedBenefit(
        paid, care, limits.limit, over, shares, medical_benefit, care_benefit, limits.unconfirmed
    )


def _check(burdens: tuple[MedicalBurden, ...], care: int) -> None:
    if len({each.insurer for each in burdens}) != len(burdens):
        raise RuleError(
            "benefits.insurer_twice",
            "同じ医療保険者が2回入っています。",
            "自己負担額証明書を確かめ、医療保険者ごとに1つにまとめてください。",
            missing="medical",
        )
    if care < 0 or any(each.burden < 0 for each in burdens):
        raise RuleError(
            "benefits.burden_impossible",
            "自己負担額がマイナスです。",
            "自己負担額証明書の金額を確かめてください。",
            missing="burden",
        )
