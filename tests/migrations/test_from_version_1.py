"""A store of version 1, written by the program of version 1, is brought to today's with its
backup: everything is there, the half-finished case goes on, and the past has a beginning."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.cases import drafts
from app.cases.state import SUMMARY
from app.core.clock import JST, FixedClock
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.persons import history
from app.security import vault
from app.security.keys.sealing import new_pair
from app.security.vault.opening import open_raw
from db import search
from db.engine import Tuning
from db.migrations import SHIPPED
from db.tables import METADATA
from db.tables.cases import case_file
from db.tables.exchange import inbox
from db.tables.history import origin
from db.work import Store
from tests.support.counter import ENTRY, NUMBER, counter_in
from tests.support.first_version import first_version
from tests.support.stores import DATA_KEY

MORE = 10_000
CLOCK = FixedClock(datetime(2026, 11, 20, 8, 0, tzinfo=JST))
HERS, HIS, HALF, SENT = "T01-1-002001", "T01-1-002006", "T01-1-002009", "T01-1-002010"
RECOVERY = new_pair()


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of version 1, only the columns of version 1."""
    connection = open_raw(path, DATA_KEY, Tuning())
    try:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE"
                " 'name_grams%' AND name NOT IN ('alembic_version', 'sqlite_sequence')"
            )
        ]
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in tables
        }
    finally:
        connection.close()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Any, Any]]:
    """The store today, what was in it, and its folder."""
    paths = first_version(tmp_path_factory.mktemp("v1"), more=MORE)
    before = contents(paths.store)
    assert vault.migrate(paths, DATA_KEY, RECOVERY.public, CLOCK) == "0001"
    store = vault.open_store(paths, DATA_KEY)
    yield store, before, paths
    store.close()


def rows(store: Store, table: Any) -> list[Any]:
    with store.view((table.name,)) as work:
        return work.all(select(table))


DERIVED = {"name_key", "kana_key", "phone_key"}
"""Made anew by the program's own folding."""


def test_no_row_and_no_value_is_lost(migrated):
    store, before, _ = migrated
    wanted = METADATA.tables
    for table, had in before.items():
        connection_columns = [column.name for column in wanted[table].columns]
        with store.view((table,), whole=True) as work:
            has = [row._mapping for row in work.whole.all(select(wanted[table]))]
        assert len(has) == len(had), table
        names = _first_columns(table)
        kept = [name for name in names if name in connection_columns and name not in DERIVED]
        assert kept, table
        mine = {tuple(_plain(row[name]) for name in kept) for row in has}
        theirs = {
            tuple(_plain(value) for name, value in zip(names, row, strict=True) if name in kept)
            for row in had
        }
        assert mine == theirs, table


def _first_columns(table: str) -> list[str]:
    """The columns that version 1 gave the table, in order."""
    return _COLUMNS[table]


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


@pytest.fixture(scope="module", autouse=True)
def _columns_of_version_1(tmp_path_factory: pytest.TempPathFactory) -> None:
    paths = first_version(tmp_path_factory.mktemp("columns"))
    connection = open_raw(paths.store, DATA_KEY, Tuning())
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
        found = connection.execute(f"PRAGMA table_info({table})").fetchall()
        _COLUMNS[table] = [row[1] for row in found]
    connection.close()


_COLUMNS: dict[str, list[str]] = {}


def test_the_half_finished_case_is_whole(migrated):
    store, before, _ = migrated
    now = {row.id: row for row in rows(store, case_file)}
    assert {now[HALF].state, now[HIS].state, now[SENT].state} == {"draft", "decided", "waiting"}
    assert json.loads(now[HALF].draft)["birth_written"] == "昭和19年頃"
    assert now[HALF].step == "identity"
    assert {row[0] for row in before["case_file"]} == set(now)


def test_everybody_is_found_again(migrated):
    store, _, _ = migrated
    with store.view(search.READS) as work:
        assert [hit.name for hit in search.by_name(work, "太郎").persons] == ["見本　太郎"]
        assert search.by_name(work, "見本").more
        assert search.by_kana(work, "みほん").more
        (care,) = search.by_name(work, "秘密").persons
        assert care.restricted and not care.address


def test_what_was_known_has_a_beginning(migrated):
    """Of whom a file brought, since the file; of whom a decision brought, since the decision."""
    store, _, _ = migrated
    at = {row.batch: row.applied_at for row in rows(store, inbox) if row.batch}
    with store.view((*history.READS, *search.READS)) as work:
        (his,) = search.by_name(work, "太郎").persons
        (one,) = search.by_insured_number(work, "00000007").persons
        lines = history.lines_of(work, (his.person_id, one.person_id))
        (name,) = lines[one.person_id][("name", "")]
        assert (name.origin.kind, name.known_from) == ("file", at[1])
        (name,) = lines[his.person_id][("name", "")]
        assert name.origin.kind == "decision" and name.origin.ref.startswith("U15-1-")
        day = date(2026, 11, 18)
        assert history.as_of(work, one.person_id, day, date(2026, 11, 15)) is None
        seen = history.as_of(work, one.person_id, day, date(2026, 11, 16))
        assert seen is not None and seen.is_insured
        (care,) = search.by_name(work, "秘密").persons
        (name,) = lines_of(work, care.person_id)[("name", "")]
        assert (name.origin.kind, name.known_from) == ("earlier", "")
    kinds = [row.kind for row in rows(store, origin)]
    assert kinds.count("file") == 2 and kinds.count("earlier") == 1


