"""The terminal's state in keyring, slot file and journal: compared at open, written after
(DESIGN 4, 5).

Written at open, contact, lock and close and after each act of administration, in the order
journal, slot file, keyring: a kill between two of them leaves a mirror behind, which is no fault.
Whoever puts store and journal back together leaves them behind a mirror, which is one.
"""

from __future__ import annotations

import logging

from sqlalchemy import func, select

from app.core.errors import MadoguchiError
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State
from app.security.keys.slot_model import SlotFile
from app.security.keys.terminal_secret import SecretShelf
from app.security.keys.terminal_state import (
    NOTHING_YET,
    STATE_EVENT,
    TerminalState,
    behind,
    next_state,
    read_state,
    rolled_back,
)
from app.security.vault.store_access import StoreAccess
from app.wire.heads import Head
from db.tables.cases import decision
from db.tables.control import act, control_row, credential
from db.tables.persons import restriction
from db.work import Store

PURGED_DECISIONS = "purged.decision"
"""Fact of the store: how many decisions were ever erased. Whoever erases one counts it here in
the same unit of work, so that the number of decisions a store ever had never falls."""

PURGED_MEASURES = "purged.restriction"
"""The same of measures (支援措置)."""

_READS = (
    *("act", "control_row", "credential.counter", "decision", "restriction"),
    *(f"store_fact.{name}" for name in (PURGED_DECISIONS, PURGED_MEASURES)),
)
_LOOKED_AT = 5_000  # lines from the end, for the newest act that was carried out

_log = logging.getLogger(__name__)


class StateMirrors:
    """Where one open terminal mirrors its state. Safe from any thread.

    ``check`` once at open; ``begin`` when somebody is in; ``write`` from then on. Before
    ``begin`` and after ``stop`` nothing is written: a terminal that turned out to be an old copy
    must not make itself its own mirror.
    """

    def __init__(
        self, store: Store, journal: Journal, access: StoreAccess, shelf: SecretShelf
    ) -> None:
        self._store = store
        self._journal = journal
        self._access = access
        self._shelf = shelf
        self._begun = False

    def check(self) -> None:
        """Hold store, journal and slot file against every mirror and against each other.

        Raises ``EnvironmentFault`` ``rollback.*`` and ``keyring.*``.
        """
        present = present_state(self._store, self._journal, self._access.slots)
        kept, in_slots, in_journal = self._mirrors()
        if kept is None and (in_slots is not None or in_journal is not None):
            raise rolled_back("mirror")
        for mirror in (kept, in_slots, in_journal):
            what = behind(mirror or NOTHING_YET, present, self._had)
            if what:
                raise rolled_back(what)
        what = apart(self._store, self._journal)
        if what:
            raise rolled_back(what)
        if kept is None:
            self._shelf.keep_state(NOTHING_YET)

    def begin(self) -> None:
        """Somebody is in: write the state now, and whenever ``write`` is called. Raises as
        ``app.security.keys`` and the journal do when one of the three cannot be written."""
        self._write()
        self._begun = True

    def write(self) -> None:
        """Write the state again. What cannot be written stays behind, which is no fault."""
        if not self._begun:
            return
        try:
            self._write()
        except MadoguchiError as fault:
            if fault.code == "store.closed":
                return  # a contact that ended while everybody was logged off
            _log.warning("the terminal's state was not mirrored: %s", fault.code)

    def stop(self) -> None:
        """Write no more: the state that is here is not to be believed."""
        self._begun = False

    def _write(self) -> None:
        with self._access.changing():
            state = next_state(
                present_state(self._store, self._journal, self._access.slots), *self._mirrors()
            )
            self._journal.append(Entry(State.EVENT, STATE_EVENT, payload=state.to_bytes()))
            written = self._access.mirror(state, self._journal.head)
        self._shelf.keep_state(written)

    def _mirrors(
        self,
    ) -> tuple[TerminalState | None, TerminalState | None, TerminalState | None]:
        return self._shelf.read_state(), self._access.slots.state, last_state(self._journal)

    def _had(self, head: Head) -> bool:
        """Whether the journal holds that place, or has dropped the month it lies in."""
        return self._journal.has(head) or 1 < head.number < self._journal.first_kept()


def present_state(store: Store, journal: Journal, slots: SlotFile) -> TerminalState:
    """The state as store, journal and slot file show it now."""
    with store.view(_READS) as work:
        purged = work.fact(PURGED_DECISIONS)
        purged_measures = work.fact(PURGED_MEASURES)
        decisions = work.scalar(select(func.count()).select_from(decision)) or 0
        signed = work.scalar(select(func.count()).select_from(control_row)) or 0
        measures = work.scalar(select(func.count()).select_from(restriction)) or 0
        counters = work.scalar(select(func.sum(credential.c.counter))) or 0
        last_act = work.scalar(select(func.max(act.c.journal_line))) or 0
    ((heads,),) = journal.file.rows("SELECT count(*) FROM head")
    genesis = journal.file.rows("SELECT hash FROM line WHERE number = 1")
    head = journal.head
    return TerminalState(
        0,
        bytes(genesis[0][0]) if genesis else b"",
        slots.revision,
        slots.generation,
        head.number,
        head.hash,
        heads,
        last_act,
        decisions + int(purged or 0),
        signed,
        measures + int(purged_measures or 0),
        int(counters),
    )


def take_as_it_is(store: Store, journal: Journal, slots: SlotFile) -> None:
    """The state that is here is to be believed from now on, whatever the journal said before: for
    recovery, which two papers and two persons authorise."""
    state = next_state(present_state(store, journal, slots), last_state(journal))
    journal.append(Entry(State.EVENT, STATE_EVENT, payload=state.to_bytes()))


def last_state(journal: Journal) -> TerminalState | None:
    """The state that the journal's newest such line holds; None before the first."""
    rows = journal.file.rows(
        "SELECT number FROM line WHERE instr(body, ?) > 0 ORDER BY number DESC LIMIT 1",
        (STATE_EVENT.encode(),),
    )
    if not rows:
        return None
    entry = journal.line(rows[0][0]).entry
    try:
        return read_state(entry.payload) if entry.function_id == STATE_EVENT else None
    except ValueError:
        return None  # the proof of the journal names it


def apart(store: Store, journal: Journal) -> str:
    """Which of the two is older than the other: ``store``, ``journal``, or nothing.

    Each update of the store stands in the journal by its line and nonce, and each line that says
    ``done`` has left its act in the store, whenever the terminal was killed.
    """
    with store.view(_READS) as work:
        newest = work.first(
            select(act.c.journal_line, act.c.nonce).order_by(act.c.journal_line.desc()).limit(1)
        )
        if newest is not None and not _stands(journal, newest.journal_line, newest.nonce):
            return "journal"
        for looked, line in enumerate(journal.newest_first()):
            entry = line.entry
            if entry.function_id == STATE_EVENT or looked == _LOOKED_AT:
                break
            if entry.state is State.DONE:
                there = work.first(select(act.c.nonce).where(act.c.journal_line == entry.of))
                return "" if there is not None else "store"
    return ""


def _stands(journal: Journal, number: int, nonce: str) -> bool:
    try:
        return journal.line(number).entry.nonce.hex() == nonce
    except KeyError:
        return 1 < number < journal.first_kept()
