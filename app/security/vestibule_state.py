"""What the vestibule keeps on disk: counters and a chain of sealed lines, as values."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Any

import cbor2

from app.security.lockout import Tries
from app.security.sealing import open_with, seal_to
from app.security.terminal_secret import Mirror, TerminalSecret

ORIGIN = Mirror(0, b"\x00" * 32)
_MARK = b"MDGVESTB"
_MAC_BYTES = 32


class StateError(Exception):
    """The bytes are not a state that this terminal wrote. Does not leave the vestibule."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened before the store was open. ``number`` counts from genesis and
    never repeats; ``staff_id`` is a registered id, ``unknown`` or empty (the terminal
    itself); ``cause`` is an error code; ``failures`` the tries in a row so far."""

    number: int
    at: datetime
    staff_id: str
    cause: str
    failures: int


@dataclass(frozen=True, slots=True)
class State:
    """``base`` is the chain before the first line kept; ``strict`` after damage."""

    base: Mirror = ORIGIN
    lines: tuple[bytes, ...] = ()
    tries: Mapping[str, Tries] = field(default_factory=dict)
    strict: bool = False

    @property
    def heads(self) -> list[Mirror]:
        """Count and head after each line, ``base`` first."""
        return list(accumulate(self.lines, _after, initial=self.base))

    @property
    def head(self) -> Mirror:
        """Count and head after the last line."""
        return self.heads[-1]


def encode(state: State, terminal: TerminalSecret) -> bytes:
    """The bytes of the file, with a MAC under the terminal secret."""
    content = cbor2.dumps(
        {
            "base": [state.base.count, state.base.head],
            "lines": list(state.lines),
            "tries": {
                staff_id: [one.failures, one.locked_until.isoformat()]
                for staff_id, one in state.tries.items()
            },
            "strict": state.strict,
        },
        canonical=True,
    )
    return _MARK + _mac(content, terminal) + content


def decode(raw: bytes, terminal: TerminalSecret) -> State:
    """Read what ``encode`` wrote with the same secret. Raises ``StateError``."""
    start = len(_MARK) + _MAC_BYTES
    mac, content = raw[len(_MARK) : start], raw[start:]
    if not raw.startswith(_MARK) or not hmac.compare_digest(mac, _mac(content, terminal)):
        raise StateError
    fields = cbor2.loads(content)
    return State(
        base=Mirror(*fields["base"]),
        lines=tuple(fields["lines"]),
        tries={
            staff_id: Tries(failures, datetime.fromisoformat(until))
            for staff_id, (failures, until) in fields["tries"].items()
        },
        strict=fields["strict"],
    )


def seal_entry(entry: Entry, store_public: str) -> bytes:
    """One line of the log; only the opened store can read it."""
    content = [entry.number, entry.at.isoformat(), entry.staff_id, entry.cause, entry.failures]
    return seal_to(store_public, cbor2.dumps(content))


def open_entry(sealed: bytes, store_private: bytes) -> Entry:
    """Read a line. Raises ``SealError``."""
    content: list[Any] = cbor2.loads(open_with(store_private, sealed))
    number, at, staff_id, cause, failures = content
    return Entry(number, datetime.fromisoformat(at), staff_id, cause, failures)


def _after(before: Mirror, line: bytes) -> Mirror:
    return Mirror(before.count + 1, hashlib.sha256(b"vestibule" + before.head + line).digest())


def _mac(content: bytes, terminal: TerminalSecret) -> bytes:
    return hmac.digest(terminal.key_for("vestibule"), _MARK + content, "sha256")
