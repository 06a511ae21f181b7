"""Closing the journal's months (月次の締め): sealed to the audit key, sent up, kept here a while.

The municipality's audit key is an age pair whose private half never is on a terminal; the
union keeps the sealed segments for at least 7 years, this terminal the lines for at least 13
months (setting ``journal.keep_months``). A month is closed in parts that one message can carry.

A row of the table ``segment`` is believed only with the union's signed receipt over the same
numbers and hashes: ``proved_base`` finds the place from which the kept lines go on.
"""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import cbor2

from app.core.clock import Clock
from app.core.errors import EnvironmentFault, MadoguchiError
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State
from app.security.keys.sealing import seal_to
from app.wire.heads import START, Head
from app.wire.keys import SigningKeys
from app.wire.protocol import LINES_AT_ONCE
from app.wire.segments import LARGEST, SegmentReceipt
from app.wire.statements import open_signed

CLOSED = "journal.segment_closed"
DROPPED = "journal.segment_dropped"
LEAST_MONTHS = 13
_ROOM = LARGEST - 64 * 1024  # for the seal and what stands around the lines
_ROWS = (
    "SELECT first, last, month, before, hash, digest, closed_at, receipt, dropped_at FROM segment"
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One closed part of a month (``YYYY-MM``). ``before`` and ``hash`` are the chain before
    line ``first`` and at line ``last``; ``digest`` is SHA-256 of the sealed lines; ``receipt``
    the union's signed ``SegmentReceipt``, empty before it came; ``dropped_at`` is empty while
    the lines are here."""

    first: int
    last: int
    month: str
    before: bytes
    hash: bytes
    digest: bytes
    closed_at: str
    receipt: bytes
    dropped_at: str

    @property
    def note(self) -> bytes:
        """What the line of the closing says: deterministic CBOR."""
        return cbor2.dumps(
            [self.month, self.first, self.last, self.before, self.hash, self.digest],
            canonical=True,
        )

    def is_proved(self, union_keys: SigningKeys, store_id: str) -> bool:
        """Whether the union's receipt says of this very segment what this row says."""
        try:
            said = open_signed(SegmentReceipt, self.receipt, union_keys)
        except MadoguchiError:
            return False
        return said.store == store_id and (
            (said.month, said.first, said.last, said.before, said.hash, said.digest)
            == (self.month, self.first, self.last, self.before, self.hash, self.digest)
        )


def segments(journal: Journal) -> tuple[Segment, ...]:
    """Every closed part, oldest first, as the rows say."""
    return tuple(
        Segment(
            first,
            last,
            month,
            bytes(before),
            bytes(value),
            bytes(digest),
            closed_at,
            bytes(receipt),
            dropped_at,
        )
        for first, last, month, before, value, digest, closed_at, receipt, dropped_at in (
            journal.file.rows(f"{_ROWS} ORDER BY first")
        )
    )


def close_month(
    journal: Journal, month: str, audit_public: str, clock: Clock
) -> tuple[Segment, ...]:
    """Close what is still open of a month that is over; none when nothing is left of it.

    Each part is one transaction: killed between two, the next call goes on. Raises
    ``ValueError`` for a month that is not over, or that lies before one already closed.
    """
    if month >= f"{clock.now():%Y-%m}":
        raise ValueError("a month is closed when it is over")
    if journal.file.rows("SELECT 1 FROM segment WHERE month > ?", (month,)):
        raise ValueError("months are closed in order")
    made = []
    while (one := close_part(journal, month, audit_public, clock)) is not None:
        made.append(one)
    return tuple(made)


def open_month(journal: Journal) -> str:
    """The month of the first line that no segment holds; empty when there is none."""
    rows = journal.file.rows(
        "SELECT body FROM line WHERE number > ? ORDER BY number LIMIT 1",
        (_last_closed(journal).number,),
    )
    return str(cbor2.loads(rows[0][0])[1][:7]) if rows else ""


def sealed(journal: Journal, segment: Segment) -> bytes:
    """The sealed lines of a segment, kept until its receipt is here; empty afterwards."""
    rows = journal.file.rows("SELECT sealed FROM segment WHERE first = ?", (segment.first,))
    return bytes(rows[0][0]) if rows else b""


def take_receipt(
    journal: Journal, segment: Segment, receipt: bytes, union_keys: SigningKeys, store_id: str
) -> None:
    """Keep the union's receipt; the sealed copy may go now.

    Raises ``EnvironmentFault`` ``journal.receipt`` when it is not the union's word over this
    very segment.
    """
    proved = dataclasses.replace(segment, receipt=receipt)
    if not proved.is_proved(union_keys, store_id):
        raise EnvironmentFault(
            "journal.receipt",
            "広域連合から届いた、操作記録の受領証が正しくありません。",
            "送った操作記録はこの端末に残っています。広域連合とシステム管理者に連絡してください。",
        )
    with journal.file.write() as connection:
        connection.execute(
            "UPDATE segment SET receipt = ?, sealed = x'' WHERE first = ? AND digest = ?",
            (receipt, segment.first, segment.digest),
        )


def drop_month(
    journal: Journal,
    month: str,
    clock: Clock,
    union_keys: SigningKeys,
    store_id: str,
    keep_months: int = LEAST_MONTHS,
) -> int:
    """Remove the lines of a month that the union holds and that is old enough; how many.

    Raises ``EnvironmentFault`` ``journal.keep`` when the month must still be kept: too young,
    not wholly proved by receipts, or not behind the last head that the union countersigned.
    """
    parts = [one for one in segments(journal) if one.month == month and not one.dropped_at]
    head = journal.last_countersigned()
    proved = all(one.is_proved(union_keys, store_id) for one in parts)
    old = age_in_months(month, clock.now()) > max(keep_months, LEAST_MONTHS)
    if not (parts and proved and old and head is not None and head.head.number > parts[-1].last):
        raise EnvironmentFault(
            "journal.keep",
            f"{month} の操作記録は、まだこの端末から消せません。",
            "広域連合が受け取ってから、保存期間が過ぎた後に行ってください。",
        )
    first, last = parts[0].first, parts[-1].last
    journal.append(
        Entry(State.EVENT, DROPPED, query_kind=month),
        (
            (
                "UPDATE segment SET dropped_at = ? WHERE first BETWEEN ? AND ?",
                (clock.now().isoformat(), first, last),
            ),
            # genesis stays: it names the founders and anchors everything
            ("DELETE FROM line WHERE number > 1 AND number BETWEEN ? AND ?", (first, last)),
        ),
    )
    return last - first + 1


def dropped(journal: Journal) -> tuple[Segment, ...]:
    """The segments whose lines are said to be gone, oldest first."""
    return tuple(one for one in segments(journal) if one.dropped_at)


def unproved(gone: tuple[Segment, ...], union_keys: SigningKeys, store_id: str) -> Segment | None:
    """The first of the dropped segments that nothing proves: without the union's receipt, not
    the continuation of the one before, or dropped before its time. None: all are proved."""
    place = START
    for one in gone:
        follows = (one.first, one.before) == (place.number + 1, place.hash)
        early = age_in_months(one.month, datetime.fromisoformat(one.dropped_at)) <= LEAST_MONTHS
        if not follows or early or not one.is_proved(union_keys, store_id):
            return one
        place = Head(one.last, one.hash)
    return None


def close_part(journal: Journal, month: str, audit_public: str, clock: Clock) -> Segment | None:
    """Close the next part of a month that is over; None when nothing is left of it."""
    before = _last_closed(journal)
    bodies = _bodies_through(journal, before, month)
    if not bodies:
        return None
    last = bodies[-1][0]
    ((last_hash,),) = journal.file.rows("SELECT hash FROM line WHERE number = ?", (last,))
    plain = cbor2.dumps([before.number, before.hash, bytes(last_hash), bodies])
    closed = seal_to(audit_public, plain)
    segment = Segment(
        bodies[0][0],
        last,
        month,
        before.hash,
        bytes(last_hash),
        hashlib.sha256(closed).digest(),
        clock.now().isoformat(),
        b"",
        "",
    )
    insert = (
        "INSERT INTO segment (first, last, month, before, hash, digest, sealed, closed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            segment.first,
            segment.last,
            segment.month,
            segment.before,
            segment.hash,
            segment.digest,
            closed,
            segment.closed_at,
        ),
    )
    journal.append(
        Entry(State.EVENT, CLOSED, document_digest=segment.digest, payload=segment.note),
        (insert,),
    )
    return segment


def _last_closed(journal: Journal) -> Head:
    rows = journal.file.rows("SELECT last, hash FROM segment ORDER BY last DESC LIMIT 1")
    return Head(rows[0][0], bytes(rows[0][1])) if rows else START


def _bodies_through(journal: Journal, before: Head, month: str) -> list[tuple[int, bytes]]:
    """The lines of one part: up to the end of ``month``, as many as one message takes. The first
    later line ends the month, so that a clock set back inside it breaks nothing."""
    found: list[tuple[int, bytes]] = []
    size = 0
    for line_number, body in journal.file.each(
        "SELECT number, body FROM line WHERE number > ? ORDER BY number", (before.number,)
    ):
        at: str = cbor2.loads(body)[1]
        size += len(body) + 16
        if at[:7] > month or (found and size > _ROOM) or len(found) == LINES_AT_ONCE:
            break
        found.append((line_number, bytes(body)))
    return found


def age_in_months(month: str, now: datetime) -> int:
    """How many months lie between ``month`` (``YYYY-MM``) and the month of ``now``."""
    first = date.fromisoformat(month + "-01")
    return (now.year - first.year) * 12 + now.month - first.month
