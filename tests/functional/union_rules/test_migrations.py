"""The union's migrations, on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Integer, LargeBinary, Table, Text, insert, inspect, select, text, update

from app.peers.union import migrations, tables
from app.peers.union.beyond import tables as beyond_tables  # noqa: F401 (they are the union's too)
from app.peers.union.database import Database, sqlite_url
from app.peers.union.line.enrolment import receiving_of, tls_key_of
from app.peers.union.migrations import v0001_first
from app.peers.union.office import history
from app.peers.union.tables import METADATA, credential, enrolment, person, upload
from app.wire.statements import EnrolmentRequest, peek
from tests.support.postgres import database_of
from tests.support.union_terminal import UnionTerminal


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """An empty one; the others of these tests hold the newest tables already."""
    with database_of(request.param, empty=True) as url:
        yield url


def test_the_migrations_build_what_the_tables_say(tmp_path, database):
    url = database or sqlite_url(tmp_path / "union.db")
    made = Database(url)
    with made.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, *_: name != "schema_version"}
        )
        assert compare_metadata(context, METADATA) == []
        version = connection.execute(text("SELECT max(version) FROM schema_version")).scalar()
    assert version == len(migrations.STEPS)
    made.close()
    again = Database(url)
    with again.read() as connection:
        rows = connection.execute(text("SELECT version FROM schema_version")).all()
    assert len(rows) == len(migrations.STEPS)
    again.close()


def test_a_database_of_the_first_version_keeps_what_it_holds(tmp_path, database, monkeypatch):
    url = database or sqlite_url(tmp_path / "union.db")
    row = {name: name for name in ("terminal", "id", "file_id", "stream", "digest", "started_at")}
    row |= {"epoch": 1, "sequence": 2, "size": 2**31 - 1}  # type: ignore[dict-item]
    with monkeypatch.context() as before:
        before.setattr(migrations, "STEPS", (v0001_first.upgrade,))
        old = Database(url)
        with old.write() as connection:
            connection.execute(insert(upload).values(row))
        old.close()
    new = Database(url)
    with new.write() as connection:
        connection.execute(insert(upload).values({**row, "id": "larger", "size": 2**31}))
        sizes = connection.execute(select(upload.c.size).order_by(upload.c.size)).scalars().all()
    assert sizes == [2**31 - 1, 2**31]
    new.close()


def test_persons_of_version_4_are_known_since_before(tmp_path, database, monkeypatch):
    """Their past begins where version 4 had none; what changes now is remembered."""
    url = database or sqlite_url(tmp_path / "union.db")
    texts = [
        column.name
        for column in person.columns
        if isinstance(column.type, Text) and column.server_default is None
    ]
    row = dict.fromkeys(texts, "x") | {"id": 1, "name": "見本　花子", "state": "1", "state_on": ""}
    with monkeypatch.context() as before:
        before.setattr(migrations, "STEPS", migrations.STEPS[:4])
        old = Database(url)
        with old.write() as connection:
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO person ({names}) VALUES ({marks})"), row)
        old.close()
    new = Database(url)
    with new.write() as connection:
        assert connection.execute(select(person.c.name)).scalars().all() == ["見本　花子"]
        seen = history.as_of(connection, 1, date(1990, 1, 1), date(2000, 1, 1))
        assert seen[("name", "")]["name"] == "見本　花子"
    new.close()


def test_the_keys_of_terminals_enrolled_before_version_9_are_known(tmp_path, database, monkeypatch):
    url = database or sqlite_url(tmp_path / "union.db")
    enrolled, waiting = UnionTerminal(None).request(), UnionTerminal(None).request()
    asked = peek(EnrolmentRequest, enrolled)
    with monkeypatch.context() as before:
        before.setattr(migrations, "STEPS", migrations.STEPS[:8])
        old = Database(url)
        with old.write() as connection:
            for key, (request, step) in enumerate([(enrolled, "approved"), (waiting, "waiting")]):
                connection.execute(
                    text(
                        "INSERT INTO enrolment (id, municipality, terminal_name, profile,"
                        " fingerprint, request, step, requested_at)"
                        " VALUES (:id, '152994', '窓口', 'counter', '1', :request, :step, '')"
                    ),
                    {"id": str(key), "request": request, "step": step},
                )
            connection.execute(
                text(
                    "INSERT INTO credential (fingerprint, terminal, signing, signing_key,"
                    " receiving, position, valid_from, valid_to)"
                    " VALUES ('f', 'T01', :signing, 'k', 'age1', 1, '', '')"
                ),
                {"signing": asked.signing},
            )
        old.close()
    new = Database(url)
    with new.read() as connection:
        assert connection.execute(select(credential.c.tls_key)).scalar() == tls_key_of(asked.csr)
        assert set(connection.execute(select(enrolment.c.address)).scalars()) == {""}
    new.close()


def test_what_lay_ready_and_was_held_before_version_11_stays(tmp_path, database, monkeypatch):
    """Of earlier containers no count is known, what is held came with no file that can be
    recalled, and a file taken before can still be recalled."""
    url = database or sqlite_url(tmp_path / "union.db")
    rows: dict[Table, dict[str, Any]] = {
        tables.down_item: {"terminal": "T01", "id": "d1", "sequence": 1},
        tables.held: {"municipality": "152994", "file_id": "FILE-12", "key": "k", "record": "r"},
        tables.file_taken: {"municipality": "152994", "file_id": "FILE-03", "edition": 2},
    }
    with monkeypatch.context() as before:
        before.setattr(migrations, "STEPS", migrations.STEPS[:10])
        old = Database(url)
        with old.write() as connection:
            for table, known in rows.items():
                there = {one["name"] for one in inspect(connection).get_columns(table.name)}
                row = {**_filler(table, there), **known}
                names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
                connection.execute(
                    text(f"INSERT INTO {table.name} ({names}) VALUES ({marks})"), row
                )
        old.close()
    new = Database(url)
    with new.write() as connection:
        (item,) = connection.execute(select(tables.down_item)).all()
        (kept,) = connection.execute(select(tables.held)).all()
        (taken,) = connection.execute(select(tables.file_taken)).all()
        assert (item.id, item.records, item.applied, item.dropped) == ("d1", -1, -1, -1)
        assert (kept.record, kept.upload) == ("r", "")
        assert (taken.edition, taken.recall) == (2, None)
        connection.execute(update(tables.file_taken).values(recall=b"signed"))
        assert connection.execute(select(tables.filling)).all() == []
    new.close()


def _filler(table, names):
    """Something for every column that must not be empty."""
    return {
        column.name: 0
        if isinstance(column.type, Integer)
        else b""
        if isinstance(column.type, LargeBinary)
        else "x"
        for column in table.columns
        if column.name in names and not column.nullable and column.server_default is None
    }


def test_the_share_in_force_before_version_14_goes_on(tmp_path, database, monkeypatch):
    """Its row stays as it was; another day's stands beside it, and incomes have no kinds yet."""
    url = database or sqlite_url(tmp_path / "union.db")
    values: dict[Table, dict[str, Any]] = {
        person: {"id": 7},
        tables.share: {"person_id": 7, "copay_ratio": 2, "copay_from": "2026-08-01"},
        tables.income: {"person_id": 7, "year": 2026, "revenue": 5},
    }
    with monkeypatch.context() as before:
        before.setattr(migrations, "STEPS", migrations.STEPS[:13])
        old = Database(url)
        with old.write() as connection:
            for table, known in values.items():
                there = {one["name"] for one in inspect(connection).get_columns(table.name)}
                row = {**_filler(table, there), **known}
                names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
                sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
                connection.execute(text(sql), row)
        old.close()
    new = Database(url)
    with new.write() as connection:
        row = dict(connection.execute(select(tables.share)).mappings().one())
        assert (row["copay_ratio"], row["copay_from"]) == (2, "2026-08-01")
        connection.execute(insert(tables.share).values(row | {"copay_from": "2027-08-01"}))
        kept = connection.execute(select(tables.income)).one()
        assert (kept.revenue, kept.younger, kept.older, kept.assessed) == (5, 0, 0, "")
    new.close()


