"""What the store says about a member of staff, their rights and this terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.core.settings import Settings
from app.security.approval import Credential
from app.security.grants import Grant, GrantState
from app.security.refusals import refusal
from db.tables.control import credential, grant_row, setting, staff, store_fact
from db.work import Work

READS = ("staff", "grant_row", "credential", "setting", "store_fact")
"""What the gate reads for itself."""

TERMINAL_STATE_FACT = "terminal_state"
MEDIA_FACT = "terminal_media"
RP_FACT = "rp_id"


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff as the gate sees them. Days are inclusive; ``left_on`` is the first
    day on which the person no longer belongs here (SEC-41)."""

    id: str
    name: str
    valid_from: date
    valid_to: date
    left_on: date | None
    password_set_on: date
    contractor: bool

    def check(self, today: date) -> None:
        """Raises ``Refusal`` ``staff.left``, ``staff.not_yet`` or ``staff.ended``."""
        if self.left_on is not None and today >= self.left_on:
            raise refusal("staff.left")
        if today < self.valid_from:
            raise refusal("staff.not_yet")
        if today > self.valid_to:
            raise refusal("staff.ended")


@dataclass(frozen=True, slots=True)
class Place:
    """This terminal by its own store: ``state`` is founded (初期設定済), registered (登録済)
    or withdrawn (取消); ``media`` says whether media may be used here (SEC-81)."""

    state: str
    media: bool
    mark: datetime | None
    rp_id: str
    settings: Settings


def read_staff(work: Work, staff_id: str) -> Staff:
    """Raises ``Refusal`` ``staff.unknown``."""
    row = work.first(select(staff).where(staff.c.id == staff_id))
    if row is None:
        raise refusal("staff.unknown")
    return Staff(
        row.id,
        row.name,
        date.fromisoformat(row.valid_from),
        date.fromisoformat(row.valid_to),
        date.fromisoformat(row.left_on) if row.left_on else None,
        date.fromisoformat(row.password_set_on),
        bool(row.contractor),
    )


def read_grants(work: Work, staff_id: str, function_id: str | None = None) -> tuple[Grant, ...]:
    """One person's rights, to one function or to all."""
    statement = select(grant_row).where(grant_row.c.staff_id == staff_id)
    if function_id is not None:
        statement = statement.where(grant_row.c.function_id == function_id)
    return tuple(grant_of(row) for row in work.all(statement))


def grant_of(row: Any) -> Grant:
    """A row of ``grant_row`` as a value."""
    return Grant(
        id=row.id,
        staff_id=row.staff_id,
        function_id=row.function_id,
        access=row.access,
        valid_from=date.fromisoformat(row.valid_from),
        valid_to=date.fromisoformat(row.valid_to),
        state=GrantState(row.state),
        requested_by=row.requested_by,
        approved_by=row.approved_by,
        effected_by=row.effected_by,
        effected_on=date.fromisoformat(row.effected_at[:10]) if row.effected_at else None,
        confirmed_by=row.confirmed_by,
        version=row.version,
    )


def read_credential(work: Work, credential_id: bytes) -> Credential | None:
    """A registered key, revoked ones included."""
    row = work.first(select(credential).where(credential.c.id == credential_id))
    return None if row is None else _credential(row)


def read_credentials(work: Work, staff_id: str) -> tuple[Credential, ...]:
    """One person's keys that are in use."""
    mine = credential.c.staff_id == staff_id
    rows = work.all(select(credential).where(mine, credential.c.revoked_at == ""))
    return tuple(_credential(row) for row in rows)


def read_place(work: Work) -> Place:
    """The facts of this terminal and the settings in force."""
    facts = pairs(work.all(select(store_fact.c.name, store_fact.c.value)))
    changed = pairs(work.all(select(setting.c.name, setting.c.value)))
    mark = facts.get("clock_mark", "")
    return Place(
        facts.get(TERMINAL_STATE_FACT, ""),
        facts.get(MEDIA_FACT, "") == "1",
        datetime.fromisoformat(mark) if mark else None,
        facts.get(RP_FACT, ""),
        Settings(changed),
    )


def pairs(rows: Iterable[Any]) -> dict[str, str]:
    """Rows of name and value as a mapping."""
    return {str(name): str(value) for name, value in rows}


def _credential(row: Any) -> Credential:
    return Credential(
        bytes(row.id), row.staff_id, bytes(row.public_key), row.counter, bool(row.revoked_at)
    )
