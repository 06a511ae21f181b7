"""One use of a registered medium (媒体管理簿の一行): what a move is about, and its line in the
ledger (SEC-77, SEC-85).

The act that is touched for writes the line ``begun`` and nothing else; what follows reads or writes
the medium while nobody's act has to wait; the terminal's own work then writes the outcome. Wherever
it breaks off, the line says so, nothing of the file is in the store, and what may still lie on the
medium is on the list of unfinished wipes (SEC-82, SEC-92).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Row, select, update

from app.core.errors import MadoguchiError
from app.core.progress import Progress
from app.functions.files.media_list import mark_facts, media_rows
from app.security.gate.gate import ActWork, SystemHand
from app.sync.inbox import keep_place, note_faults
from app.sync.media import mark
from app.sync.media.carry import Courier
from app.sync.media.desk import MediaDesk
from app.sync.media.faults import media_refusal
from app.sync.media.mark import Judged
from app.sync.round import told
from app.wire.characters import Charset
from app.wire.codec import FileRefused
from app.wire.container import ContainerPlace, Verified, check_place, first_place
from app.wire.values import Codes
from db.tables.exchange import stream_state
from db.tables.media import courier, medium_approval, medium_use

FINISH = "files.finish_medium"
BY_MEDIUM, OUT = "medium_in", "medium_out"
"""The directions of streams from and to a courier, in ``stream_state``."""
Going = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moving:
    """One file over one medium. ``use_id`` is the ledger's line (移入), "" for 移出."""

    medium_id: str
    file_id: str
    name: str
    digest: str
    approval_id: str
    use_id: str = ""
    inbox_id: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of it. ``sendings`` are the outbox' ids (移入); ``wiped`` whether the medium's
    file is gone, ``trouble`` why not."""

    use_id: str
    count: int
    sendings: tuple[str, ...] = ()
    wiped: bool = False
    trouble: MadoguchiError | None = None


@dataclass(frozen=True)
class Carrying:
    """What moving needs besides the gate: media, code tables, where received containers lie, the
    terminal's own ending of what a person began, a character set by its id. ``step`` is told each
    step before it is taken, ``progress`` how many records went through; somebody may cancel it
    there."""

    media: MediaDesk
    codes: Codes
    folder: Path
    finish: SystemHand
    charset: Callable[[str], Charset]
    step: Going = lambda _name: None
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of media; looking at them is done with no unit of work open."""

    rows: Mapping[str, Row[Any]]
    public: bytes
    municipality: str

    def find(self, media: MediaDesk, medium_id: str) -> Judged:
        """The medium of this id, plugged in and ours. Raises its refusal."""
        found = mark.judged(media.attached(), self.rows, self.public, self.municipality)
        return media.find(found, medium_id)


def known_media(work: Any) -> Known:
    public, municipality = mark_facts(work)
    return Known(media_rows(work), public, municipality)


def line_of(work: Any, use_id: str) -> Row[Any]:
    row = work.first(select(medium_use).where(medium_use.c.id == use_id))
    if row is None:
        raise media_refusal("not_scanned")
    found: Row[Any] = row
    return found


def approval_in_force(work: Any, medium_id: str, direction: str, file_id: str) -> Row[Any]:
    """The prior approval in force today. Raises UserError ``media.no_approval``."""
    today = work.at.date().isoformat()
    row = work.first(
        select(medium_approval)
        .where(
            medium_approval.c.medium_id == medium_id,
            medium_approval.c.direction == direction,
            medium_approval.c.file_id == file_id,
            medium_approval.c.withdrawn_at == "",
            medium_approval.c.valid_from <= today,
            medium_approval.c.valid_to >= today,
        )
        .order_by(medium_approval.c.valid_to.desc())
    )
    if row is None:
        raise media_refusal("no_approval")
    found: Row[Any] = row
    return found


SYSTEM, PRINT = "system", "print"
"""Whose side the other end of a medium is: the municipal system's, or a contractor who prints."""


def courier_of(work: Any, role: str = SYSTEM) -> Courier | None:
    """The other end in this role, if one is registered."""
    row = work.first(select(courier).where(courier.c.ended_at == "", courier.c.role == role))
    if row is None:
        return None
    return Courier(row.id, row.name, bytes(row.signing), row.receiving)


def check_next(work: ActWork, verified: Verified) -> None:
    """The container must be the next of its stream. Raises ContainerRefused."""
    head = verified.header
    check_place(head, next_place(work, BY_MEDIUM, head.sender, head.stream, head.epoch))


def take_place(work: ActWork, verified: Verified) -> None:
    """Its place is taken: with its content, or with its refusal, after which the corrected one
    follows."""
    head = verified.header
    place = (head.epoch, head.sequence, verified.digest)
    keep_place(work, BY_MEDIUM, head.sender, head.stream, place)


def next_place(work: ActWork, direction: str, peer: str, stream: str, epoch: int) -> ContainerPlace:
    """The place after the last one known of a stream."""
    last = work.first(
        select(stream_state)
        .where(
            stream_state.c.direction == direction,
            stream_state.c.peer == peer,
            stream_state.c.stream == stream,
        )
        .order_by(stream_state.c.epoch.desc())
        .limit(1)
    )
    if last is None or epoch > last.epoch:
        return first_place(epoch)
    return ContainerPlace(last.epoch, last.sequence + 1, last.digest)


def change(work: ActWork, use_id: str, **values: Any) -> None:
    work.run(
        update(medium_use)
        .where(medium_use.c.id == use_id)
        .values(version=medium_use.c.version + 1, **values)
    )


def note_wiped(work: ActWork, use_id: str, how: str, staff_id: str) -> None:
    change(
        work,
        use_id,
        wipe="wiped",
        wiped_at=work.at.isoformat(),
        wiped_by=staff_id,
        wiped_how=how,
    )


def end_broken(
    finish: SystemHand, use_id: str, problem: Exception, seen: Sequence[Verified] = ()
) -> None:
    """The line of what did not come to its end: refused for what the file is, or broken off. A
    refused file is to be wiped too; one that is refused for what it holds takes its place."""
    cause, refused = "プログラムの誤り（bug）", False
    if isinstance(problem, MadoguchiError):
        cause, refused = told(problem), problem.code.startswith(_FOR_THE_FILE)
    values = {"wipe": "owed"} if refused else {}
    with finish.system(FINISH) as work:
        if isinstance(problem, FileRefused):
            note_faults(work, use_id, problem.faults)
            for verified in seen:
                take_place(work, verified)
        change(
            work,
            use_id,
            state="refused" if refused else "broken",
            cause=cause,
            ended_at=work.at.isoformat(),
            **values,
        )


_FOR_THE_FILE = ("file.", "container.", "media.again", "media.plain", "media.changed")
