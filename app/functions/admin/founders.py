"""The founders' start (初期設定の期間, DESIGN 4): two persons alone answer for the terminal.

They hold supervision and administration and nothing of the day's business, and while they are
alone the gate opens nothing personal to anybody. It is over when a supervisor and an
administrator, two persons and neither of them a founder, hold their confirmed rights; the
recovery shares were typed back before the store was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update

from app.security.gate.facts import FOUNDERS_FACT, grant_of, read_place
from app.security.gate.gate import ActWork
from app.security.staff.grants import GrantState
from db.tables.control import grant_row, store_fact
from db.work import ReadRows

SUPERVISES, ADMINISTERS = "admin.supervise", "admin.change_setting"
"""The rights that make a supervisor (責任者) and an administrator (情報システム管理者)."""


@dataclass(frozen=True, slots=True)
class Start:
    """Who answers for the terminal beside the founders; ``founders`` is empty when the start is
    over."""

    founders: tuple[str, ...]
    supervisors: tuple[str, ...]
    administrators: tuple[str, ...]

    @property
    def may_end(self) -> bool:
        """Whether a supervisor and an administrator, two persons, hold their rights."""
        pairs = ((one, other) for one in self.supervisors for other in self.administrators)
        return any(one != other for one, other in pairs)


def read_start(work: ReadRows, today: date) -> Start:
    """How far the start has come."""
    founders = read_place(work).founders_alone
    if not founders:
        return Start((), (), ())
    held = [_others(work, founders, one, today) for one in (SUPERVISES, ADMINISTERS)]
    return Start(founders, *held)


def end_if_over(work: ActWork) -> None:
    """End the start when its condition is met; it never begins anew."""
    start = read_start(work, work.at.date())
    if start.founders and start.may_end:
        work.run(update(store_fact).where(store_fact.c.name == FOUNDERS_FACT).values(value=""))


def _others(
    work: ReadRows, founders: tuple[str, ...], function_id: str, today: date
) -> tuple[str, ...]:
    """Who holds the confirmed right today and is no founder."""
    rows = work.all(
        select(grant_row).where(
            grant_row.c.function_id == function_id,
            grant_row.c.state == GrantState.CONFIRMED.value,
            grant_row.c.staff_id.not_in(founders),
        )
    )
    held = (grant_of(row) for row in rows)
    return tuple(one.staff_id for one in held if one.valid_from <= today <= one.valid_to)
