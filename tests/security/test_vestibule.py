"""The vestibule: counting, writing, and noticing whoever takes a line away."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import cbor2
import pytest

from app.core import files
from app.core.clock import JST, FixedClock
from app.core.errors import EnvironmentFault, UserError
from app.security.entry.lockout import LockoutRule
from app.security.entry.vestibule import UNKNOWN, Vestibule, decode, tag_of
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.sealing import KeyPair, new_pair
from app.security.keys.terminal_secret import (
    NO_LINES,
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
        self.shelf.keep_mirror(NO_LINES)  # as founding does
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


def test_a_clock_put_back_makes_no_wait_longer(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 3)
    terminal.clock.set_wall(START - timedelta(days=30))
    assert vestibule.wait("A001") == timedelta(minutes=1)


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


def test_ids_that_nobody_has_wait_each_for_itself(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 3, "X1")
    assert vestibule.wait("X1") == terminal.start().wait("X1") == timedelta(minutes=1)
    assert vestibule.wait("X2") == vestibule.wait("A001") == timedelta(0)


def test_however_many_ids_are_typed_the_file_stays_small_and_ours_are_kept(
    terminal: Terminal,
) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 3)
    for number in range(300):
        terminal.clock.advance(timedelta(seconds=0.1))
        vestibule.refuse(f"X{number}", WRONG)
    assert vestibule.wait("A001") > timedelta(0)
    assert len(decode(terminal.path.read_bytes(), terminal.secret).tries) == 257


def test_no_id_lies_in_the_file_or_the_keyring(terminal: Terminal) -> None:
    _refuse(terminal.start(), 3)
    mirror = terminal.shelf.read_mirror()
    assert mirror is not None
    for kept in (terminal.path.read_bytes(), mirror.memory):
        assert b"A001" not in kept and b"A002" not in kept


def test_a_clock_set_forward_ends_no_wait(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 3)
    terminal.clock.set_wall(START + timedelta(days=300))
    for one in (vestibule, terminal.start()):
        assert one.wait("A001") == timedelta(minutes=1)
        with pytest.raises(UserError, match=r"login\.locked_out"):
            one.admit("A001")
    terminal.clock.advance(timedelta(seconds=61))
    terminal.start().admit("A001")


def test_a_wait_begins_anew_after_a_restart_of_the_machine(terminal: Terminal) -> None:
    terminal.clock.advance(timedelta(hours=3))
    _refuse(terminal.start(), 3)
    terminal.clock = FixedClock(START + timedelta(days=1))  # its monotonic time began again
    assert terminal.start().wait("A001") == timedelta(minutes=1)
    terminal.clock.advance(timedelta(seconds=40))
    assert terminal.start().wait("A001") == timedelta(seconds=20)


def test_a_file_of_the_version_before_keeps_its_counters(terminal: Terminal) -> None:
    until = (START + timedelta(minutes=1)).isoformat()
    content = {
        "base": [0, bytes(32)],
        "lines": [],
        "tries": {"A001": [3, until], UNKNOWN: [1, until]},
        "strict": False,
    }
    plain = cbor2.dumps(content, canonical=True)
    mac = hmac.digest(terminal.secret.key_for("vestibule"), b"MDGVESTB" + plain, "sha256")
    terminal.path.write_bytes(b"MDGVESTB" + mac + plain)
    vestibule = terminal.start()
    assert not vestibule.strict
    assert vestibule.wait("A001") == timedelta(minutes=1)
    assert vestibule.refuse("A001", WRONG) == timedelta(minutes=10)


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


def _take_the_mirror(terminal: Terminal, _old: bytes) -> None:
    """Whoever sits at the account can empty its keyring too."""
    terminal.path.unlink()
    assert isinstance(terminal.shelf, MemoryShelf)
    terminal.shelf.mirror = None


@pytest.mark.parametrize(
    ("attack", "cause", "lost"),
    [
        (_remove, "vestibule.removed", 2),
        (_roll_back, "vestibule.rolled_back", 2),
        (_flip, "vestibule.changed", 2),
        (_cut, "vestibule.changed", 2),
        (_other_terminals, "vestibule.changed", 2),
        (_other_history, "vestibule.mirror_differs", 2),
        (_take_the_mirror, "vestibule.mirror_gone", 0),
    ],
)
@pytest.mark.req("SEC-105")
def test_after_damage_nobody_gets_a_try_and_what_was_lost_is_told(
    terminal: Terminal, attack: Callable[[Terminal, bytes], None], cause: str, lost: int
) -> None:
    begun = terminal.start()
    _refuse(begun, 1)
    begun.settle(begun.take_over(terminal.store.private))  # one line lies in the journal
    _refuse(terminal.start(), 1)
    old = terminal.path.read_bytes()
    _refuse(terminal.start(), 1)
    attack(terminal, old)

    vestibule = terminal.start()
    assert vestibule.strict
    (entry,) = vestibule.take_over(terminal.store.private).entries
    assert (entry.cause, entry.staff_id, entry.failures) == (cause, "", lost)
    for staff_id in ("A001", "A002", "Z999"):
        assert vestibule.wait(staff_id) == RULE.longest
        with pytest.raises(UserError) as locked:
            vestibule.admit(staff_id)
        assert "誰もログインできません" in locked.value.message
        assert "madoguchi recover" in locked.value.remedy
    attack_again = terminal.path.read_bytes()
    terminal.clock.advance(RULE.longest - timedelta(minutes=1))
    assert terminal.start().wait("A001") == timedelta(minutes=1)
    terminal.path.unlink()  # whoever takes it away again waits again, from the beginning
    assert attack_again and terminal.start().wait("A001") == RULE.longest
    terminal.clock.advance(RULE.longest)

    later = terminal.start()
    later.admit("A001")
    assert later.refuse("A001", WRONG) == RULE.longest
    again = terminal.start()
    assert again.strict and again.wait("A001") == RULE.longest
    again.settle(again.take_over(terminal.store.private))
    assert not terminal.start().strict
    evidence = [p.name for p in terminal.path.parent.iterdir() if "damaged" in p.name]
    assert len(evidence) == (0 if attack in (_remove, _take_the_mirror) else 1)


def test_the_counters_go_on_from_the_keyring_after_damage(terminal: Terminal) -> None:
    vestibule = terminal.start()
    _refuse(vestibule, 4)
    _refuse(vestibule, 2, "A002")
    vestibule.succeed("A002")
    terminal.path.unlink()
    vestibule = terminal.start()
    tries = decode(terminal.path.read_bytes(), terminal.secret).tries
    assert {tag: one.failures for tag, one in tries.items()} == {tag_of("A001", terminal.secret): 4}
    assert vestibule.wait("A001") == RULE.longest


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
