"""Whose case a screen has open, as the desk tells one visitor from the next (``Page.in_hand``)."""

from __future__ import annotations

from app.cases.drafts import KeyedCase
from app.cases.whom import Whom
from app.ui.base.pages import InHand


def in_hand(case: KeyedCase) -> InHand | None:
    """The visitor's case with what is keyed so far; None while it names nobody."""
    if not case.name:
        return None
    called = f"{case.name} 様の「{case.kind.label}」"
    return InHand(_persons(case.whom), called, case.kind.opening, case.id)


def _persons(whom: Whom | None) -> frozenset[str]:
    """Whom the case is about and who belongs to it."""
    if whom is None:
        return frozenset()
    payer = () if whom.payer is None else (whom.payer,)
    return frozenset((whom.person_id, *(one.person_id for one in (*whom.members, *payer))))
