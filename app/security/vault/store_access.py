"""Who can open this terminal's store, changed from inside an open session (鍵の受け渡し).

Wraps the slot file and the keys that the operator's factors opened. The slot file is written
before the act that needs it commits: a slot without a right opens the store's file but never
the gate; a right without a slot would lock its holder out.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from app.core.clock import Clock
from app.core.paths import Paths
from app.security import vault
from app.security.keys import keyslots, my_number
from app.security.keys.derivation import Argon2Parameters
from app.security.keys.keypairs import OpenedPerson, PersonKeys, with_password
from app.security.keys.sealing import random_key
from app.security.keys.slot_model import SlotFile
from app.security.keys.slot_storage import write_slot_file
from app.security.keys.terminal_secret import TerminalSecret
from app.security.keys.terminal_state import TerminalState
from app.security.refusals import refusal
from app.security.vault import Backup, JournalConnection, Rotated
from app.wire.heads import Head
from db.tables.records import STALE, erasure
from db.work import Rows, Store

STORE_PRIVATE = "store_private"
"""Row of ``terminal_key``: the private half of the store's own pair, for the vestibule."""


@dataclass(slots=True)
class StoreAccess:
    """The slot file in force and the opened keys. ``number_key`` is there when the operator
    has the right to individual numbers (個人番号)."""

    paths: Paths
    slots: SlotFile
    secret: TerminalSecret = field(repr=False)
    store: Store
    journal: JournalConnection
    data_key: bytes = field(repr=False)
    number_key: bytes | None = field(default=None, repr=False)
    _turn: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def forget(self) -> None:
        """Let the keys go: the store is closed. SQLCipher overwrites its own copies; Python's bytes
        cannot be overwritten and stay in freed memory until it is used again."""
        self.data_key, self.number_key = b"", None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Nobody else changes the slot file inside this block."""
        with self._turn:
            yield

    def mirror(self, state: TerminalState, head: Head) -> TerminalState:
        """Write the terminal's state into the slot file, as of the journal's ``head``; what was
        written. The file's own change counts in it."""
        with self._turn:
            revision = self.slots.revision + 1
            state = replace(state, revision=revision, number=head.number, hash=head.hash)
            self._keep(replace(self.slots, state=state, revision=revision))
        return state

    def enter(self, keys: PersonKeys) -> None:
        """Put in a person's fresh keys, or the same pair under a new password; not effective
        until ``admit``."""
        with self._turn:
            self._keep(keyslots.enter(self.slots, keys))

    def under_password(
        self, opened: OpenedPerson, password: str, parameters: Argon2Parameters
    ) -> PersonKeys:
        """The same pair under a new password, for ``enter``; everything else stays as it is."""
        keys = keyslots.keys_of(self.slots, opened.staff_id)
        return with_password(keys, opened, password, parameters)

    def admit(self, staff_id: str, *, numbers: bool = False) -> None:
        """Seal the store's key to a person; with ``numbers`` the number key too.

        Raises ``Refusal`` ``number.no_key`` when the operator has none to give, and
        ``UserError`` ``login.unknown_staff`` for a person without keys.
        """
        if numbers and self.number_key is None:
            raise refusal("number.no_key")
        with self._turn:
            slots = keyslots.admit(self.slots, self.secret, staff_id, self.data_key)
            if numbers and self.number_key is not None:
                slots = keyslots.grant_number(slots, self.secret, staff_id, self.number_key)
            self._keep(slots)

    def admit_all(self, holders: Mapping[str, bool]) -> None:
        """As ``admit`` for everybody who lacks what they need (True: the number key too), with
        one writing of the slot file. Raises as ``admit``; then nobody is admitted."""
        with self._turn:
            slots = self.slots
            for staff_id, numbers in holders.items():
                if numbers and not self.has_numbers(staff_id):
                    if self.number_key is None:
                        raise refusal("number.no_key")
                    slots = keyslots.grant_number(slots, self.secret, staff_id, self.number_key)
                if not self.is_admitted(staff_id):
                    slots = keyslots.admit(slots, self.secret, staff_id, self.data_key)
            if slots is not self.slots:
                self._keep(slots)

    def is_admitted(self, staff_id: str) -> bool:
        """Whether the person's factors open the store already."""
        holder = self.slots.find(staff_id)
        return holder is not None and bool(holder.data_keys)

    def has_numbers(self, staff_id: str) -> bool:
        """Whether the number key is sealed to this person."""
        holder = self.slots.find(staff_id)
        return holder is not None and holder.number_key is not None

    def owes_numbers(self) -> bool:
        """Whether the number key has to be made anew by the next one who holds it."""
        with self.store.view(my_number.ROTATION_WRITES) as work:
            return my_number.is_owed(work)

    def reseals_numbers(self) -> bool:
        """Whether numbers wait to be sealed anew, and the operator holds the key for it."""
        if self.number_key is None:
            return False
        with self.store.view(my_number.ROTATION_WRITES) as work:
            return my_number.is_resealing(work)

    def reseal_numbers(self, work: Rows) -> int:
        """Seal the next numbers anew after a change of the number key; how many, 0 when none is
        left. Raises ``Refusal`` ``number.no_key_to_change``, ``EnvironmentFault``
        ``my_number.unopened``."""
        if self.number_key is None:
            raise refusal("number.no_key_to_change")
        return my_number.reseal(work, self.number_key)

    def revoke_number(self, staff_id: str) -> None:
        """Take the number key from a person."""
        with self._turn:
            self._keep(keyslots.revoke_number(self.slots, staff_id))

    def begin_number_change(self, work: Rows) -> bytes:
        """From now on individual numbers are sealed under a fresh number key, in the act's unit
        of work; the fresh key, for ``end_number_change`` once the act has committed. Those that
        are there follow with ``reseal_numbers``.

        The function declares ``my_number.ROTATION_WRITES``. Raises ``Refusal``
        ``number.no_key_to_change`` when the operator holds none, ``EnvironmentFault``
        ``my_number.unopened``.
        """
        if self.number_key is None:
            raise refusal("number.no_key_to_change")
        fresh = random_key()
        my_number.rotate(work, self.number_key, fresh)
        return fresh

    def end_number_change(self, number_key: bytes, leaving: Collection[str]) -> None:
        """Seal the changed number key to those who held the former one and stay. Until this
        has happened the store itself holds the new key under the old one, and the next login
        of a holder ends it (``my_number.current_key``)."""
        with self._turn:
            self._keep(keyslots.renew_number(self.slots, self.secret, number_key, leaving))
        self.number_key = number_key
        with self.store.update((), my_number.ROTATION_WRITES) as work:
            my_number.settle(work)

    def rotate(self, leaving: Collection[str]) -> None:
        """A new data key; the slots of those ``leaving`` are gone. No unit of work may be
        open. Raises as ``vault.rotate``."""
        with self._turn:
            known = [staff_id for staff_id in leaving if self.slots.find(staff_id) is not None]
            rotated = vault.rotate(
                self.paths,
                self.store,
                self.journal,
                Rotated(self.slots, self.data_key),
                self.secret,
                known,
            )
            self.slots, self.data_key = rotated.slots, rotated.data_key

    def renew_recovery(self, recipient: str) -> None:
        """Seal the store's keys to a new recovery key; nothing when that has been done. Raises
        ``UserError`` ``keyslots.number_right_needed`` when the operator holds no number key."""
        with self._turn:
            if self.slots.recovery_public != recipient:
                keys = keyslots.StoreKeys({self.slots.generation: self.data_key}, self.number_key)
                self._keep(keyslots.replace_recovery(self.slots, recipient, keys))

    def rewrite(self) -> None:
        """Write the store's file anew, without the stale copies that its pages may hold. No unit
        of work may be open. Raises as ``vault.rewrite``."""
        with self._turn:
            vault.rewrite(self.paths, self.store, self.data_key)

    def back_up(self, clock: Clock, reason: str) -> Backup:
        """A sealed backup of store and journal; the store remembers when it was made. After an
        erasure the file is written anew first: a backup copies pages, and a page may hold a stale
        copy of who was erased. No unit of work may be open."""
        if self._is_stale():
            self.rewrite()
        made = vault.backup(
            self.store, self.paths, self.data_key, self.slots.recovery_public, clock, reason
        )
        with self.store.update((), (f"store_fact.{vault.LAST_BACKUP}",)) as work:
            work.set_fact(vault.LAST_BACKUP, clock.now().isoformat())
        return made

    def _is_stale(self) -> bool:
        """Whether an erasure is done after which the file was not written anew yet."""
        with self.store.view(("erasure.state",)) as work:
            return work.first(select(erasure.c.id).where(erasure.c.state.in_(STALE))) is not None

    def _keep(self, slots: SlotFile) -> None:
        write_slot_file(self.paths.slots, slots, self.secret)
        self.slots = slots
