"""The chain of a journal against the places that the union vouches for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import MadoguchiError
from app.security.journal.findings import ChainFault, UnionWord
from app.security.journal.heads import HeadNote
from app.security.journal.journal import Journal
from app.security.journal.segments import dropped, unproved
from app.wire.heads import START, CountersignedHead, Head, chain_hash, is_countersigned

_LINES = "SELECT number, hash, body FROM line WHERE number > ? ORDER BY number"


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the chain holds: from ``base`` (after the dropped months) to ``head`` over
    ``lines`` lines, ``proved`` the last place that was compared and is right; ``fault`` is what
    stopped it."""

    base: Head
    head: Head
    lines: int
    proved: int
    fault: ChainFault | None


def proved_base(
    journal: Journal, union: UnionWord, store_id: str
) -> tuple[Head, ChainFault | None]:
    """The place after which the kept lines begin, and what is wrong with it."""
    gone = dropped(journal)
    if not gone:
        return START, None
    wrong = unproved(gone, union.keys, store_id)
    if wrong is not None:
        return START, ChainFault(wrong.first, "segment", wrong.last)
    return Head(gone[-1].last, gone[-1].hash), None


def is_from(record: CountersignedHead, union: UnionWord, store_id: str) -> bool:
    """Whether the union signed this head for this very store."""
    return record.store_id == store_id and any(
        is_countersigned(key, record) for key in union.keys.values()
    )


def forged_heads(notes: tuple[HeadNote, ...], union: UnionWord, store_id: str) -> list[int]:
    """The numbers of the kept heads that the union did not sign for this store."""
    if not union.keys:
        return []
    return [one.record.head.number for one in notes if not is_from(one.record, union, store_id)]


def places_of(
    notes: tuple[HeadNote, ...], union: UnionWord, store_id: str
) -> dict[int, CountersignedHead]:
    """The places that the union vouches for, by number, its last word among them."""
    forged = set(forged_heads(notes, union, store_id))
    places = {
        one.record.head.number: one.record for one in notes if one.record.head.number not in forged
    }
    if union.last is not None and is_from(union.last, union, store_id):
        places[union.last.head.number] = union.last
    return places


def follow_chain(journal: Journal, base: Head, places: Mapping[int, bytes]) -> Chain:
    """Go along the lines after ``base`` until the chain breaks or leaves a known place.

    A changed line is reported where the chain breaks first; the lines after it are not judged,
    because nothing holds them any more.
    """
    number, value, proved = base.number, base.hash, base.number
    ahead = sorted((place for place in places if place > base.number), reverse=True)
    known = ahead.pop() if ahead else 0
    for found, kept, body in journal.file.each(_LINES, (base.number,)):
        if found != number + 1:
            fault = ChainFault(number + 1, "missing")
            return Chain(base, Head(number, value), number - base.number, proved, fault)
        value_now = chain_hash(value, found, hashlib.sha256(body).digest())
        if value_now != kept:
            return Chain(
                base,
                Head(number, value),
                number - base.number,
                proved,
                ChainFault(found, "changed"),
            )
        if found == known:
            if places[known] != value_now:
                fault = ChainFault(proved + 1, "rechained", found)
                return Chain(base, Head(number, value), number - base.number, proved, fault)
            proved, known = found, ahead.pop() if ahead else 0
        number, value = found, value_now
    end = ChainFault(number + 1, "cut") if known else None
    return Chain(base, Head(number, value), number - base.number, proved, end)


def genesis_is_other(journal: Journal, base: Head, union: UnionWord) -> bool:
    """Whether the kept first line is not the one whose digest the union got. Behind a dropped
    month no chain leads from it to the other lines any more."""
    if not base.number or union.digests is None:
        return False
    try:
        told = union.digests(1, 1)
    except MadoguchiError:
        return False
    rows = journal.file.rows("SELECT body FROM line WHERE number = 1")
    here = hashlib.sha256(rows[0][0]).digest() if rows else b""
    return any(line.digest != here for line in told)


def first_wrong_line(journal: Journal, chain: Chain, union: UnionWord) -> ChainFault | None:
    """The chain's fault, at the first line that is not the one whose digest the union got.

    An edit that was chained anew shows only at the next place that the union knows; its digests
    name the line. Where they cannot be had, the range stays.
    """
    fault = chain.fault
    if fault is None or union.digests is None or fault.code == "cut":
        return fault
    last = max(fault.line, fault.last)
    try:
        told = union.digests(chain.proved + 1, last)
    except MadoguchiError:
        return fault
    rows = journal.file.rows(
        "SELECT number, body FROM line WHERE number BETWEEN ? AND ?", (chain.proved + 1, last)
    )
    here = {number: hashlib.sha256(body).digest() for number, body in rows}
    for line in told:
        if line.number not in here:
            return ChainFault(line.number, "missing")
        if here[line.number] != line.digest:
            return ChainFault(line.number, "changed" if fault.code == "changed" else "rechained")
    return fault
