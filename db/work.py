"""Units of work over the store: the only way to its rows (DESIGN 1.1, 1.7).

``Store.update`` runs in BEGIN IMMEDIATE on the writing connection, ``Store.view`` in a short
snapshot on the reading one; both see only what the function declared (``db.authorizer``). A
store is opened by ``app.security.vault`` alone.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, TableClause, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql.base import Executable

from app.core.errors import Bug
from db import faults
from db.authorizer import Facts, Gatekeeper, Wall, facts_of
from db.tables.control import counter, store_fact

LONG_VIEW_SECONDS = 1.0
"""A view held longer keeps the write-ahead log from shrinking; the technical log says so."""

_WAIT_SECONDS = 30.0
_log = logging.getLogger(__name__)

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose store it is. Every id made in it begins with ``terminal`` and ``epoch``; the
    epoch rises with every restore. ``training`` marks a 研修 store."""

    store_id: str
    terminal: str
    epoch: int
    training: bool


class ReadRows(Protocol):
    """What a reading function may ask of a unit of work, be it the store's or the gate's."""

    def all(self, statement: Executable, params: Values | None = None) -> list[Row[Any]]:
        """As ``Work.all``."""

    def first(self, statement: Executable, params: Values | None = None) -> Row[Any] | None:
        """As ``Work.first``."""

    def scalar(self, statement: Executable, params: Values | None = None) -> Any:
        """As ``Work.scalar``."""

    def fact(self, name: str) -> str | None:
        """As ``Work.fact``."""

    def facts(self, under: str) -> dict[str, str]:
        """As ``Work.facts``."""


