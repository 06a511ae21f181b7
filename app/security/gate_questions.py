"""All questions in their order: who, where, when, with what right, how fresh (DESIGN 1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from app.core.clock import Clock
from app.security import gate_checks as checks
from app.security.approval import Approval, Confirmed
from app.security.clock_mark import believed, moved
from app.security.draft import Draft
from app.security.gate_checks import House
from app.security.grants import Grant
from app.security.journal import Journal
from app.security.refusals import refusal
from app.security.session import LiveSession
from app.security.spec import Actor, Function
from app.security.standing import READS, Place, read_place
from db.tables.control import act as act_table
from db.work import Store, Work

_USED = select(act_table.c.journal_line).where(act_table.c.nonce == bindparam("nonce"))


class Questions:
    """What the gate asks before anything happens. Remembers the clock mark of this run."""

    def __init__(self, store: Store, journal: Journal, clock: Clock, house: House) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._house = house
        self._mark: datetime | None = None

    def standing(
        self, work: Work, function: Function, live: LiveSession, purpose: str
    ) -> tuple[Grant, Place]:
        """The right and the place under which this session may run ``function`` now.

        Raises ``Refusal``, first cause first.
        """
        now = self._clock.now()
        place = read_place(work)
        checks.check_actor(function, Actor.STAFF)
        checks.check_terminal(function, place)
        self.believe_clock(function, place)
        checks.check_limits(function, live)
        day = believed(self._known_mark(place), now)
        grant = checks.right_of(work, live.session.staff_id, function, day, self._house)
        checks.check_hours(function, place, now)
        checks.check_purpose(function, purpose, self._house.purposes)
        checks.check_needs(function, place, self._house.conditions)
        checks.check_recent(function, live, self._clock.monotonic())
        live.used_at = self._clock.monotonic()
        return grant, place

    def believe_clock(self, function: Function, place: Place) -> None:
        """Raises ``clock.back`` or ``clock.leap``; a good moment moves the mark of this run."""
        now = self._clock.now()
        mark = self._known_mark(place)
        checks.check_clock(function, mark, now)
        if function.id != checks.CLOCK_FUNCTION:
            self._mark = now if mark is None else moved(mark, now)

    def _known_mark(self, place: Place) -> datetime | None:
        known = [mark for mark in (self._mark, place.mark) if mark is not None]
        return max(known) if known else None

    def clock_was_set(self, moment: datetime) -> None:
        """Two supervisors set the date: the mark of this run starts anew from there."""
        self._mark = moment

    def day_for(self, work: Work) -> datetime:
        """The moment by which a second person's dates are judged."""
        return believed(self._known_mark(read_place(work)), self._clock.now())

    def check_origin(self, draft: Draft) -> None:
        """The draft belongs to this store, this epoch and this journal."""
        identity = self._store.identity
        here = (identity.store_id, identity.terminal, identity.epoch)
        if (draft.store_id, draft.terminal, draft.epoch) != here:
            raise refusal("terminal.other")
        if not self._journal.has(draft.head):
            raise refusal("act.journal_lost")

    def allowed(
        self, draft: Draft, approvals: Sequence[Approval], live: LiveSession
    ) -> tuple[Confirmed, ...]:
        """Everything again, plus the approvals. Raises ``Refusal`` or ``assertion.*``."""
        now = self._clock.now()
        tables = dict.fromkeys(seen.table for seen in draft.versions)
        with self._store.view((*READS, "act", *tables)) as work:
            grant, place = self.standing(work, draft.function, live, draft.purpose)
            checks.check_draft(draft, self._house, now)
            if work.scalar(_USED, {"nonce": draft.nonce.hex()}) is not None:
                raise refusal("act.nonce_used")
            checks.check_rows(work, draft.versions)
            if grant.id != draft.grant_id:
                raise refusal("act.altered")
            moment = (believed(self._known_mark(place), now), self._clock.monotonic())
            return checks.check_approvals(work, draft, approvals, grant, live, moment, self._house)
