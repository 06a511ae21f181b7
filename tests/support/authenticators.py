"""Software keys and a scripted person in front of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from fido2.ctap2 import ClientPin, Ctap2

from app.core.relying_party import TRAINING_RP_ID
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.port import Assertion, Authenticator, KeyUser, NewCredential
from app.security.authenticators.verify import (
    Profile,
    RegistrationPolicy,
    VerifiedCredential,
    verify_registration,
)
from app.training.software_key import SoftwareKey

PIN = "2580-73"
SALT = b"\x21" * 32
TRAINING = RegistrationPolicy(Profile.TRAINING, TRAINING_RP_ID)


@dataclass
class Person:
    """Types the given PINs one after another, the last one again and again; touches when
    asked unless ``on_touch`` says otherwise. Records what was asked."""

    pins: list[str | None] = field(default_factory=lambda: [PIN])
    on_touch: Callable[[], None] = lambda: None
    asked: list[object] = field(default_factory=list)

    def touch(self) -> None:
        self.asked.append("touch")
        self.on_touch()

    def pin(self, retries_left: int | None) -> str | None:
        self.asked.append(retries_left)
        return self.pins.pop(0) if len(self.pins) > 1 else self.pins[0]


def key_with_pin(pin: str = PIN, **options: object) -> SoftwareKey:
    """A key with a PIN that is touched by ``Person.on_touch = key.touch``; ``options`` are
    the key's."""
    key = SoftwareKey(**options)  # type: ignore[arg-type]
    ClientPin(Ctap2(key)).set_pin(pin)
    return key


def authenticator(key: SoftwareKey, person: Person | None = None) -> CtapAuthenticator:
    """The port over one key and one willing person."""
    return CtapAuthenticator(key.plugged, person or Person(on_touch=key.touch), seconds=10)


def enrol(
    port: Authenticator,
    rp_id: str = TRAINING_RP_ID,
    challenge: bytes | None = None,
    exclude: tuple[bytes, ...] = (),
) -> tuple[NewCredential, bytes]:
    """A registration and the challenge it answers."""
    challenge = challenge or os.urandom(32)
    user = KeyUser(os.urandom(16), "研修 太郎")
    new = port.enrol(user, rp_id, challenge, exclude, prf_salt=SALT, cancel=Event())
    return new, challenge


def registered(port: Authenticator, staff_id: str = "A001") -> VerifiedCredential:
    """A verified registration in training."""
    new, challenge = enrol(port)
    return verify_registration(TRAINING, challenge, new, staff_id=staff_id)


def sign(
    port: Authenticator,
    credential_id: bytes,
    challenge: bytes,
    *,
    uv: bool = True,
    prf_salt: bytes | None = None,
    rp_id: str = TRAINING_RP_ID,
) -> Assertion:
    """An assertion over ``challenge``."""
    return port.assert_(
        rp_id, challenge, (credential_id,), uv=uv, prf_salt=prf_salt, cancel=Event()
    )
