"""Who is liable for a premium besides the insured person (連帯納付義務; 高確法108条2項・3項,
DOMAIN 4.7): the householder and the spouse, where it is collected ordinarily."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.rules.collection.instalments import Method


class Tie(StrEnum):
    """Why somebody is liable."""

    HOUSEHOLDER = "householder"
    """世帯主 (108条2項)."""
    SPOUSE = "spouse"
    """配偶者 (108条3項)."""


@dataclass(frozen=True, slots=True)
class Liable:
    """One person liable for the whole, by neutral key."""

    key: str
    tie: Tie


def jointly_liable(
    method: Method, insured: str, householder: str, spouse: str | None
) -> tuple[Liable, ...]:
    """連帯納付義務者 of the premium of ``insured``, the householder first, nobody twice.

    Nobody for what is deducted from the pension (特別徴収), and nobody for oneself: who is
    householder alone and without spouse owes alone. The keys are those on the due date.
    """
    if method is Method.DEDUCTION:
        return ()
    found = []
    if householder != insured:
        found.append(Liable(householder, Tie.HOUSEHOLDER))
    if spouse is not None and spouse not in (insured, householder):
        found.append(Liable(spouse, Tie.SPOUSE))
    return tuple(found)
