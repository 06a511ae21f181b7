"""What waits of the exchange (送受信): sendings without the union's receipt, files set aside."""

from __future__ import annotations

from collections.abc import Iterator

from app.functions.files import set_aside
from app.security.waiting import Source, Waits, WaitWork
from app.sync import outbox as outgoing
from app.sync.states import Outgoing
from app.wire.files import FILES, Route
from db.tables.exchange import inbox

SENDING = "広域連合の受領が確かめられていない送信"

_STATES = {
    Outgoing.PREPARED: ("確認待ち", "もう一人が内容と宛先を確かめる"),
    Outgoing.CONFIRMED: ("送信待ち", "回線がつながると、端末が送ります"),
    Outgoing.SENDING: ("送信中", "回線がつながると、端末が続きを送ります"),
    Outgoing.SENT: ("受領待ち", "端末が受領を確かめています"),
}


def _sendings(work: WaitWork) -> Iterator[Waits]:
    """What goes up for no case: a case's own sending stands in the line of the case."""
    for line in outgoing.open_lines(work):
        if not line.case_id and FILES[line.file_id].route is not Route.SHARED:
            state, next_step = _STATES[line.state]
            yield Waits(
                key=line.id,
                what=line.title,
                state=state,
                since=line.prepared_at,
                next_step=next_step,
                cause=line.cause,
                holds_day=(SENDING,),
            )


def _set_aside(work: WaitWork) -> Iterator[Waits]:
    """Files that could not be taken, until somebody records what became of each: no later file
    holds what an answer to a case held, and whether one holds the rest nobody can see here."""
    for row in work.all(set_aside.open_ones().order_by(inbox.c.announced_at, inbox.c.id)):
        yield Waits(
            key=row.id,
            what=FILES[row.file_id].title,
            state="取り込めず",
            since=row.announced_at,
            next_step="広域連合に連絡し、処理を記録する",
            opens=set_aside.SHOW,
            given=(("item_id", row.id),),
            cause=row.cause,
        )


WAITS = (
    Source(("outbox",), _sendings, "day.show"),
    Source(("inbox",), _set_aside, "day.show"),
)
"""Whoever sees the day sees them: a clerk who waits for an answer must know that files fail."""
