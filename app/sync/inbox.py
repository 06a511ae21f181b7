"""The inbox (受信): announced → fetching → verified → staged → applied | quarantined.

Everything here runs inside a unit of work and moves rows only; ``receiving`` does the moving
of bytes. Applying is one transaction: the handler's rows, the watermark, the place in the
stream and the state change together or not at all (DESIGN 1.5).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.sync.states import Incoming
from app.sync.work import EngineWork
from app.wire.characters import Unmapped
from app.wire.codec import record_maker
from app.wire.container import ContainerPlace, Header, first_place
from app.wire.faults import FileFault
from app.wire.files import FILES, FileSpec
from app.wire.frame import Frame
from app.wire.protocol import DownItem
from app.wire.refusals import ContainerCause, ContainerRefused
from db.tables.exchange import (
    character_line,
    file_fault,
    inbox,
    staged_record,
    stream_state,
    watermark,
)

APPLYING = ("inbox", "staged_record", "stream_state", "watermark")
"""What a function that applies a file (``FileSpec.applied_by``) declares in ``writes``, so
that its rows and the file's state change in one transaction."""

DOWN = "down"
UP = "up"


@dataclass(frozen=True, slots=True)
class Applied:
    """What a handler did with a file: records applied, and those dropped because they may not
    rest here (SEC-54); ``listed`` went to the check list (確認リスト). ``watermark`` names the
    rows that readers see up to this batch, if they are not the file's own stream."""

    applied: int
    dropped: int
    listed: int = 0
    watermark: str = ""


Handler: TypeAlias = Callable[[Any, FileSpec, Iterable[Any]], Applied]
"""Applies a file: (unit of work, its declaration, its records) → Applied. A UserError
quarantines the file whole; anything else is tried again."""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One item as the list of received files shows it."""

    id: str
    file_id: str
    title: str
    sequence: int
    count: int
    dropped: int
    state: Incoming
    cause: str
    announced_at: str
    applied_at: str


def incoming(files: Mapping[str, FileSpec]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The layouts that a terminal takes in. None holds 個人番号: what is not needed here does not
    come here (SEC-54), and a file that did would be an unknown layout."""
    return {
        spec.id: (spec.layout, spec.versions)
        for spec in files.values()
        if spec.applied_by and not spec.holds_my_number
    }


INCOMING = incoming(FILES)

_PAGE = 1000

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def announce(work: EngineWork, item: DownItem) -> Incoming | None:
    """Note an announced item; its state here, or None when another one has its place.

    An item that was set aside as a container (damaged, out of order) begins anew.
    """
    known = row_of(work, item.id)
    if known is not None:
        state = Incoming(known.state)
        if state is Incoming.QUARANTINED and not known.container_digest:
            move(work, item.id, Incoming.ANNOUNCED, cause="")
            return Incoming.ANNOUNCED
        return state
    taken = work.scalar(
        select(inbox.c.id).where(
            inbox.c.stream == item.stream,
            inbox.c.epoch == item.epoch,
            inbox.c.sequence == item.sequence,
        )
    )
    if taken is not None:
        return None
    work.run(
        insert(inbox).values(
            id=item.id,
            file_id=item.file_id,
            stream=item.stream,
            epoch=item.epoch,
            sequence=item.sequence,
            size=item.size,
            state=Incoming.ANNOUNCED,
            announced_at=work.at.isoformat(),
        )
    )
    return Incoming.ANNOUNCED


def row_of(work: EngineWork, inbox_id: str) -> Row[Any] | None:
    """The item's row."""
    return work.first(select(inbox).where(inbox.c.id == inbox_id))


def move(work: EngineWork, inbox_id: str, state: Incoming, **values: Any) -> None:
    """Set an item's state and other columns."""
    work.run(update(inbox).where(inbox.c.id == inbox_id).values(state=state, **values))


def expected_place(work: EngineWork, peer: str, header: Header) -> ContainerPlace:
    """The place that the next container of the header's stream must have."""
    last = _last_place(work, peer, header.stream)
    if last is None or header.epoch > last.epoch:
        return first_place(header.epoch)
    return ContainerPlace(last.epoch, last.sequence + 1, last.digest)


def _last_place(work: EngineWork, peer: str, stream: str) -> Row[Any] | None:
    return work.first(
        select(stream_state)
        .where(
            stream_state.c.direction == DOWN,
            stream_state.c.peer == peer,
            stream_state.c.stream == stream,
        )
        .order_by(stream_state.c.epoch.desc())
        .limit(1)
    )


def require_next(work: EngineWork, peer: str, item: DownItem) -> None:
    """Refuse an announced item that is not the next of its stream (ContainerRefused ``gap``)."""
    last = _last_place(work, peer, item.stream)
    next_one = (last.epoch, last.sequence + 1) if last is not None else (item.epoch, 1)
    begins = last is not None and item.epoch > last.epoch and item.sequence == 1
    if (item.epoch, item.sequence) != next_one and not begins:
        raise ContainerRefused(ContainerCause.GAP)


def keep_place(
    work: EngineWork, direction: str, peer: str, stream: str, place: tuple[int, int, str]
) -> None:
    """Note (epoch, sequence, digest) as the last of a stream."""
    epoch, sequence, digest = place
    values = {"sequence": sequence, "digest": digest}
    key = {"direction": direction, "peer": peer, "stream": stream, "epoch": epoch}
    statement = upsert(stream_state).values(**key, **values)
    work.run(statement.on_conflict_do_update(index_elements=list(key), set_=values))


