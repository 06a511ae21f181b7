"""What the store says about a member of staff, their rights and this terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, literal, select, union_all

from app.core.settings import Settings
from app.security.acts.approval import Credential
from app.security.gate.clock_mark import MARK_FACT
from app.security.refusals import refusal
from app.security.staff.grants import Grant, GrantState
from db.tables.control import credential, grant_row, setting, staff, store_fact
from db.work import ReadRows

READS = ("staff", "grant_row", "credential", "setting", "store_fact")
"""What the gate reads for itself."""

TERMINAL_STATE_FACT = "terminal_state"
MEDIA_FACT = "terminal_media"
RP_FACT = "rp_id"
REMOVED = "removed"
"""The terminal's state from its removal (端末の廃止) on: whoever comes next finishes it."""
FOUNDERS_FACT = "founders_alone"
"""The two founders' staff ids while nobody else answers for the terminal, "" afterwards."""


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
class TerminalFacts:
    """This terminal by its own store: ``state`` is founded (初期設定済), registered (登録済)
    withdrawn (取消) or removed (廃止); ``media`` says whether media may be used here (SEC-81);
    ``founders_alone`` are the founders while nobody else answers for it (DESIGN 4)."""

    state: str
    media: bool
    mark: datetime | None
    rp_id: str
    settings: Settings
    founders_alone: tuple[str, ...] = ()


# Built once: the gate asks them at every act, and building costs more than asking.
_STAFF = select(staff).where(staff.c.id == bindparam("staff_id"))
_GRANTS = select(grant_row).where(grant_row.c.staff_id == bindparam("staff_id"))
_GRANT_COLUMNS = tuple(column.label(f"grant_{column.name}") for column in grant_row.c)
_STANDING = (
    select(staff, *_GRANT_COLUMNS)
    .outerjoin(
        grant_row,
        (grant_row.c.staff_id == staff.c.id)
        & (grant_row.c.function_id == bindparam("function_id")),
    )
    .where(staff.c.id == bindparam("staff_id"))
)
_CREDENTIAL = select(credential).where(credential.c.id == bindparam("credential_id"))
_CREDENTIALS = select(credential).where(
    credential.c.staff_id == bindparam("staff_id"), credential.c.revoked_at == ""
)
_PLACE = union_all(
    select(literal("fact").label("kind"), store_fact.c.name, store_fact.c.value),
    select(literal("setting").label("kind"), setting.c.name, setting.c.value),
)


def read_staff(work: ReadRows, staff_id: str) -> Staff:
    """Raises ``Refusal`` ``staff.unknown``."""
    row = work.first(_STAFF, {"staff_id": staff_id})
    if row is None:
        raise refusal("staff.unknown")
    return _staff(row)


def read_standing(
    work: ReadRows, staff_id: str, function_id: str
) -> tuple[Staff, tuple[Grant, ...]]:
    """A person and their rights to one function, in one question.

    Raises ``Refusal`` ``staff.unknown``.
    """
    rows = work.all(_STANDING, {"staff_id": staff_id, "function_id": function_id})
    if not rows:
        raise refusal("staff.unknown")
    held = tuple(grant_of(row, "grant_") for row in rows if row.grant_id is not None)
    return _staff(rows[0]), held


def read_grants(work: ReadRows, staff_id: str) -> tuple[Grant, ...]:
    """All of one person's rights."""
    return tuple(grant_of(row) for row in work.all(_GRANTS, {"staff_id": staff_id}))


def grant_of(row: Any, prefix: str = "") -> Grant:
    """A row of ``grant_row`` as a value; ``prefix`` is that of its columns."""
    values = row._mapping
    effected_at = values[prefix + "effected_at"]
    return Grant(
        id=values[prefix + "id"],
        staff_id=values[prefix + "staff_id"],
        function_id=values[prefix + "function_id"],
        access=values[prefix + "access"],
        valid_from=date.fromisoformat(values[prefix + "valid_from"]),
        valid_to=date.fromisoformat(values[prefix + "valid_to"]),
        state=GrantState(values[prefix + "state"]),
        requested_by=values[prefix + "requested_by"],
        approved_by=values[prefix + "approved_by"],
        effected_by=values[prefix + "effected_by"],
        effected_on=date.fromisoformat(effected_at[:10]) if effected_at else None,
        confirmed_by=values[prefix + "confirmed_by"],
        version=values[prefix + "version"],
    )


def read_credential(work: ReadRows, credential_id: bytes) -> Credential | None:
    """A registered key, revoked ones included."""
    row = work.first(_CREDENTIAL, {"credential_id": credential_id})
    return None if row is None else _credential(row)


def read_credentials(work: ReadRows, staff_id: str) -> tuple[Credential, ...]:
    """One person's keys that are in use."""
    return tuple(_credential(row) for row in work.all(_CREDENTIALS, {"staff_id": staff_id}))


def read_place(work: ReadRows) -> TerminalFacts:
    """The facts of this terminal and the settings in force."""
    facts: dict[str, str] = {}
    changed: dict[str, str] = {}
    for row in work.all(_PLACE):
        (facts if row.kind == "fact" else changed)[row.name] = row.value
    mark = facts.get(MARK_FACT, "")
    return TerminalFacts(
        facts.get(TERMINAL_STATE_FACT, ""),
        facts.get(MEDIA_FACT, "") == "1",
        datetime.fromisoformat(mark) if mark else None,
        facts.get(RP_FACT, ""),
        Settings(changed),
        tuple(facts.get(FOUNDERS_FACT, "").split()),
    )


def _staff(row: Any) -> Staff:
    return Staff(
        row.id,
        row.name,
        date.fromisoformat(row.valid_from),
        date.fromisoformat(row.valid_to),
        date.fromisoformat(row.left_on) if row.left_on else None,
        date.fromisoformat(row.password_set_on),
        bool(row.contractor),
    )


def _credential(row: Any) -> Credential:
    return Credential(
        bytes(row.id), row.staff_id, bytes(row.public_key), row.counter, bool(row.revoked_at)
    )
