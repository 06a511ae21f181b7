"""The founders' start (初期設定の期間, DESIGN 4): two persons alone answer for the terminal.

They hold supervision and administration and nothing of the day's business, and while they are
alone the gate opens nothing personal to anybody. It is over when a supervisor and an
administrator, two persons and neither of them a founder, hold their confirmed rights, and never
begins anew; the recovery shares were typed back before the store was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.security.control.state import ControlState
from app.security.spec import Catalog
from app.security.staff.grants import GrantState


@dataclass(frozen=True, slots=True)
class Start:
    """Who answers for the terminal beside the founders; ``founders`` is empty when the start is
    over."""

    founders: tuple[str, ...] = ()
    supervisors: tuple[str, ...] = ()
    administrators: tuple[str, ...] = ()

    @property
    def may_end(self) -> bool:
        """Whether a supervisor and an administrator, two persons, hold their rights."""
        pairs = ((one, other) for one in self.supervisors for other in self.administrators)
        return any(one != other for one, other in pairs)


def start_of(state: ControlState, today: date, catalog: Catalog) -> Start:
    """How far the start has come. A right that was confirmed before its first day holds from
    that day, and ends the start then."""
    if not state.founders:
        return Start()
    held = [_others(state, one, today) for one in (catalog.supervises, catalog.administers)]
    start = Start(state.founders, *held)
    return Start() if start.may_end else start


def _others(state: ControlState, function_id: str, today: date) -> tuple[str, ...]:
    """Who holds the confirmed right today and is no founder."""
    return tuple(
        one.staff_id
        for one in state.grants.values()
        if one.function_id == function_id
        and one.state is GrantState.CONFIRMED
        and one.staff_id not in state.founders
        and one.valid_from <= today <= one.valid_to
    )
