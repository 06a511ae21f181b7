"""Sending one item: build its container once, ask the peer first, go on from its offset."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, select, update

from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.sync.faults import ExchangeCancelled, LineFault, PeerRefused, line_fault
from app.sync.inbox import UP, keep_place
from app.sync.outbox import spec_of, unpack
from app.sync.round import Problem, Round, SendReport, item_fault, problem_of, told
from app.sync.states import Outgoing
from app.sync.work import EXCHANGE, EngineWork
from app.wire.container import BodyFacts, ContainerPlace, Header, first_place, peek, write_head
from app.wire.files import FILES
from app.wire.keys import signing_id
from app.wire.protocol import CHUNK, UploadStart, UploadState
from app.wire.statements import Receipt, Settlement, open_signed
from db.tables.exchange import outbox, stream_state

_FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
"""No try waits longer, whatever the peer asks and whatever a clock says."""
_MOST_CORRECTIONS = 3
_FEWEST_REQUESTS = 16
_UNDER_WAY = (Outgoing.SENDING, Outgoing.SENT)


@dataclass(frozen=True, slots=True)
class Due:
    """One item whose turn it is."""

    id: str
    stream: str


@dataclass(frozen=True, slots=True)
class _Ready:
    """A container as it lies on disk, ready to go."""

    row: Row[Any]
    container: bytes
    digest: str


def due(work: EngineWork, outbox_id: str = "") -> list[Due]:
    """What is to be sent now, in order: what is under way first, because it holds its place.

    While that one waits for its next try, nothing else of its stream is due. With
    ``outbox_id``: that item now, whatever its back-off, after what is under way in its stream.
    """
    under_way_first = case((outbox.c.state.in_(_UNDER_WAY), 0), else_=1)
    rows = work.all(
        select(outbox.c.id, outbox.c.stream, outbox.c.state, outbox.c.next_try_at)
        .where(outbox.c.state.in_([Outgoing.CONFIRMED, *_UNDER_WAY]))
        .order_by(
            under_way_first,
            outbox.c.epoch,
            outbox.c.sequence,
            outbox.c.prepared_at,
            outbox.c.id,
        )
    )
    if outbox_id:
        stream = next((row.stream for row in rows if row.id == outbox_id), None)
        wanted = [
            row
            for row in rows
            if row.id == outbox_id or (row.stream == stream and row.state in _UNDER_WAY)
        ]
    else:
        wanted, held = [], set()
        for row in rows:
            if row.stream in held:
                continue
            if _may_try(row.next_try_at, work.at):
                wanted.append(row)
            elif row.state in _UNDER_WAY:
                held.add(row.stream)
    return [Due(row.id, row.stream) for row in wanted]


def _may_try(next_try_at: str, now: datetime) -> bool:
    """Whether the wait is over. A moment further away than the longest back-off was noted by a
    clock that ran ahead, and is no wait of ours."""
    try:
        moment = datetime.fromisoformat(next_try_at)
        wait = moment - now
    except (ValueError, TypeError):
        return True
    return wait <= timedelta(0) or wait > LONGEST_WAIT


def send(here: Round, outbox_id: str) -> SendReport:
    """Send one item and settle it by the peer's receipt.

    Trouble of the exchange is noted beside the item (attempts, cause, next try) and told in the
    report; trouble of the whole terminal is noted and raised. ExchangeCancelled is noted as
    nothing at all.
    """
    with here.bench.hand.system(EXCHANGE) as work:
        row = work.one(select(outbox).where(outbox.c.id == outbox_id))
    try:
        return _settle(here, *_deliver(here, row))
    except (ExchangeCancelled, UserError):
        raise
    except Exception as error:
        try:
            fault = item_fault(error)
        except EnvironmentFault as ours:
            _note_failure(here, row, ours)
            raise
        return SendReport(row.id, _note_failure(here, row, fault), problem_of(fault))


def note_behind(work: EngineWork, outbox_id: str) -> Problem:
    """Say beside an item that it waits behind another of its stream; the words for the clerk."""
    behind = UserError(
        "outbox.behind",
        "先に送った届出がまだ受理されていないため、順番を待っています。",
        "先の届出が受理されると、続けて自動的に送ります。先の届出が止まっている原因を、"
        "送信待ちの一覧で確かめてください。",
    )
    _change(work, outbox_id, last_cause=told(behind))
    return problem_of(behind)


def _deliver(here: Round, row: Row[Any]) -> tuple[_Ready, bytes]:
    """The container handed over, and the receipt for it."""
    line = here.line
    if row.state in _UNDER_WAY:
        # After a crash nobody here knows what arrived: the peer is asked first.
        here.go_on("send.ask")
        known = line.upload_offset(row.id)
        if known is not None and known[1] is UploadState.SETTLED:
            receipt = line.receipt(row.id)
            if receipt is not None:
                return _Ready(row, bytes(row.container), ""), receipt
    ready = _ready(here, row)
    here.go_on("send.start")
    start = UploadStart(
        ready.row.file_id,
        ready.row.stream,
        ready.row.epoch,
        ready.row.sequence,
        len(ready.container),
        ready.digest,
    )
    _hand_over(here, ready, line.start_upload(row.id, start))
    here.go_on("send.sent")
    with here.bench.hand.system(EXCHANGE, digest=bytes.fromhex(ready.digest)) as work:
        _change(work, row.id, state=Outgoing.SENT, offset=len(ready.container))
    here.go_on("send.complete")
    return ready, line.complete(row.id)


def _hand_over(here: Round, ready: _Ready, offset: int) -> None:
    """All bytes from ``offset``. A peer that never agrees on the offset, or takes next to nothing
    at a time, is a fault and no loop."""
    size = len(ready.container)
    corrections, requests = 0, _FEWEST_REQUESTS + 2 * -(-size // CHUNK)
    title = FILES[ready.row.file_id].title
    here.bench.progress.begin(f"送信：{title}", size // 1024, "KB")
    while 0 <= offset < size:
        here.go_on("send.chunk")
        requests -= 1
        chunk = ready.container[offset : offset + CHUNK]
        try:
            reached = here.line.send_chunk(ready.row.id, offset, chunk)
            forward = offset < reached <= offset + len(chunk)
        except PeerRefused as refused:
            corrections += 1
            reached = refused.offset
            forward = refused.cause == "wrong_offset" and 0 <= reached <= size
            if not forward:
                raise
        if not forward or corrections > _MOST_CORRECTIONS or requests < 0:
            raise line_fault("offset")
        offset = reached
        here.bench.progress.at(offset // 1024)
    if offset != size:
        raise line_fault("offset")


def _ready(here: Round, row: Row[Any]) -> _Ready:
    """The item's container, built now if it has none of this epoch; its place is taken."""
    here.go_on("send.build")
    with here.bench.hand.system(EXCHANGE) as work:
        epoch = _epoch(work)
        place = _next_place(work, here.keys.facts.union, row.stream, epoch)
        if row.container is None or _must_move(row, place):
            container = _container(here, row, place)
            _change(
                work,
                row.id,
                state=Outgoing.SENDING,
                container=container,
                epoch=place.epoch,
                sequence=place.sequence,
                offset=0,
            )
        now = work.one(select(outbox).where(outbox.c.id == row.id))
    container = bytes(now.container)
    return _Ready(now, container, hashlib.sha256(container).hexdigest())


