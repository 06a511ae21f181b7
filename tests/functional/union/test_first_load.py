"""初期登録: a new terminal is filled by the real union before anybody searches in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cases import board
from app.core.errors import UserError
from app.functions.files import filling
from app.peers.union.embed import embedded
from app.persons import find
from app.security.refusals import Refusal
from app.sync.engine import Engine
from app.sync.states import Incoming
from app.training.municipality import municipality
from app.training.people import seed_line
from tests.functional.union.test_engine import ON, engine, enrolled
from tests.support.forked_union import ForkedUnion
from tests.support.union_terminal import TABLES
from tests.support.world import MONDAY_MORNING, World, world_in

PERSONS = 60


@pytest.fixture
def small() -> Any:
    return municipality(TABLES, size=PERSONS, on=ON)


@pytest.fixture
def real(tmp_path: Path, small: Any) -> Iterator[Any]:
    with embedded(tmp_path / "union", moment=MONDAY_MORNING, start=ForkedUnion) as running:
        running.first.load(seed_line(person) for person in small.persons())
        yield running


@pytest.fixture
def world(tmp_path: Path, real: Any) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        enrolled(opened, real)
        yield opened


def search(world: World) -> Any:
    return find.search(world.gate, world.session(), "ミホン", world.tables, ON)


def told(world: World) -> tuple[dict[str, tuple[int, int]], str]:
    found = filling.show(world.gate, world.session())
    assert found is not None
    return {one.file_id: (one.sealed, one.taken) for one in found.counts}, found.done_at


def on_board(world: World) -> list[Any]:
    found = board.lines(world.gate, world.session("supervisor"), world.catalog)
    return [one for one in found if one.key == "first_load"]


@pytest.mark.req("SEC-118")
def test_nobody_searches_before_both_sides_count_the_same(world: World, real: Any) -> None:
    with pytest.raises(Refusal) as early:
        search(world)
    assert early.value.code == "need.filled" and "初期登録" in early.value.message
    assert on_board(world)[0].state == "受け取り中"
    running = engine(world, [])
    real.first.fault("drop", "fetch")
    cut = running.contact()
    assert cut.problem is not None or any(one.problem for one in cut.received)
    with pytest.raises(Refusal):
        search(world)
    world.later(minutes=20)
    report = running.contact()
    assert report.problem is None, report
    counts, done_at = told(world)
    sealed, taken = counts["FILE-17"]
    assert sealed == taken >= PERSONS and done_at
    search(world)
    assert on_board(world) == []
    (terminal,) = real.first.terminals()
    assert terminal["given"] == terminal["acknowledged"] == sealed
    again = running.contact()
    assert again.received == (), "once is enough"


def test_what_could_not_be_taken_stops_it_until_the_union_fills_again(
    world: World, real: Any
) -> None:
    running = engine(world, [])
    healthy = running._bench.handlers["files.receive_insured"]

    def refuses(*_given: Any) -> Any:
        raise UserError("file.odd", "この中身は取り込めません。", "広域連合に連絡してください。")

    broken: Engine = engine(world, [])
    broken._bench.handlers["files.receive_insured"] = refuses  # type: ignore[index]
    report = broken.contact()
    assert [one.state for one in report.received] == [Incoming.QUARANTINED]
    broken._bench.handlers["files.receive_insured"] = healthy  # type: ignore[index]
    assert not told(world)[1] and on_board(world)[0].state == "止まっている"
    running.contact()
    assert not told(world)[1], "what was refused is still missing"
    real.first.fill_again("T01")
    assert running.contact().problem is None
    counts, done_at = told(world)
    assert counts["FILE-17"][0] == counts["FILE-17"][1] >= PERSONS and done_at
