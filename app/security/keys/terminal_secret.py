"""The terminal's own secret: what ties slot file and vestibule to this machine's account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from app.security.keys.sealing import KEY_BYTES, random_key, subkey
from app.security.keys.terminal_state import TerminalState


@dataclass(frozen=True, slots=True)
class TerminalSecret:
    """32 random bytes that rest in the OS keyring only, with the id of their terminal."""

    terminal_id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError("a terminal secret has 32 bytes")

    def key_for(self, purpose: str) -> bytes:
        """The 32-byte key for one purpose; other purposes and other terminals differ."""
        return subkey(self.secret, f"terminal {self.terminal_id} {purpose}")


def new_terminal_secret(terminal_id: str) -> TerminalSecret:
    """A fresh secret for a terminal at its genesis or after recovery."""
    return TerminalSecret(terminal_id, random_key())


@dataclass(frozen=True, slots=True)
class Mirror:
    """How many lines the vestibule ever wrote and the hash of the last: kept where the disk's
    owner cannot put back an old state. ``memory`` is what the vestibule remembers beside them, in
    its own form; it does not tell one mirror from another."""

    count: int
    head: bytes
    memory: bytes = field(default=b"", compare=False)


NO_LINES = Mirror(0, bytes(32))
"""The mirror of a terminal whose vestibule has written nothing; founding keeps it, so that no
mirror at all is a loss."""


class SecretShelf(Protocol):
    """Where the terminal keeps what must not lie on its disk; in the product, the OS keyring.

    Every call raises ``EnvironmentFault`` ``keyring.*`` when the shelf cannot be reached.
    """

    def read_terminal_secret(self) -> TerminalSecret | None:
        """The terminal's secret, or nothing when none was kept (or it was lost)."""
        ...

    def keep_terminal_secret(self, secret: TerminalSecret) -> None:
        """Keep the secret, over an older one."""
        ...

    def read_mirror(self) -> Mirror | None:
        """The vestibule's mirror, or nothing when none was kept."""
        ...

    def keep_mirror(self, mirror: Mirror) -> None:
        """Keep the vestibule's mirror, over an older one."""
        ...

    def read_state(self) -> TerminalState | None:
        """How far the terminal had come when it was last written, or nothing."""
        ...

    def keep_state(self, state: TerminalState) -> None:
        """Keep the terminal's state, over an older one."""
        ...

    def forget(self) -> None:
        """Drop everything that was kept: the end of the terminal's life (廃棄)."""
        ...
