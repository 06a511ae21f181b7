"""回収: what two persons want back is asked of the union at the next contact; its word is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select, update

from app.sync.faults import PeerRefused, line_fault
from app.sync.round import Round
from app.sync.work import EXCHANGE
from app.wire.statements import Recall, RecallAnswer, open_signed, sign
from db.tables.exchange import outbox, recall


def ask_back(here: Round) -> None:
    """Ask for every recall that has no answer yet. A union that refuses to answer is asked again
    at the next contact; nothing else waits for it."""
    with here.bench.hand.system(EXCHANGE) as work:
        rows = work.all(
            select(recall, outbox.c.payload_digest)
            .join_from(recall, outbox, outbox.c.id == recall.c.outbox_id)
            .where(recall.c.outcome == "")
            .order_by(recall.c.asked_at)
        )
    for row in rows:
        here.go_on("recall.ask")
        try:
            answer = here.line.recall(row.outbox_id, _statement(here, row))
        except PeerRefused:
            continue
        _keep(here, row, answer)


def _statement(here: Round, row: Row[Any]) -> bytes:
    said = Recall(
        id=row.outbox_id,
        content=row.payload_digest,
        terminal=here.keys.facts.terminal,
        asked_by=tuple(row.asked_by.split()),
        reason=row.reason,
        at=here.bench.clock.now().isoformat(timespec="seconds"),
    )
    return sign(said, here.keys.signing_key)


def _keep(here: Round, row: Row[Any], data: bytes) -> None:
    answer = open_signed(RecallAnswer, data, here.keys.union_keys)
    if (answer.id, answer.content) != (row.outbox_id, row.payload_digest):
        raise line_fault("receipt")
    here.go_on("recall.keep")
    with here.bench.hand.system(EXCHANGE) as work:
        work.run(
            update(recall)
            .where(recall.c.outbox_id == row.outbox_id)
            .values(outcome=answer.outcome.value, answer=data, answered_at=work.at.isoformat())
        )
