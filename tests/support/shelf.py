"""A secret shelf in memory, for tests of what stands on it. The real one: keyring_daemon."""

from __future__ import annotations

from app.core.errors import EnvironmentFault
from app.security.keys.terminal_secret import Mirror, TerminalSecret
from app.security.keys.terminal_state import TerminalState


class MemoryShelf:
    """Keeps entries as the OS keyring does. ``locked`` True makes every call fail."""

    def __init__(self) -> None:
        self.secret: TerminalSecret | None = None
        self.mirror: Mirror | None = None
        self.state: TerminalState | None = None
        self.locked = False

    def read_terminal_secret(self) -> TerminalSecret | None:
        self._check()
        return self.secret

    def keep_terminal_secret(self, secret: TerminalSecret) -> None:
        self._check()
        self.secret = secret

    def read_mirror(self) -> Mirror | None:
        self._check()
        return self.mirror

    def keep_mirror(self, mirror: Mirror) -> None:
        self._check()
        self.mirror = mirror

    def read_state(self) -> TerminalState | None:
        self._check()
        return self.state

    def keep_state(self, state: TerminalState) -> None:
        self._check()
        self.state = state

    def forget(self) -> None:
        self._check()
        self.secret = self.mirror = self.state = None

    def _check(self) -> None:
        if self.locked:
            raise EnvironmentFault("keyring.locked", "ロックされています。", "試験用です。")
