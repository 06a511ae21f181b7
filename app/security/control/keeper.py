"""The control log in force: its state, and the one way to carry it on (DESIGN 4, 5)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.security.acts.approval import AssertionCheck
from app.security.control import beside, order, standing
from app.security.control.deeds import FollowLog
from app.security.control.done import Done
from app.security.control.effects import check_order, take_effect
from app.security.control.founders import founders_of
from app.security.control.joining import Joined, Offer, join
from app.security.control.log import ControlRow
from app.security.control.order import Placed, read_order, union_keys, write_order
from app.security.control.proof import Prover, RowFault, begins_with_founding
from app.security.control.reading import Reading
from app.security.control.rows import READS, Unsigned, append, read_log, unsigned, write_changes
from app.security.control.rules import House
from app.security.control.shared import Shared, Step
from app.security.control.state import ControlState
from app.security.journal.journal import Journal
from app.security.journal.levels import Levels
from app.security.refusals import refusal
from db.work import Rows, Store


class Control:
    """What the open store's log leads to. ``state`` is replaced as a whole by each deed;
    ``faults`` are rows of the log that count for nothing, ``strange`` rows of the store that
    the log does not lead to. ``shared`` is what is kept for the log of many desks, None for a log
    that nobody else could prove; ``offer`` is a log of another founding that this terminal may
    follow."""

    def __init__(
        self,
        house: House,
        state: ControlState,
        faults: tuple[RowFault, ...] = (),
        strange: tuple[Unsigned, ...] = (),
        shared: Shared | None = None,
    ) -> None:
        self.house = house
        self.state = state
        self.faults = faults
        self.strange = strange
        self.shared = shared
        self.offer: Offer | None = None
        self._written: Placed | None = None
        self._joined: Joined | None = None
        self._turn = threading.RLock()

    @property
    def told_at(self) -> str:
        """When the union last said how far the log of many desks goes (ISO), and this terminal had
        applied all of it; "" while it shares none."""
        told = self.shared.told if self.shared is not None else None
        return told.at if told is not None else ""

    def first_shared(self) -> bytes:
        """The first row of the log of many desks, empty while this terminal shares none."""
        return self.shared.first if self.shared is not None else b""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One deed at a time: the next one begins from where this one ended."""
        with self._turn:
            yield

    def after(self, deed: object, done: Done) -> ControlState:
        """Where the deed leads to. Raises as ``check_order`` and ``take_effect`` do."""
        check_order(self.state, deed, done, self.house)
        draft = self.state.draft()
        take_effect(draft, deed, done, self.house)
        draft.note(deed, done)
        if isinstance(deed, FollowLog):
            if self.told_at:
                raise refusal("control.joined")
            self._joined = join(draft, deed, done, self.offer, self.house)
            return self._joined.state
        return draft

    def write(self, work: Rows, draft: ControlState, row: ControlRow, line: int) -> None:
        """Put the row into the log and bring the store's rows to ``draft``, in the act's own
        transaction; ``line`` is its journal line. ``carry_on`` follows once it has committed."""
        body = row.to_bytes()
        joined = self._joined
        if joined is not None and joined.state is not draft:
            joined = None  # prepared, and another deed is done
        if joined is not None:
            draft.head = self.state.head
        append(work, draft, body)
        self._written = (draft.head.number, body)
        if joined is not None:
            for one in joined.offer.bodies:
                append(work, draft, one)
            write_order(work, 1, joined.numbers, joined.offer.signed)
        write_changes(work, self.state, draft, line)

    def carry_on(self, draft: ControlState) -> None:
        """The deed has committed."""
        self.state = draft
        if self._joined is not None and draft is self._joined.state:
            self.shared, self.faults = self._joined.shared, self._joined.shared.faults
            self.offer = self._joined = self._written = None
        if self._written is not None and self.shared is not None:
            self.shared = self.shared.with_own(*self._written)
        self._written = None

    def carry_over(self, step: Step) -> None:
        """What other desks did has committed."""
        self.state, self.shared, self.faults = step.state, step.shared, step.faults


def prove_control(store: Store, journal: Journal, house: House, check: AssertionCheck) -> Control:
    """Read the whole log of an open store and prove it, once, row by row against the journal or, of
    other desks' rows, against the union's signed order; name the rows of the store that it does not
    lead to, and put back those that others believe as they stand (``beside``). A log from before
    its founding was a row of it begins with the genesis in the journal. Raises as
    ``founders_of``."""
    with store.view((*READS, *standing.READS, *order.READS)) as work:
        rows = read_log(work)
        own = standing.Standing(work, journal, Levels(house.catalog, house.calendar))
        if not begins_with_founding(rows):
            prover = Prover(house, check, own.holds)
            proved, shared = prover.replay(rows, founders_of(journal, house)), None
        else:
            here = (store.identity.terminal, store.identity.epoch)
            ordered = read_order(work, rows, union_keys(work))
            proved, shared = Reading(house, check, own, here).read(rows, ordered)
        strange = unsigned(work, proved.state)
        differing = beside.differing(work, proved.state)
    if differing:
        with store.update(beside.READS, beside.WRITES) as work:
            beside.put_back(work, differing)
    strange += tuple(Unsigned(one.table, one.key, one.how) for one in differing)
    return Control(house, proved.state, proved.faults, strange, shared)
