"""The way in, up to the opened keys: slot file, keyring, vestibule and a person's factors.

Nothing is verified by a stored public key before the store is open: the PRF output, which a
key gives only with user verification, is the proof. Once the store is open, the login checks
the same assertion by ``verify_assertion`` against the credential's row, and only then calls
``succeeded``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from app.core.clock import Clock
from app.core.errors import MadoguchiError
from app.core.files import sweep_leftovers
from app.core.paths import Paths
from app.security.authenticators.port import Assertion
from app.security.entry.lockout import LockoutRule
from app.security.entry.vestibule import Vestibule
from app.security.keys import keyslots
from app.security.keys.keypairs import (
    KeyringHold,
    PersonKeys,
    PrfOutput,
    SlotKind,
    open_person,
    posing_as,
    wrong_key,
)
from app.security.keys.keyslots import Unlocked
from app.security.keys.sealing import KEY_BYTES
from app.security.keys.slot_model import SlotFile
from app.security.keys.slot_storage import read_slot_file, read_unauthenticated
from app.security.keys.terminal_secret import SecretShelf, TerminalSecret

COUNTED = frozenset(
    {
        "login.wrong_key",
        "login.wrong_password",
        "login.not_effective",
        "key.wrong",
        "key.pin_wrong",
        "key.pin_paused",
        "key.pin_blocked",
        "key.uv_failed",
        "key.uv_blocked",
        "assertion.proof",
        "assertion.no_touch",
        "assertion.no_verification",
        "assertion.backup_eligible",
        "assertion.counter",
    }
)
"""The refusals that count as a wrong try; giving up, a time-out or a pulled key do not."""


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """What to ask the person's security key for. ``prf_salt`` None: it only signs."""

    credential_ids: tuple[bytes, ...]
    prf_salt: bytes | None


