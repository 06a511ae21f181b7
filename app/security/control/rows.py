"""The store's rows of people, keys, rights and settings, which follow from the control log.

They are there to be listed and searched; what they say is believed only as far as the state
says the same (``unsigned``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from app.security.control import beside
from app.security.control.log import after
from app.security.control.state import ControlState, HeldKey, SetValue
from app.security.staff.grants import Grant, GrantState
from app.security.staff.people import Staff
from db.tables.control import control_row, credential, grant_row, setting, staff
from db.work import ReadRows, Rows

TABLES = ("staff", "credential", "grant_row", "setting")
"""The tables whose rows follow from the log."""

UNSIGNED = "rights.unsigned"
"""The journal's line about rows that nobody signed for."""

READS = (*TABLES, *beside.READS, "control_row")

_APPEND = insert(control_row)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A row that the control log does not lead to: ``key`` is its id, ``how`` says what is
    wrong: added, changed or missing."""

    table: str
    key: str
    how: str


def append(work: Rows, state: ControlState, body: bytes) -> None:
    """Put the row behind ``state.head``; the head moves."""
    state.head = after(state.head, body)
    work.run(_APPEND, {"number": state.head.number, "hash": state.head.hash, "body": body})


def read_log(work: ReadRows) -> list[tuple[int, bytes, bytes]]:
    """The whole log as (number, chain hash, body), in order."""
    rows = work.all(select(control_row).order_by(control_row.c.number))
    return [(row.number, bytes(row.hash), bytes(row.body)) for row in rows]


def write_changes(work: Rows, before: ControlState, now: ControlState, line: int) -> None:
    """Bring the rows to where the state is now: those that differ from ``before``, and of them
    only the columns that differ; those that it does not lead to any more go. ``line`` is the
    journal line of the act that did it."""
    for shelf in reversed(_SHELVES):
        gone = [id_ for id_ in shelf.of(before) if id_ not in shelf.of(now)]
        if gone:
            mine = shelf.table.c[shelf.key] == bindparam("gone")
            work.run(delete(shelf.table).where(mine), [{"gone": id_} for id_ in gone])
    for shelf in _SHELVES:
        old, new = shelf.of(before), shelf.of(now)
        if old == new:  # of thousands of rights a deed changes few, and most deeds none
            continue
        fresh: list[dict[str, Any]] = []
        moved: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for id_, one in new.items():
            known = old.get(id_)
            if known is one:
                continue
            row = shelf.row(id_, one) | shelf.beside(line)
            if known is None:
                fresh.append(row)
            else:
                was = shelf.row(id_, known)
                names = tuple(name for name in row if row[name] != was.get(name))
                moved.setdefault(names, []).append(row)
        if fresh:
            work.run(_upsert(shelf), fresh)
        for names, rows in moved.items():
            values = [{f"new_{name}": row[name] for name in (shelf.key, *names)} for row in rows]
            work.run(_update(shelf, names), values)


def unsigned(work: ReadRows, state: ControlState) -> tuple[Unsigned, ...]:
    """The rows that say something else than the state does."""
    found: list[Unsigned] = []
    for shelf in _SHELVES:
        wanted = {id_: shelf.row(id_, one) for id_, one in shelf.of(state).items()}
        for row in work.all(select(shelf.table)):
            has = {name: getattr(row, name) for name in shelf.columns}
            key = has[shelf.key]
            should = wanted.pop(bytes(key) if isinstance(key, bytes | memoryview) else key, None)
            if should is None:
                found.append(Unsigned(shelf.table.name, _named(key), "added"))
            elif not shelf.same(has, should):
                found.append(Unsigned(shelf.table.name, _named(key), "changed"))
        found += (Unsigned(shelf.table.name, _named(key), "missing") for key in wanted)
    return tuple(found)


def _named(key: Any) -> str:
    return bytes(key).hex()[:16] if isinstance(key, bytes | memoryview) else str(key)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One table and where its rows come from. ``own`` are columns that the log does not know:
    the counter of a key moves with every touch."""

    table: Table
    key: str
    state: str
    values: Any
    own: tuple[str, ...] = ()

    def of(self, state: ControlState) -> Mapping[Any, Any]:
        return getattr(state, self.state)  # type: ignore[no-any-return]

    def row(self, id_: Any, one: Any) -> dict[str, Any]:
        return {self.key: id_, **self.values(one)}

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.table.c if column.name not in self.own)

    def beside(self, line: int) -> dict[str, Any]:
        """What a row says beside what the log says: the journal line of its last act."""
        return {"journal_line": line} if "journal_line" in self.own else {}

    def same(self, has: Mapping[str, Any], should: Mapping[str, Any]) -> bool:
        if self.table is grant_row and has["state"] == GrantState.LAPSED.value:
            # the terminal's own daily work writes what follows from the days alone
            has = {**has, "state": GrantState.EFFECTIVE.value, "version": should["version"]}
        return all(_plain(has[name]) == _plain(should[name]) for name in self.columns)


