"""第三者行為: when another person caused the injury, the union claims from him what it paid
(高確法58条).

The union steps into the insured person's claim for what it paid (代位取得, 58条1項); what the
person already got for the same damage the union need not pay (58条2項). All amounts are whole
yen, the fault of the insured person (過失割合) is in thousandths.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.rules.errors import RuleError
from app.rules.money import PERMILLE


@dataclass(frozen=True, slots=True)
class ThirdPartyCase:
    """``benefits``: what the union paid for the injury. ``own_fault``: of the insured person.

    ``received``: what the person got for the same medical costs before the union paid.
    ``settled_for``: what a settlement (示談) fixed for them in all (None: no settlement).
    """

    benefits: int
    own_fault: int = 0
    received: int = 0
    settled_for: int | None = None


@dataclass(frozen=True, slots=True)
class ThirdPartyClaim:
    """``relieved``: what the union need not pay (and, having paid it, takes back from the person);
    ``claim``: what it claims of the third party."""

    relieved: int
    claim: int


def third_party_claim(case: ThirdPartyCase, *, person: str = "") -> ThirdPartyClaim:
    """The union's claim: its benefits less what the person had, times the other's fault.

    A settlement binds the union only for what it pays after it; so what it fixed lowers the claim
    when it is less. Raises RuleError ``benefits.third_party_impossible``.
    """
    amounts = (case.benefits, case.received, case.settled_for or 0)
    if min(amounts) < 0 or not 0 <= case.own_fault <= PERMILLE:
        raise RuleError(
            "benefits.third_party_impossible",
            "給付額・受領額・過失割合のどれかが、ありえない値です。",
            "第三者行為の届書と示談書を確かめてください。",
            person=person,
            missing="case",
        )
    relieved = min(case.benefits, case.received)
    claim = (case.benefits - relieved) * (PERMILLE - case.own_fault) // PERMILLE
    if case.settled_for is not None:
        claim = min(claim, max(0, case.settled_for - case.received))
    return ThirdPartyClaim(relieved, claim)
