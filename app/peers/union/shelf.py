"""The tables by which the union decides on a day, and what follows from them.

Every figure has its day: a server that runs for a year decides by the practice, the code sets and
the tables of the day on which it decides, not of the day on which it was started.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import select

from app.core.tables import Tables, load_tables, shipped_tables
from app.peers.union.database import Database
from app.peers.union.tables import table_package
from app.rules.calendar.wareki import Eras
from app.rules.practice import Practice, practice_of
from app.wire.table_package import read_package
from app.wire.values import Codes, code_sets

_KEPT = 4
"""Days whose books are kept at once: today, and those around it that a run asks for."""


@dataclass(frozen=True, slots=True)
class Books:
    """What holds on one day."""

    tables: Tables
    codes: Codes
    practice: Practice
    eras: Eras


class Shelf:
    """The books of each day. ``income_unknown`` stands in place of the table's (training)."""

    def __init__(self, database: Database, prefecture: str, income_unknown: str = "") -> None:
        self._database = database
        self._prefecture = prefecture
        self._income_unknown = income_unknown
        self._days: dict[date, Books] = {}

    def on(self, day: date) -> Books:
        """The books of ``day``. Raises NoRowError for a day on which the union has no practice."""
        books = self._days.get(day)
        if books is None:
            books = self._make(day)
            days = {**self._days, day: books}
            self._days = {one: days[one] for one in sorted(days)[-_KEPT:]} | {day: books}
        return books

    def forget(self) -> None:
        """A package was put in force: days to come are looked up again."""
        self._days = {}

    def _make(self, day: date) -> Books:
        tables = self._tables(day)
        practice = practice_of(tables, self._prefecture, day)
        if self._income_unknown:
            practice = dataclasses.replace(practice, income_unknown=self._income_unknown)
        return Books(tables, code_sets(tables, day), practice, Eras(tables["eras"]))

    @cached_property
    def _shipped(self) -> Tables:
        """Read once: the program's own tables do not change while it runs."""
        return load_tables(shipped_tables())

    def _tables(self, day: date) -> Tables:
        """The shipped tables, and over them the newest begun package that two operators put in
        force and that was made for them (docs/decisions/023)."""
        shipped = self._shipped
        newest = (
            select(table_package.c.body)
            .where(
                table_package.c.confirmed_at != "",
                table_package.c.first_day <= day.isoformat(),
            )
            .order_by(table_package.c.number.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            body = connection.execute(newest).scalar()
        if body is None:
            return shipped
        package = read_package(bytes(body))
        if package.program != shipped.version:
            return shipped
        return load_tables(shipped_tables(), package.replaced)