@cache
def _upsert(shelf: _Shelf) -> Any:
    """Put a row in; one that somebody wrote by hand under the same id gives way."""
    statement = insert(shelf.table)
    names = (*shelf.columns, *shelf.beside(0))
    changed = {name: statement.excluded[name] for name in names if name != shelf.key}
    return statement.on_conflict_do_update(index_elements=[shelf.key], set_=changed)


@cache
def _update(shelf: _Shelf, names: tuple[str, ...]) -> Any:
    """Change these columns of one row."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    mine = shelf.table.c[shelf.key] == bindparam(f"new_{shelf.key}")
    return update(shelf.table).where(mine).values(values)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return int(value) if isinstance(value, bool) else value


def _staff_row(one: Staff) -> dict[str, Any]:
    return {
        "name": one.name,
        "post": one.post,
        "contractor": one.contractor,
        "valid_from": one.valid_from.isoformat(),
        "valid_to": one.valid_to.isoformat(),
        "left_on": one.left_on.isoformat() if one.left_on else "",
        "password_set_on": one.password_set_on.isoformat(),
        "version": one.version,
        "signed_by": one.signed_by,
    }


def _key_row(one: HeldKey) -> dict[str, Any]:
    return {
        "staff_id": one.staff_id,
        "label": one.entry.label,
        "public_key": one.entry.public_key,
        "attestation": one.entry.attestation,
        "client_data": one.entry.client_data,
        "aaguid": one.entry.aaguid,
        "attested": one.entry.attested,
        "registered_by": one.registered_by,
        "registered_at": one.registered_at,
        "revoked_at": one.revoked_at,
        "counter": one.entry.counter,
        "signed_by": one.signed_by,
    }


def _grant_row(one: Grant) -> dict[str, Any]:
    return {
        "staff_id": one.staff_id,
        "function_id": one.function_id,
        "access": one.access,
        "valid_from": one.valid_from.isoformat(),
        "valid_to": one.valid_to.isoformat(),
        "state": one.state.value,
        "reason": one.reason,
        "requested_by": one.requested_by,
        "requested_at": one.requested_at,
        "approved_by": one.approved_by,
        "approved_at": one.approved_at,
        "effected_by": one.effected_by,
        "effected_at": one.effected_at,
        "confirmed_by": one.confirmed_by,
        "confirmed_at": one.confirmed_at,
        "revoked_at": one.revoked_at,
        "version": one.version,
        "signed_by": one.signed_by,
    }


def _setting_row(one: SetValue) -> dict[str, Any]:
    return {
        "value": one.value,
        "set_by": one.set_by,
        "set_at": one.set_at,
        "signed_by": one.signed_by,
    }


_SHELVES = (
    _Shelf(staff, "id", "people", _staff_row, own=("trained_on",)),
    _Shelf(credential, "id", "keys", _key_row, own=("counter",)),
    _Shelf(grant_row, "id", "grants", _grant_row, own=("journal_line",)),
    _Shelf(setting, "name", "settings", _setting_row),
)