def test_what_was_enrolled_and_delivered_before_version_12_counts_on(
    tmp_path, database, monkeypatch
):
    """No certificate of before was withdrawn by itself, nothing that waits was gone; and one of
    two may be withdrawn now, while the other keeps its terminal on the line."""
    url = database or sqlite_url(tmp_path / "union.db")
    keys = {"terminal": "T01", "valid_from": "2026-01-01", "valid_to": "2027-12-31"}
    rows: list[tuple[Table, dict[str, Any]]] = [
        (tables.terminal, {"id": "T01", "municipality": "152994", "state": "active"}),
        (credential, {"fingerprint": "a" * 64, "position": 1, "receiving": "age-a", **keys}),
        (credential, {"fingerprint": "b" * 64, "position": 2, "receiving": "age-b", **keys}),
        (tables.down_item, {"terminal": "T01", "id": "d1", "sequence": 1, "file_id": "FILE-17"}),
        (tables.filling, {"terminal": "T01", "household": "=5", "until": 9}),
    ]
    with monkeypatch.context() as before:
        before.setattr(migrations, "STEPS", migrations.STEPS[:11])
        old = Database(url)
        with old.write() as connection:
            for table, known in rows:
                there = {one["name"] for one in inspect(connection).get_columns(table.name)}
                row = {**_filler(table, there), **known}
                names, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
                sql = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
                connection.execute(text(sql), row)
        old.close()
    new = Database(url)
    with new.write() as connection:
        found = connection.execute(select(credential).order_by(credential.c.position)).all()
        assert [(one.withdrawn_at, one.withdrawn_by) for one in found] == [("", "")] * 2
        (item,) = connection.execute(select(tables.down_item)).all()
        assert (item.id, item.gone, item.acknowledged_at) == ("d1", "", "")
        (half,) = connection.execute(select(tables.filling)).all()
        assert (half.household, half.until) == ("=5", 9)
        assert receiving_of(connection, "T01") == "age-b"
        newer = credential.c.fingerprint == "b" * 64
        connection.execute(update(credential).where(newer).values(withdrawn_at="2026-11-20"))
        assert receiving_of(connection, "T01") == "age-a"
    new.close()
