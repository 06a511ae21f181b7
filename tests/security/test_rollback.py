"""An old copy put back: store, journal, slot file, alone and together, against their mirrors.

The attacker has the files of an earlier evening and the terminal's place in the directory. Each
attack was tried on the program before its mend and let somebody in there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert

from app.core.errors import EnvironmentFault
from app.core.relying_party import TRAINING_RP_ID
from app.functions.admin import upkeep
from app.security import vault
from app.security.acts.approval import Approval
from app.security.entry.doorway import Doorway
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State
from app.security.journal.mirrors import PURGED_DECISIONS, last_state
from app.security.keys.slot_storage import read_slot_file, write_slot_file
from app.security.keys.terminal_state import NOTHING_YET, STATE_EVENT
from app.wire.heads import CountersignedHead, countersign
from db.tables.control import act, control_row, store_fact
from tests.security.test_recovering import FRESH, bring_back, fresh
from tests.support.founded import PASSWORDS, FoundedTerminal, found_terminal
from tests.support.log_lines import LogLines
from tests.support.shelf import MemoryShelf

pytestmark = pytest.mark.req("SEC-105")
UNION = Ed25519PrivateKey.from_private_bytes(b"u" * 32)
AT = "2026-11-16T10:00:00+09:00"


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


def a_day(terminal: FoundedTerminal) -> None:
    """Somebody logs in, has something done, and logs off."""
    door = terminal.login()
    session = terminal.enter(door, "S201")
    opened = door.terminal
    assert opened is not None
    prepared = upkeep.prepare_backup(opened.gate, session)
    ask = prepared.own_ask
    touched = terminal.keys["S201"].assert_(
        ask.rp_id, ask.challenge, ask.credential_ids, uv=ask.verify, cancel=Event()
    )
    with opened.gate.act(prepared, [Approval("S201", ask.role, touched)]):
        pass
    door.log_off(session)
    assert door.terminal is None


class Copy:
    """The files and the keyring of an earlier evening."""

    def __init__(self, terminal: FoundedTerminal, folder: Path) -> None:
        self._terminal = terminal
        self._folder = folder
        shutil.copytree(terminal.paths.data, folder)
        shelf = terminal.shelf
        assert isinstance(shelf, MemoryShelf)
        self.state = shelf.state

    def put_back(self, *names: str) -> None:
        for name in names:
            place = self._terminal.paths.data / name
            for suffix in ("", "-wal", "-shm"):
                place.with_name(name + suffix).unlink(missing_ok=True)
            shutil.copy(self._folder / name, place)


STORE, JOURNAL, SLOTS = "store.db", "journal.db", "slots"


@pytest.fixture
def evening(terminal: FoundedTerminal, tmp_path: Path) -> Copy:
    """The copy of an evening, one more day of work after it."""
    a_day(terminal)
    copy = Copy(terminal, tmp_path / "copy")
    a_day(terminal)
    return copy


def refused(terminal: FoundedTerminal) -> str:
    """Why nobody is let in; nothing is left open."""
    door = terminal.login()
    with pytest.raises(EnvironmentFault) as caught:
        terminal.enter(door, "S201")
    assert door.terminal is None
    assert "復旧" in caught.value.remedy
    return caught.value.code


def test_what_nobody_put_back_opens_evening_after_evening(
    terminal: FoundedTerminal, evening: Copy
) -> None:
    for _ in range(2):
        a_day(terminal)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ((STORE, JOURNAL), "rollback.journal"),
        ((STORE, JOURNAL, SLOTS), "rollback.journal"),
        ((JOURNAL,), "rollback.journal"),
        ((STORE,), "rollback.store"),
        ((STORE, SLOTS), "rollback.slots"),
        ((SLOTS,), "rollback.slots"),
    ],
    ids="+".join,
)
def test_an_old_copy_is_refused_before_anybody_works(
    terminal: FoundedTerminal, evening: Copy, names: tuple[str, ...], code: str
) -> None:
    evening.put_back(*names)
    assert refused(terminal) == code
    assert refused(terminal) == code  # and again: a refusal mirrors nothing


def test_the_mirror_in_the_keyring_cannot_be_taken_away(
    terminal: FoundedTerminal, evening: Copy
) -> None:
    shelf = terminal.shelf
    assert isinstance(shelf, MemoryShelf)
    shelf.state = None
    assert refused(terminal) == "rollback.mirror"
    evening.put_back(STORE, JOURNAL, SLOTS)
    assert refused(terminal) == "rollback.mirror"


@pytest.mark.req("SEC-105")
def test_everything_put_back_together_is_refused_by_the_union_before_the_first_screen(
    terminal: FoundedTerminal, evening: Copy
) -> None:
    """Keyring and all: here alone nothing tells it, the union's last head does."""
    door = terminal.login()
    session = terminal.enter(door, "S201")
    opened = door.terminal
    assert opened is not None
    store_id = opened.store.identity.store_id
    last = countersign(UNION, store_id, "T01", opened.journal.head, AT)
    door.log_off(session)
    shelf = terminal.shelf
    assert isinstance(shelf, MemoryShelf)
    shelf.state = evening.state
    evening.put_back(STORE, JOURNAL, SLOTS)
    asked: list[str] = []

    def union(opened: object) -> CountersignedHead:
        asked.append("head")
        return last

    door = door_asking(terminal, union)
    with pytest.raises(EnvironmentFault, match=r"journal\.fork"):
        terminal.enter(door, "S201")
    assert asked == ["head"] and door.terminal is None
    assert shelf.state == evening.state  # the old copy did not become its own mirror
    door = door_asking(terminal, lambda opened: None)  # the line is down
    terminal.enter(door, "S201")
    door.close()


