"""Making and opening a store and its journal file. Keys come in as 32 raw bytes."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.errors import EnvironmentFault
from app.core.files import FileLock, make_private, put_in_place
from app.core.paths import Paths
from app.security.vault.place import (
    check_place,
    remove_database,
    take_lock,
)
from db import engine, faults
from db.engine import Tuning
from db.migrations import SHIPPED, Schema
from db.work import Identity, Lanes, Store

WRITER = Tuning(cache_mib=64)
READER = Tuning(cache_mib=192)
JOURNAL = Tuning(cache_mib=16)


@dataclass(frozen=True, slots=True)
class Founding:
    """What a new store knows of itself. ``facts`` are further rows of ``store_fact``
    (municipality, profile …)."""

    store_id: str
    terminal: str
    training: bool
    facts: Mapping[str, str] = field(default_factory=dict)


class JournalConnection:
    """The open journal file, in autocommit mode, for ``app.security.journal.journal``.

    It stays valid when the vault changes the key: the vault exchanges what lies behind it.
    """

    Error: type[Exception] = engine.SqlcipherError

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._raw: Any = open_raw(path, key, JOURNAL)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        """Run one statement and give the cursor. Raises ``Error``; ``EnvironmentFault``
        ``store.closed`` after ``close``."""
        with self._lock:
            if self._raw is None:
                raise faults.closed()
            return self._raw.execute(sql, parameters)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            if self._raw is not None:
                self._raw.close()
                self._raw = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """For the vault: no statement runs and the file is closed inside the block. Raises
        ``EnvironmentFault`` ``store.busy`` while a transaction is open."""
        with self._lock:
            if self._raw is None:
                raise faults.closed()
            if self._raw.in_transaction:
                raise faults.busy()
            self.close()
            yield

    def reopen(self, key: bytes) -> None:
        """For the vault: go on with this key."""
        with self._lock:
            self._raw = open_raw(self._path, key, JOURNAL)


def create(paths: Paths, data_key: bytes, founding: Founding, schema: Schema = SHIPPED) -> Store:
    """Make an empty store at epoch 1 and open it; a half-made one is never seen.

    Raises ``EnvironmentFault`` ``store.exists`` when there is one, and the machine's faults.
    """
    paths.make()
    lock = take_lock(paths)
    try:
        if paths.store.exists():
            raise EnvironmentFault(
                "store.exists",
                "この端末には、すでに保存データがあります。初期設定はできません。",
                "そのままログインしてください。作り直すときは、先に端末の廃止の手順で消去します。",
            )
        fresh = fresh_path(paths.store)
        remove_database(fresh)
        _build(fresh, data_key, founding, schema)
        put_in_place(fresh, paths.store)
        return _open(paths, data_key, lock, schema)
    except BaseException:
        lock.release()
        raise


def open_store(paths: Paths, data_key: bytes, schema: Schema = SHIPPED) -> Store:
    """Open the store with its data key (データ鍵).

    Raises ``EnvironmentFault``, first cause first: ``store.missing``, ``store.other_account``,
    ``store.open_to_others``, ``store.read_only``, ``store.in_use``, ``store.wrong_key``,
    ``store.damaged``, ``store.newer_schema``, ``store.older_schema`` (call ``migrate``).
    """
    check_place(paths)
    lock = take_lock(paths)
    try:
        return _open(paths, data_key, lock, schema)
    except BaseException:
        lock.release()
        raise


def open_journal(paths: Paths, data_key: bytes, *, create: bool = False) -> JournalConnection:
    """Open the journal file, which has the store's data key; ``create`` makes it, empty.

    The caller holds the open store. Raises ``EnvironmentFault`` ``journal.missing``,
    ``store.wrong_key``, ``store.damaged``.
    """
    if create and not paths.journal.exists():
        open_raw(paths.journal, data_key, JOURNAL, create=True).close()
    if not paths.journal.is_file():
        raise EnvironmentFault(
            "journal.missing",
            "操作記録のファイルが見つかりません。記録のない状態では業務を始められません。",
            "操作をやめて端末をそのままにし、システム管理者に連絡して"
            "バックアップから復旧してください。",
        )
    return JournalConnection(paths.journal, data_key)


def open_raw(path: Path, key: bytes, tuning: Tuning, *, create: bool = False) -> Any:
    """A raw connection; the engine's errors come as faults of ours."""
    with translated(path):
        connection = engine.connect(path, key, tuning, create=create)
    if create:
        make_private(path)
    return connection


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn the engine's errors inside the block into faults of ours."""
    try:
        yield
    except (engine.SqlcipherError, *faults.ENGINE_ERRORS) as error:
        raise faults.translate(error, path) from error


