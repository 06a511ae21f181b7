"""The stick is pulled out, full or the program killed at any moment: a clean state (DESIGN 6).

Every call that touches the stick is a moment to pull it out. Whatever the moment, nothing of a
file is in the store by half, the ledger says what happened, what still lies on the stick is on the
list of unfinished wipes, and doing it again ends with one sending, one line that is done and an
empty stick.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core import files as core_files
from app.core.errors import MadoguchiError
from app.functions.files import media_wipe
from app.functions.files.media_wipe import close_broken
from app.sync.media import files as on_medium
from app.sync.media.files import INCOMING, OUTGOING
from db.tables.exchange import outbox, stream_state
from tests.support.media_room import NAME, MediaRoom
from tests.support.sendings import rows
from tests.support.soak import tries
from tests.support.world import world_in

_EVERY = tries(7, 1)
"""In ``make test`` every seventh moment, in ``make soak`` each."""
_COUNTED = ("remove", "sync_directory")


class PulledAt:
    """Stands before everything by which the module touches a stick; at the n-th moment the stick
    goes, or answers with ``code``."""

    def __init__(self, room: MediaRoom, at: int, code: int = errno.EIO) -> None:
        self._room = room
        self._at = at
        self._code = code
        self.passed = 0

    def moment(self) -> None:
        self.passed += 1
        if self.passed == self._at and self._code == errno.EIO:
            self._room.stick.pull()
        if self.passed >= self._at:
            raise OSError(self._code, os.strerror(self._code))

    def into(self, patched: pytest.MonkeyPatch) -> None:
        """Stand there while ``patched`` holds."""
        for name in ("open_ordinary", "make_new"):
            patched.setattr(on_medium, name, self._opening(getattr(on_medium, name)))
        for name in _COUNTED:
            patched.setattr(on_medium, name, self._counted(getattr(on_medium, name)))
        patched.setattr(on_medium, "overwrite", self._half(core_files.overwrite))

    def _opening(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def opening(*given: Any) -> Any:
            self.moment()
            return _Watched(real(*given), self.moment)

        return opening

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            self.moment()
            return real(*given)

        return counted

    def _half(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def half(path: Path) -> None:
            """Some of it is overwritten when the stick goes."""
            self.moment()
            with path.open("r+b") as file:
                file.write(b"?" * 16)
            self.moment()
            real(path)

        return half


class _Watched:
    """A file whose every reading and writing is a moment."""

    def __init__(self, file: Any, moment: Callable[[], None]) -> None:
        self._file = file
        self._moment = moment

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_cause: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        if name in ("read", "write", "truncate"):
            self._moment()
        return getattr(self._file, name)


def pulled_everywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scene: Callable[[MediaRoom], Any],
    attempt: Callable[[MediaRoom, Any], None],
    after: Callable[[MediaRoom, Any], None],
) -> int:
    """Pull at one moment after another until the attempt gets through; how many there were."""
    at = 1
    while True:
        folder = tmp_path / str(at)
        folder.mkdir()
        with world_in(folder) as world:
            room = MediaRoom(world, folder)
            room.set_up()
            told = scene(room)
            pulling = PulledAt(room, at)
            with monkeypatch.context() as patched:
                pulling.into(patched)
                through = _tried(room, attempt, told)
            room.stick.put()
            after(room, told)
        if through and pulling.passed < at:
            return pulling.passed
        at += _EVERY


def _tried(room: MediaRoom, attempt: Callable[[MediaRoom, Any], None], told: Any) -> bool:
    try:
        attempt(room, told)
    except MadoguchiError as fault:
        assert fault.code.startswith("media."), fault
        assert fault.message.endswith("。") and fault.remedy.endswith("。")
        return False
    return True


def _with_a_file(room: MediaRoom) -> None:
    room.stick.put_file(NAME, room.courier.sealed())


def _move_in(room: MediaRoom, _told: None) -> None:
    room.taken_in()


def _then_in(room: MediaRoom, _told: None) -> None:
    """Once more, as the screen's list leads: every line that is owed is wiped in the end."""
    assert not [one for one in room.uses() if one.state == "begun"]
    sendings = rows(room.world, outbox)
    done = [one for one in room.uses() if one.state == "done"]
    assert len(sendings) == len(done) <= 1
    if not done:
        assert room.stick.names(INCOMING) == [NAME], "a file that was not taken stays"
        assert [one for one in rows(room.world, stream_state) if one.direction != "up"] == []
        room.taken_in()
    for line in room.look().owed:
        room.wipe(line.id)
    assert len(rows(room.world, outbox)) == 1
    assert room.stick.names(INCOMING) == []
    assert [one.wipe for one in room.uses() if one.state == "done"] == ["wiped"]


