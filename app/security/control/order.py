"""The order that the union gives to the control rows of all desks, as this store keeps it
(decision 025).

``control_row`` is in the order of arrival, because the journal's heads rest on it. What the rows
lead to follows from the union's order, which ``control_place`` keeps, and behind it from the own
rows that still wait for a place. The union's newest signed head is kept with it and proves it: who
edits places or rows, or calls an own row somebody else's, has no such signature.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from app.core.errors import MadoguchiError
from app.wire.control import ControlHead, follow_rows, origin
from app.wire.keys import SigningKeys, signing_keys
from app.wire.statements import open_signed
from db.tables.control import control_place, terminal_key
from db.work import ReadRows, Rows

HEAD_FACT = "control_head"
READS = ("control_place", "terminal_key", f"store_fact.{HEAD_FACT}")
WRITES = ("control_place", f"store_fact.{HEAD_FACT}")

_UNION_KEYS = "union_signing"
_HALF = 32  # bytes of a public half

Placed = tuple[int, bytes]
"""A row's number in this store, and its body."""


@dataclass(frozen=True, slots=True)
class Order:
    """``placed`` in the union's order, ``waiting`` in that of arrival; ``head`` is the union's word
    on the first, None while no log is shared. ``broken``: a word is kept, and the places do not
    lead to what it says; then every row counts as one that waits."""

    placed: tuple[Placed, ...]
    waiting: tuple[Placed, ...]
    head: ControlHead | None = None
    broken: bool = False


def read_order(
    work: ReadRows, rows: Sequence[tuple[int, bytes, bytes]], keys: SigningKeys
) -> Order:
    """The order of ``rows`` (number, chain hash, body), proved by the kept head under the union's
    ``keys``."""
    bodies = {number: body for number, _, body in rows}
    everything = tuple(bodies.items())
    signed = work.fact(HEAD_FACT)
    if not signed:
        return Order((), everything)
    places = work.all(select(control_place).order_by(control_place.c.position))
    numbers = [row.number for row in places]
    in_line = [row.position for row in places] == list(range(1, len(places) + 1))
    try:
        head = open_signed(ControlHead, base64.b64decode(signed, validate=True), keys)
        placed = tuple((number, bodies[number]) for number in numbers)
    except (MadoguchiError, binascii.Error, KeyError):
        return Order((), everything, broken=True)
    reached = follow_rows(origin(head.municipality), (body for _, body in placed))
    if not in_line or reached != head.head:
        return Order((), everything, broken=True)
    known = set(numbers)
    return Order(placed, tuple(one for one in everything if one[0] not in known), head)


def union_keys(work: ReadRows) -> SigningKeys:
    """The public halves that the union signs with; none before the enrolment."""
    wanted = select(terminal_key.c.value).where(terminal_key.c.name == _UNION_KEYS)
    joined = bytes(work.scalar(wanted) or b"")
    halves = (joined[at : at + _HALF] for at in range(0, len(joined), _HALF))
    return signing_keys(*halves)


def write_order(work: Rows, first: int, numbers: Sequence[int], signed: bytes) -> None:
    """Put the rows of these numbers to the places from ``first`` on, in the place of what was
    there, and keep the union's signed head of the whole order."""
    work.run(delete(control_place).where(control_place.c.position >= first))
    rows = [{"position": at, "number": one} for at, one in enumerate(numbers, start=first)]
    if rows:
        work.run(insert(control_place), rows)
    work.set_fact(HEAD_FACT, base64.b64encode(signed).decode("ascii"))
