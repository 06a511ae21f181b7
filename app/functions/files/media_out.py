"""移出 over a registered medium: what the union delivered, whole, sealed to the courier."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select

from app.core.progress import WorkCancelled
from app.functions.files.media_list import SHOW, moves_out
from app.functions.files.media_use import (
    FINISH,
    OUT,
    Carrying,
    Moved,
    Moving,
    approval_in_force,
    change,
    courier_of,
    end_broken,
    known_media,
    next_place,
)
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, Session, Subject
from app.sync.inbox import keep_place
from app.sync.media.carry import Line, write_out
from app.sync.media.desk import MediaDesk
from app.sync.media.faults import media_refusal
from app.sync.media.files import OUTGOING, sweep_parts
from app.sync.receiving import container_path
from app.sync.terminal_keys import read_keys
from app.wire.files import FILES
from app.wire.protocol import stream_of
from db.tables.exchange import inbox
from db.tables.media import medium_use

MOVE_OUT = "files.move_out"


def prepare_move_out(
    gate: Gate, session: Session, media: MediaDesk, inbox_id: str, medium_id: str
) -> PreparedAct:
    """Move a received file out, whole, sealed to the courier (CON-04). Raises UserError
    ``media.*``."""
    with gate.view(SHOW, session, subject=Subject("list", "media")) as work:
        row = work.one(select(inbox).where(inbox.c.id == inbox_id))
        spec = FILES[row.file_id]
        if not moves_out(spec):
            raise media_refusal("not_movable")
        approval = approval_in_force(work, medium_id, "out", spec.id)
        to = courier_of(work)
        if to is None:
            raise media_refusal("no_courier")
        known, at = known_media(work), work.at
    found = known.find(media, medium_id)
    name = f"{spec.id}_{at:%Y%m%d}_{inbox_id}.mdg"
    return gate.prepare(
        MOVE_OUT,
        session,
        subject=Subject("medium", medium_id),
        content=Moving(
            medium_id, spec.id, name, row.container_digest, approval.id, inbox_id=inbox_id
        ),
        sentence=f"{spec.title}（{spec.id}、{row.record_count}件）を封をして、媒体"
        f"「{found.label}」で「{to.title}」へ移出します（承認番号 {approval.id}）。",
    )


def perform_move_out(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], here: Carrying
) -> Moved:
    """Write it. The file on the medium is owed a wipe from then on (SEC-82). Raises as the parts
    it is made of; the line ends ``broken`` and what was written is swept."""
    seconds = (one.staff_id for one in approvals if one.staff_id != prepared.session.staff_id)
    with gate.act(prepared, approvals) as work:
        moving: Moving = work.content
        approval_in_force(work, moving.medium_id, "out", moving.file_id)
        known = known_media(work)
        keys, to = read_keys(work), courier_of(work)
        if to is None:
            raise media_refusal("no_courier")
        stream = stream_of(moving.file_id)
        epoch = int(work.fact("epoch") or 0)
        place = next_place(work, OUT, to.name, stream, epoch)
        use_id = begin_line(work, moving, " ".join(seconds))
    path = container_path(here.folder, moving.inbox_id)
    spec = FILES[moving.file_id]
    line = Line(keys, spec, here.codes, passed=here.progress.at)
    try:
        here.progress.begin(f"移出：{spec.title}", 0, "件")
        here.step("media.write")
        found = known.find(here.media, moving.medium_id)
        sweep_parts(found.attached, OUTGOING)
        digest, count = write_out(found.attached, moving.name, line, to, (path, use_id, place))
        here.step("media.note")
        with here.finish.system(FINISH, digest=bytes.fromhex(digest)) as work:
            keep_place(work, OUT, to.name, stream, (place.epoch, place.sequence, digest))
            change(
                work,
                use_id,
                state="done",
                digest=digest,
                record_count=count,
                ended_at=work.at.isoformat(),
            )
    except WorkCancelled as wish:
        stopped = media_refusal("cancelled")
        end_broken(here.finish, use_id, stopped)
        raise stopped from wish
    except Exception as problem:
        end_broken(here.finish, use_id, problem)
        raise
    finally:
        here.progress.end()
    return Moved(use_id, count)


def begin_line(work: ActWork, moving: Moving, confirmed_by: str) -> str:
    """The ledger's line before the first byte is written."""
    use_id = work.new_id()
    work.run(
        insert(medium_use).values(
            id=use_id,
            medium_id=moving.medium_id,
            direction="out",
            file_id=moving.file_id,
            name=moving.name,
            digest="",
            approval_id=moving.approval_id,
            state="begun",
            used_by=work.staff_id,
            confirmed_by=confirmed_by,
            begun_at=work.at.isoformat(),
            inbox_id=moving.inbox_id,
            wipe="owed",
        )
    )
    return use_id
