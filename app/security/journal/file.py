"""The journal's own file: its tables, and the one place that writes to it.

Opened by ``app.security.vault`` (SQLCipher); this module sees a DB-API connection only.
Each call of ``write`` is one durable transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from app.core.errors import EnvironmentFault
from app.wire.heads import START, Head

JOURNAL_VERSION = 2

_LINE_KEPT = (
    "CREATE TRIGGER line_kept BEFORE DELETE ON line WHEN NOT EXISTS (SELECT 1 FROM segment"
    " WHERE OLD.number BETWEEN first AND last AND dropped_at <> '') BEGIN"
    " SELECT RAISE(ABORT, 'journal lines are never removed'); END"
)
# A closed part of a month. ``sealed`` waits here for the union's ``receipt`` (its signed words);
# nothing in this row is believed without that receipt.
_SEGMENT = (
    "CREATE TABLE segment (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, month TEXT NOT NULL,"
    " before BLOB NOT NULL, hash BLOB NOT NULL, digest BLOB NOT NULL,"
    " sealed BLOB NOT NULL DEFAULT x'', closed_at TEXT NOT NULL,"
    " receipt BLOB NOT NULL DEFAULT x'', dropped_at TEXT NOT NULL DEFAULT '')"
)
_SCHEMA = (
    "CREATE TABLE line (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, body BLOB NOT NULL)",
    # begun lines without an end; the only rows that may go
    "CREATE TABLE open_act (number INTEGER PRIMARY KEY, nonce BLOB NOT NULL)",
    # what the union signed, to be found quickly; each stands in a line as well
    "CREATE TABLE head (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, store_id TEXT NOT NULL,"
    " terminal TEXT NOT NULL, at TEXT NOT NULL, signature BLOB NOT NULL,"
    " count INTEGER NOT NULL DEFAULT 0, previous BLOB NOT NULL DEFAULT x'')",
    _SEGMENT,
    "CREATE TRIGGER line_stays BEFORE UPDATE ON line BEGIN"
    " SELECT RAISE(ABORT, 'journal lines are never changed'); END",
    _LINE_KEPT,
    "CREATE TRIGGER head_stays BEFORE UPDATE ON head BEGIN"
    " SELECT RAISE(ABORT, 'heads are never changed'); END",
    "CREATE TRIGGER head_kept BEFORE DELETE ON head BEGIN"
    " SELECT RAISE(ABORT, 'heads are never removed'); END",
    f"PRAGMA user_version = {JOURNAL_VERSION}",
)
_FROM_VERSION_1 = (
    "DROP TRIGGER line_kept",
    "ALTER TABLE segment RENAME TO segment_before",
    _SEGMENT,
    "INSERT INTO segment (first, last, month, before, hash, digest, closed_at, dropped_at)"
    " SELECT first, last, month, before, hash, digest, closed_at, dropped_at FROM segment_before",
    "DROP TABLE segment_before",
    _LINE_KEPT,
    "ALTER TABLE head ADD COLUMN count INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE head ADD COLUMN previous BLOB NOT NULL DEFAULT x''",
    f"PRAGMA user_version = {JOURNAL_VERSION}",
)


class Connection(Protocol):
    """The part of a DB-API connection in autocommit mode that the journal uses."""

    @property
    def Error(self) -> type[Exception]: ...

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any: ...

    def close(self) -> None: ...


class JournalFile:
    """Reads and writes of one open journal file; safe to share between threads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()

    def create(self) -> None:
        """Make the empty tables of a new journal, once, at genesis."""
        with self.write():
            for statement in _SCHEMA:
                self._connection.execute(statement)

    def check_version(self) -> None:
        """Bring an older file to this version, in one transaction.

        Raises ``EnvironmentFault``: ``journal.version`` for a newer file, ``journal.damaged``
        for a file without tables or one that cannot be read."""
        ((version,),) = self.rows("PRAGMA user_version")
        if version > JOURNAL_VERSION:
            raise EnvironmentFault(
                "journal.version",
                "操作記録の版が、このプログラムより新しいため開けません。",
                "プログラムを更新するか、システム管理者に連絡してください。",
            )
        if version < 1:
            raise _damaged()
        if version == 1:
            with self.write():
                for statement in _FROM_VERSION_1:
                    self._connection.execute(statement)

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. Raises ``EnvironmentFault`` ``journal.damaged``."""
        with self._lock:
            try:
                return list(self._connection.execute(sql, parameters).fetchall())
            except self._connection.Error as cause:
                raise _damaged() from cause

    def each(
        self, sql: str, parameters: Sequence[Any] = (), chunk: int = 2000
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a long query one by one, memory flat."""
        with self._lock:
            try:
                cursor = self._connection.execute(sql, parameters)
                while rows := cursor.fetchmany(chunk):
                    yield from rows
            except self._connection.Error as cause:
                raise _damaged() from cause

    def last(self) -> Head:
        """The newest line's place; the place before genesis in an empty journal."""
        found = self.rows("SELECT number, hash FROM line ORDER BY number DESC LIMIT 1")
        return Head(found[0][0], bytes(found[0][1])) if found else START

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends, gone when it raises.

        Raises ``EnvironmentFault`` ``journal.full`` when the disk is full, else
        ``journal.unwritable``: without a line there is no act.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    self._roll_back()
                    raise
            except self._connection.Error as cause:
                raise _unwritable(cause) from cause

    def close(self) -> None:
        """Close the file; the object is of no use afterwards."""
        with self._lock:
            self._connection.close()

    def _roll_back(self) -> None:
        try:
            self._connection.execute("ROLLBACK")
        except self._connection.Error:
            return  # a full disk has already rolled back


def _damaged() -> EnvironmentFault:
    return EnvironmentFault(
        "journal.damaged",
        "操作記録のファイルを読み取れません。壊れているおそれがあります。",
        "操作をやめ、システム管理者に連絡してください。復旧が済むまで業務はできません。",
    )


def _unwritable(cause: Exception) -> EnvironmentFault:
    if "full" in str(cause) or "disk I/O" in str(cause):
        return EnvironmentFault(
            "journal.full",
            "ディスクの空きがなく、操作記録を書けないため、処理を中止しました。",
            "不要なファイルを片付けるか、システム管理者に連絡してください。"
            "記録が書けるようになるまで業務はできません。",
        )
    return EnvironmentFault(
        "journal.unwritable",
        "操作記録を書けないため、処理を中止しました。",
        "端末を開き直し、続くときはシステム管理者に連絡してください。",
    )
