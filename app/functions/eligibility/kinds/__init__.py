"""The kinds of case of eligibility (資格), a module for a kind or a family of kinds
(docs/howto/add-a-case.md)."""

from __future__ import annotations

from app.cases.kind import CaseKind
from app.functions.eligibility.kinds import (
    asking,
    certifying,
    changing,
    entering,
    handing_on,
    leaving,
    protecting,
    recognising,
)
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.functions.eligibility.kinds.reissue import REISSUE

KINDS: tuple[CaseKind, ...] = (
    MOVE_IN,
    *entering.KINDS,
    *leaving.KINDS,
    *changing.KINDS,
    *recognising.KINDS,
    *protecting.KINDS,
    REISSUE,
    *certifying.KINDS,
    *handing_on.KINDS,
    *asking.KINDS,
)
