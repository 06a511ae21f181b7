"""What the desks of one municipality tell each other, at every contact (DESIGN 4)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select, update

from app.cases.state import CaseState
from app.functions.files.desks import _CASE_STATES, SHARES, TELL, teller
from app.sync import outbox as outgoing
from app.sync.states import Outgoing
from app.wire.files import FILES, Route
from db.tables.cases import case_file, check_entry
from db.tables.exchange import desk_case, desk_told, outbox
from tests.support.line import CODES, LoopUnion, engine_of, enrol
from tests.support.sendings import act_of, rows, sample
from tests.support.world import World, world_in

OPEN = {
    "id": "T01-1-000042",
    "kind": "move_in",
    "state": "draft",
    "opened_by": "S101",
    "opened_at": "2026-11-16T09:10:00+09:00",
}


@pytest.fixture
def world(tmp_path):
    with world_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def union(world: World) -> LoopUnion:
    union = LoopUnion()
    enrol(world, union)
    return union


def _open(world: World, **values: str) -> None:
    with world.hands_on("case_file") as work:
        work.run(insert(case_file).values(**{**OPEN, **values}))


def _told(world: World, file_id: str = "DESK-01") -> list[str]:
    return [row.id for row in rows(world, outbox) if row.file_id == file_id]


def test_every_state_of_a_case_and_every_stream_has_its_word() -> None:
    assert set(_CASE_STATES) == set(CaseState)
    shared = {spec.id for spec in FILES.values() if spec.route is Route.SHARED}
    assert set(SHARES) == shared
    for file_id, share in SHARES.items():
        names = {column.name for column in FILES[file_id].columns}
        assert names == {column.name for column in share.table.c}


def test_an_open_case_is_told_once_and_again_when_it_changes(world, union) -> None:
    tell = teller(world.engine_hand, CODES)
    _open(world)
    tell()
    tell()
    assert len(_told(world)) == 1
    with world.hands_on("case_file") as work:
        work.run(update(case_file).values(state="waiting"))
    tell()
    assert len(_told(world)) == 2
    engine_of(world, union).contact()
    assert {row.state for row in rows(world, outbox)} == {Outgoing.ACCEPTED}


def test_a_case_that_is_over_is_told_once_more_and_forgotten(world, union) -> None:
    tell = teller(world.engine_hand, CODES)
    _open(world)
    _open(world, id="T01-1-000043", state="closed")
    tell()
    assert [row.key for row in rows(world, desk_told)] == ["T01-1-000042"]
    with world.hands_on("case_file") as work:
        work.run(update(case_file).values(state="closed"))
    tell()
    tell()
    assert len(_told(world)) == 2
    assert rows(world, desk_told) == []


def test_a_sending_that_waits_for_its_second_person_is_told(world, union) -> None:
    tell = teller(world.engine_hand, CODES)
    with world.hands_on("outbox", "store_fact") as work:
        act = act_of(world, work)
        first = outgoing.prepare(act, "FILE-11", list(sample("FILE-11")), codes=CODES)
        batch = outgoing.prepare(act, "FILE-13", list(sample("FILE-13")), codes=CODES)
        outgoing.confirm(act, batch, "S101")
        assert first != batch
    tell()
    assert [row.key for row in rows(world, desk_told)] == [batch]
    with world.hands_on("outbox", "store_fact") as work:
        assert outgoing.confirm(act_of(world, work), batch, "S201")
    tell()
    assert len(_told(world, "DESK-03")) == 2
    assert rows(world, desk_told) == []


@pytest.mark.parametrize("file_id", sorted(SHARES))
def test_the_newest_word_of_another_desk_is_kept(world, union, file_id) -> None:
    spec, table = FILES[file_id], SHARES[file_id].table
    one = sample(file_id)[0]
    older = replace(one, said_at="2026-11-20T08:00:00+09:00", state=sample(file_id)[1].state)
    union.announce(file_id, [one])
    union.announce(file_id, [older])
    engine_of(world, union).contact()
    (row,) = rows(world, table)
    assert (row.said_at, row.state) == (one.said_at, one.state)
    assert spec.route is Route.SHARED


@pytest.mark.req("SEC-54")
def test_a_relay_keeps_nobody_s_word(tmp_path) -> None:
    with world_in(tmp_path) as world:
        union = LoopUnion()
        enrol(world, union)
        with world.hands_on("store_fact") as work:
            from db.tables.control import store_fact

            work.run(insert(store_fact).values(name="profile", value="relay"))
        union.announce("DESK-01", list(sample("DESK-01")))
        report = engine_of(world, union).contact().received[0]
        assert (report.applied, report.dropped) == (0, 2)
        assert rows(world, desk_case) == []


@pytest.mark.req("SEC-118")
def test_a_case_that_the_backup_has_not_is_listed_once_and_told_as_over(world, union) -> None:
    """The union tells a restored desk its own word back: what is here is kept as it is."""
    _open(world)
    mine = {"desk": union.terminal.name, "state": "waiting"}
    here, lost = (
        replace(sample("DESK-01")[0], case_id=one, **mine) for one in (OPEN["id"], "T01-1-000099")
    )
    for edition in range(2):
        union.announce(
            "DESK-01", [here, replace(lost, said_at=f"2026-11-20T0{8 + edition}:00:00+09:00")]
        )
    engine_of(world, union).contact()
    (entry,) = rows(world, check_entry)
    assert (entry.cause, entry.origin, entry.disposition) == ("case_lost", "terminal", "")
    assert "T01-1-000099" in entry.detail and "もう一度受け付けて" in entry.detail
    teller(world.engine_hand, CODES)()
    engine_of(world, union).contact()
    told = {one.case_id: one.state for _, records in union.taken for one in records}
    assert told == {OPEN["id"]: "open", "T01-1-000099": "withdrawn"}
    assert rows(world, desk_case) == []
    teller(world.engine_hand, CODES)()
    assert len(_told(world)) == 1, "once is enough"


def test_what_is_told_holds_no_content_of_a_case(world, union) -> None:
    _open(world, draft='{"name":"見本　花子","died_on":"2026-11-10"}')
    teller(world.engine_hand, CODES)()
    fields = {column.name for column in FILES["DESK-01"].columns}
    assert not fields & {"draft", "name", "birth_written", "address", "my_number"}
    assert TELL == "files.tell_desks"
    with world.store.view(("outbox",)) as work:
        assert work.all(select(outbox.c.id)) != []
