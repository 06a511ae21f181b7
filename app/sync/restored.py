"""What the terminal does for a union that was restored (復元): prove, give back, send again; and
what it says of itself, so that a union notices that the terminal was.

The union signed heads and receipts that it may no longer remember. They go along with every
contact; once two of its operators have confirmed the restored point, its epoch rises. Then the
decisions that it does not have are given back as they came, under its own signature, and the
sendings that it does not have go again, the very containers in the very places, so that each
has one effect.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterable

from sqlalchemy import delete, select, tuple_, update

from app.sync.faults import PeerRefused
from app.sync.inbox import DOWN, INCOMING, UP, keep_place
from app.sync.receiving import container_path
from app.sync.round import Round
from app.sync.states import Incoming, Outgoing
from app.sync.work import EXCHANGE, EngineWork
from app.wire.container import Addressee, open_body, verify
from app.wire.files import FILES
from app.wire.protocol import Returned, StreamPlace
from app.wire.refusals import ContainerRefused
from db.tables.exchange import inbox, outbox, stream_state

_log = logging.getLogger(__name__)
_DECISIONS = tuple(sorted({spec.answered_in for spec in FILES.values() if spec.answered_in}))
_BACK = "back"
"""Direction of the row that notes up to which epoch of the union everything was given back."""


def newest_receipts(work: EngineWork, union: str) -> tuple[bytes, ...]:
    """The union's receipt of the last accepted sending of each stream."""
    last = select(stream_state.c.stream, stream_state.c.epoch, stream_state.c.sequence).where(
        stream_state.c.direction == UP, stream_state.c.peer == union
    )
    newest: dict[str, tuple[int, int]] = {}
    for row in work.all(last):
        newest[row.stream] = max(newest.get(row.stream, (0, 0)), (row.epoch, row.sequence))
    found = []
    for stream, (epoch, sequence) in sorted(newest.items()):
        receipt = work.scalar(
            select(outbox.c.receipt).where(
                outbox.c.stream == stream,
                outbox.c.epoch == epoch,
                outbox.c.sequence == sequence,
                outbox.c.state == Outgoing.ACCEPTED,
            )
        )
        if receipt is not None:
            found.append(bytes(receipt))
    return tuple(found)


def places_held(work: EngineWork, union: str) -> tuple[StreamPlace, ...]:
    """How far each downward stream came in this store: after a restore less than was acknowledged,
    and the union then gives again what is missing."""
    last: dict[str, tuple[int, int]] = {}
    for row in work.all(
        select(stream_state.c.stream, stream_state.c.epoch, stream_state.c.sequence).where(
            stream_state.c.direction == DOWN, stream_state.c.peer == union
        )
    ):
        last[row.stream] = max(last.get(row.stream, (0, 0)), (row.epoch, row.sequence))
    return tuple(StreamPlace(DOWN, stream, *place) for stream, place in sorted(last.items()))


def make_whole(here: Round, epoch: int, places: Iterable[StreamPlace]) -> None:
    """Give back and send again what a union of ``epoch`` no longer has; nothing to do while the
    epoch is the one that this was done for. May break off anywhere and begins again then."""
    union = here.keys.facts.union
    with here.bench.hand.system(EXCHANGE) as work:
        done = work.scalar(
            select(stream_state.c.epoch)
            .where(stream_state.c.direction == _BACK, stream_state.c.peer == union)
            .order_by(stream_state.c.epoch.desc())
            .limit(1)
        )
    if epoch <= max(int(done or 1), 1):
        return
    known = {(place.direction, place.stream): (place.epoch, place.sequence) for place in places}
    for inbox_id in _forgotten_decisions(here, epoch, known):
        here.go_on("restored.give_back")
        _give_back(here, inbox_id)
    here.go_on("restored.send_again")
    with here.bench.hand.system(EXCHANGE) as work:
        _send_again(work, union, known)
        keep_place(work, _BACK, union, "", (epoch, 0, ""))


def _forgotten_decisions(
    here: Round, epoch: int, known: dict[tuple[str, str], tuple[int, int]]
) -> list[str]:
    found = []
    with here.bench.hand.system(EXCHANGE) as work:
        rows = work.all(
            select(inbox.c.id, inbox.c.stream, inbox.c.epoch, inbox.c.sequence)
            .where(
                inbox.c.file_id.in_(_DECISIONS),
                inbox.c.state == Incoming.APPLIED,
                inbox.c.epoch < epoch,
            )
            .order_by(inbox.c.epoch, inbox.c.sequence)
        )
    for row in rows:
        if (row.epoch, row.sequence) > known.get(("down", row.stream), (0, 0)):
            found.append(row.id)
    return found


def _give_back(here: Round, inbox_id: str) -> None:
    """One decision as it came: its signed head, and the plain file the head vouches for. A copy
    that is not here any more cannot be vouched for: the union decides its case again."""
    facts = here.keys.facts
    path = container_path(here.bench.folder, inbox_id)
    if not path.is_file():
        return
    addressee = Addressee(
        facts.terminal, facts.municipality, facts.union, here.keys.union_keys, INCOMING
    )
    plain = io.BytesIO()
    try:
        with path.open("rb") as source:
            verified = verify(source, addressee)
            source.seek(0)
            head = source.read(verified.body_at)
            source.seek(0)
            open_body(source, verified, here.keys.identities, plain)
    except ContainerRefused:
        return
    try:
        here.line.give_back(Returned(head, plain.getvalue()))
    except PeerRefused as refused:
        if refused.cause not in ("bad_signature", "malformed", "too_large"):
            raise
        _log.warning("a decision was not taken back: %s", refused.code)


def _send_again(
    work: EngineWork, union: str, known: dict[tuple[str, str], tuple[int, int]]
) -> None:
    """Accepted sendings that the union does not have are under way again, container and place
    as they were."""
    for stream in work.all(
        select(stream_state.c.stream)
        .where(stream_state.c.direction == UP, stream_state.c.peer == union)
        .distinct()
    ):
        place = known.get(("up", stream.stream), (0, 0))
        _go_back(work, union, stream.stream, place)
        work.run(
            update(outbox)
            .where(
                outbox.c.stream == stream.stream,
                outbox.c.state == Outgoing.ACCEPTED,
                outbox.c.container.is_not(None),
                tuple_(outbox.c.epoch, outbox.c.sequence) > tuple_(*place),
            )
            .values(
                state=Outgoing.SENDING,
                offset=0,
                attempts=0,
                next_try_at="",
                settled_at="",
                last_cause="",
                version=outbox.c.version + 1,
            )
        )


def _go_back(work: EngineWork, union: str, stream: str, place: tuple[int, int]) -> None:
    """The stream's last place is the union's: what goes again moves it forward once more."""
    epoch, sequence = place
    mine = (
        stream_state.c.direction == UP,
        stream_state.c.peer == union,
        stream_state.c.stream == stream,
    )
    container = work.scalar(
        select(outbox.c.container).where(
            outbox.c.stream == stream, outbox.c.epoch == epoch, outbox.c.sequence == sequence
        )
    )
    if sequence and container is None:
        return  # its copy's time is over: what comes after it stays where it is
    work.run(delete(stream_state).where(*mine, stream_state.c.epoch >= epoch))
    if container is not None:
        digest = hashlib.sha256(bytes(container)).hexdigest()
        keep_place(work, UP, union, stream, (epoch, sequence, digest))
