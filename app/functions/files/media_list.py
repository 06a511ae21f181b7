"""What the screen of media shows (電子媒体): what is plugged in, what may be done with it, and the
ledger (媒体管理簿, FORM-75)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select

from app.core.errors import MadoguchiError
from app.security.gate.gate import Gate, Session, Subject
from app.sync.media import mark
from app.sync.media.desk import MediaDesk
from app.sync.media.files import INCOMING, OUTGOING, OnMedium, listed
from app.sync.media.mark import Judged
from app.sync.states import Incoming
from app.wire.files import FILES, FileSpec
from db.tables.exchange import inbox
from db.tables.media import courier, medium, medium_approval, medium_use, sealed_out
from db.work import ReadRows

SHOW, LEDGER = "files.show_media", "files.show_ledger"
_SUBJECT = Subject("list", "media")
_NEWEST = 50

STATES = {
    "scanned": "検査済み",
    "begun": "途中",
    "done": "済み",
    "refused": "受け付けず",
    "broken": "途中で終わった",
}
DIRECTIONS = {"in": "移入", "out": "移出"}
WIPES = {"": "", "owed": "消去待ち", "wiped": "消去済み", "destroyed": "媒体ごと廃棄"}


@dataclass(frozen=True, slots=True)
class Plugged:
    """A medium that is plugged in, with its files."""

    judged: Judged
    incoming: tuple[OnMedium, ...] = ()
    outgoing: tuple[OnMedium, ...] = ()
    fault: MadoguchiError | None = None


@dataclass(frozen=True, slots=True)
class KnownMedium:
    """A registered medium."""

    id: str
    label: str
    serial: str
    encrypts: bool
    state: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A prior approval in force; ``id`` is its number."""

    id: str
    medium_id: str
    direction: str
    file_id: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class UseLine:
    """One line of the ledger."""

    id: str
    medium_id: str
    label: str
    direction: str
    file_id: str
    name: str
    count: int
    state: str
    cause: str
    scan: str
    approval_id: str
    used_by: str
    confirmed_by: str
    begun_at: str
    wipe: str
    wiped_at: str
    wiped_by: str
    wiped_how: str


@dataclass(frozen=True, slots=True)
class ToMoveOut:
    """A file that waits to be moved out: one that was received, or one that was sealed here for
    somebody outside (``sealed_id``, to whom)."""

    inbox_id: str
    file_id: str
    count: int
    applied_at: str
    sealed_id: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True)
class MediaView:
    """Everything the screen shows."""

    plugged: tuple[Plugged, ...]
    media: tuple[KnownMedium, ...]
    approvals: tuple[Approved, ...]
    uses: tuple[UseLine, ...]
    to_move_out: tuple[ToMoveOut, ...]
    couriers: tuple[tuple[str, str], ...]
    has_scanner: bool

    @property
    def owed(self) -> tuple[UseLine, ...]:
        """Wipes that are not done yet (SEC-82)."""
        return tuple(line for line in self.uses if line.wipe == "owed")


def moves_in(spec: FileSpec) -> bool:
    """Whether the municipal system gives this file on a medium (FLOW-202, FLOW-402, FLOW-503)."""
    return spec.moved_in and not spec.unspecified


def moves_out(spec: FileSpec) -> bool:
    """Whether this file goes on to the municipal system (FLOW-305, FLOW-408): whole, as the union
    delivered it (CON-04)."""
    return spec.moved_out and not spec.unspecified


