"""Killed between any two steps of the engine: nothing lost, nothing doubled (DESIGN 9).

The step about to be taken, a call before it reaches the union and a call after the union has
done its part are all places to die. Once each of them ends a process by SIGKILL; where many deaths
follow one another, ``Killed`` goes through everything like a kill would: open transactions roll
back, nothing is noted.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import db.work
from app.functions.files.check_list import receiver
from app.security import vault
from app.security.journal.file import JournalFile
from app.security.journal.verify import verify_chain
from app.sync.states import Incoming, Outgoing
from db.tables.cases import check_entry
from db.tables.exchange import inbox, staged_record
from tests.support.far_union import FarUnion, terminal_at
from tests.support.line import LoopUnion, engine_of, enrol
from tests.support.sendings import confirmed, rows, sample, sending
from tests.support.soak import tries
from tests.support.world import DATA_KEY, World, open_world, shared_tables, world_in

RECORDS = 160
"""So many that the file is fetched in parts and staged in three."""

PLACES = 400
"""So many does issue 13 ask for."""

KINDS = {
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
}


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


def _tells_of_writing(step: Callable[[str], None]) -> None:
    """In this process ``step`` hears of every transaction of store and journal, before it is
    committed and after."""

    def telling(real: Any, name: str) -> Any:
        @contextmanager
        def connected(*given: Any) -> Iterator[Any]:
            with real(*given) as connection:
                yield connection
                step(f"{name} not committed")
            step(f"{name} committed")

        return connected

    db.work._connected = telling(db.work._connected, "store")
    JournalFile.write = telling(JournalFile.write, "journal")  # type: ignore[method-assign]


def _killed(template: Path, folder: Path, union: LoopUnion, at: int, *, quiet: bool) -> list[str]:
    """The terminal of ``template`` in ``folder``, killed at its ``at``-th place."""
    shutil.copytree(template, folder)

    def work(line: FarUnion, step: Callable[[str], None]) -> None:
        world = open_world(folder)
        _tells_of_writing(step)
        engine_of(world, line, step=step, quiet=lambda: quiet).contact()  # type: ignore[arg-type]
        if at == 0:
            world.close()

    return terminal_at(union, work, at)


def _goes_on(folder: Path, union: LoopUnion, sent: list[str], *, quiet: bool) -> None:
    """Nothing of it is half there, it ends whole, and the journal verifies."""
    world = open_world(folder)
    try:
        half = len(rows(world, check_entry))
        assert half in (0, RECORDS, RECORDS + 1)  # a file is there whole or not at all
        _run(world, union, lambda _: None, quiet=quiet)
        _assert_whole(world, union, sent)
        _, lines, faults = verify_chain(world.journal)
        assert faults == () and lines > 0
    finally:
        world.close()
    assert vault.verify(world.paths, DATA_KEY) == ()


@pytest.mark.req("SEC-98", "FLOW-104")
def test_killed_at_every_place_once(tmp_path: Path) -> None:
    """A process of its own, ended by SIGKILL at each step of sending and receiving, before and
    after each call to the union had its effect and each transaction was committed, with the
    terminal at rest and with somebody working at it: 40 places in ``make test`` (a fifth of a
    second each, because a terminal is opened for each), every one in ``make soak``."""
    with world_in(tmp_path) as world:
        union, sent = _scene(world)
        template = world.paths.data
    every: dict[bool, list[str]] = {}
    for quiet in (True, False):
        folder = tmp_path / f"whole-{quiet}"
        every[quiet] = _killed(template, folder, union.as_it_is(), 0, quiet=quiet)
        shutil.rmtree(folder)
    assert sum(map(len, every.values())) >= PLACES
    wanted = [(quiet, at) for quiet, places in every.items() for at in range(1, len(places) + 1)]
    for quiet, at in wanted[:: tries(len(wanted) // 40, 1)]:
        folder, theirs = tmp_path / f"{quiet}-{at}", union.as_it_is()
        passed = _killed(template, folder, theirs, at, quiet=quiet)
        assert passed == every[quiet][:at]
        _goes_on(folder, theirs, sent, quiet=quiet)
        shutil.rmtree(folder)
    kinds = {
        place.removeprefix("before ").removeprefix("after ")
        for places in every.values()
        for place in places
    }
    assert kinds >= KINDS


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
