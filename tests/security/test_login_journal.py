"""Login against the journal and the clock: what the door must find out before any screen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.errors import EnvironmentFault, UserError
from app.functions.admin import upkeep
from app.security.acts.approval import Approval, Assertion, Role
from app.security.acts.prepared import Ask, PreparedAct
from app.security.entry.doorway import Doorway, Question
from app.security.entry.login import Due, what_is_due
from app.security.entry.terminal import OpenTerminal
from app.security.journal.line import State
from app.security.keys.slot_storage import read_slot_file, write_slot_file
from app.security.keys.terminal_state import NOTHING_YET
from app.security.refusals import Refusal
from app.security.staff.session import Session
from app.wire.heads import CountersignedHead, Head, countersign
from tests.support.founded import PASSWORDS, FoundedTerminal, found_terminal
from tests.support.shelf import MemoryShelf

UNION = Ed25519PrivateKey.from_private_bytes(b"u" * 32)
AT = "2026-11-16T10:00:00+09:00"


@pytest.fixture
def founded(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


@pytest.fixture
def door(founded: FoundedTerminal) -> Iterator[Doorway]:
    doorway = founded.login()
    yield doorway
    doorway.close()


def opened(door: Doorway) -> OpenTerminal:
    assert door.terminal is not None
    return door.terminal


def ask(founded: FoundedTerminal, door: Doorway) -> tuple[Question, Assertion]:
    """The first founder at the door, the key already touched."""
    question = door.ask("S201")
    request = question.request
    assertion = founded.keys["S201"].assert_(
        question.rp_id,
        question.challenge,
        request.credential_ids,
        uv=True,
        prf_salt=request.prf_salt,
        cancel=Event(),
    )
    return question, assertion


def enter(founded: FoundedTerminal, door: Doorway, head: CountersignedHead | None) -> Session:
    question, assertion = ask(founded, door)
    return door.enter(question, PASSWORDS["S201"], assertion, union_head=head).session


def touch(founded: FoundedTerminal, ask: Ask) -> Approval:
    assertion = founded.keys[ask.staff_id].assert_(
        ask.rp_id, ask.challenge, ask.credential_ids, uv=ask.verify, cancel=Event()
    )
    return Approval(ask.staff_id, ask.role, assertion)


def both(founded: FoundedTerminal, terminal: OpenTerminal, prepared: PreparedAct) -> list[Approval]:
    second = terminal.gate.ask(prepared, "S202", Role.SUPERVISOR)
    return [touch(founded, prepared.own_ask), touch(founded, second)]


def test_the_head_that_the_union_knows_lets_in(founded: FoundedTerminal, door: Doorway) -> None:
    session = enter(founded, door, None)
    terminal = opened(door)
    identity = terminal.store.identity
    record = countersign(UNION, identity.store_id, "T01", terminal.journal.head, AT)
    terminal.journal.keep_head(record, identity.store_id, UNION.public_key())
    door.log_off(session)
    enter(founded, door, record)


@pytest.mark.req("SEC-105")
def test_a_head_missing_at_login_leaves_only_recovery(
    founded: FoundedTerminal, door: Doorway
) -> None:
    stranger = Head(1, b"x" * 32)
    record = countersign(UNION, founded.founded.store_id, "T01", stranger, AT)
    with pytest.raises(EnvironmentFault, match=r"journal\.fork") as caught:
        enter(founded, door, record)
    assert "復旧" in caught.value.remedy
    assert door.terminal is None


@pytest.mark.req("SEC-105")
def test_an_old_copy_of_the_journal_is_found_at_login(
    founded: FoundedTerminal, door: Doorway, tmp_path: Path
) -> None:
    session = enter(founded, door, None)
    door.log_off(session)
    shutil.copy(founded.paths.journal, tmp_path / "old")
    session = enter(founded, door, None)
    terminal = opened(door)
    identity = terminal.store.identity
    record = countersign(UNION, identity.store_id, "T01", terminal.journal.head, AT)
    door.log_off(session)
    shutil.copy(tmp_path / "old", founded.paths.journal)
    shelf = founded.shelf
    assert isinstance(shelf, MemoryShelf)
    shelf.state = NOTHING_YET  # somebody who can write the keyring's entries too
    rewritten = replace(read_slot_file(founded.paths.slots, shelf.secret), state=None)
    assert shelf.secret is not None
    write_slot_file(founded.paths.slots, rewritten, shelf.secret)
    with pytest.raises(EnvironmentFault, match=r"journal\.fork"):
        enter(founded, door, record)


@pytest.mark.req("SEC-105")
def test_a_fork_that_the_line_finds_shuts_the_door(founded: FoundedTerminal, door: Doorway) -> None:
    session = enter(founded, door, None)
    before = opened(door)
    door.stop()
    assert door.terminal is None
    assert not before.store.is_open
    assert before.sessions.all() == ()
    with pytest.raises(EnvironmentFault, match=r"journal\.fork"):
        door.ask("S201")
    with pytest.raises(Refusal, match=r"session\.none"):
        door.lock(session)
    again = founded.login()
    enter(founded, again, None)
    told = [line.entry.cause for line in opened(again).journal.lines()]
    assert told.count("journal.fork") == 1
    again.close()


@pytest.mark.parametrize(
    ("step", "code"), [(timedelta(days=42), "clock.leap"), (timedelta(minutes=-10), "clock.back")]
)
def test_two_supervisors_set_a_clock_that_cannot_be_believed(
    founded: FoundedTerminal, door: Doorway, step: timedelta, code: str
) -> None:
    founded.clock.set_wall(founded.clock.now() + step)
    session = enter(founded, door, None)
    terminal = opened(door)
    assert terminal.gate.permitted(session) == {"admin.clock"}
    with (
        pytest.raises(Refusal, match=code.replace(".", r"\.")),
        terminal.gate.view("admin.enter", session),
    ):
        pass
    prepared = upkeep.prepare_clock(terminal.gate, session)
    alone = [touch(founded, prepared.own_ask)]
    with pytest.raises(Refusal, match=r"approval\.second_missing"):
        upkeep.perform_clock(terminal.gate, prepared, alone)
    upkeep.perform_clock(terminal.gate, prepared, both(founded, terminal, prepared))
    with pytest.raises(Refusal, match=r"session\.clock_only"):
        upkeep.prepare_backup(terminal.gate, session)
    for second in (0, 1):  # the same run believes the moment that the two have set
        founded.clock.advance(timedelta(seconds=second))
        assert opened(door).gate.permitted(session) == {"admin.clock"}
        upkeep.take_peer_time(opened(door).engine_hand, founded.clock.now())
    door.log_off(session)
    session = enter(founded, door, None)
    with opened(door).gate.view("admin.enter", session):
        pass


def test_a_clock_ahead_of_the_union_leaves_only_the_setting_at_the_next_login(
    founded: FoundedTerminal, door: Doorway
) -> None:
    session = enter(founded, door, None)
    behind = founded.clock.now() - timedelta(days=2)
    upkeep.take_peer_time(opened(door).engine_hand, behind)
    door.log_off(session)
    admission = enter(founded, door, None)
    assert opened(door).gate.permitted(admission) == {"admin.clock"}
    with (
        pytest.raises(Refusal, match=r"clock\.ahead"),
        opened(door).gate.view("admin.enter", admission),
    ):
        pass


def test_a_clock_moved_while_the_two_look_at_it_is_not_set(
    founded: FoundedTerminal, door: Doorway
) -> None:
    founded.clock.set_wall(founded.clock.now() + timedelta(days=40))
    session = enter(founded, door, None)
    terminal = opened(door)
    prepared = upkeep.prepare_clock(terminal.gate, session)
    approvals = both(founded, terminal, prepared)
    founded.clock.set_wall(founded.clock.now() + timedelta(hours=2))
    with pytest.raises(Exception, match=r"clock\.changed_meanwhile"):
        upkeep.perform_clock(terminal.gate, prepared, approvals)
    assert terminal.journal.line(terminal.journal.head.number).entry.state is State.FAILED


@pytest.mark.req("SEC-65", "SEC-69")
def test_what_time_demands(founded: FoundedTerminal, door: Doorway) -> None:
    session = enter(founded, door, None)
    terminal = opened(door)
    assert what_is_due(terminal, session) is Due.NOTHING
    founded.clock.advance(timedelta(minutes=5))
    assert what_is_due(terminal, session) is Due.LOCK
    door.lock(session)
    founded.clock.advance(timedelta(minutes=59))
    assert what_is_due(terminal, session) is Due.NOTHING
    founded.clock.advance(timedelta(minutes=1))
    assert what_is_due(terminal, session) is Due.CLOSE


@pytest.mark.req("SEC-69")
def test_the_end_of_the_hours_ends_an_open_session(founded: FoundedTerminal, door: Doorway) -> None:
    session = enter(founded, door, None)
    founded.clock.advance(timedelta(hours=9, minutes=1))
    assert what_is_due(opened(door), session) is Due.CLOSE
    with (
        pytest.raises(Refusal, match=r"hours\.closed"),
        opened(door).gate.view("admin.enter", session),
    ):
        pass


def test_what_happened_before_the_door_opened_is_in_the_journal(
    founded: FoundedTerminal, door: Doorway
) -> None:
    question, assertion = ask(founded, door)
    with pytest.raises(Exception, match=r"login\.wrong_password"):
        door.enter(question, "Wrong-password-1", assertion)
    door.failed(door.ask("山田太郎"), UserError("key.wrong", "違います。", "もう一度。"))
    enter(founded, door, None)
    lines = [line.entry for line in opened(door).journal.lines()]
    before = [entry for entry in lines if entry.function_id == "session.vestibule"]
    assert [(one.staff_id, one.cause) for one in before] == [
        ("S201", "login.wrong_password"),
        ("unknown", "key.wrong"),
    ]
