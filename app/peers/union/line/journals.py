"""What the union keeps of the terminals' journals beside their heads: the digests of the lines,
and the sealed months, for which alone it gives a receipt (DESIGN 5, SEC-103)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from sqlalchemy import Connection, Row, insert, select

from app.core.errors import MadoguchiError
from app.peers.union.line.enrolment import Caller, signing_publics
from app.peers.union.line.refusal import Refused
from app.peers.union.system import System, log_act
from app.peers.union.tables import journal_digest, journal_head, journal_segment
from app.wire.heads import Head, LineDigest, chain_hash, follow
from app.wire.keys import signing_keys
from app.wire.protocol import LINES_AT_ONCE, Cause
from app.wire.segments import LARGEST, Digests, SegmentOffer, SegmentReceipt, SegmentSent
from app.wire.statements import Contact, open_signed, sign

_BYTES = 32
_NUMBER = re.compile(r"[0-9]{1,15}")


def keep_digests(connection: Connection, terminal: str, said: Contact) -> None:
    """Keep the digests that a contact brought and that are not here yet. The lines were proved
    to continue the head that was countersigned last."""
    last = _last_kept(connection, terminal, said.store)
    fresh = tuple(line for line in said.lines if line.number > last)
    if not fresh:
        return
    earlier = (line for line in said.lines if line.number <= last)
    connection.execute(
        insert(journal_digest).values(
            terminal=terminal,
            store=said.store,
            first=fresh[0].number,
            last=fresh[-1].number,
            before=follow(said.since, earlier).hash,
            digests=b"".join(line.digest for line in fresh),
        )
    )


def digests(system: System, caller: Caller, first: str, last: str) -> Digests:
    """The digests of the caller's lines ``first`` to ``last``, as many as one answer takes.

    Raises Refused: malformed numbers, no journal known.
    """
    numbers = [int(one) for one in (first, last) if _NUMBER.fullmatch(one)]
    if len(numbers) != 2 or not 0 < numbers[0] <= numbers[1]:
        raise Refused(Cause.MALFORMED)
    wanted = range(numbers[0], min(numbers[1], numbers[0] + LINES_AT_ONCE - 1) + 1)
    with system.database.read() as connection:
        store = _store_of(connection, caller.terminal)
        rows = _rows(connection, caller.terminal, store, wanted[0], wanted[-1])
        lines = tuple(line for row in rows for line in _lines(row) if line.number in wanted)
    return Digests(lines)


def take_segment(system: System, caller: Caller, sent: SegmentSent) -> bytes:
    """Keep a sealed segment and give the signed receipt; the same segment again gets the first
    receipt again.

    Raises Refused: not signed by this terminal or about another one, too large, another content
    than announced, and ``out_of_place`` when the digests that the contacts brought do not lead
    from its ``before`` to its ``hash``.
    """
    with system.database.write() as connection:
        offer = _offer(system, connection, caller, sent)
        found = connection.execute(
            select(journal_segment.c.digest, journal_segment.c.receipt).where(
                journal_segment.c.terminal == caller.terminal,
                journal_segment.c.store == offer.store,
                journal_segment.c.first == offer.first,
            )
        ).first()
        if found is not None:
            if found.digest != offer.digest.hex():
                raise Refused(Cause.OTHER_CONTENT)
            return bytes(found.receipt)
        _prove(connection, caller.terminal, offer)
        receipt = SegmentReceipt(
            offer.municipality,
            offer.terminal,
            offer.store,
            offer.month,
            offer.first,
            offer.last,
            offer.before,
            offer.hash,
            offer.digest,
            system.now(),
        )
        signed = sign(receipt, system.keys.signing)
        connection.execute(
            insert(journal_segment).values(
                terminal=caller.terminal,
                store=offer.store,
                first=offer.first,
                last=offer.last,
                month=offer.month,
                digest=offer.digest.hex(),
                sealed=sent.sealed,
                receipt=signed,
                received_at=receipt.at,
            )
        )
        log_act(system, connection, caller.terminal, "journal_segment", offer.month)
    return signed


def _offer(
    system: System, connection: Connection, caller: Caller, sent: SegmentSent
) -> SegmentOffer:
    keys = signing_keys(*signing_publics(system, connection, caller.terminal))
    try:
        offer = open_signed(SegmentOffer, sent.offer, keys)
    except MadoguchiError as cause:
        raise Refused(Cause.BAD_SIGNATURE) from cause
    if (offer.terminal, offer.municipality) != (caller.terminal, caller.municipality):
        raise Refused(Cause.BAD_SIGNATURE, "別の端末の操作記録です。")
    if (
        len(sent.sealed) > LARGEST
        or offer.first < 1
        or not 0 <= offer.last - offer.first < LINES_AT_ONCE
    ):
        raise Refused(Cause.TOO_LARGE)
    if hashlib.sha256(sent.sealed).digest() != offer.digest:
        raise Refused(Cause.OTHER_CONTENT)
    return offer


def _prove(connection: Connection, terminal: str, offer: SegmentOffer) -> None:
    rows = _rows(connection, terminal, offer.store, offer.first, offer.last)
    known = {line.number: line.digest for row in rows for line in _lines(row)}
    value = _hash_before(rows[0], offer.first) if rows else b""
    whole = bool(rows) and value == offer.before
    for number in range(offer.first, offer.last + 1):
        if not whole or number not in known:
            raise Refused(Cause.OUT_OF_PLACE)
        value = chain_hash(value, number, known[number])
    if value != offer.hash:
        raise Refused(Cause.OUT_OF_PLACE)


def _hash_before(row: Row[tuple[int, int, bytes, bytes]], number: int) -> bytes:
    """The chain's hash before line ``number``, which the row holds."""
    start = Head(row.first - 1, bytes(row.before))
    return follow(start, (line for line in _lines(row) if line.number < number)).hash


def _rows(
    connection: Connection, terminal: str, store: str, first: int, last: int
) -> list[Row[tuple[int, int, bytes, bytes]]]:
    return list(
        connection.execute(
            select(
                journal_digest.c.first,
                journal_digest.c.last,
                journal_digest.c.before,
                journal_digest.c.digests,
            )
            .where(
                journal_digest.c.terminal == terminal,
                journal_digest.c.store == store,
                journal_digest.c.first <= last,
                journal_digest.c.last >= first,
            )
            .order_by(journal_digest.c.first)
        )
    )


def _lines(row: Row[tuple[int, int, bytes, bytes]]) -> Iterator[LineDigest]:
    held = bytes(row.digests)
    for at in range(0, len(held), _BYTES):
        yield LineDigest(row.first + at // _BYTES, held[at : at + _BYTES])


def _last_kept(connection: Connection, terminal: str, store: str) -> int:
    found = connection.execute(
        select(journal_digest.c.last)
        .where(journal_digest.c.terminal == terminal, journal_digest.c.store == store)
        .order_by(journal_digest.c.first.desc())
        .limit(1)
    ).scalar()
    return int(found or 0)


def _store_of(connection: Connection, terminal: str) -> str:
    found = connection.execute(
        select(journal_head.c.store).where(journal_head.c.terminal == terminal)
    ).scalar()
    if found is None:
        raise Refused(Cause.NOT_FOUND)
    return str(found)
