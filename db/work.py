"""Units of work over the store: the only way to its rows (DESIGN 1.1, 1.7).

``Store.update`` runs in BEGIN IMMEDIATE on the writing connection, ``Store.view`` in a short
snapshot on the reading one; both see only what the function declared (``db.authorizer``). A
store is opened by ``app.security.vault`` alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, TableClause, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import CursorResult
from sqlalchemy.sql.base import Executable

from app.core.errors import Bug
from db import faults
from db.authorizer import Authorizer, allow_all, authorizer
from db.tables.control import counter

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


class Rows(ReadRows, Protocol):
    """What a store function may ask of a unit of work that changes rows."""

    def run(self, statement: Executable, params: Values | None = None) -> int:
        """As ``Work.run``."""

    def insert_rows(
        self, table: TableClause, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> int:
        """As ``Work.insert_rows``."""


class Work:
    """One unit of work. It ends with its ``with`` block; nothing of it may be kept.

    Every method raises only kinds of ``app.core.errors``: ``Undeclared`` for a table or
    column that was not declared, ``RowConflict`` for a broken constraint, ``EnvironmentFault``
    ``store.*`` for the machine's troubles.
    """

    def __init__(self, connection: Connection, identity: Identity, file: Path) -> None:
        self._connection = connection
        self._identity = identity
        self._file = file

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
        upsert = insert(counter).values(name=name, value=1)
        upsert = upsert.on_conflict_do_update(
            index_elements=[counter.c.name], set_={"value": counter.c.value + 1}
        )
        return int(self.scalar(upsert.returning(counter.c.value)))

    def counted(self, name: str) -> int:
        """The last number that ``next(name)`` gave; 0 before the first."""
        return int(self.scalar(select(counter.c.value).where(counter.c.name == name)) or 0)

    def new_id(self) -> str:
        """A fresh id ``<terminal>-<epoch>-<number>``: no other terminal makes the same one."""
        identity = self._identity
        return f"{identity.terminal}-{identity.epoch}-{self.next('id'):06d}"

    def new_ids(self, count: int) -> list[str]:
        """As many fresh ids at once, for a file of many rows."""
        identity = self._identity
        upsert = insert(counter).values(name="id", value=count)
        upsert = upsert.on_conflict_do_update(
            index_elements=[counter.c.name], set_={"value": counter.c.value + count}
        )
        last = int(self.scalar(upsert.returning(counter.c.value)))
        numbers = range(last - count + 1, last + 1)
        return [f"{identity.terminal}-{identity.epoch}-{number:06d}" for number in numbers]

    def _execute(self, statement: Executable, params: Values | None) -> CursorResult[Any]:
        return self._connection.execute(statement, params)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except faults.ENGINE_ERRORS as error:
            raise faults.translate(error, self._file) from error


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
        judge = authorizer(tuple(reads), tuple(writes), update=True)
        with self._writing.taken(), self._open(self._engines().writer, judge) as work:
            yield work

    @contextmanager
    def view(self, reads: Sequence[str]) -> Iterator[Work]:
        """A short look at one state of the store. Nothing can be written in it."""
        judge = authorizer(tuple(reads), (), update=False)
        started = time.monotonic()
        try:
            with self._reading.taken(), self._open(self._engines().reader, judge) as work:
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
    def _open(self, engine: Engine, judge: Authorizer) -> Iterator[Work]:
        with _connected(engine, self.file) as connection:
            work = Work(connection, self.identity, self.file)
            raw = _raw(connection)
            raw.set_authorizer(judge)
            try:
                yield work
            finally:
                raw.set_authorizer(allow_all)


@contextmanager
def _connected(engine: Engine, file: Path) -> Iterator[Connection]:
    """A connection with a transaction: committed at the end, rolled back on any exception."""
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except faults.ENGINE_ERRORS as error:
        raise faults.translate(error, file) from error


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
