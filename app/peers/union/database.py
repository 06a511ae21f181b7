"""The union's own engine: PostgreSQL when given a URL, one SQLite file for training.

A URL may name several hosts (a primary and its synchronous standby): PostgreSQL's own library then
finds the one that may be written, after a promotion the other one (docs/union-at-scale.md).
Writers wait for each other: a decision reads numbers, persons and streams and writes what
follows from them, so two at once could number two persons alike.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    bindparam,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import DBAPIError, OperationalError

from app.core.errors import EnvironmentFault
from app.peers.union.migrations import migrate

_ADVISORY_LOCK = 772_026
"""PostgreSQL's lock for several union processes on one database."""


def sqlite_url(file: Path) -> str:
    """The URL of the embedded database."""
    return f"sqlite+pysqlite:///{file}"


def is_lost(error: BaseException) -> bool:
    """Whether the database went away under the work, or cannot be reached or written now: nothing
    of that work is kept, and asked for again it is done by the server that answers then."""
    if not isinstance(error, DBAPIError):
        return False
    code = str(getattr(error.orig, "sqlstate", "") or "")
    gone = code[:2] in _GONE or code in _NOT_WRITABLE
    unreached = isinstance(error, OperationalError) and not code and error.statement is None
    return error.connection_invalidated or gone or unreached


_GONE = ("08", "57")  # the connection broke; the server is ending, starting or was promoted
_NOT_WRITABLE = ("25006",)  # what answered is the standby


def among(column: ColumnElement[int], numbers: Iterable[int]) -> ColumnElement[bool]:
    """``column`` is one of many numbers: written into the statement, because to read hundreds of
    bound values takes the driver longer than the server needs for its answer."""
    said: BindParameter[int] = bindparam(
        None, [int(one) for one in numbers], expanding=True, literal_execute=True
    )
    return column.in_(said)


class Database:
    """Transactions on the union's database."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._lock = threading.RLock()
        with self.write() as connection:
            migrate(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent read; nothing may be written in it."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, alone; all of it is kept or nothing."""
        with self._lock, self._engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK}
                )
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


def _engine(url: str) -> Engine:
    # Bound values are personal data: they stand in no error's text.
    engine = create_engine(url, hide_parameters=True, connect_args=_patience(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgres)
    return engine


def _patience(url: str) -> dict[str, object]:
    """How long a server that is silent is waited for: libpq itself would wait for two hours."""
    if make_url(url).get_backend_name() == "sqlite":
        return {}
    return {
        "connect_timeout": 5,  # seconds, for each host
        "tcp_user_timeout": 10_000,  # milliseconds that something sent may stay unanswered
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "target_session_attrs": "read-write",
    }


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: ``write`` does, at once and exclusively.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgres(connection: Any, _record: Any) -> None:
    """Let the server's own log name an error without its DETAIL, which holds the whole row."""
    import psycopg  # not needed by the embedded union, nor installed everywhere

    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            try:
                cursor.execute("SET log_error_verbosity = terse")
            except psycopg.errors.InsufficientPrivilege:
                cursor.execute("SHOW log_error_verbosity")
                if cursor.fetchone() != ("terse",):
                    raise _log_with_rows() from None
    finally:
        connection.autocommit = False


def _log_with_rows() -> EnvironmentFault:
    return EnvironmentFault(
        "union.database_log",
        "データベースのサーバーのログに、誤りのあった行の個人情報が残る設定です。",
        "サーバーの設定を log_error_verbosity = terse にするか、この利用者に"
        "「GRANT SET ON PARAMETER log_error_verbosity」を与えてください。",
    )