def stage(work: EngineWork, inbox_id: str, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    """Put checked records into staging, as JSON arrays in column order."""
    values = [(inbox_id, line, _ENCODE(record)) for line, record in rows]
    work.insert_rows(staged_record, ("inbox_id", "line", "record"), values)


def note_faults(work: EngineWork, subject: str, faults: Sequence[FileFault]) -> None:
    """Keep what is wrong with a refused file, in place of what was found before."""
    work.run(delete(file_fault).where(file_fault.c.subject == subject))
    rows = [
        (subject, number, one.line, one.column, one.kind, one.rule)
        for number, one in enumerate(faults)
    ]
    names = ("subject", "number", "line", "column", "kind", "rule")
    work.insert_rows(file_fault, names, rows)


def note_characters(work: EngineWork, subject: str, found: Sequence[Unmapped]) -> None:
    """Keep which characters of a file could not be kept or written (文字リスト)."""
    rows = [
        (subject, number, one.line, one.column, one.signs, one.put, work.at.isoformat())
        for number, one in enumerate(found)
    ]
    names = ("subject", "number", "line", "column", "signs", "put", "noted_at")
    work.insert_rows(character_line, names, rows)


def was_applied(work: EngineWork, item: DownItem, frame: Frame) -> bool:
    """Whether this business day's edition was applied already, in the same epoch."""
    found = work.scalar(
        select(inbox.c.id).where(
            inbox.c.file_id == item.file_id,
            inbox.c.epoch == item.epoch,
            inbox.c.business_on == frame.business_on,
            inbox.c.edition == frame.edition,
            inbox.c.state == Incoming.APPLIED,
            inbox.c.id != item.id,
        )
    )
    return found is not None


def unstage(work: EngineWork, inbox_id: str) -> None:
    """Remove an item's staged records."""
    work.run(delete(staged_record).where(staged_record.c.inbox_id == inbox_id))


def staged(
    work: EngineWork,
    inbox_id: str,
    spec: FileSpec,
    passed: Callable[[int], None] = lambda _count: None,
) -> StagedRecords:
    """The staged records of an item; ``passed`` is told how many were given, page by page."""
    return StagedRecords(work, inbox_id, spec, passed)


class StagedRecords:
    """Records in the order of the file; may be gone through more than once, in flat memory."""

    def __init__(
        self, work: EngineWork, inbox_id: str, spec: FileSpec, passed: Callable[[int], None]
    ) -> None:
        self._passed = passed
        self._work = work
        self._inbox_id = inbox_id
        self._spec = spec

    def __iter__(self) -> Iterator[Any]:
        # Page by page, because writing beside an open cursor is slower.
        make = record_maker(self._spec)
        lifted = FILES[self._spec.id].lifted
        line = given = 0
        while rows := self._page(line):
            for values in json.loads(f"[{','.join(row.record for row in rows)}]"):
                yield lifted(make(values))
            line, given = rows[-1].line, given + len(rows)
            self._passed(given)

    def _page(self, after: int) -> list[Row[Any]]:
        return self._work.all(
            select(staged_record.c.line, staged_record.c.record)
            .where(staged_record.c.inbox_id == self._inbox_id, staged_record.c.line > after)
            .order_by(staged_record.c.line)
            .limit(_PAGE)
        )


def next_batch(work: EngineWork) -> int:
    """The number of the batch being applied; the handler writes it into its rows."""
    return int(work.scalar(select(func.max(inbox.c.batch))) or 0) + 1


def finish(work: EngineWork, row: Row[Any], peer: str, done: Applied, digest: str) -> None:
    """The applying itself: state, place in the stream and watermark move together."""
    batch = next_batch(work)
    at = work.at.isoformat()
    move(
        work,
        row.id,
        Incoming.APPLIED,
        batch=batch,
        dropped_count=done.dropped,
        applied_at=at,
        cause="",
    )
    unstage(work, row.id)
    keep_place(work, DOWN, peer, row.stream, (row.epoch, row.sequence, digest))
    values = {"batch": batch, "moved_at": at}
    statement = upsert(watermark).values(subject=done.watermark or row.stream, **values)
    work.run(statement.on_conflict_do_update(index_elements=["subject"], set_=values))


def last_applied(work: EngineWork, file_id: str) -> str:
    """The moment the last file of this kind was applied, "" for never (SEC-118: its age is
    shown, and more than one business day is warned of)."""
    found = work.scalar(
        select(func.max(inbox.c.applied_at)).where(
            inbox.c.file_id == file_id, inbox.c.state == Incoming.APPLIED
        )
    )
    return str(found or "")


def line_of(row: Row[Any]) -> InboxLine:
    """A row of the inbox as a value."""
    return InboxLine(
        id=row.id,
        file_id=row.file_id,
        title=FILES[row.file_id].title if row.file_id in FILES else row.file_id,
        sequence=row.sequence,
        count=row.record_count,
        dropped=row.dropped_count,
        state=Incoming(row.state),
        cause=row.cause,
        announced_at=row.announced_at,
        applied_at=row.applied_at,
    )
