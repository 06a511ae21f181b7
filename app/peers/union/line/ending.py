"""A terminal that ends itself (端末の廃止, SEC-158): its enrolment ends with its own signed word,
and the union keeps the copy of its certificate of erasure (消去証明書の控え)."""

from __future__ import annotations

from sqlalchemy import Connection, Row, insert, select, update

from app.core.errors import MadoguchiError
from app.peers.union import door
from app.peers.union.line.enrolment import Caller, signing_publics
from app.peers.union.line.refusal import Refused
from app.peers.union.system import System, log_act
from app.peers.union.tables import ended_terminal, journal_head, terminal
from app.wire.endings import MOST_KINDS, Ending, EndingReceipt
from app.wire.keys import signing_keys
from app.wire.protocol import Cause, is_id
from app.wire.statements import open_signed, sign

_LONGEST = 400
_MOST = 2**50
"""Bytes of one kind at most."""


def take_ending(system: System, caller: Caller, data: bytes) -> bytes:
    """End the terminal's enrolment, or note that it has destroyed everything; the signed receipt.
    The same statement again gets a receipt again.

    Raises Refused: not signed by this terminal or about another one, ``out_of_place`` when the
    union did not countersign the head it names or never heard that it ends, ``other_content`` for
    another certificate than before.
    """
    with system.database.write() as connection:
        said = _said(system, connection, caller, data)
        kept = connection.execute(
            select(ended_terminal).where(ended_terminal.c.terminal == caller.terminal)
        ).first()
        if kept is not None and kept.number != said.number:
            raise Refused(Cause.OTHER_CONTENT)
        if said.done_at:
            return _note_done(system, connection, said, data, kept)
        if kept is not None:
            return bytes(kept.receipt)
        _check_head(connection, said)
        receipt = _receipt(system, said)
        connection.execute(
            insert(ended_terminal).values(
                terminal=said.terminal,
                number=said.number,
                statement=data,
                receipt=receipt,
                ended_at=system.now(),
                done_statement=b"",
            )
        )
        connection.execute(
            update(terminal)
            .where(terminal.c.id == said.terminal)
            .values(state="withdrawn", withdrawn_at=system.now(), withdrawn_by=said.terminal)
        )
        log_act(system, connection, said.terminal, "end_terminal", said.number)
    return receipt


def ended(system: System) -> list[dict[str, object]]:
    """Every terminal that ended itself, the newest last."""
    with system.database.read() as connection:
        rows = connection.execute(select(ended_terminal).order_by(ended_terminal.c.ended_at))
        return [_shown(system, connection, row) for row in rows]


def _shown(
    system: System, connection: Connection, row: Row[tuple[object, ...]]
) -> dict[str, object]:
    keys = signing_keys(*signing_publics(system, connection, row.terminal))
    said = open_signed(Ending, row.statement, keys)
    return {
        "terminal": row.terminal,
        "paper_number": row.number,
        "reason": said.reason,
        "decided_by": [one for one in (said.ordered_by, said.confirmed_by) if one],
        "head": said.line,
        "erased": [f"{one.what} {one.files}（{one.size}バイト）" for one in said.kinds],
        "ended_at": row.ended_at,
        "done_at": row.done_at,
    }


def _said(system: System, connection: Connection, caller: Caller, data: bytes) -> Ending:
    keys = signing_keys(*signing_publics(system, connection, caller.terminal))
    try:
        said = open_signed(Ending, data, keys)
    except MadoguchiError as cause:
        raise Refused(Cause.BAD_SIGNATURE) from cause
    if (said.terminal, said.municipality) != (caller.terminal, caller.municipality):
        raise Refused(Cause.BAD_SIGNATURE, "別の端末の廃止の知らせです。")
    ids = all(map(is_id, (said.store, said.number)))
    named = [text for one in said.kinds for text in (one.what, one.method)]
    words = (said.reason, said.ordered_by, said.confirmed_by, *named)
    texts = all(door.is_text(word, _LONGEST) for word in words)
    moments = door.is_moment(said.at) and (not said.done_at or door.is_moment(said.done_at))
    counts = all(0 <= n <= _MOST for one in said.kinds for n in (one.files, one.size))
    if not (ids and texts and moments and counts and len(said.kinds) <= MOST_KINDS):
        raise Refused(Cause.MALFORMED)
    return said


def _check_head(connection: Connection, said: Ending) -> None:
    known = connection.execute(
        select(journal_head.c.store, journal_head.c.number, journal_head.c.head).where(
            journal_head.c.terminal == said.terminal
        )
    ).first()
    if known is None or (known.store, known.number, bytes(known.head)) != (
        said.store,
        said.line,
        said.hash,
    ):
        raise Refused(Cause.OUT_OF_PLACE)


def _note_done(
    system: System,
    connection: Connection,
    said: Ending,
    data: bytes,
    kept: Row[tuple[object, ...]] | None,
) -> bytes:
    if kept is None:
        raise Refused(Cause.OUT_OF_PLACE)
    if not kept.done_at:
        connection.execute(
            update(ended_terminal)
            .where(ended_terminal.c.terminal == said.terminal)
            .values(done_statement=data, done_at=said.done_at)
        )
        log_act(system, connection, said.terminal, "terminal_erased", said.number)
    return _receipt(system, said)


def _receipt(system: System, said: Ending) -> bytes:
    receipt = EndingReceipt(
        said.municipality, said.terminal, said.store, said.number, said.done_at, system.now()
    )
    return sign(receipt, system.keys.signing)
