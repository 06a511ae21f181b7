"""One municipality's system: its database, its day, its code tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update

from app.core.clock import Clock
from app.core.errors import EnvironmentFault, UserError
from app.core.tables import Tables
from app.peers.municipality.tables import ADDED_BY, METADATA, VERSION, fact, resident, tax
from app.rules import identifiers
from app.rules.values.numbers import atena_number, household_number, phone
from app.wire.characters import UTF_8, Charset, charset_of
from app.wire.values import code_sets

FILE = "municipality.sqlite"
_RESIDENT = tuple(column.name for column in resident.columns)


class Municipality:
    """The system in ``data``. ``today`` is its business day, which ``next_day`` moves."""

    def __init__(self, data: Path, tables: Tables, clock: Clock) -> None:
        self.data = data
        self.tables = tables
        self.clock = clock
        self._engine = _engine(data / FILE)

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent read."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: whole or not at all."""
        with self._engine.begin() as connection:
            yield connection

    @property
    def code(self) -> str:
        """全国地方公共団体コード."""
        return self.fact("municipality")

    @property
    def today(self) -> date:
        """The business day."""
        return date.fromisoformat(self.fact("day"))

    @property
    def codes(self) -> dict[str, frozenset[str]]:
        """The codes that hold today."""
        return code_sets(self.tables, self.today)

    @property
    def charset(self) -> Charset:
        """The character set in which it writes and reads its files."""
        with self.read() as connection:
            said = connection.execute(select(fact.c.value).where(fact.c.name == "charset")).scalar()
        return charset_of(self.tables, said or UTF_8.id, self.today)

    def fact(self, name: str) -> str:
        """One fact of the system. Raises UserError ``municipality.not_made``."""
        with self.read() as connection:
            value = connection.execute(select(fact.c.value).where(fact.c.name == name)).scalar()
        if value is None:
            raise not_made(self.data)
        return str(value)

    def set_fact(self, connection: Connection, name: str, value: str) -> None:
        """Set one fact."""
        changed = update(fact).where(fact.c.name == name).values(value=value)
        if not connection.execute(changed).rowcount:
            connection.execute(insert(fact).values(name=name, value=value))


def not_made(data: Path) -> UserError:
    """There is no municipal system in ``data``."""
    return UserError(
        "municipality.not_made",
        f"この場所（{data}）には、市区町村システムがまだありません。",
        "madoguchi peer municipality init で作ってください。",
    )


def make(
    data: Path,
    tables: Tables,
    clock: Clock,
    municipality: str,
    day: date,
    charset: str = UTF_8.id,
) -> Municipality:
    """A new, empty system, which writes and reads in ``charset``. Raises UserError
    ``municipality.exists`` and those of the code."""
    code = identifiers.municipality_code(municipality)
    if (data / FILE).exists():
        raise UserError(
            "municipality.exists",
            f"この場所（{data}）には、すでに市区町村システムがあります。",
            "別の場所を --data で指定してください。",
        )
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = Municipality(data, tables, clock)
    with made.write() as connection:
        made.set_fact(connection, "municipality", code)
        made.set_fact(connection, "day", day.isoformat())
        made.set_fact(connection, "charset", charset)
    return made


def load(system: Municipality, lines: Iterable[bytes]) -> int:
    """Take residents of this municipality from seed lines (the union's own form, one JSON object
    a line); how many. Raises UserError ``municipality.not_empty``, ``municipality.seed_line``."""
    code, year, count = system.code, str(system.today.year), 0
    with system.write() as connection:
        if connection.execute(select(resident.c.atena_number).limit(1)).first() is not None:
            raise UserError(
                "municipality.not_empty",
                "住民はもう登録されています。",
                "初回の登録は、空のシステムだけにできます。",
            )
        for number, line in enumerate(lines, start=1):
            try:
                said = json.loads(line)
                if said["municipality_code"] != code:
                    continue
                connection.execute(insert(resident).values(**_resident(said)))
                if said.get("income") is not None:
                    connection.execute(insert(tax).values(**_tax(said, year)))
            except (ValueError, KeyError, TypeError, UserError) as cause:
                raise UserError(
                    "municipality.seed_line",
                    f"初回登録のファイルの {number} 行目を読み取れません。",
                    "一人も登録していません。作成元に確かめてください。",
                ) from cause
            count += 1
    return count


def _resident(said: Mapping[str, Any]) -> dict[str, str]:
    row = {name: str(said.get(name, "") or "") for name in _RESIDENT}
    return row | {
        "atena_number": atena_number(said["atena_number"], "宛名番号").normal,
        "household_number": household_number(said["household_number"], "世帯番号").normal,
        "is_head": str(int(bool(said.get("is_head")))),
        "phone": phone(said["phone"], "電話番号").normal if said.get("phone") else "",
        "support_measure": str(int(bool(said.get("support_from")))),
    }


def _tax(said: Mapping[str, Any], year: str) -> dict[str, str]:
    income = said["income"]
    declared = bool(income["declared"])
    kinds = income.get("kinds", {}) if declared else {}
    total = int(kinds.get("pension", 0)) + int(kinds.get("other", 0))
    return {
        "atena_number": atena_number(said["atena_number"], "宛名番号").normal,
        "tax_year": year,
        "state": "declared" if declared else "undeclared",
        "taxed": ("taxed" if income["taxed"] else "untaxed") if declared else "unknown",
        "pension_revenue": str(income.get("pension", "")) if declared else "",
        "pension": str(kinds.get("pension", "")),
        "total": str(total) if kinds else "",
        "other": str(income.get("other_income", "")) if declared else "",
        "taxable": str(income["taxable_income"]) if declared else "",
        "revenue": str(income["revenue"]) if declared else "",
        "cause": "monthly",
    }


def _engine(file: Path) -> Engine:
    engine = create_engine(f"sqlite+pysqlite:///{file}")

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=20000")

    with engine.begin() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
        if version > VERSION:
            raise EnvironmentFault(
                "municipality.version",
                "市区町村システムのデータベースが、このプログラムの知らない版です。",
                "データを作った版のプログラムで動かしてください。",
            )
        METADATA.create_all(connection)
        for later in range(version + 1, VERSION + 1) if version else ():
            for table, column in ADDED_BY[later]:
                connection.exec_driver_sql(
                    f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"
                )
        connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")
    return engine
