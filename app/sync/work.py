"""What the engine needs of the gate and of a unit of work, stated once as types."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, TableClause
from sqlalchemy.sql.base import Executable

from app.rules.calendar.days import BusinessCalendar

EXCHANGE = "files.exchange"
"""The function under which the engine moves states (actor "system")."""


class EngineWork(Protocol):
    """A unit of work as the gate hands it to the terminal's own work."""

    staff_id: str
    at: datetime

    @property
    def business_days(self) -> BusinessCalendar: ...

    def all(self, statement: Executable, params: Any = None) -> list[Row[Any]]: ...

    def first(self, statement: Executable, params: Any = None) -> Row[Any] | None: ...

    def one(self, statement: Executable, params: Any = None) -> Row[Any]: ...

    def scalar(self, statement: Executable, params: Any = None) -> Any: ...

    def each(
        self, statement: Executable, params: Any = None, *, at_once: int = 500
    ) -> Iterator[Row[Any]]: ...

    def run(self, statement: Executable, params: Any = None) -> int: ...

    def insert_rows(
        self, table: TableClause, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> int: ...

    def fact(self, name: str) -> str | None: ...

    def new_id(self) -> str: ...

    def new_ids(self, count: int) -> list[str]: ...


class EngineHand(Protocol):
    """The gate's handle to the terminal's own work, as the engine uses it."""

    def system(
        self, function_id: str, *, digest: bytes = b"", brought: bytes = b""
    ) -> AbstractContextManager[Any]:
        """One of the terminal's own acts; ``digest`` is SHA-256 of the container moved,
        ``brought`` those of what it takes in (``Gate.vouches``)."""
        ...