def _container(here: Round, row: Row[Any], place: ContainerPlace) -> bytes:
    spec, keys = spec_of(row), here.keys
    facts, body = _sealed(row)
    signing = keys.signing_key
    header = Header(
        version=1,
        sender=keys.facts.terminal,
        receiver=keys.facts.union,
        municipality=keys.facts.municipality,
        file_id=spec.id,
        layout=spec.layout,
        layout_version=spec.version,
        stream=row.stream,
        epoch=place.epoch,
        sequence=place.sequence,
        previous=place.previous,
        id=row.id,
        count=row.record_count,
        body=facts,
        created=here.bench.clock.now().isoformat(timespec="seconds"),
        signing_key=signing_id(signing),
    )
    return write_head(header, signing) + body


def _must_move(row: Row[Any], place: ContainerPlace) -> bool:
    """Whether the container stands in a place that is not to be had any more: of an earlier
    epoch, or behind one that was not taken when both went again to a restored union."""
    if row.epoch != place.epoch:
        return bool(row.payload)  # one settled in its epoch before goes again as it was
    return bool(row.sequence > place.sequence)


def _sealed(row: Row[Any]) -> tuple[BodyFacts, bytes]:
    """The sealed file: as it was prepared, or from the container once that was settled."""
    if row.payload:
        return unpack(bytes(row.payload))
    source = io.BytesIO(bytes(row.container))
    header = peek(source)
    return header.body, source.read()


