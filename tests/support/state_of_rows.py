"""The control state of a terminal in a test, read from rows instead of from what was signed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy import select

from app.core.relying_party import TRAINING_RP_ID
from app.security.control.deeds import KeyEntry
from app.security.control.rows import read_log
from app.security.control.state import ControlState, HeldKey, SetValue, Terminal
from app.security.gate.facts import grant_of
from app.security.staff.people import Staff
from app.wire.heads import Head
from db.tables.control import credential, grant_row, setting, staff
from db.work import Store, Work


def state_of_rows(
    store: Store, store_id: str, before: ControlState | None = None, changed: Iterable[str] = ()
) -> ControlState:
    """The state that the rows say, as if everybody had signed for them. A founded terminal
    (``tests.support.founded``) derives it from what was signed. With the state ``before``, only
    the tables that ``changed`` are read again."""
    if before is None:
        state = ControlState(rp_id=TRAINING_RP_ID, store_id=store_id)
    else:
        state = before.draft()
    tables = [name for name in READERS if before is None or name in changed]
    with store.view(tables) as work:
        for name in tables:
            READERS[name](work, state)
    return state


def _read_facts(work: Work, state: ControlState) -> None:
    media = work.fact("terminal_media") == "1"
    state.terminal = Terminal(work.fact("terminal_state") or "", media)


def _read_staff(work: Work, state: ControlState) -> None:
    state.people = {
        row.id: Staff(
            row.id,
            row.name,
            date.fromisoformat(row.valid_from),
            date.fromisoformat(row.valid_to),
            date.fromisoformat(row.left_on) if row.left_on else None,
            date.fromisoformat(row.password_set_on),
            bool(row.contractor),
            row.post,
            row.version,
            row.signed_by,
        )
        for row in work.all(select(staff))
    }


def _read_keys(work: Work, state: ControlState) -> None:
    state.keys = {}
    for row in work.all(select(credential)):
        entry = KeyEntry(
            bytes(row.id),
            bytes(row.public_key),
            bytes(row.attestation),
            row.aaguid,
            row.attested,
            0,
            row.label,
        )
        state.keys[bytes(row.id)] = HeldKey(
            row.staff_id, entry, row.registered_by, row.registered_at, row.revoked_at
        )


def _read_grants(work: Work, state: ControlState) -> None:
    state.grants = {}
    state.put(*(grant_of(row) for row in work.all(select(grant_row))))


def _read_settings(work: Work, state: ControlState) -> None:
    state.settings = {}
    for row in work.all(select(setting)):
        state.put_setting(row.name, SetValue(row.value, row.set_by, row.set_at))


def _read_head(work: Work, state: ControlState) -> None:
    if log := read_log(work):
        state.head = Head(log[-1][0], log[-1][1])


READERS: dict[str, Callable[[Work, ControlState], None]] = {
    "store_fact": _read_facts,
    "staff": _read_staff,
    "credential": _read_keys,
    "grant_row": _read_grants,
    "setting": _read_settings,
    "control_row": _read_head,
}
