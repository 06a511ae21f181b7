"""The end of a terminal (端末の廃止, SEC-147): decided by two, finished whatever cuts it short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert

from app.core import files
from app.core.errors import EnvironmentFault, UserError
from app.core.this_machine import note_account, os_account
from app.functions.admin import removal as service
from app.security.acts.approval import Approval, Role
from app.security.acts.prepared import Ask
from app.security.control.deeds import Removal
from app.security.entry.login import is_removed
from app.security.refusals import Refusal
from app.security.vault import removal
from app.start.compose import make_parts
from app.start.installation import Installation, write_installation
from app.sync.states import Outgoing
from db.tables.exchange import outbox
from tests.support.founded import FoundedTerminal, found_terminal
from tests.support.world import World, world_in

pytestmark = pytest.mark.req("SEC-147", "SEC-70")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    made = found_terminal(tmp_path)
    write_installation(made.paths, Installation(True, "999998", "見本市", ""))
    (made.paths.backups / "20261116-manual").mkdir(parents=True)
    (made.paths.backups / "20261116-manual" / "store.age").write_bytes(b"sealed")
    return made


def remove(world: World) -> None:
    wanted = Removal("T01", "統合")
    prepared = service.prepare_removal(world.gate, world.session("administrator"), wanted)
    service.perform_removal(world.gate, prepared, world.approvals(prepared))


def left(terminal: FoundedTerminal) -> list[str]:
    """What still lies in the data directory."""
    data = terminal.paths.data
    found = (path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file())
    return sorted(one for one in found if one != "lock" and not one.startswith("log/"))


def touched(terminal: FoundedTerminal, ask: Ask) -> Approval:
    """The touch of the person who is asked."""
    assertion = terminal.keys[ask.staff_id].assert_(
        ask.rp_id, ask.challenge, ask.credential_ids, uv=True, cancel=Event()
    )
    return Approval(ask.staff_id, ask.role, assertion)


def test_from_the_act_on_nobody_does_anything_more(world: World) -> None:
    remove(world)
    with pytest.raises(Refusal, match=r"terminal\.withdrawn"):
        world.touch_of(world.session("administrator"))
    with (
        pytest.raises(Refusal, match=r"terminal\.withdrawn"),
        world.gate.view("persons.enter", world.session("clerk")),
    ):
        pass


def test_nothing_is_removed_while_a_sending_has_not_arrived(world: World) -> None:
    with world.hands_on("outbox") as work:
        work.run(insert(outbox).values(**_sending(Outgoing.SENT)))
    with pytest.raises(UserError, match=r"removal\.unsent") as refused:
        remove(world)
    assert "1件" in refused.value.message
    with world.gate.view("persons.enter", world.session("clerk")):
        pass
    with world.hands_on("outbox") as work:
        work.run(outbox.update().values(state=Outgoing.ACCEPTED.value))
    remove(world)


def _sending(state: Outgoing) -> dict[str, object]:
    given: dict[str, object] = {}
    for column in outbox.c:
        if column.server_default is None and not column.nullable:
            kind = column.type.python_type
            given[column.name] = {int: 1, bytes: b"x"}.get(kind, "x")
    return given | {"state": state.value}


def test_nothing_is_left_that_could_be_opened(terminal: FoundedTerminal) -> None:
    assert {"store.db", "journal.db", "slots", "settings.toml"} <= set(left(terminal))
    removal.begin_removal(terminal.paths)
    removal.finish_removal(terminal.paths, terminal.shelf, None)
    assert left(terminal) == []
    assert terminal.shelf.read_terminal_secret() is None


def test_the_slot_file_is_overwritten_before_it_goes(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = terminal.paths.slots.read_bytes()
    seen: list[str] = []
    left: list[bytes] = []
    real = files.overwrite

    def look(path: Path) -> None:
        seen.append(path.name)
        real(path)
        left.append(path.read_bytes())  # the same cells, before their name goes

    monkeypatch.setattr(removal, "overwrite", look)
    removal.begin_removal(terminal.paths)
    removal.finish_removal(terminal.paths, terminal.shelf, None)
    assert seen[:1] == ["slots"] and {"store.db", "journal.db", "store.age"} <= set(seen)
    assert not any(before[at : at + 32] in left[0] for at in range(0, len(before) - 32, 16))


@pytest.mark.parametrize(("noted", "stays"), [(os_account(), False), ("another", True)])
def test_the_machine_is_not_told_of_an_account_that_has_no_terminal_any_more(
    terminal: FoundedTerminal, tmp_path: Path, noted: str, stays: bool
) -> None:
    note = tmp_path / "account.txt"
    note_account(note, noted)
    removal.begin_removal(terminal.paths)
    removal.finish_removal(terminal.paths, terminal.shelf, note)
    assert note.exists() is stays


class Cut(Exception):
    """The power went."""


@pytest.mark.parametrize("at", range(9))
def test_whatever_cuts_it_short_the_next_start_finishes_it(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    moments = iter(range(100))

    def cut(name: str) -> None:
        real = getattr(removal, name)

        def step(*given: object) -> None:
            if next(moments) == at:
                raise Cut
            real(*given)

        monkeypatch.setattr(removal, name, step)

    removal.begin_removal(terminal.paths)
    for name in ("remove", "overwrite"):
        cut(name)
    with pytest.raises(Cut):
        removal.finish_removal(terminal.paths, terminal.shelf, None)
    monkeypatch.undo()
    with pytest.raises(EnvironmentFault) as said:
        make_parts(terminal.paths.data, terminal.clock, lambda _service: terminal.shelf)
    assert said.value.code == "terminal.removed"
    assert left(terminal) == []
    with pytest.raises(EnvironmentFault) as said:
        make_parts(terminal.paths.data, terminal.clock, lambda _service: terminal.shelf)
    assert said.value.code == "settings.missing"


def test_cut_short_right_after_the_act_the_next_login_finds_it_out(
    terminal: FoundedTerminal,
) -> None:
    door = terminal.login()
    session = terminal.enter(door, "S201")
    opened = door.terminal
    assert opened is not None and not is_removed(opened)
    wanted = Removal("T01", "統合")
    prepared = service.prepare_removal(opened.gate, session, wanted)
    approvals = [
        touched(terminal, ask)
        for ask in (prepared.own_ask, opened.gate.ask(prepared, "S202", Role.SUPERVISOR))
    ]
    service.perform_removal(opened.gate, prepared, approvals)
    door.close()
    door = terminal.login()
    terminal.enter(door, "S202")
    assert door.terminal is not None and is_removed(door.terminal)
    door.close()
