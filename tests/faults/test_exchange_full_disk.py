"""The disk fills at any moment of an exchange: told by its cause, and once there is room again
everything is there once (issue 13, faults)."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.sync.round import ContactReport
from tests.faults.test_exchange_kills import _assert_whole, _run, _scene
from tests.support.line import engine_of
from tests.support.soak import tries
from tests.support.world import World, world_in

FULL = {"store.disk_full", "journal.full", "line.disk"}
EVERY = tries(9, 1)


@contextmanager
def _full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No file takes another byte from here on, and the disk says that it has none left. (A limit
    of the process stands for the full disk, which no test may make.)"""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    full = shutil._ntuple_diskusage(10**9, 10**9, 0)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _path: full)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def _told(report: ContactReport) -> set[str]:
    of_items = [one.problem for one in report.sent] + [one.problem for one in report.received]
    problems = [report.problem, *of_items]
    return {one.code for one in problems if one is not None}


def _filled_at(world: World, at: int, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the disk was full from the ``at``-th place on; "" past the end."""
    union, sent = _scene(world)
    passed: list[str] = []
    filled = _full_disk(monkeypatch)

    def place(name: str) -> None:
        passed.append(name)
        if len(passed) == at:
            filled.__enter__()

    union.before = lambda name: place(f"before {name}")
    union.after = lambda name: place(f"after {name}")
    try:
        report = engine_of(world, union, step=place, quiet=lambda: True).contact()
    finally:
        if len(passed) >= at:
            filled.__exit__(None, None, None)
    if len(passed) < at:
        return ""
    wrote = passed[at - 1 :] != passed[-1:]  # behind the last place nothing is written
    assert _told(report) <= FULL and (_told(report) or not wrote), (passed[at - 1], report)
    world.later(minutes=20)
    _run(world, union, lambda _: None, quiet=True)
    world.later(minutes=20)
    _run(world, union, lambda _: None, quiet=True)
    _assert_whole(world, union, sent)
    return passed[at - 1]


@pytest.mark.req("SEC-98")
def test_a_disk_that_fills_at_any_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ninth place in ``make test``, every one in ``make soak``."""
    at, places = 1, []
    while True:
        folder = tmp_path / str(at)
        folder.mkdir()
        with world_in(folder) as world:
            place = _filled_at(world, at, monkeypatch)
        if not place:
            break
        places.append(place)
        at += EVERY
    assert len(places) > 5