def look(gate: Gate, session: Session, media: MediaDesk, function: str = SHOW) -> MediaView:
    """What is plugged in and what is written about it, for the screen of ``function``.

    Media are read outside of the unit of work: a slow stick holds nobody up. Raises ``Refusal``,
    EnvironmentFault ``media.list``.
    """
    with gate.view(function, session, subject=_SUBJECT) as work:
        rows = media_rows(work)
        public, municipality = mark_facts(work)
        today = work.at.date().isoformat()
        approvals = tuple(
            Approved(row.id, row.medium_id, row.direction, row.file_id, row.valid_to)
            for row in work.all(
                select(medium_approval)
                .where(medium_approval.c.withdrawn_at == "", medium_approval.c.valid_to >= today)
                .order_by(medium_approval.c.approved_at)
            )
        )
        uses = _uses(work, rows)
        waiting = _to_move_out(work)
        couriers = tuple(
            (row.id, row.name)
            for row in work.all(
                select(courier).where(courier.c.ended_at == "", courier.c.role == "system")
            )
        )
        work.note(shown=[line.id for line in uses])
    found = mark.judged(media.attached(), rows, public, municipality)
    known = tuple(
        KnownMedium(row.id, row.label, row.serial, bool(row.encrypts), row.state)
        for row in rows.values()
    )
    plugged = tuple(_plugged(one) for one in found)
    return MediaView(plugged, known, approvals, uses, waiting, couriers, media.has_scanner)


def media_rows(work: ReadRows) -> Mapping[str, Row[Any]]:
    """All media by id."""
    return {row.id: row for row in work.all(select(medium).order_by(medium.c.label))}


def mark_facts(work: Any) -> tuple[bytes, str]:
    """The half by which marks are checked (b"" before the first), and the municipality."""
    key = mark.mark_key(work)
    return (b"" if key is None else mark.public_half(key)), str(
        work.fact("municipality_code") or ""
    )


def may_be_plain(work: Any) -> bool:
    """Whether a plain file on a medium that encrypts is allowed here (DESIGN 6)."""
    return bool(work.control.in_force.text("media.plain") == "yes")


def plain_charset(work: Any) -> str:
    """The character set in which the municipal system writes its plain files."""
    return str(work.control.in_force.text("media.charset"))


def _plugged(one: Judged) -> Plugged:
    if one.fault is not None:
        return Plugged(one)
    try:
        return Plugged(one, listed(one.attached, INCOMING), listed(one.attached, OUTGOING))
    except MadoguchiError as fault:
        return Plugged(one, fault=fault)


def _uses(work: Any, media: Mapping[str, Row[Any]]) -> tuple[UseLine, ...]:
    """The newest lines, and every one whose wipe is owed however old it is."""
    newest = select(medium_use.c.id).order_by(medium_use.c.begun_at.desc()).limit(_NEWEST)
    rows = work.all(
        select(medium_use)
        .where(or_(medium_use.c.id.in_(newest), medium_use.c.wipe == "owed"))
        .order_by(medium_use.c.begun_at.desc(), medium_use.c.id.desc())
    )
    return tuple(_line(row, media[row.medium_id].label) for row in rows)


def _line(row: Row[Any], label: str) -> UseLine:
    return UseLine(
        id=row.id,
        medium_id=row.medium_id,
        label=label,
        direction=row.direction,
        file_id=row.file_id,
        name=row.name,
        count=row.record_count,
        state=row.state,
        cause=row.cause,
        scan=row.scan,
        approval_id=row.approval_id,
        used_by=row.used_by,
        confirmed_by=row.confirmed_by,
        begun_at=row.begun_at,
        wipe=row.wipe,
        wiped_at=row.wiped_at,
        wiped_by=row.wiped_by,
        wiped_how=row.wiped_how,
    )


def _to_move_out(work: Any) -> tuple[ToMoveOut, ...]:
    done = select(medium_use.c.inbox_id).where(
        medium_use.c.direction == "out", medium_use.c.state == "done"
    )
    wanted = [spec.id for spec in FILES.values() if moves_out(spec)]
    rows = work.all(
        select(inbox)
        .where(
            inbox.c.state == Incoming.APPLIED,
            inbox.c.file_id.in_(wanted),
            inbox.c.id.not_in(done),
        )
        .order_by(inbox.c.applied_at.desc())
        .limit(_NEWEST)
    )
    sealed = work.all(
        select(sealed_out, courier.c.name.label("to"))
        .join(courier, courier.c.id == sealed_out.c.to_id)
        .where(sealed_out.c.state == "sealed")
        .order_by(sealed_out.c.sealed_at)
    )
    return (
        *(ToMoveOut(row.id, row.file_id, row.record_count, row.applied_at) for row in rows),
        *(
            ToMoveOut("", row.file_id, row.record_count, row.sealed_at, row.id, row.to)
            for row in sealed
        ),
    )
