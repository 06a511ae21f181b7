"""Functions of benefits (給付): its kinds of claim."""

from __future__ import annotations

from app.cases.functions import case_functions
from app.cases.waiting import case_sources
from app.functions.benefits.kinds import KINDS
from app.security.spec import Area, Function

AREA = Area("benefits", "給付", 30, case_sources(KINDS))

FUNCTIONS: tuple[Function, ...] = case_functions(AREA.id, KINDS)