@pytest.mark.req("SEC-82", "SEC-84", "SEC-77")
def test_pulled_out_at_any_moment_of_moving_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = pulled_everywhere(tmp_path, monkeypatch, _with_a_file, _move_in, _then_in)
    assert moments > 20


def _move_out(room: MediaRoom, inbox_id: str) -> None:
    room.move_out(inbox_id)


def _then_out(room: MediaRoom, inbox_id: str) -> None:
    assert not [one for one in room.uses() if one.state == "begun"]
    if not [one for one in room.uses() if one.state == "done"]:
        room.move_out(inbox_id)
    place = room.stick.path(OUTGOING, "")
    assert [one.name for one in place.iterdir() if one.name.endswith(".part")] == []
    assert len([one for one in room.uses() if one.state == "done"]) == 1
    assert len(room.stick.names(OUTGOING)) == 1
    for line in room.look().owed:
        room.wipe(line.id)
    assert room.stick.names(OUTGOING) == []
    assert room.look().owed == ()


@pytest.mark.req("SEC-82", "SEC-84", "SEC-77")
def test_pulled_out_at_any_moment_of_moving_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = MediaRoom.delivered
    moments = pulled_everywhere(tmp_path, monkeypatch, scene, _move_out, _then_out)
    assert moments > 8


def test_a_full_stick_says_so_and_keeps_nothing_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world_in(tmp_path) as world:
        room = MediaRoom(world, tmp_path)
        room.set_up()
        inbox_id = room.delivered()

        with monkeypatch.context() as patched:
            PulledAt(room, 5, errno.ENOSPC).into(patched)
            with pytest.raises(MadoguchiError, match=r"media\.full"):
                room.move_out(inbox_id)
        assert room.stick.names(OUTGOING) == []
        assert [(one.state, "media.full" in one.cause) for one in room.uses()] == [("broken", True)]
        _then_out(room, inbox_id)


class Killed(BaseException):
    """The process ends here: nothing is noted, open transactions roll back."""


@pytest.mark.parametrize("step", ["media.read", "media.note", "media.wipe"])
def test_killed_while_moving_in(tmp_path: Path, step: str) -> None:
    with world_in(tmp_path) as world:
        room = MediaRoom(world, tmp_path)
        room.set_up()
        _with_a_file(room)

        def die(name: str) -> None:
            if name == step:
                raise Killed

        room.at_step = die
        with pytest.raises(Killed):
            room.taken_in()
        room.at_step = lambda _name: None
        room.media.forget()
        assert close_broken(world.scheduler_hand) == (step != "media.wipe")
        _then_in(room, None)


@pytest.mark.parametrize("step", ["media.write", "media.note"])
def test_killed_while_moving_out(tmp_path: Path, step: str) -> None:
    with world_in(tmp_path) as world:
        room = MediaRoom(world, tmp_path)
        room.set_up()
        inbox_id = room.delivered()

        def die(name: str) -> None:
            if name == step:
                raise Killed

        room.at_step = die
        with pytest.raises(Killed):
            room.move_out(inbox_id)
        room.stick.put_file(".FILE-17_x.mdg.aa.part", b"half", OUTGOING)
        room.at_step = lambda _name: None
        assert close_broken(world.scheduler_hand) == 1
        owed = room.look().owed
        assert [one.state for one in owed] == ["broken"]
        room.wipe(owed[0].id)
        _then_out(room, inbox_id)


def test_what_is_under_way_is_not_called_broken_by_itself(tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        room = MediaRoom(world, tmp_path)
        room.set_up()
        _with_a_file(room)
        seen = []
        room.at_step = lambda _name: seen.append(room.uses()[0].state)
        room.taken_in()
        assert seen == ["begun", "begun", "done"]
        assert media_wipe.close_broken(world.scheduler_hand) == 0
