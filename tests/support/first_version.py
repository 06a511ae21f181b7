"""A store of version 1 with what version 1 kept in it.

``stores/0001.sql`` beside the tests of migrations was written by the program of version 1 itself
at a counter: two daily files, one visit up to the printed certificate, one decided, one sent
while the line was cut, one keyed by half, a person under support measures. It is kept as it is;
stores are migrated, not rewritten. ``fill`` adds as many persons as a test wants.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from app.core.paths import Paths
from app.core.text import search_key
from app.security import vault
from app.security.vault.opening import open_raw
from db.engine import Tuning
from db.migrations import FOLDER, Schema
from tests.support.stores import DATA_KEY, FOUNDING

VERSION_1 = Schema(FOLDER, ("0001",))
CONTENT = Path(__file__).parents[1] / "migrations" / "stores" / "0001.sql"
MUNICIPALITY = "152994"


def first_version(folder: Path, *, more: int = 0) -> Paths:
    """A closed store of version 1 in ``folder`` with its content and ``more`` persons."""
    paths = Paths(folder)
    vault.create(paths, DATA_KEY, FOUNDING, VERSION_1).close()
    connection = open_raw(paths.store, DATA_KEY, Tuning())
    try:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _statements(CONTENT.read_text(encoding="utf-8")):
            connection.execute(statement)
        _grams(connection)
        _fill(connection, more)
        connection.execute("COMMIT")
    finally:
        connection.close()
    return paths


def _statements(text: str) -> list[str]:
    """Statements, whose texts may hold line ends."""
    found, held = [], ""
    for line in text.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            found.append(held)
            held = ""
    assert not held.strip()
    return found


def _grams(connection: Any) -> None:
    """The name index of version 1: its words are this test's, a migration makes them anew."""
    connection.execute("INSERT INTO name_grams(rowid, grams) SELECT row_number, 'old' FROM person")


def _fill(connection: Any, more: int) -> None:
    first = connection.execute("SELECT max(row_number) FROM person").fetchone()[0] + 1
    numbers = range(first, first + more)
    connection.executemany(
        "INSERT INTO person(row_number, id, kind, name, kana, birth_written, birth_sort,"
        " birth_precision, sex, state, name_key, kana_key, batch)"
        " VALUES (?, ?, '1', ?, ?, '昭和15年5月1日', '1940-05-01', 'day', '2', '1', ?, ?, 1)",
        [
            (n, f"M-{n}", f"見本　{chr(0x4E00 + n)}", "ミホン", search_key("見本"), "ミホン")
            for n in numbers
        ],
    )
    connection.executemany(
        "INSERT INTO atena VALUES (?, ?, ?, 1)",
        [(MUNICIPALITY, f"7{n:014d}", f"M-{n}") for n in numbers],
    )
    connection.executemany(
        "INSERT INTO address(person_id, kind, municipality_code, postal_code, written)"
        " VALUES (?, 'current', ?, '9990001', ?)",
        [(f"M-{n}", MUNICIPALITY, f"見本県見本市見本町{n}番地") for n in numbers],
    )
    connection.executemany(
        "INSERT INTO insured(insured_number, acquired_on, person_id, insurer_number,"
        " acquisition_reason, copay_ratio, copay_from, batch)"
        " VALUES (?, '2015-05-01', ?, '39152996', 'ACQ_AGE', '1', '2026-08-01', 1)",
        [(f"7{n:07d}", f"M-{n}") for n in numbers],
    )
