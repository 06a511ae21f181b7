"""The parts of one running standard system (標準システム, SYS-01), handed to every act of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Row, insert, select, update

from app.core.clock import Clock
from app.core.tables import Tables
from app.peers.union.database import Database
from app.peers.union.keys import UnionKeys
from app.peers.union.shelf import Shelf
from app.peers.union.tables import counter, operator_log
from app.rules.calendar.wareki import Eras
from app.rules.practice import Practice
from app.wire.values import Codes

UNION_ACTOR = "標準システム"
"""Stands in the log for what the union does by itself."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How this union is set up. ``prefecture`` is the union's two digits in the tables;
    ``hosts`` are the names terminals may call it by, ``port`` where it listens,
    ``certificate_days`` how long a terminal's certificate holds."""

    data: Path
    prefecture: str = "15"
    name: str = "見本県後期高齢者医療広域連合"
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    port: int = 0
    certificate_days: int = 365

    @property
    def id(self) -> str:
        """The union's name on the wire."""
        return f"U{self.prefecture}"

    @property
    def addresses(self) -> tuple[str, ...]:
        """The allow list of terminals: host and port."""
        return tuple(f"{host}:{self.port}" for host in self.hosts)


@dataclass(frozen=True, slots=True)
class System:
    """Everything an act of the union may use."""

    setup: Setup
    database: Database
    keys: UnionKeys
    clock: Clock
    shelf: Shelf

    @property
    def tables(self) -> Tables:
        """The tables of the union's day."""
        return self.shelf.on(self.today()).tables

    @property
    def codes(self) -> Codes:
        """The code sets of the union's day."""
        return self.shelf.on(self.today()).codes

    @property
    def practice(self) -> Practice:
        """How this union does on its day what the law leaves to it."""
        return self.shelf.on(self.today()).practice

    @property
    def eras(self) -> Eras:
        """The eras of the union's day."""
        return self.shelf.on(self.today()).eras

    def now(self) -> str:
        """This moment as it stands in tables and answers."""
        return self.clock.now().isoformat(timespec="seconds")

    def today(self) -> date:
        """The union's calendar day."""
        return self.clock.now().date()

    @property
    def uploads(self) -> Path:
        """Where what terminals send is collected."""
        return self.setup.data / "uploads"

    @property
    def downloads(self) -> Path:
        """Where sealed containers wait for terminals."""
        return self.setup.data / "downloads"

    @property
    def kept(self) -> Path:
        """Where acknowledged containers are kept, by the month of their acknowledgement."""
        return self.setup.data / "kept"


class ShiftedClock:
    """A clock that runs with another and stands apart from it by what an operator set.

    For training and tests: a whole night passes by moving it to the next morning.
    """

    def __init__(self, under: Clock) -> None:
        self._under = under
        self._apart = timedelta()

    def now(self) -> datetime:
        return self._under.now() + self._apart

    def monotonic(self) -> float:
        return self._under.monotonic()

    def set_to(self, moment: datetime) -> None:
        """From now on it is ``moment``."""
        self._apart = moment - self._under.now()


def next_value(connection: Connection, name: str) -> int:
    """The next value of a counter, from 1."""
    where = counter.c.name == name
    value = connection.execute(select(counter.c.value).where(where)).scalar()
    if value is None:
        connection.execute(insert(counter).values(name=name, value=1))
        return 1
    connection.execute(update(counter).where(where).values(value=value + 1))
    return int(value) + 1


def log_act(
    system: System, connection: Connection, operator: str, act: str, subject: str, **detail: object
) -> None:
    """Write what an operator did, to what; ``detail`` holds no name and no number."""
    connection.execute(
        insert(operator_log).values(
            at=system.now(),
            operator=operator,
            act=act,
            subject=subject,
            detail=json.dumps(detail, ensure_ascii=False, sort_keys=True) if detail else "",
        )
    )


def as_dict(row: Row[tuple[object, ...]]) -> dict[str, object]:
    """A row as a plain dictionary."""
    return dict(row._mapping)
