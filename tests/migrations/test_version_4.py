"""From version 3: rejected sendings are told as such, rights go on under their new names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.paths import Paths
from app.security import vault
from app.security.vault.opening import make_lanes
from db.migrations import FOLDER, SHIPPED, Schema
from tests.support.stores import DATA_KEY, FOUNDING

BEFORE = Schema(FOLDER, SHIPPED.versions[: SHIPPED.versions.index("0004")])
AFTER = Schema(FOLDER, SHIPPED.versions[: SHIPPED.versions.index("0004") + 1])


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    paths = Paths(tmp_path)
    vault.create(paths, DATA_KEY, FOUNDING, BEFORE).close()
    lanes = make_lanes(paths.store, DATA_KEY)
    with lanes.writer.begin() as opened:
        yield opened
    lanes.close()


def put(connection: sa.Connection, table: str, **values: object) -> None:
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)


def put_case(connection: sa.Connection, number: int, state: str, sending: str) -> None:
    put(
        connection,
        "outbox",
        id=f"T01-1-5{number}",
        file_id="FILE-01",
        route="online",
        stream="FILE-01",
        epoch=0,
        payload=b"",
        payload_digest="",
        record_count=1,
        state=sending,
        prepared_by="S101",
        prepared_at="2026-11-16T10:00:00+09:00",
    )
    put(
        connection,
        "case_file",
        id=f"T01-1-{number}",
        kind="move_in",
        state=state,
        opened_by="S101",
        opened_at="2026-11-16T10:00:00+09:00",
        outbox_id=f"T01-1-5{number}",
        draft='{"name":"見本　花子"}',
    )


def test_a_waiting_case_that_the_union_did_not_take_is_rejected(connection: sa.Connection) -> None:
    states = [
        ("waiting", "rejected"),
        ("waiting", "sending"),
        ("waiting", "accepted"),
        ("draft", "rejected"),
        ("cancelled", "rejected"),
    ]
    for number, (state, sending) in enumerate(states):
        put_case(connection, number, state, sending)
    AFTER.upgrade(connection)
    rows = connection.execute(
        sa.text("SELECT state, version, draft FROM case_file ORDER BY id")
    ).all()
    assert [row.state for row in rows] == ["rejected", "waiting", "waiting", "draft", "cancelled"]
    assert [row.version for row in rows] == [2, 1, 1, 1, 1]
    assert {row.draft for row in rows} == {'{"name":"見本　花子"}'}


def test_the_rights_go_on_under_their_new_names(connection: sa.Connection) -> None:
    put(
        connection,
        "staff",
        id="S101",
        name="窓口 花子",
        post="",
        valid_from="2026-04-01",
        valid_to="2027-03-31",
        password_set_on="2026-04-01",
    )
    for number, (function_id, until) in enumerate(
        [
            ("eligibility.list_cases", "2027-01-31"),
            ("eligibility.close_day", "2027-02-28"),
            ("eligibility.open_case", "2027-03-31"),
        ]
    ):
        put(
            connection,
            "grant_row",
            id=f"T01-1-g{number}",
            staff_id="S101",
            function_id=function_id,
            access="inquire",
            valid_from="2026-04-01",
            valid_to=until,
            state="confirmed",
            reason="窓口",
            requested_by="S201",
            requested_at="2026-04-01T09:00:00+09:00",
            confirmed_by="S202",
        )
    AFTER.upgrade(connection)
    rows = connection.execute(
        sa.text("SELECT function_id, valid_to, state, confirmed_by FROM grant_row")
    ).all()
    assert sorted(tuple(row) for row in rows) == [
        ("day.close", "2027-02-28", "confirmed", "S202"),
        ("day.enter", "2027-01-31", "confirmed", "S202"),
        ("day.show", "2027-01-31", "confirmed", "S202"),
        ("eligibility.open_case", "2027-03-31", "confirmed", "S202"),
    ]
