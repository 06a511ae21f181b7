"""What a software security key remembers (研修 only)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cbor2

from app.core.files import write_whole

PIN_TRIES = 8
FINGER_TRIES = 3


@dataclass(frozen=True, slots=True)
class KeyCredential:
    """One credential in the key. ``private`` is the P-256 scalar; ``random_with_uv`` and
    ``random_without_uv`` are the two PRF secrets; ``protection`` is credProtect's level."""

    credential_id: bytes
    rp_id: str
    user_id: bytes
    user_name: str
    private: bytes = field(repr=False)
    random_with_uv: bytes = field(repr=False)
    random_without_uv: bytes = field(repr=False)
    resident: bool
    protection: int
    counter: int = 0


@dataclass(frozen=True, slots=True)
class KeyState:
    """Everything that survives unplugging. ``pin_digest`` is the first half of SHA-256 of
    the PIN, as CTAP2 has it; None until a PIN is set."""

    pin_digest: bytes | None = field(default=None, repr=False)
    pin_tries: int = PIN_TRIES
    finger_tries: int = FINGER_TRIES
    finger_enrolled: bool = False
    credentials: tuple[KeyCredential, ...] = ()


class StateFile:
    """Keeps the state in a plain file, or in memory only when there is no path.

    The file is not sealed: it lies in a training directory, guards only synthetic persons,
    and no production store accepts the key (its AAGUID and its relying party are refused).
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._state = self._read()

    @property
    def state(self) -> KeyState:
        """The state now."""
        return self._state

    def keep(self, **changes: Any) -> None:
        """Change fields of the state and write it whole. Raises ``EnvironmentFault``
        ``disk.*``."""
        self._state = dataclasses.replace(self._state, **changes)
        if self._path is not None:
            write_whole(self._path, cbor2.dumps(dataclasses.asdict(self._state), canonical=True))

    def keep_credential(self, credential: KeyCredential) -> None:
        """Put a credential in, or the newer state of one that is there."""
        others = [
            one for one in self._state.credentials if one.credential_id != credential.credential_id
        ]
        self.keep(credentials=(*others, credential))

    def _read(self) -> KeyState:
        if self._path is None or not self._path.exists():
            return KeyState()
        fields = dict(cbor2.loads(self._path.read_bytes()))
        credentials = tuple(KeyCredential(**one) for one in fields.pop("credentials"))
        return KeyState(**fields, credentials=credentials)
