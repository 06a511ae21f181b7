"""The union's yearly runs through its database (issue 17): persons a second, a piece's lock, and
the growth with the number of persons."""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from app.core.collector import look_less_often
from app.peers.union.office import seed
from app.peers.union.runs import pieces
from app.peers.union.runs.kinds import RUNS
from app.peers.union.system import System
from app.peers.union.tables import held, income, levy, share
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of, my_number_of
from tests.benchmarks.frame import Bench, Better, Limit, Row
from tests.support.postgres import private_postgres
from tests.support.union_inside import union_inside

PERSONS = int(os.environ.get("MADOGUCHI_BENCH_INSURED", "20000"))
FEWER = PERSONS // 4
JULY = datetime.fromisoformat("2026-07-10T09:00:00+09:00")
AUGUST = date(2026, 8, 1)
APRIL = date(2026, 4, 1)


def yearly_judgement() -> Iterable[Row]:
    """From the confirmed run to the last piece, on PostgreSQL, one process: incomes read, judged,
    shares, history and FILE-18 written; and the bare inserts of the rows that it wrote."""
    return _run("yearly judgement", "share", AUGUST, share)


def yearly_levy() -> Iterable[Row]:
    """The same of the levy: premiums with every part, and FILE-20."""
    return _run("yearly levy", "levy", APRIL, levy)


def _run(name: str, kind: str, day: date, table: Table) -> Iterator[Row]:
    look_less_often()  # as the program does at its start
    fewer, _, _ = _measured(FEWER, kind, day, table)
    rate, longest, bare = _measured(PERSONS, kind, day, table)
    note = f"{PERSONS:,} insured, PostgreSQL, one process"
    yield Row(
        name,
        5_000,
        rate,
        " persons/s",
        Limit("bare inserts of the rows that it writes", bare),
        Better.MORE,
        note,
    )
    yield Row(f"{name}: longest piece", 0.1, longest, "s", Limit("one second", 1.0))
    yield Row(
        f"{name}: time per person at {PERSONS:,} against {FEWER:,}",
        1.3,
        fewer / rate,
        "×",
        Limit("no growth", 1.0),
    )


def _measured(count: int, kind: str, day: date, table: Table) -> tuple[float, float, float]:
    """Persons a second, the longest piece in seconds, and the rate of bare inserts."""
    with _filled(count) as system:
        run_id = str(pieces.propose(system, "甲", RUNS[kind], MUNICIPALITY_CODE, day)["id"])
        pieces.confirm(system, "乙", run_id)
        longest, begun = 0.0, time.perf_counter()
        while True:
            at = time.perf_counter()
            told = pieces.go_on(system, RUNS, run_id, seconds=0)
            longest = max(longest, time.perf_counter() - at)
            if told["finished_at"]:
                break
        rate = told["done"] / (time.perf_counter() - begun)
        return rate, longest, told["done"] / _bare(system, table)


def _bare(system: System, table: Table) -> float:
    """Seconds for the same rows and records, inserted bare in blocks as large as the pieces."""
    with system.database.write() as connection:
        if table is share:  # last year's stand beside them
            connection.execute(delete(share).where(share.c.copay_from != AUGUST.isoformat()))
        rows = {one: _taken(connection, one) for one in (table, held)}
    begun = time.perf_counter()
    for one, lines in rows.items():
        for start in range(0, len(lines), pieces.PIECE):
            with system.database.write() as connection:
                connection.execute(insert(one), lines[start : start + pieces.PIECE])
    return time.perf_counter() - begun


def _taken(connection: Connection, table: Table) -> list[dict[str, Any]]:
    """The rows of a table, which is empty then."""
    rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    connection.execute(delete(table))
    return rows


@contextmanager
def _filled(count: int) -> Iterator[System]:
    with (
        tempfile.TemporaryDirectory() as folder,
        private_postgres() as server,
        union_inside(Path(folder) / "union", server.union()) as system,
    ):
        system.clock.set_to(JULY)  # type: ignore[attr-defined]
        seed.load(system, map(_line, _people(count)))
        _assess(system)
        yield system


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode()


def _people(count: int) -> Iterator[dict[str, Any]]:
    """Households of one or two insured persons, every third with somebody young; this year's
    incomes are last year's but for one person in ten."""
    chance, index, household = random.Random(count), 0, 0
    while index < count:
        household += 1
        home = atena_of(50_000_000 + household)
        for at in range(min(chance.choice((1, 1, 2)), count - index)):
            index += 1
            yield _person(index, home, is_head=at == 0) | {
                "coverages": [[insured_of(index), "2020-01-01", "ACQ_AGE", "", ""]],
                "income": _income(index),
                "card": [True, chance.randrange(12), chance.randrange(4)],
            }
        if household % 3 == 0:
            yield _person(60_000_000 + household, home) | {"birth_sort": "2015-04-01"}


def _person(index: int, household_number: str, *, is_head: bool = False) -> dict[str, Any]:
    return {
        "municipality_code": MUNICIPALITY_CODE,
        "atena_number": atena_of(index),
        "household_number": household_number,
        "relation": "世帯主" if is_head else "子",
        "is_head": is_head,
        "person_kind": "1",
        "name": "見本　太郎",
        "kana": "ミホン　タロウ",
        "birth_written": "昭和15年1月1日",
        "birth_sort": "1940-01-01",
        "birth_precision": "day",
        "sex": "1",
        "my_number": my_number_of(index) if index < 10_000_000 else "",
        "state": "1",
        "postal_code": "9990001",
        "address": "見本県見本市本町1番1号",
    }


_TAXABLE = (0, 0, 0, 279_000, 300_000, 1_500_000, 4_000_000)


def _income(index: int) -> dict[str, Any]:
    """Last year's, in the form of the first load."""
    taxable = random.Random(index).choice(_TAXABLE)
    return {
        "declared": True,
        "taxed": taxable > 0,
        "taxable_income": taxable,
        "revenue": 3 * taxable + 1_000_000,
        "pension": 1_000_000,
        "other_income": 2 * taxable,
        "base_income": taxable,
        "kinds": {"pension_revenue": 1_000_000 + taxable, "pension": taxable},
    }


def _assess(system: System) -> None:
    with system.database.write() as connection:
        before = connection.execute(select(income).where(income.c.year == 2025)).mappings().all()
        rows = [dict(row) | {"year": 2026} for row in before]
        for row in rows[::10]:
            row |= {"taxed": 1, "taxable_income": 6_900_000, "revenue": 9_000_000}
        connection.execute(insert(income), rows)


BENCHES = (
    Bench("union.yearly", "yearly judgement of a municipality", yearly_judgement),
    Bench("union.levy", "yearly levy of a municipality", yearly_levy),
)
