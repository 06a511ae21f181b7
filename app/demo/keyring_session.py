"""A real OS keyring of its own (研修): gnome-keyring in a private D-Bus session, nothing left over.

    with keyring_daemon() as ring:
        subprocess.run([...], env={**os.environ, **ring.env})

``ring.env`` is all that a process needs to use it. Two ``keyring_daemon`` are two machines.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.demo.leash import leashed
from app.demo.scratch import scratch_folder

PASSWORD = b"login keyring of a training session"
_PROGRAMS = ("dbus-daemon", "dbus-send", "gnome-keyring-daemon")
_START_SECONDS = 60.0
"""A busy machine takes its time; a program that ended is not waited for."""
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
    """A bare D-Bus session in which no service answers and none is started on demand.

    Raises EnvironmentFault ``keyring_session.missing`` when this machine lacks its programs,
    ``keyring_session.not_started`` when one of them does not work.
    """
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        raise EnvironmentFault(
            "keyring_session.missing",
            f"研修用のキーリングに使うプログラム（{'、'.join(missing)}）が入っていません。",
            "OSの部品 dbus と gnome-keyring を入れて、もう一度始めてください。",
        )
    # a short path: a socket's name holds 107 bytes
    with scratch_folder("mdgbus-", Path("/tmp")) as home:  # noqa: S108
        socket = home / "bus"
        config = home / "bus.conf"
        config.write_text(_BUS.format(socket=socket), encoding="utf-8")
        command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"]
        with leashed(command) as bus:
            session = KeyringDaemon({"DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}"}, home)
            _wait_until(lambda: answers(session), bus, "dbus-daemon")
            yield session


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
    command = ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--foreground"]
    with leashed(command, given=password, env=env) as daemon:
        _wait_until(lambda: has_keyring(session), daemon, "gnome-keyring-daemon")
        yield


def answers(session: KeyringDaemon) -> bool:
    """Whether the bus answers.

    That its socket is there says less: it comes a moment before the bus listens. A keyring that
    asks in this moment, which is long on a busy machine, is turned away and never asks again.
    """
    return "string" in _said(session, "GetId")


def has_keyring(session: KeyringDaemon) -> bool:
    """Whether a keyring serves on the bus."""
    return "true" in _said(session, "NameHasOwner", "string:org.freedesktop.secrets")


def _said(session: KeyringDaemon, method: str, *given: str) -> str:
    asked = subprocess.run(
        [
            "dbus-send",
            f"--bus={session.env['DBUS_SESSION_BUS_ADDRESS']}",
            "--print-reply",
            "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            f"org.freedesktop.DBus.{method}",
            *given,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], what: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            raise EnvironmentFault(
                "keyring_session.not_started",
                f"研修用のキーリングのプログラム（{what}）が起動しませんでした。",
                "ほかのプログラムを終えて、もう一度始めてください。",
            )
        time.sleep(0.02)
