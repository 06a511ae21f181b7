"""The day board in a test."""

from __future__ import annotations

from app.cases import board
from app.catalog import CATALOG
from app.security.gate.gate import Gate, Session
from app.security.waiting import Waits


def cases_waiting(gate: Gate, session: Session) -> tuple[Waits, ...]:
    """The lines of the day board that are a case's, as this person sees them."""
    found = board.lines(gate, session, CATALOG)
    return tuple(line for line in found if "case_id" in dict(line.given))
