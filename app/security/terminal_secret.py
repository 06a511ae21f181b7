"""The terminal's own secret: what ties slot file and vestibule to this machine's account."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.security.sealing import KEY_BYTES, random_key, subkey


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
