"""The municipal control log (管理簿) at the union: put in order, kept, never read (decision 025).

Rows are kept behind the very place that the terminal has applied: so whoever adds one has seen
everything before it, and of two terminals that add at once the second learns the first's rows and
adds its own behind them. What a row says, and whether it counts, each terminal judges for itself.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, insert, select

from app.peers.union.line.enrolment import Caller
from app.peers.union.system import System, log_act
from app.peers.union.tables import control_row
from app.wire.control import (
    LARGEST_ROW,
    ROWS_AT_ONCE,
    ControlHead,
    follow_rows,
    origin,
    portion,
)
from app.wire.heads import Head
from app.wire.protocol import ControlRow
from app.wire.statements import Contact, sign

_HASH = 32  # bytes


def fits(said: Contact) -> bool:
    """Whether what a contact says of the log has the declared form."""
    return (
        len(said.control_hash) in (0, _HASH)
        and len(said.control_rows) <= ROWS_AT_ONCE
        and all(0 < len(body) <= LARGEST_ROW for body in said.control_rows)
        and (bool(said.control_hash) or not said.control_rows)
    )


def take(
    system: System, connection: Connection, caller: Caller, said: Contact
) -> tuple[tuple[ControlRow, ...], bytes]:
    """Keep the rows that the terminal adds, if it has applied all that are here; its answer: the
    rows behind the place that it named, as many as one contact carries, and the signed head.

    One that names no hash shares no log and gets none. One whose log is not this one (another hash
    at its place, or more rows than are here) gets no rows and adds none: it sees by the head that
    they differ, and the log of operators names it.
    """
    last = _last(connection, caller.municipality)
    if not said.control_hash:
        return (), _signed(system, caller, last)
    place = Head(said.control, said.control_hash)
    if not _is_ours(connection, caller.municipality, place, last):
        what = f"{said.control} 行目が広域連合の管理簿（{last.number} 行）と合いません"
        log_act(system, connection, caller.terminal, "control_fork", caller.terminal, detail=what)
        return (), _signed(system, caller, last)
    if said.control_rows and place == last:
        last = _append(system, connection, caller, last, said.control_rows)
    return _behind(connection, caller.municipality, said.control), _signed(system, caller, last)


def last_place(connection: Connection, municipality: str) -> int:
    """The position of the last row of a municipality's log, 0 for none."""
    return _last(connection, municipality).number


def _append(
    system: System, connection: Connection, caller: Caller, last: Head, bodies: tuple[bytes, ...]
) -> Head:
    """Put the bodies behind ``last``, each once however often it is told."""
    mine = control_row.c.municipality == caller.municipality
    for body in bodies:
        digest = hashlib.sha256(body).hexdigest()
        known = select(control_row.c.position).where(mine, control_row.c.digest == digest)
        if connection.execute(known).first() is not None:
            continue
        last = follow_rows(last, (body,))
        connection.execute(
            insert(control_row).values(
                municipality=caller.municipality,
                position=last.number,
                body=body,
                received_at=system.now(),
                hash=last.hash,
                digest=digest,
                terminal=caller.terminal,
            )
        )
    return last


def _last(connection: Connection, municipality: str) -> Head:
    row = connection.execute(
        select(control_row.c.position, control_row.c.hash)
        .where(control_row.c.municipality == municipality)
        .order_by(control_row.c.position.desc())
        .limit(1)
    ).first()
    return origin(municipality) if row is None else Head(row.position, bytes(row.hash))


def _is_ours(connection: Connection, municipality: str, place: Head, last: Head) -> bool:
    if place.number in (0, last.number):
        return place in (origin(municipality), last)
    found = connection.execute(
        select(control_row.c.hash).where(
            control_row.c.municipality == municipality, control_row.c.position == place.number
        )
    ).scalar()
    return found is not None and bytes(found) == place.hash


def _behind(connection: Connection, municipality: str, position: int) -> tuple[ControlRow, ...]:
    rows = connection.execute(
        select(control_row.c.body)
        .where(control_row.c.municipality == municipality, control_row.c.position > position)
        .order_by(control_row.c.position)
        .limit(ROWS_AT_ONCE)
    ).scalars()
    bodies = portion(bytes(body) for body in rows)
    return tuple(ControlRow(number, body) for number, body in enumerate(bodies, start=position + 1))


def _signed(system: System, caller: Caller, last: Head) -> bytes:
    said = ControlHead(caller.municipality, last.number, last.hash, system.now())
    return sign(said, system.keys.signing)
