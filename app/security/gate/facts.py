"""What the store says about a member of staff, their rights and this terminal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from app.core.settings import Settings
from app.security.acts.approval import Credential
from app.security.control.beside import WITHDRAWN
from app.security.control.state import ControlState
from app.security.gate import restricted
from app.security.gate.clock_mark import AHEAD_FACT, MARK_FACT
from app.security.staff.grants import Grant, GrantState
from db.tables.control import credential, store_fact
from db.work import ReadRows

READS = ("credential.counter", "store_fact", *restricted.READS)
"""What the gate reads for itself."""

TERMINAL_STATE_FACT = "terminal_state"
MEDIA_FACT = "terminal_media"
FIRST_LOAD_FACT = "first_load"
FIRST_LOAD_OPEN = "open"
"""The value of the fact while the terminal is being filled from the union (``app.sync``)."""
STANDS_FACT = f"{FIRST_LOAD_FACT}.stands"
"""The moment (ISO) up to which the data of a restored terminal stand, until it is full again."""


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """This terminal by its signed acts: ``state`` is founded (初期設定済), registered (登録済)
    withdrawn (取消) or removed (廃止); ``media`` says whether media may be used here (SEC-81),
    ``filled`` whether it has what it is to have (初期登録), ``ahead`` whether the union's time said
    that the clock runs ahead."""

    state: str
    media: bool
    mark: datetime | None
    rp_id: str
    settings: Settings
    filled: bool = True
    ahead: bool = False


# Built once: the gate asks them at every act, and building costs more than asking.
_COUNTER = select(credential.c.counter).where(credential.c.id == bindparam("credential_id"))
_FACTS = select(store_fact.c.name, store_fact.c.value)


def grant_of(row: Any) -> Grant:
    """A row of ``grant_row`` as a value. What it says is believed only as far as the control log
    says the same."""
    values = row._mapping
    effected_at = values["effected_at"]
    return Grant(
        id=values["id"],
        staff_id=values["staff_id"],
        function_id=values["function_id"],
        access=values["access"],
        valid_from=date.fromisoformat(values["valid_from"]),
        valid_to=date.fromisoformat(values["valid_to"]),
        state=GrantState(values["state"]),
        requested_by=values["requested_by"],
        approved_by=values["approved_by"],
        effected_by=values["effected_by"],
        effected_on=date.fromisoformat(effected_at[:10]) if effected_at else None,
        confirmed_by=values["confirmed_by"],
        version=values["version"],
        reason=values["reason"],
        requested_at=values["requested_at"],
        approved_at=values["approved_at"],
        effected_at=effected_at,
        confirmed_at=values["confirmed_at"],
        revoked_at=values["revoked_at"],
        signed_by=values["signed_by"],
    )


def read_credential(
    work: ReadRows, state: ControlState, credential_id: bytes, at: datetime
) -> Credential | None:
    """A registered key, revoked ones included, with the counter that was seen last. A lent key
    whose time is over ``at`` this moment counts as revoked."""
    held = state.keys.get(credential_id)
    if held is None:
        return None
    counter = work.scalar(_COUNTER, {"credential_id": credential_id})
    return Credential(
        credential_id,
        held.staff_id,
        held.entry.public_key,
        held.entry.counter if counter is None else counter,
        not held.is_usable(at),
    )


def read_place(work: ReadRows, state: ControlState) -> TerminalFacts:
    """What this terminal is and the settings in force, by the control log; the clock mark is the
    store's own."""
    facts = {row.name: row.value for row in work.all(_FACTS)}
    mark = facts.get(MARK_FACT, "")
    withdrawn = facts.get(TERMINAL_STATE_FACT) == WITHDRAWN
    return TerminalFacts(
        WITHDRAWN if withdrawn else state.terminal.state,
        state.terminal.media,
        datetime.fromisoformat(mark) if mark else None,
        state.rp_id,
        state.in_force,
        facts.get(FIRST_LOAD_FACT, "") != FIRST_LOAD_OPEN,
        bool(facts.get(AHEAD_FACT, "")),
    )
