"""The OS keyring: a real daemon, real faults."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault
from app.demo.keyring_session import answers
from app.security.keys.os_keyring import OsKeyring
from app.security.keys.terminal_secret import Mirror, new_terminal_secret
from tests.support.keyring_daemon import (
    KeyringDaemon,
    dbus_session,
    keyring_daemon,
    unlocked,
)

SECRET = new_terminal_secret("T01")
MIRROR = Mirror(3, b"\x0f" * 32)
ROOT = Path(__file__).resolve().parents[2]


def _use(monkeypatch: pytest.MonkeyPatch, ring: KeyringDaemon) -> None:
    for name, value in ring.env.items():
        monkeypatch.setenv(name, value)


def _fault(call: object) -> str:
    with pytest.raises(EnvironmentFault) as raised:
        call()  # type: ignore[operator]
    assert raised.value.message and raised.value.remedy
    return raised.value.code


def test_what_is_kept_comes_back_and_is_forgotten(os_keyring_session: KeyringDaemon) -> None:
    shelf = OsKeyring("madoguchi-test-kept")
    assert shelf.read_terminal_secret() is None and shelf.read_mirror() is None
    shelf.keep_terminal_secret(SECRET)
    shelf.keep_mirror(MIRROR)
    assert shelf.read_terminal_secret() == SECRET and shelf.read_mirror() == MIRROR
    newer = new_terminal_secret("T01")
    shelf.keep_terminal_secret(newer)
    assert shelf.read_terminal_secret() == newer
    assert OsKeyring("madoguchi-test-other").read_terminal_secret() is None
    shelf.forget()
    shelf.forget()
    assert shelf.read_terminal_secret() is None and shelf.read_mirror() is None


def test_a_child_process_finds_it_by_the_environment_alone(
    os_keyring_session: KeyringDaemon,
) -> None:
    OsKeyring("madoguchi-test-child").keep_terminal_secret(SECRET)
    program = (
        "from app.security.keys.os_keyring import OsKeyring;"
        "print(OsKeyring('madoguchi-test-child').read_terminal_secret().secret.hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **os_keyring_session.env},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == SECRET.secret.hex()


def test_two_machines_do_not_see_each_others_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    with keyring_daemon() as first, keyring_daemon() as second:
        _use(monkeypatch, first)
        OsKeyring("madoguchi").keep_terminal_secret(SECRET)
        _use(monkeypatch, second)
        assert OsKeyring("madoguchi").read_terminal_secret() is None
        _use(monkeypatch, first)
        assert OsKeyring("madoguchi").read_terminal_secret() == SECRET


def test_the_keyring_survives_a_new_session_and_its_faults_are_told_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with dbus_session() as session:
        _use(monkeypatch, session)
        shelf = OsKeyring("madoguchi")
        assert _fault(shelf.read_terminal_secret) == "keyring.no_service"
        with unlocked(session):
            shelf.keep_terminal_secret(SECRET)
        with unlocked(session):
            assert shelf.read_terminal_secret() == SECRET
        with unlocked(session, b"not the password"):
            assert _fault(shelf.read_terminal_secret) == "keyring.locked"
            assert _fault(lambda: shelf.keep_mirror(MIRROR)) == "keyring.locked"
            assert _fault(shelf.forget) == "keyring.locked"
        assert _fault(shelf.read_mirror) == "keyring.no_service"


def test_a_dismissed_prompt_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with dbus_session() as session:
        _use(monkeypatch, session)
        with unlocked(session, b""):  # no keyring exists and nobody answers the prompt
            shelf = OsKeyring("madoguchi")
            assert _fault(lambda: shelf.keep_terminal_secret(SECRET)) == "keyring.dismissed"


@pytest.mark.parametrize("address", [None, "unix:path=/nonexistent/bus", "tcp:host=x"])
def test_no_d_bus_is_told(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    if address is None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    else:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert _fault(OsKeyring("madoguchi").read_terminal_secret) == "keyring.no_service"


@pytest.mark.parametrize("text", ["junk", "[]", "{}", '{"terminal":"T01","secret":"zz"}'])
def test_a_damaged_entry_is_told(os_keyring_session: KeyringDaemon, text: str) -> None:
    from keyring.backends.SecretService import Keyring

    for name in ("terminal-secret", "vestibule-mirror"):
        Keyring().set_password("madoguchi-test-damaged", name, text)
    shelf = OsKeyring("madoguchi-test-damaged")
    assert _fault(shelf.read_terminal_secret) == "keyring.entry_damaged"
    assert _fault(shelf.read_mirror) == "keyring.entry_damaged"
    shelf.forget()


def test_the_backend_is_named_and_not_chosen(
    os_keyring_session: KeyringDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the machine prefers, the plain-text backends included, is not asked."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    shelf = OsKeyring("madoguchi-test-named")
    shelf.keep_terminal_secret(SECRET)
    assert shelf.read_terminal_secret() == SECRET
    shelf.forget()


def test_a_bus_that_does_not_listen_yet_is_not_taken_for_ready() -> None:
    """Between the two the keyring is turned away for good: once seen on a busy machine."""
    with dbus_session() as session, socket.socket(socket.AF_UNIX) as bound:
        place = session.home / "bound"
        bound.bind(str(place))
        env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={place}"}
        assert place.exists() and not answers(KeyringDaemon(env, session.home))
        assert answers(session)


@pytest.mark.parametrize(
    "call",
    [
        lambda shelf: shelf.read_terminal_secret(),
        lambda shelf: shelf.read_mirror(),
        lambda shelf: shelf.keep_terminal_secret(SECRET),
        lambda shelf: shelf.keep_mirror(MIRROR),
        lambda shelf: shelf.forget(),
    ],
    ids=["read secret", "read mirror", "keep secret", "keep mirror", "forget"],
)
def test_a_keyring_that_does_not_answer_is_given_up_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Callable[[OsKeyring], object]
) -> None:
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "bus"))
        mute.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
        shelf = OsKeyring("madoguchi", seconds=0.3)
        began = time.monotonic()
        assert _fault(lambda: call(shelf)) == "keyring.silent"
        assert time.monotonic() - began < 10
    # what was held up comes to its end now and leaves nobody waiting
    assert shelf._asked is not None
    shelf._asked.exception(10)
    assert shelf._asked.done()


def test_while_it_is_silent_nothing_else_is_asked_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    held, asked = threading.Event(), []

    class Slow:
        def get_password(self, service: str, name: str) -> None:
            asked.append(name)
            held.wait(20)

    monkeypatch.setattr("app.security.keys.os_keyring._named_backend", Slow)
    shelf = OsKeyring("madoguchi", seconds=0.2)
    for _ in range(5):
        assert _fault(shelf.read_mirror) == "keyring.silent"
    assert asked == ["vestibule-mirror"]
    held.set()
    assert shelf._asked is not None
    shelf._asked.exception(10)
    assert shelf.read_mirror() is None  # it answers again


def test_what_the_keyring_itself_calls_a_time_out_is_told_as_its_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Late:
        def get_password(self, service: str, name: str) -> None:
            raise TimeoutError("bus")

    monkeypatch.setattr("app.security.keys.os_keyring._named_backend", Late)
    assert _fault(OsKeyring("madoguchi").read_mirror) == "keyring.no_service"


class Counting:
    """A keyring that answers each question a little later than it was asked."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0

    def get_password(self, service: str, name: str) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        time.sleep(0.02)
        self.inside -= 1


def test_a_thread_that_lives_on_after_its_answer_makes_no_keyring_silent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Lingering(threading.Thread):
        def run(self) -> None:
            super().run()
            time.sleep(0.2)

    monkeypatch.setattr("app.security.keys.os_keyring._named_backend", Counting)
    monkeypatch.setattr("app.security.keys.os_keyring.Thread", Lingering)
    shelf = OsKeyring("madoguchi", seconds=5)
    assert [shelf.read_mirror() for _ in range(3)] == [None] * 3


def test_who_asks_while_another_asks_waits_for_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Counting()
    monkeypatch.setattr("app.security.keys.os_keyring._named_backend", lambda: ring)
    shelf = OsKeyring("madoguchi", seconds=5)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: shelf.read_mirror(), range(16))) == [None] * 16
    assert ring.most == 1
