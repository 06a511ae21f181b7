"""Journal heads and the union's time (DESIGN 5): recompute, refuse a fork, countersign."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from app.core.errors import MadoguchiError
from app.peers.union import door
from app.peers.union.line import control, journals, restored, taking_up
from app.peers.union.line.enrolment import Caller, signing_publics
from app.peers.union.line.refusal import Refused
from app.peers.union.system import System, log_act
from app.peers.union.tables import journal_head
from app.wire.heads import START, CountersignedHead, ForkError, Head, countersign, follow
from app.wire.keys import signing_keys
from app.wire.protocol import LINES_AT_ONCE, Cause, ContactAnswer, is_id
from app.wire.statements import Contact, PeerTime, open_signed, sign
from app.wire.strict_cbor import decode, encode

_RECEIPTS_AT_ONCE = 1_000
_NONCE = 32  # bytes


def contact(system: System, caller: Caller, data: bytes) -> ContactAnswer:
    """Take the digests of a terminal's new journal lines and countersign where they lead.

    Raises Refused: a statement not signed by this terminal or about another one, too many
    lines, and one of ``OTHER_JOURNALS`` when the lines do not continue the head that was last
    countersigned; ``restored`` when the terminal proves more than is known here, until two
    operators have confirmed that.
    """
    with system.database.write() as connection:
        said = _said(system, connection, caller, data)
        proven = restored.take_proofs(system, connection, caller, said)
        known = _newest(_stored(connection, caller.terminal), proven)
        try:
            reached = _reached(said, known)
        except Refused as refused:
            what = refused.body.message
            log_act(system, connection, caller.terminal, "fork", caller.terminal, detail=what)
            connection.commit()
            raise
        if known is not None and known.head == reached:
            record = known
        else:
            record = countersign(
                system.keys.signing, said.store, caller.terminal, reached, system.now()
            )
        journals.keep_digests(connection, caller.terminal, said)
        restored_here = taking_up.tell_back(system, connection, caller, said)
        if restored_here or record != _stored(connection, caller.terminal):
            _store(connection, said, record)
        taking_up.take_up(system, connection, caller, said)
        epoch, places = restored.epoch_of(connection), restored.places(connection, caller)
        rows, control_head = control.take(system, connection, caller, said)
    return ContactAnswer(
        head=record,
        time=sign(PeerTime(said.nonce, system.now()), system.keys.signing),
        control=rows,
        epoch=epoch,
        places=places,
        control_head=control_head,
    )


def last_head(system: System, caller: Caller) -> CountersignedHead:
    """The head last countersigned for this terminal. Raises Refused when there is none."""
    with system.database.read() as connection:
        known = _stored(connection, caller.terminal)
    if known is None:
        raise Refused(Cause.NOT_FOUND)
    return known


def signed_time(system: System, nonce: str) -> bytes:
    """The union's time over the asker's nonce (64 hex digits). Raises Refused."""
    try:
        raw = bytes.fromhex(nonce)
    except ValueError as cause:
        raise Refused(Cause.MALFORMED) from cause
    if len(raw) != _NONCE:
        raise Refused(Cause.MALFORMED)
    return sign(PeerTime(raw, system.now()), system.keys.signing)


def _said(system: System, connection: Connection, caller: Caller, data: bytes) -> Contact:
    keys = signing_keys(*signing_publics(system, connection, caller.terminal))
    try:
        said = open_signed(Contact, data, keys)
    except MadoguchiError as cause:
        raise Refused(Cause.BAD_SIGNATURE) from cause
    if (said.terminal, said.municipality) != (caller.terminal, caller.municipality):
        raise Refused(Cause.BAD_SIGNATURE, "別の端末についての連絡です。")
    if len(said.lines) > LINES_AT_ONCE or len(said.receipts) > _RECEIPTS_AT_ONCE:
        raise Refused(Cause.TOO_LARGE)
    places = (said.epoch, said.control, said.since.number, *(line.number for line in said.lines))
    streams = [number for place in said.places for number in (place.epoch, place.sequence)]
    fits = all(0 <= place <= door.MOST for place in (*places, *streams))
    fits = fits and len(said.nonce) == _NONCE and len(said.places) <= _RECEIPTS_AT_ONCE
    fits = fits and control.fits(said)
    if not fits or not is_id(said.store) or not door.is_moment(said.at):
        raise Refused(Cause.MALFORMED)
    return said


def _stored(connection: Connection, terminal: str) -> CountersignedHead | None:
    row = connection.execute(
        select(journal_head.c.statement).where(journal_head.c.terminal == terminal)
    ).first()
    return None if row is None else decode(CountersignedHead, row.statement)


def _newest(
    known: CountersignedHead | None, proven: CountersignedHead | None
) -> CountersignedHead | None:
    """The head to go on from: what the union signed counts, also where it forgot it."""
    if known is None or proven is None:
        return known or proven
    return proven if proven.head.number > known.head.number else known


def _reached(said: Contact, known: CountersignedHead | None) -> Head:
    """Where the lines lead. They may begin before the head known here (the answer that told it
    was lost), but must pass through it. Raises Refused with one of ``OTHER_JOURNALS``."""
    if known is not None and known.store_id != said.store:
        raise Refused(Cause.OTHER_STORE)
    last = START if known is None else known.head
    if said.since.number > last.number:
        raise Refused(Cause.HEAD_UNKNOWN)
    try:
        passed = follow(said.since, (line for line in said.lines if line.number <= last.number))
        if passed.number < last.number:
            raise Refused(Cause.OLD_COPY)
        if passed != last:
            raise Refused(Cause.FORK)
        return follow(last, (line for line in said.lines if line.number > last.number))
    except ForkError as cause:
        raise Refused(Cause.FORK) from cause


def _store(connection: Connection, said: Contact, record: CountersignedHead) -> None:
    connection.execute(delete(journal_head).where(journal_head.c.terminal == record.terminal))
    connection.execute(
        insert(journal_head).values(
            terminal=record.terminal,
            store=record.store_id,
            epoch=said.epoch,
            number=record.head.number,
            head=record.head.hash,
            statement=encode(record),
            at=record.at,
        )
    )