def door_asking(terminal: FoundedTerminal, union: Callable[[object], object]) -> Doorway:
    door = terminal.login()
    door._ask_union = union  # type: ignore[assignment]
    return door


def test_a_fork_told_by_the_line_leaves_the_mirrors_as_they_were(
    terminal: FoundedTerminal, evening: Copy
) -> None:
    door = terminal.login()
    terminal.enter(door, "S201")
    shelf = terminal.shelf
    assert isinstance(shelf, MemoryShelf)
    before = shelf.state
    door.stop()
    assert shelf.state == before


# -- rows taken away by hand -------------------------------------------------------------------


def by_hand(terminal: FoundedTerminal, change: Callable[[vault.Opened], None]) -> None:
    """Open the store with one's own factors and an outside tool."""
    entrance = terminal.login()._entrance
    question = entrance.request("S201")
    assertion = terminal.keys["S201"].assert_(
        TRAINING_RP_ID,
        bytes(32),
        question.credential_ids,
        uv=True,
        prf_salt=question.prf_salt,
        cancel=Event(),
    )
    unlocked = entrance.unlock("S201", PASSWORDS["S201"], assertion)
    opened = vault.open_with(terminal.paths, unlocked.keys, entrance.slots, entrance.terminal)
    try:
        change(opened)
    finally:
        opened.store.close()


@pytest.mark.parametrize("table", [control_row, act], ids=["control rows", "acts"])
def test_rows_taken_out_of_the_store_are_missed(
    terminal: FoundedTerminal, evening: Copy, table: object
) -> None:
    def take_away(opened: vault.Opened) -> None:
        with opened.store.update((table.name,), (table.name,)) as work:  # type: ignore[attr-defined]
            work.run(delete(table))  # type: ignore[arg-type]

    by_hand(terminal, take_away)
    assert refused(terminal) == "rollback.store"


def test_decisions_that_were_erased_by_rule_are_counted_and_no_rollback(
    terminal: FoundedTerminal, evening: Copy
) -> None:
    shelf = terminal.shelf
    assert isinstance(shelf, MemoryShelf) and shelf.state is not None
    shelf.state = replace(shelf.state, decisions=3)
    assert refused(terminal) == "rollback.store"

    def note(opened: vault.Opened) -> None:
        with opened.store.update(("store_fact",), ("store_fact",)) as work:
            work.run(insert(store_fact).values(name=PURGED_DECISIONS, value="3"))

    by_hand(terminal, note)
    a_day(terminal)


# -- kills -------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone at this point."""


