"""A terminal that was restored from a backup is given again what it acknowledged after it.

At every contact it says how far each downward stream came in its store. It keeps a place before
it acknowledges it, so one that is behind its own acknowledgements has lost them: the sealed
copies, which are kept for their time (SEC-96), wait for it again in their old places. What is not
to be had any more is announced as gone, so that the streams go on and a person settles it;
persons are then sealed anew (decision 024).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, delete, select, tuple_, update

from app.peers.union.line.certificates import withdraw_lost
from app.peers.union.line.delivery import bring_back, deliver
from app.peers.union.line.enrolment import Caller
from app.peers.union.line.streams import DOWN
from app.peers.union.office import holding
from app.peers.union.system import System, log_act
from app.peers.union.tables import (
    down_item,
    filling,
    held_sent,
    journal_head,
    stream_state,
    terminal,
)
from app.wire.container import peek
from app.wire.files import FILES, Route
from app.wire.protocol import Gone
from app.wire.statements import Contact

_NEVER = 2**62
"""Above every epoch."""

FILLED_WITH = (
    "FILE-17",
    *(spec.id for spec in FILES.values() if spec.route is Route.SHARED or spec.told_back),
)
"""Persons, and what the desks share: open cases, papers issued, acts that wait; what the municipal
system said and its counters keep. All of it can be sealed anew from what the union holds."""


def take_up(system: System, connection: Connection, caller: Caller, said: Contact) -> int:
    """Let everything wait again that the terminal has lost; returns how much that is. Said again,
    nothing changes. ``said`` is verified, and its journal continues the head known here. A
    terminal of a version that says neither places nor keys has lost nothing by it."""
    if not said.places and not said.opens:
        return 0
    opens = frozenset(said.opens)
    lost_keys = bool(opens) and withdraw_lost(system, connection, caller.terminal, opens)
    rows = [
        *_behind(connection, caller, said),
        *(_waiting(connection, caller) if lost_keys else ()),
    ]
    if not rows:
        return 0
    gone = {row.id: _why_gone(system, row, opens) for row in rows}
    for row in rows:
        connection.execute(
            update(down_item)
            .where(down_item.c.id == row.id)
            .values(
                acknowledged_at="",
                settlement="",
                acknowledgement=None,
                applied=-1,
                dropped=-1,
                gone=gone[row.id],
            )
        )
    if any(gone[row.id] and row.file_id in FILLED_WITH for row in rows):
        fill_anew(connection, caller.terminal)
    log_act(
        system,
        connection,
        caller.terminal,
        "take_up",
        caller.terminal,
        containers=len(rows),
        gone=sum(map(bool, gone.values())),
        epoch=said.epoch,
    )
    return len(rows)


def fill_anew(connection: Connection, terminal_id: str) -> None:
    """Forget what a terminal was given, so that everything is sealed for it once more."""
    connection.execute(delete(filling).where(filling.c.terminal == terminal_id))
    connection.execute(delete(held_sent).where(held_sent.c.terminal == terminal_id))
    connection.execute(update(terminal).where(terminal.c.id == terminal_id).values(delivered=0))


def tell_back(system: System, connection: Connection, caller: Caller, said: Contact) -> bool:
    """A terminal whose epoch has risen stands in a restored store: what it had said itself of
    cases, papers and acts that are not over comes back to it, because its backup may not hold
    them (decision 024). Whether it was."""
    if said.epoch <= _epoch(connection, caller.terminal):
        return False
    told = 0
    for spec in FILES.values():
        if spec.route is Route.SHARED:
            records = list(holding.own_word(connection, spec, caller))
            if records:
                deliver(system, connection, caller.terminal, spec.id, records)
                told += len(records)
    log_act(system, connection, caller.terminal, "tell_back", caller.terminal, records=told)
    return True


def _epoch(connection: Connection, terminal_id: str) -> int:
    """That of its last contact; of a terminal that never made one, whatever it says now."""
    known = select(journal_head.c.epoch).where(journal_head.c.terminal == terminal_id)
    found = connection.execute(known).scalar()
    return _NEVER if found is None else int(found)


def _behind(connection: Connection, caller: Caller, said: Contact) -> list[Row[Any]]:
    """What the terminal acknowledged and does not hold. One that holds everything is known by the
    last place of each stream alone."""
    holds = {place.stream: (place.epoch, place.sequence) for place in said.places}
    streams = connection.execute(
        select(stream_state).where(
            stream_state.c.direction == DOWN, stream_state.c.terminal == caller.terminal
        )
    ).all()
    found: list[Row[Any]] = []
    for last in streams:
        place = holds.get(last.stream, (0, 0))
        if place >= (last.epoch, last.sequence):
            continue
        found += connection.execute(
            select(down_item).where(
                down_item.c.terminal == caller.terminal,
                down_item.c.stream == last.stream,
                down_item.c.acknowledged_at != "",
                tuple_(down_item.c.epoch, down_item.c.sequence) > tuple_(*place),
            )
        )
    return found


def _waiting(connection: Connection, caller: Caller) -> list[Row[Any]]:
    mine = (down_item.c.terminal == caller.terminal, down_item.c.acknowledged_at == "")
    return list(connection.execute(select(down_item).where(*mine)))


def _why_gone(system: System, row: Row[Any], opens: frozenset[str]) -> str:
    path = bring_back(system, row)
    if path is None:
        return Gone.ERASED.value
    with path.open("rb") as source:
        sealed_to = peek(source).body.receiver_key
    return Gone.KEY.value if opens and sealed_to not in opens else ""