def lines_of(work: Any, person_id: str) -> Any:
    return history.lines_of(work, (person_id,))[person_id]


def test_the_half_finished_case_goes_on_to_the_decision(migrated, tmp_path):
    """What was keyed by half under version 1 is opened, finished and sent under today's."""
    store, _, _ = migrated
    (half,) = [row for row in rows(store, case_file) if row.id == HALF]
    with counter_in(tmp_path) as counter:
        with counter.world.hands_on("case_file") as work:
            work.run(insert(case_file).values(**half._mapping))
        gate, session = counter.world.gate, counter.world.session("clerk")
        case = drafts.load_case(gate, session, MOVE_IN, HALF)
        assert case.values["name"] == "書掛　はる"
        case = drafts.keep_number(gate, session, case, NUMBER)
        values = {**ENTRY, **case.values}
        case = drafts.save_draft(gate, session, case, values, SUMMARY)
        sent = counter.send(case)
        assert counter.engine.send_now(sent.outbox_id).accepted
        view = counter.show(HALF)
        assert view.record is not None and view.record.name == "書掛　はる"


def test_what_a_decision_added_later_becomes_history(tmp_path):
    """Version 1 kept no order of its own: the decisions that it kept tell it."""
    paths = first_version(tmp_path, more=1)
    connection = open_raw(paths.store, DATA_KEY, Tuning())
    (her,) = connection.execute("SELECT id FROM person WHERE id LIKE 'M-%'").fetchone()
    (number,) = connection.execute(
        "SELECT insured_number FROM insured WHERE person_id = ?", (her,)
    ).fetchone()
    connection.execute(
        "UPDATE insured SET lost_on = '2026-03-10', loss_reason = 'LOS_OUT' WHERE person_id = ?",
        (her,),
    )
    connection.execute(
        "INSERT INTO insured(insured_number, acquired_on, person_id, insurer_number,"
        " acquisition_reason, copay_ratio, copay_from) VALUES ('79999990', '2026-11-10', ?,"
        " '39152996', 'ACQ_IN', '2', '2026-11-10')",
        (her,),
    )
    record = json.dumps({"insured_number": "79999990", "acquired_on": "2026-11-10"})
    connection.execute(
        "INSERT INTO decision(id, outcome, record, digest, received_at, person_id, current)"
        " VALUES ('U15-9', 'accepted', ?, '', '2026-11-18T09:00:00+09:00', ?, 1)",
        (record, her),
    )
    connection.close()
    vault.migrate(paths, DATA_KEY, RECOVERY.public, CLOCK)
    store = vault.open_store(paths, DATA_KEY)
    try:
        with store.view(history.READS) as work:
            day = date(2026, 11, 12)
            before = history.as_of(work, her, day, date(2026, 11, 17))
            after = history.as_of(work, her, day, date(2026, 11, 18))
            assert before is not None and not before.is_insured
            assert before.value("eligibility") == {"loss_reason": "LOS_OUT"}
            assert after is not None and after.value("copay")["ratio"] == "2"
            assert after.value("eligibility")["insured_number"] == "79999990"
            earlier = history.as_of(work, her, date(2026, 1, 1), date(2026, 11, 17))
            assert earlier is not None
            assert earlier.value("eligibility")["insured_number"] == number
            added = [known for known in history.history(work, her) if known.origin.ref == "U15-9"]
            assert {known.kind for known in added} == {"eligibility", "copay"}
            assert all(known.replaces for known in added)
    finally:
        store.close()


def test_the_backup_holds_the_old_store(migrated, tmp_path):
    _, before, paths = migrated
    (kept,) = vault.list_backups(paths)
    assert kept.reason == "migration"
    other = type(paths)(tmp_path)
    other.make()
    shutil.copytree(kept.folder, tmp_path / "kept")
    epoch = vault.restore(other, tmp_path / "kept", RECOVERY.private, DATA_KEY)
    assert epoch == kept.epoch + 1
    store = vault.open_store(other, DATA_KEY)
    try:
        assert len(rows(store, METADATA.tables["person"])) == len(before["person"])
    finally:
        store.close()


def test_the_store_is_whole_and_up_to_date(migrated):
    store, _, paths = migrated
    store.close()
    assert vault.verify(paths, DATA_KEY) == ()
    assert vault.migrate(paths, DATA_KEY, RECOVERY.public, CLOCK) == SHIPPED.head