class Rows(ReadRows, Protocol):
    """What a store function may ask of a unit of work that changes rows."""

    def run(self, statement: Executable, params: Values | None = None) -> int:
        """As ``Work.run``."""

    def insert_rows(
        self, table: TableClause, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> int:
        """As ``Work.insert_rows``."""

    def set_fact(self, name: str, value: str) -> None:
        """As ``Work.set_fact``."""

    def drop_fact(self, name: str) -> None:
        """As ``Work.drop_fact``."""


# The statements of a unit of work itself. Their text carries what nobody else knows (``Wall``).
_OURS = f"/* {secrets.token_hex(16)} */"
_PUT = insert(counter).prefix_with(_OURS).values(name=bindparam("name"), value=bindparam("by"))
_COUNT = _PUT.on_conflict_do_update(
    index_elements=[counter.c.name], set_={"value": counter.c.value + bindparam("by")}
).returning(counter.c.value)
_COUNTED = select(counter.c.value).prefix_with(_OURS).where(counter.c.name == bindparam("name"))
_FACT = select(store_fact.c.value).prefix_with(_OURS).where(store_fact.c.name == bindparam("name"))
_UNDER = select(store_fact.c.name, store_fact.c.value).prefix_with(_OURS)
_UNDER = _UNDER.where(
    func.substr(store_fact.c.name, 1, func.length(bindparam("under"))) == bindparam("under")
)
_SET = insert(store_fact).prefix_with(_OURS).values(name=bindparam("name"), value=bindparam("new"))
_SET = _SET.on_conflict_do_update(
    index_elements=[store_fact.c.name], set_={"value": bindparam("new")}
)
_DROP = delete(store_fact).prefix_with(_OURS).where(store_fact.c.name == bindparam("fact"))


class Work:
    """One unit of work. It ends with its ``with`` block; nothing of it may be kept.

    Every method raises only kinds of ``app.core.errors``: ``Undeclared`` for a table or
    column that was not declared, ``RowConflict`` for a broken constraint, ``EnvironmentFault``
    ``store.*`` for the machine's troubles.
    """

    def __init__(
        self, connection: Connection, identity: Identity, file: Path, wall: Wall, facts: Facts
    ) -> None:
        self._connection = connection
        self._identity = identity
        self._file = file
        self._wall = wall
        self._facts = facts

    def narrow(self, reads: Sequence[str], writes: Sequence[str]) -> None:
        """For the gate alone: from here on nothing but this may be touched."""
        reads, writes = tuple(reads), tuple(writes)
        self._wall = Wall(reads, writes, update=True)
        self._facts = facts_of(reads, writes)
        _gatekeeper(self._connection).wall = self._wall

    def all(self, statement: Executable, params: Values | None = None) -> list[Row[Any]]:
        """All rows, as tuples with names."""
        with self._translated():
            return list(self._execute(statement, params).all())

    def first(self, statement: Executable, params: Values | None = None) -> Row[Any] | None:
        """The first row, or nothing."""
        with self._translated():
            return self._execute(statement, params).first()

    def one(self, statement: Executable, params: Values | None = None) -> Row[Any]:
        """The one row there must be. Raises ``Bug`` ``store.row_missing`` for none or more."""
        with self._translated():
            return self._execute(statement, params).one()

    def scalar(self, statement: Executable, params: Values | None = None) -> Any:
        """The first column of the first row, or ``None``."""
        with self._translated():
            return self._execute(statement, params).scalar()

    def each(
        self, statement: Executable, params: Values | None = None, *, at_once: int = 500
    ) -> Iterator[Row[Any]]:
        """Rows one after another with bounded memory; to be used up inside the block."""
        with self._translated():
            options = {"yield_per": at_once}
            yield from self._connection.execute(statement, params, execution_options=options)

    def run(self, statement: Executable, params: Values | None = None) -> int:
        """Insert, update or delete; a sequence of ``params`` runs it for each. Gives the
        number of rows concerned."""
        with self._translated():
            return int(self._execute(statement, params).rowcount)

    def insert_rows(
        self, table: TableClause, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> int:
        """Insert many rows given as tuples in the order of ``names``; for files, where the
        way through named parameters costs more than the insert. Values go in as they are, so
        they must be what the engine takes (text, integers, bytes, None). Gives how many."""
        columns = ", ".join(f'"{table.c[name].name}"' for name in names)
        marks = ", ".join("?" for _ in names)
        with self._translated():
            if rows:
                self._connection.exec_driver_sql(
                    f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})',
                    [tuple(row) for row in rows],
                )
        return len(rows)

    def next(self, name: str) -> int:
        """The next number of the counter ``name``: 1, 2, 3 … without gaps in what commits."""
        return self._count(name, 1)

    def counted(self, name: str) -> int:
        """The last number that ``next(name)`` gave; 0 before the first."""
        with self._wall.own():
            return int(self.scalar(_COUNTED, {"name": name}) or 0)

    def new_id(self) -> str:
        """A fresh id ``<terminal>-<epoch>-<number>``: no other terminal makes the same one."""
        identity = self._identity
        return f"{identity.terminal}-{identity.epoch}-{self.next('id'):06d}"

    def new_ids(self, count: int) -> list[str]:
        """As many fresh ids at once, for a file of many rows."""
        identity = self._identity
        last = self._count("id", count)
        numbers = range(last - count + 1, last + 1)
        return [f"{identity.terminal}-{identity.epoch}-{number:06d}" for number in numbers]

    def fact(self, name: str) -> str | None:
        """A fact of the store by its name; None where it has no such fact."""
        if not self._facts.may_read(name):
            raise faults.undeclared()
        with self._wall.own():
            value = self.scalar(_FACT, {"name": name})
        return None if value is None else str(value)

    def facts(self, under: str) -> dict[str, str]:
        """The facts whose names begin with ``under``, a name with a dot at its end."""
        if not self._facts.may_read(under):
            raise faults.undeclared()
        with self._wall.own():
            return {row.name: row.value for row in self.all(_UNDER, {"under": under})}

    def set_fact(self, name: str, value: str) -> None:
        """Write a fact of the store."""
        self._may_write(name)
        with self._wall.own():
            self.run(_SET, {"name": name, "new": value})

    def drop_fact(self, name: str) -> None:
        """Take a fact away; nothing happens where there is none."""
        self._may_write(name)
        with self._wall.own():
            self.run(_DROP, {"fact": name})

    def _may_write(self, name: str) -> None:
        if not self._facts.may_write(name):
            raise faults.undeclared()

    def _count(self, name: str, by: int) -> int:
        with self._wall.own():
            return int(self.scalar(_COUNT, {"name": name, "by": by}))

    @property
    def whole(self) -> ReadRows:
        """The same reading, but of the tables themselves: in a view, what ``db.shown`` hides of
        restricted persons is there too. Raises ``Undeclared`` where the function does not say
        that it reads what is hidden."""
        return _Whole(self)

    def read_whole(self, statement: Executable, params: Values | None) -> CursorResult[Any]:
        """For ``whole``."""
        return self._connection.execute(statement, params, execution_options=_THE_TABLES)

    def _execute(self, statement: Executable, params: Values | None) -> CursorResult[Any]:
        return self._connection.execute(statement, params)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """The engine's errors as kinds of ``app.core.errors``."""
        with self._translated():
            yield

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except faults.ENGINE_ERRORS as error:
            raise faults.translate(error, self._file) from error


