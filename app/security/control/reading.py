"""Reading a control log of one or many desks from its rows to what it leads to (decision 025)."""

from __future__ import annotations

from collections.abc import Sequence

from app.security.acts.approval import AssertionCheck, Evidence, SignedAct, read_signed
from app.security.acts.content import read_as
from app.security.control.deeds import TYPES, FollowLog
from app.security.control.joining import follows
from app.security.control.log import RowError, read_row
from app.security.control.order import Order, Placed
from app.security.control.proof import Proved, Prover, RowFault, Stands, in_chain
from app.security.control.rules import House
from app.security.control.shared import Shared, digest
from app.security.control.standing import Standing
from app.security.control.state import ControlState
from app.wire.control import origin
from app.wire.heads import Head

NOWHERE = Head(0, b"")
"""The base of a log that was never shared: its municipality is not known to the union yet."""


class Reading:
    """One reading of the log by ``house`` and ``check``. ``own`` asks this store's journal, and
    ``here`` is this terminal's number and epoch."""

    def __init__(
        self, house: House, check: AssertionCheck, own: Standing, here: tuple[str, int]
    ) -> None:
        self._house = house
        self._check = check
        self._own = own
        self._here = here

    def read(self, rows: Sequence[tuple[int, bytes, bytes]], order: Order) -> tuple[Proved, Shared]:
        """The state in the union's order and behind it the own rows that wait; a row out of the
        chain ends the reading, and nothing is shared before that is mended."""
        kept, broken = in_chain(rows)
        bodies = {number: body for number, _, body in kept}
        whole = all(number in bodies for number, _ in order.placed)
        placed = order.placed if whole else ()
        waiting = tuple(one for one in order.waiting if one[0] in bodies)
        if not whole:
            waiting = tuple(bodies.items())
        start = origin(order.head.municipality) if placed and order.head else NOWHERE
        before, ended = self._own_log(waiting, placed)
        waiting = waiting[len(ended) :]
        first = ControlState(head=start, terminal=before.state.terminal)
        base = self._prover(self._stands_in_order).follow(first, placed)
        own = self._prover(self._own.holds).follow(base.state.draft(), waiting)
        own.state.head = Head(kept[-1][0], kept[-1][1]) if kept else own.state.head
        faults = (*before.faults, *base.faults, *own.faults, *broken)
        shared = Shared(
            base.state,
            waiting,
            (*before.faults, *base.faults),
            {digest(body): number for number, body in bodies.items()},
            _denied(faults, bodies),
            order.head if placed else None,
            placed[0][1] if placed else b"",
        )
        return Proved(own.state, faults), shared

    def _own_log(
        self, waiting: Sequence[Placed], placed: Sequence[Placed]
    ) -> tuple[Proved, Sequence[Placed]]:
        """What the own founding led to, and its rows, where the last of them says that this store
        follows the log of ``placed``; nothing where no such row proves it."""
        nothing = Proved(ControlState(), ())
        bodies = [body for _, body in placed]
        for at, (number, body) in enumerate(waiting, start=1):
            deed = _follow_log(body)
            if deed is not None and follows(deed, bodies):
                proved = self._prover(self._own.holds).follow(ControlState(), waiting[:at])
                if number not in {one.number for one in proved.faults}:
                    return proved, waiting[:at]
        return nothing, ()

    def _prover(self, stands: Stands) -> Prover:
        return Prover(self._house, self._check, stands, self._is_ours)

    def _is_ours(self, said: SignedAct) -> bool:
        return said.terminal == self._here[0] or self._own.knows(said)

    def _stands_in_order(self, said: SignedAct, evidence: Sequence[Evidence]) -> bool:
        """An own act stands in this journal; another terminal's in the order that the union signed,
        and so does one of an epoch that a restore ended."""
        if self._own.knows(said) or (said.terminal, said.epoch) == self._here:
            return self._own.holds(said, evidence)
        return True


def _follow_log(body: bytes) -> FollowLog | None:
    try:
        deed = read_as(TYPES, read_row(body).content)
    except (RowError, ValueError):
        return None
    return deed if isinstance(deed, FollowLog) else None


def _denied(faults: Sequence[RowFault], bodies: dict[int, bytes]) -> frozenset[bytes]:
    found = set()
    for one in faults:
        if one.code == "journal":
            try:
                found.add(read_signed(read_row(bodies[one.number]).evidence[0].signed).nonce)
            except (RowError, ValueError, IndexError, KeyError):
                continue
    return frozenset(found)
