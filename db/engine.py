"""SQLCipher through SQLAlchemy (TECH 2). Only ``app.security.vault`` may import this.

A key is 32 raw bytes, never a pass phrase; it reaches the engine as hex in a PRAGMA, because
SQLCipher takes no bound parameter there. Every connection is proved by a read before use: a
wrong key is not noticed earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from db import shown

KEY_BYTES = 32
_KEPT_STATEMENTS = 512
"""How many compiled statements a connection keeps: a few for each declaration that is at work."""

SqlcipherError = sqlcipher.Error
"""What a raw connection of this engine raises."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Sizes and times of one connection. ``cache_mib``: page cache in MiB (128–256 for the
    connection that searches a million persons, TECH 2); ``busy_ms``: how long a lock of
    another connection is waited for."""

    cache_mib: int = 64
    busy_ms: int = 5000


def connect(path: Path, key: bytes | None, tuning: Tuning, *, create: bool = False) -> Any:
    """A raw connection in autocommit mode, keyed and proved.

    ``key`` None opens plain SQLite: for comparison in benchmarks only. Without ``create`` a
    missing file is refused. Raises ``SqlcipherError`` and ``ValueError`` for a key that is not
    32 bytes.
    """
    if key is not None and len(key) != KEY_BYTES:
        raise ValueError("a store's key has 32 bytes")
    mode = "rwc" if create else "rw"
    connection = sqlcipher.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=tuning.busy_ms / 1000,
        cached_statements=_KEPT_STATEMENTS,
    )
    try:
        _prepare(connection, key, tuning)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: Any, key: bytes | None, tuning: Tuning) -> None:
    run = connection.execute
    if key is not None:
        run("PRAGMA cipher_log_level = NONE")
        run(f"PRAGMA key = \"x'{key.hex()}'\"")
    run("SELECT count(*) FROM sqlite_master").fetchone()
    run("PRAGMA journal_mode = WAL").fetchone()
    run("PRAGMA synchronous = FULL")
    run("PRAGMA foreign_keys = ON")
    run("PRAGMA secure_delete = ON")
    run("PRAGMA temp_store = MEMORY")
    run("PRAGMA trusted_schema = OFF")
    run(f"PRAGMA cache_size = {-1024 * int(tuning.cache_mib)}")


def rekey(connection: Any, key: bytes) -> None:
    """Encrypt the whole file anew under ``key``; no other connection may be open.

    SQLCipher reports no error here and leaves its transaction open when it failed: close the
    connection, which undoes it, and open with the new key to know.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("a store's key has 32 bytes")
    connection.execute(f"PRAGMA rekey = \"x'{key.hex()}'\"")


def make_engine(path: Path, key: bytes | None, tuning: Tuning, *, write: bool) -> Engine:
    """An engine with one connection: BEGIN IMMEDIATE on the writing one, a plain snapshot and
    ``query_only`` on the reading one, which shows nothing of restricted persons that
    ``db.shown`` guards. Nothing is opened before the first use."""

    def creator() -> Any:
        return connect(path, key, tuning)

    engine = create_engine(
        "sqlite+pysqlite://",
        module=sqlcipher,
        creator=creator,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        # values are personal data: they may stand neither in a log nor in an error's text
        hide_parameters=True,
        skip_autocommit_rollback=False,
    )
    begin = "BEGIN IMMEDIATE" if write else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    event.listen(engine, "before_cursor_execute", _marked, retval=True)
    if not write:
        event.listen(engine, "connect", _for_reading)
    return engine


def _marked(
    connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any
) -> tuple[str, Any]:
    """What a unit of work runs carries the mark of its declaration (``authorizer.Wall``)."""
    gatekeeper = connection.info.get("gatekeeper")
    return (statement if gatekeeper is None else gatekeeper.marked(statement)), parameters


def _for_reading(raw: Any, record: Any) -> None:
    """A reading connection shows what may be shown, and writes nothing. ``opened`` of its
    ``info`` are the restricted persons who are open to who reads now."""
    record.info["opened"] = shown.guard(raw)
    raw.execute("PRAGMA query_only = ON")
