"""An open terminal: store, journal and gate, from opened keys to closed files (端末)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from app.core.clock import Clock
from app.core.paths import Paths
from app.security import vault
from app.security.control.keeper import Control
from app.security.entry.control import open_control
from app.security.entry.entrance import Entrance
from app.security.gate.catching_up import catch_up
from app.security.gate.checks import GateRules
from app.security.gate.clock_mark import MARK_FACT
from app.security.gate.control_log import MunicipalLog
from app.security.gate.gate import Gate, SystemHand
from app.security.gate.seating import seat
from app.security.gate.shut_out import reseal_numbers, shut_out_gone
from app.security.journal.journal import Journal, OpenAct
from app.security.journal.line import Entry, State
from app.security.journal.mirrors import StateMirrors
from app.security.keys.keyslots import StoreKeys
from app.security.spec import Catalog, Hand
from app.security.staff.session import LOG_OFF, LiveSessions
from app.security.vault.store_access import STORE_PRIVATE, StoreAccess
from db.tables.control import act, credential, terminal_key
from db.work import Store

VESTIBULE = "session.vestibule"
"""The journal's lines of what happened before the store was open."""


@dataclass(frozen=True, slots=True)
class OpenTerminal:
    """Everything that is open between the first login and the closing of the store. ``engine_hand``
    and ``scheduler_hand`` are the handles to the terminal's own work, for what begins it alone."""

    store: Store
    journal: Journal
    gate: Gate
    sessions: LiveSessions
    access: StoreAccess
    clock: Clock
    rules: GateRules
    mirrors: StateMirrors
    control: Control
    engine_hand: SystemHand
    scheduler_hand: SystemHand
    municipal_log: MunicipalLog

    def shut_out(self) -> None:
        """Whoever is gone, or lent a key that came back, opens nothing any more
        (``shut_out_gone``): the scheduler's work, done now for who asks."""
        shut_out_gone(self.scheduler_hand, self.access)

    def seat(self) -> None:
        """Whoever the log of many desks lets in can open this store (``seating.seat``)."""
        seat(self.gate, self.access, self.control, self.journal)

    def follow_log(self) -> None:
        """After rows of other desks: keys go to whoever came, and from whoever is gone."""
        self.seat()
        self.shut_out()

    def end_sessions(self, cause: str) -> None:
        """Every session ends; ``cause`` is the code that its line in the journal says."""
        for live in self.sessions.all():
            session = live.session
            self.sessions.leave(session, cause)
            self.journal.append(
                Entry(State.EVENT, LOG_OFF, session.staff_id, session=session.id, cause=cause)
            )

    def reseal(self) -> bool:
        """The next numbers are sealed anew after a change of the number key
        (``reseal_numbers``)."""
        return reseal_numbers(self.scheduler_hand, self.access)

    def close(self) -> None:
        """End every session and close store and journal: log-off, end of hours, suspend."""
        for live in self.sessions.all():
            self.sessions.leave(live.session)
        self.access.number_key = None
        try:
            self.mirrors.write()
        finally:
            self.journal.close()
            self.store.close()
            self.access.forget()


def open_terminal(
    paths: Paths,
    entrance: Entrance,
    keys: StoreKeys,
    catalog: Catalog,
    clock: Clock,
    rules: GateRules,
) -> OpenTerminal:
    """Open store and journal with what a person's factors opened, and settle both.

    Both are held against the mirrors of the terminal's state first; then acts that were cut
    short are ended from what the store shows. Raises what ``vault``, ``Journal.open`` and
    ``StateMirrors.check`` raise; nothing is left open then.
    """
    opened = vault.open_with(paths, keys, entrance.slots, entrance.terminal)
    try:
        connection = vault.open_journal(paths, opened.data_key)
        try:
            identity = opened.store.identity
            journal = Journal.open(connection, identity.terminal, identity.epoch, clock)
            access = StoreAccess(
                paths,
                opened.slots,
                entrance.terminal,
                opened.store,
                connection,
                opened.data_key,
                keys.number_key,
            )
            mirrors = StateMirrors(opened.store, journal, access, entrance.shelf)
            mirrors.check()
            settle(journal, opened.store)
            control = open_control(opened.store, journal, rules)
            catch_up(opened.store, journal, catalog)
        except BaseException:
            connection.close()
            raise
    except BaseException:
        opened.store.close()
        raise
    sessions = LiveSessions()
    gate = Gate(opened.store, journal, clock, rules, sessions, control, mirrors.write)
    engine_hand = gate.hand(Hand.ENGINE)
    return OpenTerminal(
        opened.store,
        journal,
        gate,
        sessions,
        access,
        clock,
        rules,
        mirrors,
        control,
        engine_hand,
        gate.hand(Hand.SCHEDULER),
        MunicipalLog(opened.store, journal, control, engine_hand, rules.check_assertion, sessions),
    )


def take_over_vestibule(terminal: OpenTerminal, entrance: Entrance) -> int:
    """Bring what happened before the store was open into the journal; how many lines.

    Codes and staff ids only. The vestibule forgets them once the journal has them.
    """
    with terminal.store.view(("terminal_key",)) as work:
        private = work.scalar(
            select(terminal_key.c.value).where(terminal_key.c.name == STORE_PRIVATE)
        )
    if private is None:
        return 0
    taken = entrance.vestibule.take_over(bytes(private))
    for entry in taken.entries:
        terminal.journal.append(
            Entry(
                State.REFUSED,
                VESTIBULE,
                entry.staff_id,
                cause=entry.cause,
                query_kind=f"{'try' if entry.staff_id else 'lost'}-{entry.failures}",
                payload=entry.at.isoformat().encode(),
            )
        )
    entrance.vestibule.settle(taken)
    return len(taken.entries)


def keep_mark(store: Store, mark: datetime) -> None:
    """Write the clock mark (時刻の基準)."""
    with store.update((), (f"store_fact.{MARK_FACT}",)) as work:
        work.set_fact(MARK_FACT, mark.isoformat())


def keep_counter(store: Store, credential_id: bytes, counter: int) -> None:
    """Write a key's new signature counter."""

    with store.update(("credential",), ("credential.counter",)) as work:
        work.run(update(credential).where(credential.c.id == credential_id).values(counter=counter))


def settle(journal: Journal, store: Store) -> None:
    """End the acts that were cut short from what the store shows of them."""
    journal.settle(lambda one: _has_effect(store, one))


def _has_effect(store: Store, one: OpenAct) -> bool:
    with store.view(("act",)) as work:
        found = work.scalar(select(act.c.journal_line).where(act.c.nonce == one.nonce.hex()))
    return bool(found == one.number)
