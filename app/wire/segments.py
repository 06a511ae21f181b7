"""Closed parts of a journal on their way to the union (操作記録の月次の締め, SEC-103).

The union holds the sealed lines for years without being able to read them. What it can and does
prove is that they are the lines whose digests it got at the contacts; its receipt says so, and
only that receipt lets a terminal drop the lines.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.wire.heads import LineDigest

LARGEST = 3 * 1024 * 1024
"""Bytes of the sealed lines in one segment at most."""


@dataclass(frozen=True, slots=True)
class SegmentOffer:
    """What a terminal signs over a segment: ``month`` is ``YYYY-MM``; ``before`` and ``hash`` are
    the chain's hashes before line ``first`` and at line ``last``; ``digest`` is SHA-256 of the
    sealed bytes."""

    municipality: str
    terminal: str
    store: str
    month: str
    first: int
    last: int
    before: bytes
    hash: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class SegmentReceipt:
    """The union's word that it holds the sealed lines ``first`` to ``last`` and that they chain
    from ``before`` to ``hash`` in the journal whose heads it countersigns."""

    municipality: str
    terminal: str
    store: str
    month: str
    first: int
    last: int
    before: bytes
    hash: bytes
    digest: bytes
    at: str


@dataclass(frozen=True, slots=True)
class SegmentSent:
    """One segment on the line: the signed ``SegmentOffer`` and the sealed lines."""

    offer: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests of lines as the union got them, in order."""

    lines: tuple[LineDigest, ...]
