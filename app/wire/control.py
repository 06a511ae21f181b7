"""The municipal control log (管理簿) as both sides of the line count it (DESIGN 4, decision 025).

The union puts the rows in order and never reads them; what a row means, and whether it counts, is
each terminal's own judgement. So the union vouches for one thing: which bytes stand at which place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from app.wire.heads import Head, chain_hash

ROWS_AT_ONCE = 1_000
"""So many rows at most go up or come down with one contact."""

BYTES_AT_ONCE = 2 * 1024 * 1024
"""So many bytes of rows, but always one row, go up or come down with one contact."""

LARGEST_ROW = 2 * 1024 * 1024
"""Bytes of one row; a package of tables is the largest that there is."""

_ORIGIN = b"madoguchi-municipal-control-v1\0"


@dataclass(frozen=True, slots=True)
class ControlHead:
    """The union's signed word on a municipality's control log: the last row's ``position`` (0 for
    none), the chain ``hash`` there, and the moment (ISO) at which it said so. How old a terminal's
    log is counts from that moment, which no clock at the terminal changes."""

    municipality: str
    position: int
    hash: bytes
    at: str

    @property
    def head(self) -> Head:
        """The place alone."""
        return Head(self.position, self.hash)


def origin(municipality: str) -> Head:
    """The place before the first row: no log of another municipality continues it."""
    return Head(0, hashlib.sha256(_ORIGIN + municipality.encode("ascii")).digest())


def follow_rows(known: Head, bodies: Iterable[bytes]) -> Head:
    """Where the rows lead from ``known``."""
    number, value = known.number, known.hash
    for body in bodies:
        number += 1
        value = chain_hash(value, number, hashlib.sha256(body).digest())
    return Head(number, value)


def portion(bodies: Iterable[bytes]) -> tuple[bytes, ...]:
    """The first of them, as many as one contact carries."""
    taken: list[bytes] = []
    size = 0
    for body in bodies:
        size += len(body)
        if taken and (size > BYTES_AT_ONCE or len(taken) == ROWS_AT_ONCE):
            break
        taken.append(body)
    return tuple(taken)