def fresh_path(path: Path) -> Path:
    """Where a database is built before it is put in force; what lies there may be removed."""
    return path.with_name(path.name + ".new")


def upgrade_file(path: Path, data_key: bytes, schema: Schema) -> None:
    """Run the missing versions on the database at ``path``, in one transaction."""
    made = engine.make_engine(path, data_key, Tuning(), write=True)
    try:
        with translated(path), made.connect() as connection, connection.begin():
            schema.upgrade(connection)
    finally:
        made.dispose()


def make_lanes(path: Path, data_key: bytes) -> Lanes:
    """The store's two engines; nothing is opened before the first use."""
    return Lanes(
        writer=engine.make_engine(path, data_key, WRITER, write=True),
        reader=engine.make_engine(path, data_key, READER, write=False),
    )


def schema_version(connection: Any) -> str:
    """The version of the store behind a raw connection."""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def read_identity(connection: Any) -> Identity:
    """Whose store it is, from its facts."""
    facts = dict(connection.execute("SELECT name, value FROM store_fact").fetchall())
    return Identity(
        store_id=facts["store_id"],
        terminal=facts["terminal"],
        epoch=int(facts["epoch"]),
        training=facts["training"] == "1",
    )


def write_fact(connection: Any, name: str, value: str) -> None:
    """Set one row of ``store_fact`` through a raw connection."""
    connection.execute(
        "INSERT OR REPLACE INTO store_fact(name, value) VALUES (?, ?)", (name, value)
    )


def newer_schema(version: str, schema: Schema) -> EnvironmentFault:
    """A store of a later program; nothing is changed."""
    return EnvironmentFault(
        "store.newer_schema",
        f"保存データの版（{version}）は、このプログラムが扱える版（{schema.head}）より新しいものです。",
        "この端末のプログラムを新しい版に更新してください。保存データはそのまま残っています。",
    )


def _open(paths: Paths, data_key: bytes, lock: FileLock, schema: Schema) -> Store:
    if paths.store.stat().st_size == 0:
        raise faults.wrong_key()
    with translated(paths.store):
        connection = engine.connect(paths.store, data_key, Tuning())
        try:
            version = schema_version(connection)
            if version not in schema.versions:
                raise newer_schema(version, schema)
            if version != schema.head:
                raise _older_schema(version, schema)
            identity = read_identity(connection)
        finally:
            connection.close()
    return Store(paths.store, identity, make_lanes(paths.store, data_key), lock.release)


def _older_schema(version: str, schema: Schema) -> EnvironmentFault:
    return EnvironmentFault(
        "store.older_schema",
        f"保存データの版（{version}）が古いため、新しい版（{schema.head}）への移行が必要です。",
        "バックアップを取ったうえで移行します。移行を始めてください。",
    )


def _build(path: Path, data_key: bytes, founding: Founding, schema: Schema) -> None:
    open_raw(path, data_key, Tuning(), create=True).close()
    upgrade_file(path, data_key, schema)
    connection = open_raw(path, data_key, Tuning())
    with translated(path):
        try:
            connection.execute("BEGIN IMMEDIATE")
            facts = {
                **founding.facts,
                "store_id": founding.store_id,
                "terminal": founding.terminal,
                "epoch": "1",
                "training": "1" if founding.training else "0",
            }
            for name, value in facts.items():
                write_fact(connection, name, value)
            connection.execute("COMMIT")
        finally:
            connection.close()
