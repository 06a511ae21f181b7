"""Closing the journal's months (月次の締め): sealed to the audit key, sent up, kept here a while.

The municipality's audit key is an age pair whose private half never is on a terminal; the
union keeps the sealed segments for at least 7 years, this terminal the lines for at least 13
months (setting ``journal.keep_months``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

import cbor2

from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.security.journal.journal import Journal
from app.security.journal.line import Entry, State
from app.security.keys.sealing import seal_to
from app.wire.heads import START, Head

CLOSED = "journal.segment_closed"
DROPPED = "journal.segment_dropped"
LEAST_MONTHS = 13


@dataclass(frozen=True, slots=True)
class Segment:
    """One closed month (``YYYY-MM``) with its lines sealed. ``digest`` is SHA-256 of
    ``sealed``; the same month is sealed to other bytes each time, so keep what you send."""

    month: str
    first: int
    last: int
    digest: bytes
    sealed: bytes


def close_month(journal: Journal, month: str, audit_public: str, clock: Clock) -> Segment | None:
    """Close a month that is over; None when it has no lines. Months are closed in order.

    Raises ``ValueError`` for a month that is not over or already closed.
    """
    if month >= f"{clock.now():%Y-%m}":
        raise ValueError("a month is closed when it is over")
    if journal.file.rows("SELECT 1 FROM segment WHERE month >= ?", (month,)):
        raise ValueError("months are closed once and in order")
    before = _last_closed(journal)
    bodies = _bodies_through(journal, before, month)
    if not bodies:
        return None
    last = bodies[-1][0]
    ((last_hash,),) = journal.file.rows("SELECT hash FROM line WHERE number = ?", (last,))
    plain = cbor2.dumps([before.number, before.hash, bytes(last_hash), bodies])
    sealed = seal_to(audit_public, plain)
    digest = hashlib.sha256(sealed).digest()
    with journal.file.write() as connection:
        connection.execute(
            "INSERT INTO segment (month, first, last, before, hash, digest, closed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                month,
                bodies[0][0],
                last,
                before.hash,
                bytes(last_hash),
                digest,
                clock.now().isoformat(),
            ),
        )
    journal.append(Entry(State.EVENT, CLOSED, document_digest=digest))
    return Segment(month, bodies[0][0], last, digest, sealed)


def accepted(journal: Journal, month: str, digest: bytes, clock: Clock) -> None:
    """The union's receipt for the sealed segment is here. Raises ``ValueError`` for another
    segment than the one that was closed."""
    with journal.file.write() as connection:
        changed = connection.execute(
            "UPDATE segment SET accepted_at = ? WHERE month = ? AND digest = ?",
            (clock.now().isoformat(), month, digest),
        ).rowcount
    if changed != 1:
        raise ValueError(f"no segment of {month} with this digest was closed")


def drop_month(journal: Journal, month: str, clock: Clock, keep_months: int = LEAST_MONTHS) -> int:
    """Remove the lines of a month that the union holds and that is old enough; how many.

    Raises ``EnvironmentFault``
    ``journal.keep`` when the month must still be kept.
    """
    rows = journal.file.rows(
        "SELECT first, last, accepted_at FROM segment WHERE month = ? AND dropped_at = ''",
        (month,),
    )
    held = rows and rows[0][2]
    if not held or _age_in_months(month, clock.now()) <= max(keep_months, LEAST_MONTHS):
        raise EnvironmentFault(
            "journal.keep",
            f"{month} の操作記録は、まだこの端末から消せません。",
            "広域連合が受け取ってから、保存期間が過ぎた後に行ってください。",
        )
    first, last, _ = rows[0]
    with journal.file.write() as connection:
        connection.execute(
            "UPDATE segment SET dropped_at = ? WHERE month = ?",
            (clock.now().isoformat(), month),
        )
        # genesis stays: it names the founders and anchors everything
        connection.execute(
            "DELETE FROM line WHERE number > 1 AND number BETWEEN ? AND ?", (first, last)
        )
    journal.append(Entry(State.EVENT, DROPPED, query_kind=month))
    return int(last - first + 1)


def _last_closed(journal: Journal) -> Head:
    rows = journal.file.rows("SELECT last, hash FROM segment ORDER BY last DESC LIMIT 1")
    return Head(rows[0][0], bytes(rows[0][1])) if rows else START


def _bodies_through(journal: Journal, before: Head, month: str) -> list[tuple[int, bytes]]:
    """The lines up to the end of ``month``: the first later line ends the segment, so that a
    clock set back inside a month breaks nothing."""
    found: list[tuple[int, bytes]] = []
    for line_number, body in journal.file.each(
        "SELECT number, body FROM line WHERE number > ? ORDER BY number", (before.number,)
    ):
        at: str = cbor2.loads(body)[1]
        if at[:7] > month:
            break
        found.append((line_number, bytes(body)))
    return found


def _age_in_months(month: str, now: datetime) -> int:
    first = date.fromisoformat(month + "-01")
    return (now.year - first.year) * 12 + now.month - first.month
