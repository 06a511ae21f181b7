"""The relay killed at any point, its folder full or gone: every file once, sealed, none lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.relay import watching
from db.tables.exchange import inbox, outbox
from tests.support.relay_room import DOWN, RelayRoom
from tests.support.sendings import rows, sample
from tests.support.soak import tries
from tests.support.world import world_in

_EVERY = tries(9, 1)


class Killed(BaseException):
    """The process ends here: open transactions roll back, nothing is noted."""


class Fuse:
    """Kills at the n-th moment."""

    def __init__(self, at: int) -> None:
        self.passed = 0
        self._at = at

    def __call__(self, *_given: Any) -> None:
        self.passed += 1
        if self.passed == self._at:
            raise Killed

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """``real`` with a moment before and one after it."""

        def watched(*given: Any, **named: Any) -> Any:
            self()
            done = real(*given, **named)
            self()
            return done

        return watched


def _scene(room: RelayRoom) -> None:
    room.order()
    room.union.terminal = replace(room.union.terminal, receiving=room.courier.receiving)
    room.union.chunk_limit = 2000
    for number in (1, 2):
        records = [replace(sample("FILE-03")[0], name=f"見本 {number}")]
        room.put(f"FILE-03_{number}.mdg", room.sealed(records=records))
    room.union.announce(DOWN, list(sample(DOWN)))


def _assert_whole(room: RelayRoom) -> None:
    assert sorted(records[0].name for _, records in room.union.taken) == ["見本 1", "見本 2"]
    assert [row.state for row in rows(room.world, outbox)] == ["accepted"] * 2
    assert room.names("up") == [] and room.names("refused") == []
    assert len(room.names("down")) == 1 and len(room.union.acknowledged) == 1
    assert [row.state for row in rows(room.world, inbox)] == ["applied"]


def _once(room: RelayRoom, fuse: Fuse, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        for name in ("put_in_place", "remove", "verify", "keep_place", "write_whole"):
            patched.setattr(watching, name, fuse.around(getattr(watching, name)))
        room.step = fuse
        room.union.before = fuse
        room.union.after = fuse
        try:
            room.once()
        finally:
            room.step = room.union.before = room.union.after = lambda *_given: None


@pytest.mark.req("SYS-05")
def test_killed_at_any_moment_every_file_goes_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = 1
    while True:
        folder = tmp_path / str(at)
        folder.mkdir()
        with world_in(folder) as world:
            room, fuse, through = RelayRoom(world, folder), Fuse(at), True
            _scene(room)
            try:
                _once(room, fuse, monkeypatch)
            except Killed:
                through = False
            room.world.later(minutes=20)
            room.once()
            _assert_whole(room)
        if through:
            break
        at += _EVERY
    assert fuse.passed > 40


def test_killed_between_outbox_and_removal_it_is_known_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world_in(tmp_path) as world:
        room = RelayRoom(world, tmp_path)
        _scene(room)

        def die(*_given: Any) -> None:
            raise Killed

        with monkeypatch.context() as patched, pytest.raises(Killed):
            patched.setattr(watching, "remove", die)
            room.once()
        assert len(rows(world, outbox)) == 1 and len(room.names("up")) == 2
        room.once()
        _assert_whole(room)


def test_killed_again_and_again_it_still_ends_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world_in(tmp_path) as world:
        room, at = RelayRoom(world, tmp_path), 1
        _scene(room)
        while True:
            try:
                _once(room, Fuse(at), monkeypatch)
                break
            except Killed:
                at += 3
                room.world.later(minutes=20)
        _assert_whole(room)


def test_a_full_folder_keeps_what_comes_at_the_union(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world_in(tmp_path) as world:
        room = RelayRoom(world, tmp_path)
        _scene(room)

        def full(*_given: Any) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        with monkeypatch.context() as patched:
            patched.setattr(watching.Folders, "put", full)
            status = room.once()
        assert len(room.union.taken) == 2, "what goes up is not held up by it"
        assert room.union.acknowledged == [] and room.names("down") == []
        assert [one["name"] for one in status["waiting"]] == [f"{DOWN}（広域連合から）"]
        room.once()
        _assert_whole(room)


def test_a_folder_that_is_gone_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        room = RelayRoom(world, tmp_path)
        _scene(room)
        away = room.folder.rename(tmp_path / "away")
        room.folder.write_text("a file where the folder was")
        status = room.once()
        assert status["state"] == "trouble" and "relay.folder" in status["problem"]
        room.folder.unlink()
        away.rename(room.folder)
        room.once()
        _assert_whole(room)
