"""The whole circle: the municipal system gives, the union decides, what comes back is the decision.

Municipal system → courier → stick → terminal → union; union → terminal → stick → courier →
municipal system → resident register. Every step is the real one but for the line, which is the
union in memory that hands over what the real union's office says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.functions.files import media_acts
from app.peers.municipality import life
from app.peers.municipality.feeders import write_file
from app.peers.municipality.readers import read_file
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import (
    address_exception,
    insured,
    on_register,
    premium,
    resident,
    tax,
)
from app.peers.union.office import daily, history, holding, taking
from app.peers.union.office.insured import insured_records
from app.peers.union.runs import pieces
from app.peers.union.runs.kinds import RUNS
from app.peers.union.system import System
from app.peers.union.tables import coverage, held, levy, person
from app.sync import outbox as outgoing
from app.sync.media.files import FOLDER, INCOMING, OUTGOING
from app.training.people import MUNICIPALITY_CODE
from app.wire.files import FILES, FileSpec
from tests.support.courier_side import CourierHome
from tests.support.line import LoopUnion
from tests.support.media_room import MediaRoom
from tests.support.sendings import act_of, sample
from tests.support.union_inside import load, union_inside
from tests.support.world import world_in

APRIL = date(2026, 4, 1)


class Circle:
    """All the sides of one municipality."""

    def __init__(self, here: Municipality, room: MediaRoom, folder: Path) -> None:
        self.here = here
        self.room = room
        self.out = folder / "given"
        self.back = folder / "back"
        for one in (self.out, self.back):
            one.mkdir()
        self.courier = CourierHome(folder / "courier")
        self.courier.init()
        room.medium_id = room.register(room.stick)
        self.courier.run("card", "--to", room.stick.mount)
        gate, attached = room.world.gate, room.stick.attached
        prepared = media_acts.prepare_courier(gate, room.session("administrator"), attached)
        media_acts.perform_courier(gate, prepared, room.given(prepared), attached)
        self.courier.run("trust", room.stick.path("", "terminal.card"))
        for file_id in ("FILE-03", "FILE-06", "FILE-07"):
            room.approve("in", file_id)
        for file_id in ("FILE-17", "FILE-19", "FILE-20"):
            room.approve("out", file_id)

    def up(self, file_id: str) -> tuple[Any, ...]:
        """A file of the municipal system all the way to the union; its records there."""
        made = write_file(self.here, file_id, self.out)
        self.courier.run("seal", made.path, "--out", self.room.stick.mount)
        (name,) = self.room.stick.names(INCOMING)
        moved = self.room.taken_in(name)
        with self.room.world.hands_on("outbox", "store_fact") as work:
            act = act_of(self.room.world, work)
            for who in ("S101", "S201"):
                outgoing.confirm(act, moved.sendings[0], who)
        union: LoopUnion = self.room.union
        before = len(union.taken)
        report = self.room.engine.contact()
        assert report.problem is None and len(union.taken) == before + 1
        return union.taken[-1][1]

    def down(self, file_id: str, records: list[Any]) -> None:
        """What the union says, all the way into the municipal system's tables."""
        item = self.room.union.announce(file_id, records)
        report = self.room.engine.contact()
        assert report.problem is None, report.problem
        moved = self.room.move_out(item.id)
        (name,) = self.room.stick.names(OUTGOING)
        self.courier.run(
            "open", self.room.stick.mount / FOLDER / OUTGOING / name, "--out", self.back
        )
        assert self.room.wipe(moved.use_id) == "gone"
        (opened,) = self.back.glob(f"{file_id}_*.csv")
        read_file(self.here, opened)
        opened.unlink()


@pytest.fixture
def circle(here: Municipality, tmp_path: Path) -> Iterator[Circle]:
    (tmp_path / "terminal-side").mkdir()
    with world_in(tmp_path / "terminal-side") as world:
        yield Circle(here, MediaRoom(world, tmp_path / "terminal-side"), tmp_path)


@pytest.fixture
def union(tmp_path: Path, seeds: list[bytes]) -> Iterator[System]:
    with union_inside(tmp_path / "union") as made:
        load(made, *(json.loads(line) for line in seeds))
        yield made


@pytest.mark.req("FLOW-202", "FLOW-203", "FLOW-305", "FLOW-306", "FLOW-308")
def test_what_comes_back_equals_what_the_union_decided(
    here: Municipality, circle: Circle, union: System
) -> None:
    whole = circle.up("FILE-03")
    with here.read() as connection:
        ours = {row.atena_number for row in connection.execute(select(resident))}
    assert {one.atena_number for one in whole} <= ours
    life.next_day(here, 12)
    moved = circle.up("FILE-03")
    assert moved
    with union.database.write() as connection:
        daily.run(union, connection, here.code, moved)
        said = list(insured_records(union, connection, here.code, 0))
    circle.down("FILE-17", said)
    _assert_equal(here, union)


