"""Software keys with a fingerprint reader for everybody at the training counter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.demo.people import EVERYBODY
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.port import Prompts
from app.training.software_key import SoftwareKey


class KeyDrawer:
    """The keys in the drawer; the one that was taken out last is plugged in.

    ``touched_at_once`` False: a touch waits for ``touch`` (the training window's button).
    ``folder`` keeps what the keys remember from one run to the next; None keeps nothing.
    """

    def __init__(self, *, touched_at_once: bool, folder: Path | None = None) -> None:
        self._keys: dict[str, SoftwareKey] = {}
        for person in EVERYBODY:
            path = None if folder is None else folder / f"{person.staff_id}.key"
            key = SoftwareKey(path, touched_at_once=touched_at_once)
            key.enrol_finger()
            self._keys[person.staff_id] = key
        self._in = ""

    def set_touched_at_once(self, at_once: bool) -> None:
        """Whether the keys wait for ``touch``."""
        for key in self._keys.values():
            key.touched_at_once = at_once

    def insert(self, staff_id: str) -> None:
        """Plug this person's key in, and no other."""
        self._in = staff_id

    def touch(self) -> None:
        """Touch the key that is plugged in."""
        if self._in:
            self._keys[self._in].touch()

    def plugged(self) -> Sequence[SoftwareKey]:
        """The devices, as the authenticator asks for them."""
        return (self._keys[self._in],) if self._in else ()

    def authenticator_of(self, staff_id: str) -> CtapAuthenticator:
        """The port over one person's key alone, for the setting-up."""
        return CtapAuthenticator(self._keys[staff_id].plugged, ReadyPerson(), seconds=30)

    def authenticator(self, prompts: Prompts) -> CtapAuthenticator:
        """The port over whatever key is plugged in."""
        return CtapAuthenticator(self.plugged, prompts, seconds=60)


class ReadyPerson:
    """Somebody whose key needs no PIN and who touches at once."""

    def touch(self) -> None:
        """Nothing to say."""

    def pin(self, retries_left: int | None) -> str | None:
        """These keys know fingers, not PINs."""
        return None
