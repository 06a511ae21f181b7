"""What the rows of other desks do to this terminal's control log (DESIGN 4, decision 025).

A ``Step`` is worked out on copies and written in one transaction: rows, places, the union's signed
head, and everything that follows from them. So after a kill the store has the old state or the new
one. A row that is in its place and proves nothing keeps its place, gives nothing and is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import insert

from app.security.acts.approval import Evidence, SignedAct
from app.security.control.log import after
from app.security.control.order import Placed, write_order
from app.security.control.proof import Prover, RowFault
from app.security.control.rows import write_changes
from app.security.control.state import ControlState
from app.wire.control import ControlHead
from db.tables.control import control_row
from db.work import Rows


@dataclass(frozen=True, slots=True)
class Shared:
    """What is kept beside the state while the store is open. ``base`` is the state in the union's
    order alone, whose head is the place there; ``waiting`` are the own rows behind it; ``faults``
    are rows of ``base`` that count for nothing; ``numbers`` finds a row by its digest; ``denied``
    are own acts (nonces) that do not stand in the journal; ``told`` is the union's newest word;
    ``first`` is the log's first row, by whose digest two desks compare it."""

    base: ControlState
    waiting: tuple[Placed, ...] = ()
    faults: tuple[RowFault, ...] = ()
    numbers: dict[bytes, int] = field(default_factory=dict)
    denied: frozenset[bytes] = frozenset()
    told: ControlHead | None = None
    first: bytes = b""

    def with_own(self, number: int, body: bytes) -> Shared:
        """An own act was written behind everything."""
        numbers = {**self.numbers, digest(body): number}
        return replace(self, waiting=(*self.waiting, (number, body)), numbers=numbers)


@dataclass(frozen=True, slots=True)
class Step:
    """One answer of the union, judged: ``appended`` are rows that are new here (number, hash,
    body), ``placed`` the numbers that take the places from ``first`` on, ``named`` the rows of this
    answer that count for nothing, and own ones that yield to another's."""

    before: ControlState
    state: ControlState
    shared: Shared
    appended: tuple[tuple[int, bytes, bytes], ...]
    first: int
    placed: tuple[int, ...]
    signed: bytes
    faults: tuple[RowFault, ...]
    named: tuple[RowFault, ...]

    def write(self, work: Rows, line: int) -> None:
        """Everything that the step changes, in the caller's transaction; ``line`` is the journal
        line of the contact that brought it."""
        rows = [{"number": n, "hash": value, "body": body} for n, value, body in self.appended]
        if rows:
            work.run(insert(control_row), rows)
        write_order(work, self.first, self.placed, self.signed)
        write_changes(work, self.before, self.state, line)


def digest(body: bytes) -> bytes:
    """By which a row is known again."""
    return hashlib.sha256(body).digest()


Believed = Callable[[SignedAct, Sequence[Evidence]], bool]


def step(
    state: ControlState,
    shared: Shared,
    bodies: Sequence[bytes],
    told: tuple[ControlHead, bytes],
    prover: Prover,
) -> Step:
    """What ``bodies``, which the union puts behind ``shared.base``, lead to. ``told`` is its word
    on the place that they reach, read and as it was signed."""
    numbers, head = dict(shared.numbers), state.head
    appended, placed = [], []
    for body in bodies:
        number = numbers.get(digest(body))
        if number is None:
            head = after(head, body)
            number = numbers[digest(body)] = head.number
            appended.append((number, head.hash, body))
        placed.append((number, body))
    base = prover.follow(shared.base, placed)
    known = {number for number, _ in placed}
    waiting = tuple(one for one in shared.waiting if one[0] not in known)
    own = prover.follow(base.state.draft(), waiting)
    own.state.head = head
    faults = (*shared.faults, *base.faults)
    return Step(
        state,
        own.state,
        replace(
            shared,
            base=base.state,
            waiting=waiting,
            faults=faults,
            numbers=numbers,
            told=told[0],
            first=shared.first or next(iter(bodies), b""),
        ),
        tuple(appended),
        shared.base.head.number + 1,
        tuple(number for number, _ in placed),
        told[1],
        (*faults, *own.faults),
        (*base.faults, *own.faults),
    )
