"""The power goes at any moment of an exchange (DESIGN 9, issue 13): the terminal as its disk was
then, beside the union as it was then, ends whole.

Moments are the engine's steps, each call to the union before and after it had its effect, and every
frame that a transaction of store or journal writes into its log: the log is cut there, whole or in
the middle of the frame. Twenty of them in ``make test``, all (over 400) in ``make soak``; the kills
of ``test_exchange_kills`` stand beside them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import db.work
from app.security import vault
from app.security.journal.file import JournalFile
from app.security.journal.verify import verify_chain
from tests.faults.test_exchange_kills import _assert_whole, _scene
from tests.support.line import LoopUnion, engine_of
from tests.support.soak import tries
from tests.support.world import DATA_KEY, World, open_world, world_in

POINTS = tries(20, 1_000_000)
HEAD = 32
FRAME = 24 + 4096
"""Bytes at the front of a log, and of each frame: its own head and one page."""

Log = tuple[str, int]
"""The name of a log under the data directory, and how many of its bytes the disk has."""


class Moments:
    """Passes every moment of a run; at those ``wanted`` (by number) ``look`` is told which log is
    cut where, none at a step or a call."""

    def __init__(self, world: World, wanted: Callable[[int], bool], look: Callable[[Log], None]):
        self.passed = 0
        self._world = world
        self._wanted = wanted
        self._look = look
        self._logs = {name: self._size(name) for name in ("store.db-wal", "journal.db-wal")}
        self._looking = False

    def at(self, _place: str) -> None:
        """A step or a call."""
        self._pass(("", 0))

    def written(self) -> None:
        """A transaction ended: the log is longer by its frames, or begins anew."""
        if self._looking:
            return
        for name, before in self._logs.items():
            now = self._logs[name] = self._size(name)
            for cut in range(max(before, HEAD), now, FRAME // 2):
                self._pass((name, cut))

    def _pass(self, log: Log) -> None:
        if self._looking:
            return
        self.passed += 1
        if self._wanted(self.passed):
            self._looking = True
            try:
                self._look(log)
            finally:
                self._looking = False

    def _size(self, name: str) -> int:
        path = self._world.paths.data / name
        return path.stat().st_size if path.exists() else 0


@contextmanager
def _watched(moments: Moments, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """``moments`` hears of every transaction of store and journal."""
    connected, write = db.work._connected, JournalFile.write

    @contextmanager
    def store(*given: Any) -> Iterator[Any]:
        with connected(*given) as connection:
            yield connection
        moments.written()

    @contextmanager
    def journal(self: JournalFile) -> Iterator[Any]:
        with write(self) as connection:
            yield connection
        moments.written()

    with monkeypatch.context() as patch:
        patch.setattr(db.work, "_connected", store)
        patch.setattr(JournalFile, "write", journal)
        yield


def _run(folder: Path, monkeypatch: pytest.MonkeyPatch, wanted: Callable[[int], bool]) -> int:
    """One exchange from its beginning to its end, and at each moment that is wanted the other end
    of it: how many moments there are."""
    folder.mkdir()
    with world_in(folder) as world:
        union, sent = _scene(world)
        moments = Moments(world, wanted, lambda log: _power_cut(world, union, sent, log))
        union.before = union.after = moments.at
        with _watched(moments, monkeypatch):
            engine_of(world, union, step=moments.at, quiet=lambda: False).contact()
        _assert_whole(world, union, sent)
        return moments.passed


def _power_cut(world: World, union: LoopUnion, sent: list[str], log: Log) -> None:
    """Go on from what the disk has now, and from the union as it is now."""
    copy = world.paths.data.parent / "after"
    shutil.copytree(world.paths.data, copy, ignore=shutil.ignore_patterns("*-shm"))
    name, size = log
    if name:
        with (copy / name).open("r+b") as cut:
            cut.truncate(size)
    after = open_world(copy, start=world.clock.now())
    try:
        theirs = union.as_it_is()
        engine_of(after, theirs, quiet=lambda: True).contact()
        _assert_whole(after, theirs, sent)
        _, lines, faults = verify_chain(after.journal)
        assert faults == () and lines > 0
    finally:
        after.close()
    assert vault.verify(after.paths, DATA_KEY) == ()
    shutil.rmtree(copy)


@pytest.mark.req("SEC-98", "FLOW-104")
def test_the_power_goes_at_any_moment_of_an_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a second a moment, because a terminal is opened for each."""
    count = _run(tmp_path / "counted", monkeypatch, lambda _number: False)
    assert count >= 400, "the moments that issue 13 asks for"
    every = max(1, count // POINTS)
    looked: list[int] = []

    def wanted(number: int) -> bool:
        chosen = number % every == 0 and len(looked) < POINTS
        if chosen:
            looked.append(number)
        return chosen

    _run(tmp_path / "cut", monkeypatch, wanted)
    assert len(looked) >= min(POINTS, 400)
