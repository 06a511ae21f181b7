"""The real OS keyring of a test session; see ``app.demo.keyring_session``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.demo.keyring_session import PASSWORD, KeyringDaemon, dbus_session, keyring_daemon, unlocked

__all__ = [
    "PASSWORD",
    "KeyringDaemon",
    "dbus_session",
    "keyring_daemon",
    "os_keyring_session",
    "unlocked",
]


@pytest.fixture(scope="session")
def os_keyring_session() -> Iterator[KeyringDaemon]:
    """The keyring of this test process; also set in ``os.environ`` for children."""
    with keyring_daemon() as ring, pytest.MonkeyPatch.context() as patch:
        for name, value in ring.env.items():
            patch.setenv(name, value)
        yield ring
