"""Killed between any two steps of the engine: nothing lost, nothing doubled (DESIGN 9).

The step about to be taken, a call before it reaches the union and a call after the union has
done its part are all places to die. ``Killed`` goes through everything like a kill would:
open transactions roll back, nothing is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.functions.files.check_list import receiver
from app.sync.states import Incoming, Outgoing
from db.tables.cases import check_entry
from db.tables.exchange import inbox, staged_record
from tests.support.line import LoopUnion, engine_of, enrol
from tests.support.sendings import confirmed, rows, sample, sending
from tests.support.soak import tries
from tests.support.world import World, shared_tables, world_in

RECORDS = 160
"""So many that the file is fetched in parts and staged in three."""


class Killed(BaseException):
    """The process ends here."""


class Fuse:
    """Kills at the n-th place that is passed; ``passed`` says how many there were."""

    def __init__(self, at: int) -> None:
        self.passed = 0
        self.places: list[str] = []
        self._at = at

    def __call__(self, place: str) -> None:
        self.passed += 1
        self.places.append(place)
        if self.passed == self._at:
            raise Killed(place)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def _scene(world: World) -> tuple[LoopUnion, list[str]]:
    union = LoopUnion()
    enrol(world, union)
    union.chunk_limit = 1000
    entry = sample("FILE-24")[0]
    sent = [confirmed(world), confirmed(world, case_id="T01-1-000098")]
    union.announce("FILE-24", [replace(entry, entry_id=f"U15-1-1{n:05d}") for n in range(RECORDS)])
    union.announce("FILE-24", [replace(entry, entry_id="U15-1-200000")])
    return union, sent


def _run(world: World, union: LoopUnion, fuse: Callable[[str], None], *, quiet: bool) -> None:
    union.before = lambda name: fuse(f"before {name}")
    union.after = lambda name: fuse(f"after {name}")
    engine_of(world, union, step=fuse, quiet=lambda: quiet).contact()


def _assert_whole(world: World, union: LoopUnion, sent: list[str]) -> None:
    assert sorted(id_ for id_, _ in union.taken) == sorted(sent)  # none lost, none doubled
    assert [sending(world, id_).state for id_ in sent] == [Outgoing.ACCEPTED] * 2
    assert [sending(world, id_).sequence for id_ in sent] == [1, 2]
    entries = [row.id for row in rows(world, check_entry)]
    assert len(entries) == len(set(entries)) == RECORDS + 1
    assert [row.state for row in rows(world, inbox)] == [Incoming.APPLIED] * 2
    assert rows(world, staged_record) == []
    assert len(union.acknowledged) == 2


def _kill_once_at(world: World, at: int, *, quiet: bool) -> str:
    """Die at the ``at``-th place, then work on; the name of the place, "" past the end."""
    union, sent = _scene(world)
    fuse, killed = Fuse(at), ""
    try:
        _run(world, union, fuse, quiet=quiet)
    except Killed as place:
        killed = str(place)
    half = len(rows(world, check_entry))
    assert half in (0, RECORDS, RECORDS + 1)  # a file is there whole or not at all
    _run(world, union, lambda _: None, quiet=quiet)
    _assert_whole(world, union, sent)
    return killed


@pytest.mark.req("SEC-98", "FLOW-104")
@pytest.mark.parametrize("quiet", [True, False], ids=["quiet", "working"])
def test_killed_at_every_place_once(tmp_path, quiet):
    """Every fourth place in ``make test``, every one in ``make soak``."""
    fuse = Fuse(0)
    (tmp_path / "counted").mkdir()
    with world_in(tmp_path / "counted") as world:
        union, _ = _scene(world)
        _run(world, union, fuse, quiet=quiet)
    places = fuse.places
    assert len(places) > 50
    for at in range(1, len(places) + 1, tries(4, 1)):
        folder = tmp_path / str(at)
        folder.mkdir()
        with world_in(folder) as world:
            assert _kill_once_at(world, at, quiet=quiet) == places[at - 1]
    kinds = {place.removeprefix("before ").removeprefix("after ") for place in places}
    assert {
        "contact.keep_head",
        "send.build",
        "send.start",
        "send.chunk",
        "send.sent",
        "send.complete",
        "send.settle",
        "receive.announce",
        "receive.fetch",
        "receive.verify",
        "receive.stage",
        "receive.apply",
        "receive.applied",
        "receive.acknowledge",
        "complete",
        "acknowledge",
    } <= kinds


def test_killed_again_and_again_it_still_ends_whole(world):
    """Every round dies two places later than the one before."""
    union, sent = _scene(world)
    at = 1
    while True:
        fuse = Fuse(at)
        try:
            _run(world, union, fuse, quiet=True)
        except Killed:
            at += 2
            continue
        break
    assert at > 20
    _assert_whole(world, union, sent)


def test_killed_inside_the_applying_leaves_nothing_of_it(world):
    union, sent = _scene(world)

    def dying(work, spec, records):
        receiver(shared_tables())(work, spec, records)
        raise Killed

    with pytest.raises(Killed):
        engine_of(world, union, handlers={"files.receive_check_list": dying}).contact()
    assert rows(world, check_entry) == []
    _run(world, union, lambda _: None, quiet=True)
    _assert_whole(world, union, sent)
