"""The real OS keyring of a test session; see ``app.demo.keyring_session``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.demo.keyring_session import (
    PASSWORD,
    KeyringDaemon,
    dbus_session,
    has_keyring,
    keyring_daemon,
    unlocked,
)
from tests.support import room

__all__ = [
    "PASSWORD",
    "KeyringDaemon",
    "dbus_session",
    "keyring_daemon",
    "os_keyring_session",
    "unlocked",
    "worker_keyring",
]

_rings: list[KeyringDaemon] = []


@pytest.fixture(scope="session")
def os_keyring_session() -> Iterator[KeyringDaemon]:
    """The keyring of this test process; also set in ``os.environ`` for children."""
    ring = worker_keyring()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ring.env.items():
            patch.setenv(name, value)
        yield ring


def worker_keyring() -> KeyringDaemon:
    """The one keyring that this test process starts; whoever uses it forgets its own entries. When
    the daemon ended by itself, as it does now and then under many clients, the next one begins."""
    if _rings and not has_keyring(_rings[0]):
        _rings.clear()
    if not _rings:
        _rings.append(room.shared.enter_context(keyring_daemon()))
        room.shared.callback(_rings.clear)
    return _rings[0]
