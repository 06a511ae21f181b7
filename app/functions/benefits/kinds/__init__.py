"""The kinds of case of benefits (給付), one module each (docs/howto/add-a-case.md)."""

from __future__ import annotations

from app.cases.kind import CaseKind
from app.functions.benefits.kinds import claims
from app.functions.benefits.kinds.funeral import FUNERAL

KINDS: tuple[CaseKind, ...] = (FUNERAL, *claims.KINDS)
