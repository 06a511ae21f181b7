"""The whole circle: the municipal system gives, the union decides, what comes back is the decision.

Municipal system → courier → stick → terminal → union; union → terminal → stick → courier →
municipal system → resident register. Every step is the real one but for the line, which is the
union in memory that hands over what the real union's office says.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.functions.files import media_acts
from app.peers.municipality import life
from app.peers.municipality.feeders import write_file
from app.peers.municipality.readers import read_file
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import insured, on_register, resident
from app.peers.union.office import daily
from app.peers.union.office.insured import insured_records
from app.peers.union.tables import coverage, person
from app.sync import outbox as outgoing
from app.sync.media.files import FOLDER, INCOMING, OUTGOING
from tests.support.courier_side import CourierHome
from tests.support.line import LoopUnion
from tests.support.media_room import MediaRoom
from tests.support.sendings import act_of
from tests.support.union_inside import load, union_inside
from tests.support.world import world_in


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
        room.approve("in", "FILE-03")
        room.approve("out", "FILE-17")

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

    def down(self, records: list[Any]) -> None:
        """What the union says, all the way into the municipal system's tables."""
        item = self.room.union.announce("FILE-17", records)
        report = self.room.engine.contact()
        assert report.problem is None, report.problem
        moved = self.room.move_out(item.id)
        (name,) = self.room.stick.names(OUTGOING)
        self.courier.run(
            "open", self.room.stick.mount / FOLDER / OUTGOING / name, "--out", self.back
        )
        assert self.room.wipe(moved.use_id) == "gone"
        (opened,) = self.back.glob("FILE-17_*.csv")
        read_file(self.here, opened)
        opened.unlink()


@pytest.mark.req("FLOW-202", "FLOW-203", "FLOW-305", "FLOW-306", "FLOW-308")
def test_what_comes_back_equals_what_the_union_decided(
    here: Municipality, tmp_path: Path, seeds: list[bytes]
) -> None:
    (tmp_path / "terminal-side").mkdir()
    with (
        world_in(tmp_path / "terminal-side") as world,
        union_inside(tmp_path / "union") as union,
    ):
        circle = Circle(here, MediaRoom(world, tmp_path / "terminal-side"), tmp_path)
        load(union, *(json.loads(line) for line in seeds))
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
        circle.down(said)
        _assert_equal(here, union)


def _assert_equal(here: Municipality, union: Any) -> None:
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