def _settle(here: Round, ready: _Ready, data: bytes) -> SendReport:
    """Believe the receipt if it is ours, and only then settle the item (DESIGN 1.4)."""
    row, facts = ready.row, here.keys.facts
    receipt = open_signed(Receipt, data, here.keys.union_keys)
    ours = (row.id, row.payload_digest, facts.terminal, facts.union, row.stream)
    theirs = (receipt.id, receipt.content, receipt.sender, receipt.receiver, receipt.stream)
    if ours != theirs:
        raise line_fault("receipt")
    here.go_on("send.settle")
    accepted = receipt.settlement is Settlement.ACCEPTED
    problem = None if accepted else Problem(receipt.cause, receipt.message, _REJECTED)
    state = Outgoing.ACCEPTED if accepted else Outgoing.REJECTED
    with here.bench.hand.system(EXCHANGE, digest=bytes.fromhex(receipt.digest)) as work:
        _change(
            work,
            row.id,
            state=state,
            receipt=data,
            payload=b"",
            # Its place is the one that the receipt names: a terminal restored from a backup may
            # have given it another one, which is then free for the next.
            epoch=receipt.epoch if accepted else row.epoch,
            sequence=receipt.sequence if accepted else None,
            last_cause="" if accepted else f"{receipt.message}（{receipt.cause}）",
            next_try_at="",
            settled_at=work.at.isoformat(),
        )
        if not accepted and row.case_id:
            here.bench.on_rejected(work, row.case_id)
        if accepted and receipt.epoch == _epoch(work):
            place = (receipt.epoch, receipt.sequence, receipt.digest)
            keep_place(work, UP, facts.union, row.stream, place)
    return SendReport(row.id, state, problem)


_REJECTED = "内容を確かめ、直したものをもう一度送ってください。"


def asked_wait(fault: MadoguchiError) -> timedelta:
    """How long the peer asked us to stay away, within our own longest wait."""
    asked = fault.retry_after if isinstance(fault, (LineFault, PeerRefused)) else 0.0
    return timedelta(seconds=min(asked, LONGEST_WAIT.total_seconds()))


def _note_failure(here: Round, row: Row[Any], fault: MadoguchiError) -> Outgoing:
    """Note a try that failed; the state the item is in."""
    asked = asked_wait(fault)
    wait = min(max(_FIRST_WAIT * 2 ** min(row.attempts, 10), asked), LONGEST_WAIT)
    with here.bench.hand.system(EXCHANGE) as work:
        _change(
            work,
            row.id,
            attempts=outbox.c.attempts + 1,
            last_cause=told(fault),
            next_try_at=(work.at + wait).isoformat(),
        )
        return Outgoing(work.scalar(select(outbox.c.state).where(outbox.c.id == row.id)))


def _change(work: EngineWork, outbox_id: str, **values: Any) -> None:
    work.run(
        update(outbox)
        .where(outbox.c.id == outbox_id)
        .values(version=outbox.c.version + 1, **values)
    )


def _epoch(work: EngineWork) -> int:
    return int(work.fact("epoch") or 0)


def _next_place(work: EngineWork, union: str, stream: str, epoch: int) -> ContainerPlace:
    last = work.first(
        select(stream_state).where(
            stream_state.c.direction == UP,
            stream_state.c.peer == union,
            stream_state.c.stream == stream,
            stream_state.c.epoch == epoch,
        )
    )
    return (
        first_place(epoch)
        if last is None
        else ContainerPlace(epoch, last.sequence + 1, last.digest)
    )