_THE_TABLES: Mapping[str, Any] = {"schema_translate_map": {None: "main"}}
"""Names tables with their schema, so that no view of the connection stands before them."""


class _Whole:
    """``Work.whole``."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def all(self, statement: Executable, params: Values | None = None) -> list[Row[Any]]:
        with self._work.translated():
            return list(self._work.read_whole(statement, params).all())

    def first(self, statement: Executable, params: Values | None = None) -> Row[Any] | None:
        with self._work.translated():
            return self._work.read_whole(statement, params).first()

    def one(self, statement: Executable, params: Values | None = None) -> Row[Any]:
        with self._work.translated():
            return self._work.read_whole(statement, params).one()

    def scalar(self, statement: Executable, params: Values | None = None) -> Any:
        with self._work.translated():
            return self._work.read_whole(statement, params).scalar()

    def fact(self, name: str) -> str | None:
        return self._work.fact(name)

    def facts(self, under: str) -> dict[str, str]:
        return self._work.facts(under)


@dataclass(frozen=True, slots=True)
class Lanes:
    """The two engines behind a store, made by the vault."""

    writer: Engine
    reader: Engine

    def close(self) -> None:
        """Close both connections; the last one to close writes the log back."""
        self.reader.dispose()
        self.writer.dispose()


class Store:
    """An open store. One thread writes at a time and one reads at a time; others wait.

    ``terminal``, ``epoch`` and ``training`` are those of its identity.
    """

    def __init__(
        self, file: Path, identity: Identity, lanes: Lanes, on_close: Callable[[], None]
    ) -> None:
        self.file = file
        self.identity = identity
        self._lanes: Lanes | None = lanes
        self._on_close = on_close
        self._writing = _Turn()
        self._reading = _Turn()

    @contextmanager
    def update(self, reads: Sequence[str], writes: Sequence[str]) -> Iterator[Work]:
        """A unit of work that may write what ``writes`` names. It commits when the block ends
        and leaves nothing behind when the block, or the commit, raises."""
        reads, writes = tuple(reads), tuple(writes)
        wall = Wall(reads, writes, update=True)
        facts = facts_of(reads, writes)
        with self._writing.taken(), self._open(self._engines().writer, wall, facts) as work:
            yield work

    @contextmanager
    def view(
        self, reads: Sequence[str], *, opened: Collection[str] = (), whole: bool = False
    ) -> Iterator[Work]:
        """A short look at one state of the store. Nothing can be written in it. Restricted
        persons are shown as ``db.shown`` says, but for those ``opened`` to who looks; ``whole``:
        ``Work.whole`` may read what is hidden."""
        wall = Wall(tuple(reads), (), update=False, whole=whole)
        facts = facts_of(tuple(reads), ())
        started = time.monotonic()
        try:
            with (
                self._reading.taken(),
                self._open(self._engines().reader, wall, facts, opened) as work,
            ):
                yield work
        finally:
            held = time.monotonic() - started
            if held > LONG_VIEW_SECONDS:
                _log.warning("a view was held for %.1f s", held)

    def idle(self) -> bool:
        """Called when nobody works: bring the write-ahead log back into the file and cut it.

        True when the log was cut; False when somebody was at work, which is no fault.
        """
        with self._writing.if_free() as mine:
            if not mine:
                return False
            try:
                with self._engines().writer.connect() as connection:
                    raw = _raw(connection)
                    busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                    return not busy
            except Exception as error:
                if faults.result_code(error) is None:
                    raise
                raise faults.translate(error, self.file) from error

    @contextmanager
    def paused(self) -> Iterator[Callable[[Lanes], None]]:
        """For the vault: wait for running units of work, close all connections, and go on
        with the lanes that are handed in. Left without new lanes the store is closed."""
        with self._writing.taken(), self._reading.taken():
            self._engines().close()
            self._lanes = None
            try:
                yield self._resume
            finally:
                if self._lanes is None:
                    self._on_close()

    def close(self) -> None:
        """Close all connections and give the lock back. Waits for running units of work."""
        with self._writing.taken(), self._reading.taken():
            if self._lanes is not None:
                self._lanes.close()
                self._lanes = None
                self._on_close()

    @property
    def is_open(self) -> bool:
        """Whether units of work can still be opened."""
        return self._lanes is not None

    def _resume(self, lanes: Lanes) -> None:
        self._lanes = lanes

    def _engines(self) -> Lanes:
        if self._lanes is None:
            raise faults.closed()
        return self._lanes

    @contextmanager
    def _open(
        self, engine: Engine, wall: Wall, facts: Facts, opened: Collection[str] = ()
    ) -> Iterator[Work]:
        with _connected(engine, self.file) as connection:
            work = Work(connection, self.identity, self.file, wall, facts)
            gatekeeper = _gatekeeper(connection)
            open_to_reader = connection.info.setdefault("opened", set())
            open_to_reader.clear()
            open_to_reader.update(opened)
            gatekeeper.wall = wall
            try:
                yield work
            finally:
                open_to_reader.clear()
                gatekeeper.wall = None


@contextmanager
def _connected(engine: Engine, file: Path) -> Iterator[Connection]:
    """A connection with a transaction: committed at the end, rolled back on any exception."""
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except faults.ENGINE_ERRORS as error:
        raise faults.translate(error, file) from error


def _gatekeeper(connection: Connection) -> Gatekeeper:
    """The authorizer of this connection; it stands from its first unit of work on."""
    known: Gatekeeper | None = connection.info.get("gatekeeper")
    if known is None:
        known = connection.info["gatekeeper"] = Gatekeeper()
        _raw(connection).set_authorizer(known)
    return known


def _raw(connection: Connection) -> Any:
    return connection.connection.driver_connection


class _Turn:
    """One at a time; the same thread twice is our own mistake and said so at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._holder == me:
            raise Bug(
                "store.nested",
                "処理の中でもう一つの処理を始めようとしました。",
                "表示された番号を添えてシステム管理者に連絡してください。",
            )
        if not self._lock.acquire(timeout=_WAIT_SECONDS):
            raise faults.busy()
        self._holder = me
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()

    @contextmanager
    def if_free(self) -> Iterator[bool]:
        mine = self._lock.acquire(blocking=False)
        if mine:
            self._holder = threading.get_ident()
        try:
            yield mine
        finally:
            if mine:
                self._holder = None
                self._lock.release()
