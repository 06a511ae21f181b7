"""A real OS keyring of its own (研修): gnome-keyring in a private D-Bus session, nothing left over.

    with keyring_daemon() as ring:
        subprocess.run([...], env={**os.environ, **ring.env})

``ring.env`` is all that a process needs to use it. Two ``keyring_daemon`` are two machines.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = b"login keyring of a training session"
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@dataclass(frozen=True)
class KeyringDaemon:
    """A running keyring. ``env`` leads clients to it, ``home`` holds its files."""

    env: dict[str, str]
    home: Path


@contextmanager
def dbus_session() -> Iterator[KeyringDaemon]:
    """A bare D-Bus session in which no service answers and none is started on demand."""
    with ExitStack() as stack:
        # a short path: a socket's name holds 107 bytes
        home = Path(tempfile.mkdtemp(prefix="mdg-", dir="/tmp"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        socket = home / "bus"
        config = home / "bus.conf"
        config.write_text(_BUS.format(socket=socket), encoding="utf-8")
        bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(_stop, bus)
        _wait_until(socket.exists, "dbus-daemon")
        yield KeyringDaemon({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}"}, home)


@contextmanager
def keyring_daemon(password: bytes = PASSWORD) -> Iterator[KeyringDaemon]:
    """An unlocked keyring on a D-Bus session of its own."""
    with dbus_session() as session, unlocked(session, password):
        yield session


@contextmanager
def unlocked(session: KeyringDaemon, password: bytes = PASSWORD) -> Iterator[None]:
    """Run gnome-keyring in ``session``. A wrong password for an existing keyring leaves it
    locked, as after a log-on that did not unlock it."""
    runtime = session.home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(session.home),
        "XDG_RUNTIME_DIR": str(runtime),
        "XDG_DATA_HOME": str(session.home / "data"),
        **session.env,
    }
    daemon = subprocess.Popen(
        ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=env,
    )
    try:
        assert daemon.stdin is not None
        daemon.stdin.write(password)
        daemon.stdin.close()
        _wait_until(lambda: _has_owner(session), "gnome-keyring-daemon")
        yield
    finally:
        _stop(daemon)


def _has_owner(session: KeyringDaemon) -> bool:
    asked = subprocess.run(
        [
            "dbus-send",
            f"--bus={session.env['DBUS_SESSION_BUS_ADDRESS']}",
            "--print-reply=literal",
            "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus.NameHasOwner",
            "string:org.freedesktop.secrets",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return "true" in asked.stdout


def _wait_until(ready: object, what: str) -> None:
    end = time.monotonic() + 10
    while not ready():  # type: ignore[operator]
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not start; is it installed?")
        time.sleep(0.02)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
