"""移出 of what was sealed here for somebody outside (ADD-06): the container leaves as it is,
unopened, over a registered medium with its approval, and stands in the ledger like all that leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select, update

from app.core.paths import Paths
from app.core.progress import WorkCancelled
from app.functions.files.media_list import SHOW
from app.functions.files.media_out import MOVE_OUT, begin_line
from app.functions.files.media_use import (
    FINISH,
    Carrying,
    Moved,
    Moving,
    approval_in_force,
    change,
    end_broken,
    known_media,
)
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, Session, Subject
from app.sync.media.desk import MediaDesk
from app.sync.media.faults import media_refusal
from app.sync.media.files import OUTGOING, sweep_parts, write_file
from app.wire.files import FILES
from db.tables.media import courier, sealed_out

_BLOCK = 256 * 1024


def prepare_leave(
    gate: Gate, session: Session, media: MediaDesk, inbox_id: str, medium_id: str
) -> PreparedAct:
    """Let a sealed file (``inbox_id`` is its number) leave over a medium. Raises UserError
    ``media.*``: ``sealed_gone`` for one that is stale or has left."""
    with gate.view(SHOW, session, subject=Subject("list", "media")) as work:
        row = work.first(
            select(sealed_out, courier.c.name.label("to"))
            .join(courier, courier.c.id == sealed_out.c.to_id)
            .where(sealed_out.c.id == inbox_id, sealed_out.c.state == "sealed")
        )
        if row is None:
            raise media_refusal("sealed_gone")
        approval = approval_in_force(work, medium_id, "out", row.file_id)
        known, at = known_media(work), work.at
    found = known.find(media, medium_id)
    name = f"{row.file_id}_{at:%Y%m%d}_{inbox_id}.mdg"
    return gate.prepare(
        MOVE_OUT,
        session,
        subject=Subject("medium", medium_id),
        content=Moving(medium_id, row.file_id, name, row.digest, approval.id, inbox_id=inbox_id),
        sentence=f"{FILES[row.file_id].title}（封の番号 {inbox_id}、{row.record_count:,}枚）を、"
        f"媒体「{found.label}」で「{row.to}」へ移出します（承認番号 {approval.id}）。",
    )


def perform_leave(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], here: Carrying
) -> Moved:
    """Write it. It counts as left from the touch on, so that whoever is stopped from then on is
    told to the other side. Raises as ``media_out.perform_move_out``; it then waits again."""
    seconds = (one.staff_id for one in approvals if one.staff_id != prepared.session.staff_id)
    with gate.act(prepared, approvals) as work:
        moving: Moving = work.content
        approval_in_force(work, moving.medium_id, "out", moving.file_id)
        count = _take(work, moving)
        known = known_media(work)
        use_id = begin_line(work, moving, " ".join(seconds))
    path = Paths(here.folder.parent).leaving / f"{moving.inbox_id}.mdg"
    try:
        here.progress.begin(f"移出：{FILES[moving.file_id].title}", 0, "件")
        here.step("media.write")
        found = known.find(here.media, moving.medium_id)
        sweep_parts(found.attached, OUTGOING)
        digest = write_file(
            found.attached, OUTGOING, moving.name, lambda out: _copy(path, out, moving.digest)
        )
        here.step("media.note")
        with here.finish.system(FINISH, digest=bytes.fromhex(digest)) as work:
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
        _waits_again(here, moving, use_id, stopped)
        raise stopped from wish
    except Exception as problem:
        _waits_again(here, moving, use_id, problem)
        raise
    finally:
        here.progress.end()
    return Moved(use_id, count)


def _take(work: ActWork, moving: Moving) -> int:
    mine = (sealed_out.c.id == moving.inbox_id, sealed_out.c.state == "sealed")
    count = work.scalar(
        select(sealed_out.c.record_count).where(*mine, sealed_out.c.digest == moving.digest)
    )
    if count is None:
        raise media_refusal("sealed_gone")
    work.run(update(sealed_out).where(*mine).values(state="left", version=sealed_out.c.version + 1))
    return int(count)


def _waits_again(here: Carrying, moving: Moving, use_id: str, problem: Exception) -> None:
    end_broken(here.finish, use_id, problem)
    with here.finish.system(FINISH) as work:
        work.run(
            update(sealed_out)
            .where(sealed_out.c.id == moving.inbox_id, sealed_out.c.state == "left")
            .values(state="sealed", version=sealed_out.c.version + 1)
        )


def _copy(path: Path, out: BinaryIO, digest: str) -> None:
    """The very file that was sealed. Raises UserError ``media.sealed_changed``."""
    whole = hashlib.sha256()
    try:
        source = path.open("rb")
    except OSError as cause:
        raise media_refusal("sealed_changed") from cause
    with source:
        while block := source.read(_BLOCK):
            whole.update(block)
            out.write(block)
    if whole.hexdigest() != digest:
        raise media_refusal("sealed_changed")