def _assert_equal(here: Municipality, union: System) -> None:
    """Every coverage that the union holds stands in the municipal system, day for day, and on the
    resident register the newest of each person."""
    with union.database.read() as connection:
        decided = {
            (row.atena_number, row.acquired_on): (row.insured_number, row.lost_on)
            for row in connection.execute(
                select(
                    person.c.atena_number,
                    coverage.c.acquired_on,
                    coverage.c.insured_number,
                    coverage.c.lost_on,
                ).join(person, person.c.id == coverage.c.person_id)
            )
        }
    with here.read() as connection:
        came = {
            (row.atena_number, row.acquired_on): (row.insured_number, row.lost_on)
            for row in connection.execute(select(insured).where(insured.c.insured_number != ""))
        }
    assert decided and came == decided
    out = here.data / "register"
    out.mkdir()
    read_file(here, write_file(here, "FILE-43", out).path)
    with here.read() as connection:
        shown = {
            row.atena_number: (row.acquired_on, row.insured_number, row.lost_on)
            for row in connection.execute(select(on_register))
        }
    newest: dict[str, tuple[str, str, str]] = {}
    for (atena, acquired), (number, lost) in sorted(decided.items()):
        newest[atena] = (acquired, number, lost)
    assert shown == newest


@pytest.mark.req("FLOW-401", "FLOW-402", "FLOW-408", "FLOW-503", "FLOW-2020", "FILE-20")
def test_premiums_come_back_as_levied_and_go_up_as_instalments(
    here: Municipality, circle: Circle, union: System
) -> None:
    """Incomes up, the union's levy down, its correction down, the instalments of both up."""
    _take_incomes(union, circle.up("FILE-06"))
    _levy(union)
    circle.down("FILE-20", _held_since(union, 0, FILES["FILE-20"]))
    first = _levied(union)
    assert len(first) > 30 and _premiums(here) == first
    assert _billed(circle.up("FILE-07")) == first

    position = _position(union)
    with here.write() as connection:
        richer = {"pension_revenue": "3000000", "pension": "1900000", "state": "declared"}
        connection.execute(update(tax).values(**richer, taxed="taxed", made_in="", cause="monthly"))
    _take_incomes(union, circle.up("FILE-06"))
    life.next_day(here, 0)
    circle.down("FILE-20", _held_since(union, position, FILES["FILE-20"]))
    second = _levied(union)
    changed = {key: amount for key, amount in second.items() if first[key] != amount}
    assert len(changed) > 10 and _premiums(here) == second
    assert _billed(circle.up("FILE-07")) == changed


@pytest.mark.req("FLOW-2007", "FLOW-2017", "FILE-19")
def test_address_exceptions_come_back_as_the_union_holds_them(
    here: Municipality, circle: Circle, union: System
) -> None:
    """What its officials entered, then the end of one of them."""
    spec = FILES["FILE-19"]
    entered = [replace(one, municipality_code=here.code) for one in sample("FILE-19")]
    ended = replace(entered[0], ended="left", ended_on="2026-11-10")
    position = 0
    for records in (entered, [ended]):
        with union.database.write() as connection:
            assert holding.hold(connection, spec, here.code, records) == len(records)
        circle.down(spec.id, _held_since(union, position, spec))
        position = _position(union)
        life.next_day(here, 0)
    with union.database.read() as connection:
        held_there = {asdict(one)["atena_number"]: asdict(one) for one in
                      holding.holds(connection, spec, here.code)}  # fmt: skip
    with here.read() as connection:
        rows = connection.execute(select(address_exception)).all()
    assert {row.atena_number: json.loads(row.record) for row in rows} == held_there
    assert {row.ended_on for row in rows} >= {"2026-11-10"}


def _take_incomes(union: System, records: tuple[Any, ...]) -> None:
    assert records
    with union.database.write() as connection:
        history.bring(union, connection, "file", "FILE-06", records[0].municipality_code)
        taking.FOLLOWS["FILE-06"](union, connection, records)


def _levy(union: System) -> None:
    """The yearly run, proposed and confirmed by two."""
    run_id = str(pieces.propose(union, "甲", RUNS["levy"], MUNICIPALITY_CODE, APRIL)["id"])
    pieces.confirm(union, "乙", run_id)
    while not pieces.go_on(union, RUNS, run_id)["finished_at"]:
        pass


def _position(union: System) -> int:
    with union.database.read() as connection:
        return int(connection.execute(select(func.max(held.c.position))).scalar_one())


def _held_since(union: System, position: int, spec: FileSpec) -> list[Any]:
    """What a terminal is told that was told everything up to ``position``."""
    with union.database.read() as connection:
        return list(holding._since(connection, spec, MUNICIPALITY_CODE, position, ""))


def _levied(union: System) -> dict[str, int]:
    """Each insured person's premium of the year, as last decided."""
    with union.database.read() as connection:
        rows = connection.execute(select(levy).order_by(levy.c.number))
        return {row.insured_number: row.amount for row in rows}


def _premiums(here: Municipality) -> dict[str, int]:
    with here.read() as connection:
        rows = connection.execute(select(premium)).all()
    assert len({row.insured_number for row in rows}) == len(rows), "one premium of a year each"
    return {row.insured_number: row.amount for row in rows}


def _billed(records: tuple[Any, ...]) -> dict[str, int]:
    billed: dict[str, int] = {}
    for one in records:
        billed[one.insured_number] = billed.get(one.insured_number, 0) + int(one.amount)
    return billed
