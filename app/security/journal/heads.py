"""The union's countersigned heads as they stand in the journal: counted and chained.

Each head is the payload of a line of its own, so the chain of lines covers it. It carries the
number of heads so far and the digest of the one before: a head that is taken away, put in twice
or moved shows, also where its row in the table was taken away with it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import cbor2

from app.wire.heads import NO_HASH, CountersignedHead, Head

HEAD_EVENT = "journal.head"
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class HeadNote:
    """What a head's line says. ``count`` is its place among the heads, from 1; ``previous`` is
    SHA-256 of the payload of the head's line before it (32 zero bytes for the first)."""

    count: int
    previous: bytes
    record: CountersignedHead

    @property
    def payload(self) -> bytes:
        """The bytes in the line; those of the first format where the count is 0."""
        record = self.record
        if not self.count:
            return cbor2.dumps([record.head.number, record.head.hash, record.signature])
        return cbor2.dumps(
            [
                _FORMAT,
                self.count,
                self.previous,
                record.store_id,
                record.terminal,
                record.head.number,
                record.head.hash,
                record.at,
                record.signature,
            ],
            canonical=True,
        )

    @property
    def digest(self) -> bytes:
        """What the next head names as its ``previous``."""
        return hashlib.sha256(self.payload).digest()


NO_HEAD = NO_HASH
"""What the first head names as its ``previous``."""


def read_head_line(payload: bytes) -> HeadNote:
    """A head's line. Lines of the first format hold no count and neither store, terminal nor
    moment: those fields are empty. Raises ``ValueError``."""
    try:
        fields: list[Any] = cbor2.loads(payload)
        if len(fields) == 3:
            number, value, signature = fields
            head = Head(number, value)
            return HeadNote(0, b"", CountersignedHead("", "", head, "", signature))
        version, count, previous, store_id, terminal, number, value, at, signature = fields
    except (TypeError, ValueError, cbor2.CBORDecodeError) as cause:
        raise ValueError("not the line of a head") from cause
    if version != _FORMAT:
        raise ValueError(f"the line of a head of format {version}")
    head = Head(number, value)
    return HeadNote(count, previous, CountersignedHead(store_id, terminal, head, at, signature))
