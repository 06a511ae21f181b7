"""The port to whatever proves a person: CTAP2 security keys and Windows Hello alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeyUser:
    """For whom a credential is made. ``handle`` are 16 … 64 random bytes, never a staff id:
    the key stores it readable. ``name`` is shown by the key's own tools."""

    handle: bytes
    name: str


@dataclass(frozen=True, slots=True)
class NewCredential:
    """What an authenticator answered to a registration (認証器の登録), not yet verified.

    ``public_key`` is a COSE key in CBOR; ``attestation_object`` and ``client_data`` are kept
    whole. ``aaguid`` is the model number as UUID text. ``prf`` is the PRF output when the
    device gives one at once; ``prf_available`` says whether it can give any.
    """

    credential_id: bytes
    public_key: bytes
    attestation_object: bytes
    client_data: bytes
    aaguid: str
    counter: int
    backup_eligible: bool
    prf_available: bool
    prf: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an authenticator signed, not yet verified. The flags are read from
    ``authenticator_data``; only ``verify_assertion`` makes them trustworthy."""

    credential_id: bytes
    authenticator_data: bytes
    client_data: bytes
    signature: bytes
    counter: int
    user_present: bool
    user_verified: bool
    prf: bytes | None = field(default=None, repr=False)


class Prompts(Protocol):
    """How an authenticator asks the person in front of it. Called on the device thread."""

    def touch(self) -> None:
        """The key blinks and waits for a touch."""
        ...

    def pin(self, retries_left: int | None) -> str | None:
        """Ask for the key's PIN; nothing means that the person gave up. ``retries_left``
        tells how many wrong tries remain before the key blocks itself."""
        ...


SECONDS = 60.0
"""How long one operation with a key may take, the PIN's entry included."""


class Authenticator(Protocol):
    """One way to prove a person. Calls block: run them on the device worker.

    Both calls raise ``EnvironmentFault`` or ``UserError`` with the codes of ``faults``.
    """

    def enrol(
        self,
        user: KeyUser,
        rp_id: str,
        challenge: bytes,
        exclude: tuple[bytes, ...],
        *,
        prf_salt: bytes,
        cancel: Event,
    ) -> NewCredential:
        """Make a credential with user verification, direct attestation and PRF.

        ``exclude`` are the credentials already registered for this person, so that one key
        is not registered twice.
        """
        ...

    def assert_(
        self,
        rp_id: str,
        challenge: bytes,
        credential_ids: tuple[bytes, ...],
        *,
        uv: bool,
        prf_salt: bytes | None = None,
        cancel: Event,
    ) -> Assertion:
        """Sign ``challenge`` (32 bytes) by a touch, with one of ``credential_ids``.

        ``uv`` asks for PIN, fingerprint or face; a PRF output (``prf_salt``) exists only
        with it, else ``ValueError``.
        """
        ...
