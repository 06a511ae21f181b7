"""What the union holds of each file, and what of it a terminal has not been told yet.

A record is held as it was last said; the columns of ``FileSpec.key`` tell which it is. 個人番号 is
no part of it. Nothing here knows a file: FILES says what there is, up, down and between desks.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Insert, delete, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from app.core.canon import canonical_json
from app.peers.union.line.delivery import active_terminals, deliver
from app.peers.union.line.enrolment import Caller
from app.peers.union.system import System, next_value
from app.peers.union.tables import held, held_sent, terminal
from app.wire.files import FILES, FileSpec, Route
from app.wire.layout import columns, values_of
from app.wire.records.desks import OVER

_TOLD_BACK = frozenset(spec.id for spec in FILES.values() if spec.told_back)

_AT_ONCE = 500
_AT_MOST = 50_000
"""Records in one container, so that a new terminal's filling goes on where it was cut."""


def hold(
    connection: Connection,
    spec: FileSpec,
    municipality: str,
    records: Iterable[Any],
    desk: str = "",
    upload: str = "",
) -> int:
    """Hold records as they are said now; one that says nothing new changes nothing. ``desk`` is
    the terminal that says it, "" the union itself, ``upload`` the file that it stands in. How many
    were new or different."""
    by = {"desk": desk, "upload": upload}
    names = [column.name for column in columns(spec.record) if not column.my_number]
    of_record = values_of(names)
    changed = 0
    block: dict[str, str] = {}
    for record in records:
        values = dict(zip(names, of_record(record), strict=True))
        block["\x1f".join(values[name] for name in spec.key)] = canonical_json(values)
        if len(block) >= _AT_ONCE:
            changed += _hold_block(connection, spec, municipality, block, by)
            block = {}
    return changed + _hold_block(connection, spec, municipality, block, by)


def _hold_block(
    connection: Connection,
    spec: FileSpec,
    municipality: str,
    block: dict[str, str],
    by: dict[str, str],
) -> int:
    if not block:
        return 0
    position = next_value(connection, "held")
    key = {"municipality": municipality, "file_id": spec.id}
    rows = [
        {**key, "key": one, "record": text, **by, "position": position}
        for one, text in block.items()
    ]
    counted = {"preserve_rowcount": True}
    statement = _said(connection.dialect.name)
    return connection.execute(statement, rows, execution_options=counted).rowcount


@functools.cache
def _said(dialect: str) -> Insert:
    """Insert a record, or take the place of what was said before and otherwise. One statement for
    either: which keys are held need not be asked, of which there may be millions."""
    into = (sqlite if dialect == "sqlite" else postgresql).insert(held)
    new = {name: into.excluded[name] for name in ("desk", "record", "upload", "position")}
    said: Insert = into.on_conflict_do_update(
        index_elements=list(held.primary_key.columns),
        set_=new,
        where=held.c.record != into.excluded.record,
    )
    return said


def holds(connection: Connection, spec: FileSpec, municipality: str) -> Iterator[Any]:
    """Everything held of a file, in the order of its last change."""
    yield from _since(connection, spec, municipality, 0, "")


def _since(
    connection: Connection, spec: FileSpec, municipality: str, position: int, without: str
) -> Iterator[Any]:
    rows = connection.execute(
        select(held.c.record)
        .where(
            held.c.municipality == municipality,
            held.c.file_id == spec.id,
            held.c.position > position,
            held.c.desk != (without or " "),
        )
        .order_by(held.c.position, held.c.key)
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in rows:
        yield spec.record(**json.loads(row.record))


def own_word(connection: Connection, spec: FileSpec, caller: Caller) -> Iterator[Any]:
    """What a terminal itself said of things that are not over."""
    rows = connection.execute(
        select(held.c.record)
        .where(
            held.c.municipality == caller.municipality,
            held.c.file_id == spec.id,
            held.c.desk == caller.terminal,
        )
        .order_by(held.c.position, held.c.key)
    )
    for row in rows:
        record = spec.record(**json.loads(row.record))
        if record.state not in OVER:
            yield record


def waiting(connection: Connection, terminal_id: str, municipality: str, route: Route) -> list[str]:
    """The files of a route of which something is held that this terminal was not told."""
    last = dict(
        connection.execute(
            select(held.c.file_id, func.max(held.c.position))
            .where(
                held.c.municipality == municipality,
                or_(held.c.desk != terminal_id, held.c.file_id.in_(_TOLD_BACK)),
            )
            .group_by(held.c.file_id)
        )
        .tuples()
        .all()
    )
    sent = _sent(connection, terminal_id)
    return [
        file_id
        for file_id, position in sorted(last.items())
        if FILES[file_id].route is route and position > sent.get(file_id, 0)
    ]


def tell(system: System, caller: Caller) -> None:
    """Seal for a terminal what the other desks said since it last asked, before it asks, and for a
    counter what the municipal system said of its premiums."""
    with system.database.read() as connection:
        profile = connection.execute(
            select(terminal.c.profile).where(terminal.c.id == caller.terminal)
        ).scalar()
        mine = (connection, caller.terminal, caller.municipality)
        news = waiting(*mine, Route.SHARED)
        if profile == "counter":
            news += [one for one in waiting(*mine, Route.UP) if FILES[one].told_back]
    if not news:
        return
    with system.database.write() as connection:
        for file_id in news:
            deliver_held(system, connection, caller.terminal, file_id)


def deliver_held(system: System, connection: Connection, terminal_id: str, file_id: str) -> int:
    """Seal for a terminal what it was not told yet of a file; how many records."""
    spec = FILES[file_id]
    municipality = connection.execute(
        select(terminal.c.municipality).where(terminal.c.id == terminal_id)
    ).scalar_one()
    since = _sent(connection, terminal_id).get(file_id, 0)
    last = connection.execute(
        select(func.max(held.c.position)).where(
            held.c.municipality == municipality, held.c.file_id == file_id
        )
    ).scalar()
    without = "" if file_id in _TOLD_BACK else terminal_id
    records = list(_since(connection, spec, municipality, since, without))
    for start in range(0, len(records), _AT_MOST):
        deliver(system, connection, terminal_id, file_id, records[start : start + _AT_MOST])
    mine = (held_sent.c.terminal == terminal_id, held_sent.c.file_id == file_id)
    connection.execute(delete(held_sent).where(*mine))
    connection.execute(
        insert(held_sent).values(terminal=terminal_id, file_id=file_id, position=last or 0)
    )
    return len(records)


def _sent(connection: Connection, terminal_id: str) -> dict[str, int]:
    mine = select(held_sent.c.file_id, held_sent.c.position).where(
        held_sent.c.terminal == terminal_id
    )
    return dict(connection.execute(mine).tuples().all())


def deliver_file(system: System, connection: Connection, municipality: str, file_id: str) -> int:
    """Seal what is held of one file for the terminals of a municipality; how many containers."""
    made = 0
    for name in active_terminals(connection, municipality):
        if file_id in waiting(connection, name, municipality, FILES[file_id].route):
            deliver_held(system, connection, name, file_id)
            made += 1
    return made


def deliver_all(system: System, connection: Connection, municipality: str) -> int:
    """Seal whatever is held for the terminals of a municipality and goes down; how many files."""
    made = 0
    for name in active_terminals(connection, municipality):
        for file_id in waiting(connection, name, municipality, Route.DOWN):
            deliver_held(system, connection, name, file_id)
            made += 1
    return made
