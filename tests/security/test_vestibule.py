"""The vestibule: counting, writing, and noticing whoever takes a line away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.core import files
from app.core.clock import JST, FixedClock
from app.core.errors import EnvironmentFault, UserError
from app.security.entry.lockout import LockoutRule
from app.security.entry.vestibule import UNKNOWN, Vestibule
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.sealing import KeyPair, new_pair
from app.security.keys.terminal_secret import (
    Mirror,
    SecretShelf,
    TerminalSecret,
    new_terminal_secret,
)
from tests.support.keyring_daemon import KeyringDaemon
from tests.support.shelf import MemoryShelf

START = datetime(2026, 11, 20, 8, 30, tzinfo=JST)
RULE = LockoutRule(
    free_tries=3, delays=(timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
)
WRONG = "login.wrong_password"
STAFF = frozenset({"A001", "A002"})


class Terminal:
    """A terminal that can be started again and again over the same file and keyring."""

    def __init__(self, folder: Path, shelf: SecretShelf | None = None) -> None:
        self.path = folder / "vestibule"
        self.shelf = shelf or MemoryShelf()
        self.secret: TerminalSecret = new_terminal_secret("T01")
        self.store: KeyPair = new_pair()
        self.clock = FixedClock(START)

    def start(self) -> Vestibule:
        return Vestibule.enter(
            self.path, self.shelf, self.secret, self.store.public, STAFF, RULE, self.clock
        )

    def causes(self, vestibule: Vestibule) -> list[str]:
        return [one.cause for one in vestibule.take_over(self.store.private).entries]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def _refuse(vestibule: Vestibule, times: int, staff_id: str = "A001") -> timedelta:
    for _ in range(times):
        wait = vestibule.refuse(staff_id, WRONG)
    return wait


@pytest.mark.req("SEC-20", "SEC-24")
def test_delays_grow_with_each_failure_and_outlive_a_restart(terminal: Terminal) -> None:
    vestibule = terminal.start()
    assert _refuse(vestibule, 2) == timedelta(0)
    vestibule.admit("A001")
    assert vestibule.refuse("A001", WRONG) == timedelta(minutes=1)
    again = terminal.start()
    assert not again.strict
    with pytest.raises(UserError) as raised:
        again.admit("A001")
    assert raised.value.code == "login.locked_out" and "約1分" in raised.value.message
    again.admit("A002")

    waits = []
    for _ in range(4):
        terminal.clock.advance(again.wait("A001"))
        again.admit("A001")
        waits.append(again.refuse("A001", WRONG))
    hour = timedelta(hours=1)
    assert waits == [timedelta(minutes=10), hour, hour, hour]


def test_success_begins_anew_for_that_person_only(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 2)
    _refuse(vestibule, 2, "A002")
    vestibule.succeed("A001")
    restarted = terminal.start()
    assert restarted.refuse("A001", WRONG) == timedelta(0)
    assert restarted.refuse("A002", WRONG) == timedelta(minutes=1)


def test_a_clock_put_back_does_not_lock_for_longer_than_the_rule(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 3)
    terminal.clock.set_wall(START - timedelta(days=30))
    assert vestibule.wait("A001") == RULE.longest


@pytest.mark.req("SEC-20", "SEC-104")
def test_the_opened_store_reads_the_lines_and_forgets_them_when_the_journal_has_them(
    terminal: Terminal,
) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 1)
    vestibule.note("keyring.dismissed")
    _refuse(vestibule, 1)
    vestibule = terminal.start()
    taken = vestibule.take_over(terminal.store.private)
    assert [(e.number, e.staff_id, e.cause, e.failures) for e in taken.entries] == [
        (1, "A001", WRONG, 1),
        (2, "", "keyring.dismissed", 0),
        (3, "A001", WRONG, 2),
    ]
    assert taken.entries[0].at == START
    assert vestibule.take_over(terminal.store.private) == taken
    vestibule.refuse("A002", WRONG)  # somebody tries while the journal is being written
    vestibule.settle(taken)
    vestibule = terminal.start()
    left = vestibule.take_over(terminal.store.private).entries
    assert [(e.number, e.staff_id) for e in left] == [(4, "A002")]
    assert vestibule.wait("A001") == timedelta(0) and not vestibule.strict
    with pytest.raises(ValueError, match="not the vestibule"):
        vestibule.settle(type(taken)((), Mirror(9, b"x" * 32)))


def test_nobody_but_the_store_reads_a_line(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 1)
    (entry,) = vestibule.take_over(new_pair().private).entries
    assert (entry.cause, entry.staff_id) == ("vestibule.line_unreadable", "")


@pytest.mark.req("SEC-20")
def test_what_was_typed_is_never_kept(terminal: Terminal) -> None:
    vestibule = terminal.start()
    typed = "my password typed in the wrong field"
    vestibule.refuse(typed, "login.unknown_staff")
    (entry,) = vestibule.take_over(terminal.store.private).entries
    assert entry.staff_id == UNKNOWN
    raw = terminal.path.read_bytes()
    assert typed.encode() not in raw and WRONG.encode() not in raw


def test_ids_that_nobody_has_wait_together(terminal: Terminal) -> None:
    vestibule = terminal.start()
    for number in range(3):
        vestibule.refuse(f"X{number}", "login.unknown_staff")
    assert vestibule.wait("another") == timedelta(minutes=1)
    assert vestibule.wait("A001") == timedelta(0)


def _remove(terminal: Terminal, _old: bytes) -> None:
    terminal.path.unlink()


def _roll_back(terminal: Terminal, old: bytes) -> None:
    terminal.path.write_bytes(old)


def _flip(terminal: Terminal, _old: bytes) -> None:
    raw = bytearray(terminal.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    terminal.path.write_bytes(raw)


def _cut(terminal: Terminal, _old: bytes) -> None:
    terminal.path.write_bytes(terminal.path.read_bytes()[:20])


def _other_terminals(terminal: Terminal, _old: bytes) -> None:
    terminal.secret = new_terminal_secret("T01")


def _other_history(terminal: Terminal, _old: bytes) -> None:
    """As long as ours, with a right MAC, but not what the keyring saw."""
    mirror = terminal.shelf.read_mirror()
    terminal.path.unlink()
    terminal.shelf.keep_mirror(Mirror(0, b"\x00" * 32))
    _refuse(terminal.start(), 3, "A002")
    terminal.shelf.keep_mirror(mirror)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attack", "cause"),
    [
        (_remove, "vestibule.removed"),
        (_roll_back, "vestibule.rolled_back"),
        (_flip, "vestibule.changed"),
        (_cut, "vestibule.changed"),
        (_other_terminals, "vestibule.changed"),
        (_other_history, "vestibule.mirror_differs"),
    ],
)
@pytest.mark.req("SEC-105")
def test_taking_lines_away_is_noticed_recorded_and_makes_the_login_strict(
    terminal: Terminal, attack: Callable[[Terminal, bytes], None], cause: str
) -> None:
    _refuse(terminal.start(), 2)
    old = terminal.path.read_bytes()
    _refuse(terminal.start(), 1)
    attack(terminal, old)

    vestibule = terminal.start()
    assert vestibule.strict
    assert terminal.causes(vestibule) == [cause]
    assert vestibule.take_over(terminal.store.private).entries[0].number == 4
    vestibule.admit("A001")
    assert vestibule.refuse("A001", WRONG) == RULE.longest
    again = terminal.start()
    assert again.strict and again.wait("A001") == RULE.longest
    again.settle(again.take_over(terminal.store.private))
    assert not terminal.start().strict
    evidence = [p.name for p in terminal.path.parent.iterdir() if "damaged" in p.name]
    assert len(evidence) == (0 if attack is _remove else 1)


def test_a_crash_between_file_and_mirror_is_not_damage(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 1)
    mirror = terminal.shelf.read_mirror()
    _refuse(vestibule, 1)
    assert mirror is not None
    terminal.shelf.keep_mirror(mirror)  # the machine stopped before the second mirror
    again = terminal.start()
    assert not again.strict and terminal.causes(again) == [WRONG, WRONG]
    assert terminal.shelf.read_mirror() == Mirror(2, _head(again, terminal))


def _head(vestibule: Vestibule, terminal: Terminal) -> bytes:
    return vestibule.take_over(terminal.store.private).through.head


def test_the_chain_is_sha256_over_the_line_before(terminal: Terminal) -> None:
    """Computed here a second time, from the bytes of the file."""
    vestibule = terminal.start()
    _refuse(vestibule, 2)
    head = b"\x00" * 32
    for line in vestibule._state.lines:
        assert line in terminal.path.read_bytes()
        head = hashlib.sha256(b"vestibule" + head + line).digest()
    mirror = terminal.shelf.read_mirror()
    assert mirror is not None and (mirror.count, mirror.head) == (2, head)


def test_a_locked_keyring_lets_no_try_go_uncounted(terminal: Terminal) -> None:
    vestibule = terminal.start()
    shelf = terminal.shelf
    assert isinstance(shelf, MemoryShelf)
    shelf.locked = True
    for _ in range(3):
        with pytest.raises(EnvironmentFault) as raised:
            vestibule.refuse("A001", WRONG)
        assert raised.value.code == "keyring.locked"
    with pytest.raises(EnvironmentFault):
        terminal.start()
    shelf.locked = False
    again = terminal.start()
    assert not again.strict and terminal.causes(again) == [WRONG]


def test_a_full_disk_lets_no_try_go_uncounted(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 1)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)  # type: ignore[attr-defined]
        with pytest.raises(EnvironmentFault) as raised:
            vestibule.refuse("A001", WRONG)
    assert raised.value.code == "disk.full"
    assert terminal.causes(terminal.start()) == [WRONG]


@pytest.mark.req("SEC-20")
def test_two_windows_at_the_login_give_no_more_tries_than_one(terminal: Terminal) -> None:
    first, second = terminal.start(), terminal.start()
    first.refuse("A001", WRONG)
    second.refuse("A001", WRONG)
    assert first.refuse("A001", WRONG) == timedelta(minutes=1)
    with pytest.raises(UserError):
        second.admit("A001")
    assert terminal.causes(terminal.start()) == [WRONG, WRONG, WRONG, "login.locked_out"]
    assert not second.strict


def test_a_file_removed_under_our_hands_is_noticed_at_the_next_step(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 2)
    terminal.path.unlink()
    assert vestibule.refuse("A001", WRONG) == RULE.longest
    assert vestibule.strict
    assert terminal.causes(vestibule) == ["vestibule.removed", WRONG]


def test_an_unreadable_file_is_told(terminal: Terminal) -> None:
    terminal.path.mkdir()
    with pytest.raises(EnvironmentFault) as raised:
        terminal.start()
    assert raised.value.code == "vestibule.unreadable"


def test_it_works_with_the_real_keyring(tmp_path: Path, os_keyring_session: KeyringDaemon) -> None:
    terminal = Terminal(tmp_path, OsKeyring("madoguchi-test-vestibule"))
    _refuse(terminal.start(), 2)
    old = terminal.path.read_bytes()
    _refuse(terminal.start(), 1)
    terminal.path.write_bytes(old)
    assert terminal.causes(terminal.start()) == ["vestibule.rolled_back"]
    terminal.shelf.forget()


@pytest.mark.parametrize(
    "wrong",
    [
        {"free_tries": 0},
        {"delays": ()},
        {"delays": (timedelta(0),)},
        {"delays": (timedelta(hours=1), timedelta(minutes=1))},
    ],
)
def test_a_senseless_rule_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"lock-out|delays"):
        LockoutRule(**wrong)  # type: ignore[arg-type]