@pytest.mark.parametrize("point", ["journal", "slots", "keyring"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("times", [1, 3])
def test_a_kill_at_each_write_is_not_taken_for_a_rollback(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch, point: str, when: str, times: int
) -> None:
    a_day(terminal)
    for _ in range(times):
        with monkeypatch.context() as patch:
            _kill_at(patch, terminal, point, when)
            door = terminal.login()
            with pytest.raises(Killed):
                terminal.enter(door, "S201")
    a_day(terminal)


@pytest.mark.parametrize("point", ["journal", "slots", "keyring"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_at_the_very_first_writing_is_none_either(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch, point: str, when: str
) -> None:
    """Founded, and an older program's terminal that knows no mirrors yet."""
    shelf = terminal.shelf
    assert isinstance(shelf, MemoryShelf)
    assert shelf.state == NOTHING_YET
    shelf.state = None
    with monkeypatch.context() as patch:
        _kill_at(patch, terminal, point, when)
        door = terminal.login()
        with pytest.raises(Killed):
            terminal.enter(door, "S201")
    a_day(terminal)


def _kill_at(patch: pytest.MonkeyPatch, terminal: FoundedTerminal, point: str, when: str) -> None:
    def killing(real: Callable[..., object], is_it: Callable[..., bool]) -> Callable[..., object]:
        def call(*given: object) -> object:
            if not is_it(*given):
                return real(*given)
            if when == "after":
                real(*given)
            raise Killed

        return call

    if point == "journal":

        def is_state(_journal: object, entry: Entry, *_rest: object) -> bool:
            return entry.function_id == STATE_EVENT

        patch.setattr(Journal, "append", killing(Journal.append, is_state))
    elif point == "slots":
        name = "app.security.vault.store_access.write_slot_file"
        patch.setattr(name, killing(write_slot_file, lambda *_: True))
    else:
        keep = terminal.shelf.keep_state
        patch.setattr(
            terminal.shelf, "keep_state", killing(keep, lambda state: state != NOTHING_YET)
        )


# -- where it stands ---------------------------------------------------------------------------


def test_the_state_stands_in_all_three_and_each_follows_what_it_mirrors(
    terminal: FoundedTerminal,
) -> None:
    door = terminal.login()
    session = terminal.enter(door, "S201")
    opened = door.terminal
    assert opened is not None
    shelf = terminal.shelf
    assert isinstance(shelf, MemoryShelf) and shelf.state is not None
    slots = read_slot_file(terminal.paths.slots, opened.access.secret)
    assert slots.state == shelf.state
    assert shelf.state.revision == slots.revision
    assert opened.journal.has(shelf.state.head)
    told = last_state(opened.journal)
    assert told is not None and told.sequence == shelf.state.sequence
    assert shelf.state.control > 0 and shelf.state.genesis
    at_open = shelf.state
    door.lock(session)
    assert shelf.state.sequence == at_open.sequence + 1
    door.close()
    assert shelf.state.sequence == at_open.sequence + 2


def test_each_act_of_administration_is_followed_by_its_mirror(terminal: FoundedTerminal) -> None:
    door = terminal.login()
    session = terminal.enter(door, "S201")
    opened = door.terminal
    assert opened is not None
    shelf = terminal.shelf
    assert isinstance(shelf, MemoryShelf) and shelf.state is not None
    before = shelf.state.sequence
    with opened.gate.view("admin.enter", session):
        pass
    assert shelf.state.sequence == before
    opened.gate._administered()
    assert shelf.state.sequence == before + 1
    line = opened.journal.line(opened.journal.head.number).entry
    assert (line.state, line.function_id) == (State.EVENT, STATE_EVENT)
    door.close()


def test_a_keyring_that_fails_while_somebody_works_stops_nobody(
    terminal: FoundedTerminal, monkeypatch: pytest.MonkeyPatch, expected_log: LogLines
) -> None:
    expected_log.expect("the terminal's state was not mirrored: keyring.locked")
    door = terminal.login()
    session = terminal.enter(door, "S201")

    def fails(state: object) -> None:
        raise EnvironmentFault("keyring.locked", "ロックされています。", "試験用です。")

    with monkeypatch.context() as patch:
        patch.setattr(terminal.shelf, "keep_state", fails)
        door.lock(session)
        door.close()
    a_day(terminal)  # the mirror stayed behind, which is no fault


def test_recovery_takes_the_terminal_as_it_is_and_it_goes_on(
    terminal: FoundedTerminal, evening: Copy
) -> None:
    """Two papers and two supervisors: what nobody else may do about an old copy."""
    evening.put_back(STORE)
    assert refused(terminal) == "rollback.store"
    persons = fresh("S201", "S202")
    bring_back(terminal, terminal.papers[1:], persons)
    for one in persons:
        terminal.keys[one.staff_id] = one.authenticator  # type: ignore[assignment]
    for _ in range(2):
        door = terminal.login()
        session = terminal.enter(door, "S201", password=FRESH["S201"])
        door.log_off(session)
