"""How an example of a function is told: who does it, and by which call of the services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.gate.gate import Session
from tests.support.world import World

Prepare = Callable[[Session], PreparedAct]
Perform = Callable[[PreparedAct, Sequence[Approval]], object]


@dataclass(frozen=True)
class Attempt:
    """Who does it, and how: ``prepare`` and ``perform``, or ``does`` (an act without
    approvals, in one call), or ``view``, or ``system``."""

    who: str
    prepare: Prepare | None = None
    perform: Perform | None = None
    view: Callable[[Session], object] | None = None
    system: Callable[[], object] | None = None
    does: Callable[[Session], object] | None = None


Example = Callable[[World], Attempt]
