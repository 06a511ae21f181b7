"""Households for tests of share and class: plain words for the figures a case states."""

from __future__ import annotations

from datetime import date

from app.rules.copay.facts import CopayHousehold, CopayMember, IncomeFacts, StandardIncome

JUDGED_ON = date(2026, 8, 1)
OLD = date(1943, 5, 3)
BY_OFFICE = StandardIncome(by_office=True)


def insured(
    key: str,
    taxable: int | None,
    *,
    revenue: int | None = None,
    pension_other: int | None = None,
    base: int | None = None,
    taxed: bool | None = True,
    zero: bool | None = False,
    **more: object,
) -> CopayMember:
    """An insured person with the figures that matter, born in 1943 unless ``more``, which is what
    a ``CopayMember`` has besides, says otherwise."""
    facts = IncomeFacts(taxed, taxable, revenue, pension_other, base, zero)
    member = {"birth": OLD, **more}
    return CopayMember(key, insured=True, income=facts, **member)  # type: ignore[arg-type]


def other(
    key: str, birth: date, *, revenue: int | None = None, taxed: bool = True, zero: bool = False
) -> CopayMember:
    """A household member with another insurer."""
    return CopayMember(key, birth, False, IncomeFacts(taxed, None, revenue, None, None, zero))


def household(
    *members: CopayMember, on: date = JUDGED_ON, standard: StandardIncome = BY_OFFICE
) -> CopayHousehold:
    """These persons, judged on 1 August 2026 unless said otherwise."""
    return CopayHousehold(members, on, standard)