class Entrance:
    """One start of the terminal before login; make it by ``open``. ``slots`` is the slot file
    as the last ``request`` found it: passwords, newcomers and leavers count at once."""

    def __init__(
        self,
        slots: SlotFile,
        terminal: TerminalSecret,
        vestibule: Vestibule,
        read: Callable[[], SlotFile],
        shelf: SecretShelf,
    ) -> None:
        self.slots = slots
        self.terminal = terminal
        self.vestibule = vestibule
        self._read = read
        self.shelf = shelf

    @classmethod
    def open(
        cls,
        paths: Paths,
        shelf: SecretShelf,
        rule: LockoutRule,
        clock: Clock,
        account: str = "",
    ) -> Entrance:
        """Read slot file, terminal secret and vestibule; ``account`` is the OS account in use.

        Raises ``EnvironmentFault``: ``keyslots.*`` in the order of ``read_slot_file`` with
        ``keyring.*`` between version and terminal, ``vestibule.unreadable``, ``disk.*``.
        """
        for path in (paths.slots, paths.vestibule):
            sweep_leftovers(path)
        read_unauthenticated(paths.slots)  # a damaged file is told before a locked keyring
        terminal = shelf.read_terminal_secret()
        slots = read_slot_file(paths.slots, terminal, account)
        assert terminal is not None  # read_slot_file refuses without it
        known = _known(slots)
        vestibule = Vestibule.enter(
            paths.vestibule, shelf, terminal, slots.store_public, known, rule, clock
        )
        return cls(
            slots,
            terminal,
            vestibule,
            lambda: read_slot_file(paths.slots, terminal, account),
            shelf,
        )

    def request(self, staff_id: str) -> KeyRequest:
        """Begin a try of ``staff_id``. An id that nobody has is asked for keys that nobody has, so
        that nobody can tell it from another's. Raises ``UserError`` ``login.locked_out``;
        ``EnvironmentFault`` ``keyslots.*``."""
        self.slots = self._read()
        self.vestibule.know(_known(self.slots))
        self.vestibule.admit(staff_id)
        keys = self._keys_of(staff_id)
        wants_prf = any(slot.kind is SlotKind.PRF for slot in keys.slots)
        lent = self.slots.find(keyslots.loan_of(staff_id))
        more = lent.keys.credential_ids if lent is not None else ()
        return KeyRequest((*keys.credential_ids, *more), keys.prf_salt if wants_prf else None)

    def unlock(self, staff_id: str, password: str, assertion: Assertion) -> Unlocked:
        """Open the store's keys with the password and what the key answered.

        Raises as ``keyslots.unlock``, a wrong try already counted.
        """
        try:
            if self.answers_with_loan(staff_id, assertion):
                return self._unlock_loan(staff_id, password, assertion)
            keys = self._keys_of(staff_id)
            prf = _prf_of(keys, assertion)
            if keyslots.is_loan(staff_id) or self.slots.find(staff_id) is None:
                # Whoever answered for keys that nobody has waits as long as for somebody's.
                open_person(keys, password, self.terminal if prf is None else prf)
                raise wrong_key()
            return keyslots.unlock(self.slots, self.terminal, staff_id, password, prf)
        except MadoguchiError as error:
            self.failed(staff_id, error)
            raise

    def answers_with_loan(self, staff_id: str, assertion: Assertion) -> bool:
        """Whether a key that was lent to this person answered (貸出鍵)."""
        lent = self.slots.find(keyslots.loan_of(staff_id))
        return lent is not None and assertion.credential_id in lent.keys.credential_ids

    def _unlock_loan(self, staff_id: str, password: str, assertion: Assertion) -> Unlocked:
        name = keyslots.loan_of(staff_id)
        prf = _prf_of(keyslots.keys_of(self.slots, name), assertion)
        opened = keyslots.unlock(self.slots, self.terminal, name, password, prf)
        return replace(opened, person=replace(opened.person, staff_id=staff_id))

    def _keys_of(self, staff_id: str) -> PersonKeys:
        found = None if keyslots.is_loan(staff_id) else self.slots.find(staff_id)
        return found.keys if found else decoy(self.slots, self.terminal, staff_id)

    def failed(self, staff_id: str, error: MadoguchiError) -> None:
        """Count a wrong try: for what the security key or the assertion's check raised."""
        if error.code in COUNTED:
            self.vestibule.refuse(staff_id, error.code)

    def succeeded(self, staff_id: str) -> None:
        """The person is in: their failures count from zero again."""
        self.vestibule.succeed(staff_id)


def _known(slots: SlotFile) -> frozenset[str]:
    """Whose tries are counted by name."""
    return frozenset(one for one in slots.staff_ids if not keyslots.is_loan(one))


def decoy(file: SlotFile, terminal: TerminalSecret, staff_id: str) -> PersonKeys:
    """Keys that nobody has, the same at every try of an id, as many and as long as those of
    somebody in the file, and as slow to be refused."""

    def made(what: str, size: int) -> bytes:
        seed = terminal.key_for("decoys")
        return hashlib.shake_256(seed + f"{what} {staff_id}".encode()).digest(size)

    pattern = file.holders[made("pattern", 8)[0] % len(file.holders)].keys
    ids = tuple(made(f"key {at}", len(slot.credential_id)) for at, slot in enumerate(pattern.slots))
    posing = posing_as(pattern, staff_id, KeyringHold(terminal, ids), made("held", KEY_BYTES))
    return replace(posing, prf_salt=made("salt", len(pattern.prf_salt)))


def _prf_of(keys: PersonKeys, assertion: Assertion) -> PrfOutput | None:
    """None leads to the keyring slot; a PRF slot without its output is a wrong key."""
    kinds = {slot.credential_id: slot.kind for slot in keys.slots}
    if kinds.get(assertion.credential_id) is SlotKind.KEYRING:
        return None
    if assertion.prf is None:
        raise wrong_key()
    return PrfOutput(assertion.credential_id, assertion.prf)
