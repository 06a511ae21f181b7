"""消去: what was moved is wiped from the medium, at once or from the list of unfinished wipes, and
written into the ledger (SEC-82, SEC-85)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from app.core.errors import EnvironmentFault, UserError
from app.functions.files.media_list import SHOW
from app.functions.files.media_use import (
    FINISH,
    Carrying,
    Moved,
    Moving,
    known_media,
    line_of,
    note_wiped,
)
from app.security.gate.gate import Gate, Session, Subject, SystemHand
from app.sync.media.faults import media_refusal
from app.sync.media.files import INCOMING, OUTGOING, digest_of, sweep_parts, wipe
from app.sync.media.mark import Judged
from db.tables.media import medium_use, sealed_out

WIPE = "files.wipe_medium"
HOW = {
    "overwritten": "上書きして削除した（フラッシュでは最善の努力まで）",
    "gone": "媒体にもうなかった（相手方で消去、または置き換え）",
}


@dataclass(frozen=True, slots=True)
class Wiping:
    """消去: the ledger's line."""

    use_id: str


def wipe_now(gate: Gate, session: Session, here: Carrying, use_id: str) -> str:
    """Do an unfinished wipe; how it was done (a key of ``HOW``). Raises UserError
    ``media.not_owed`` and what looking at the medium and wiping raise."""
    with gate.view(SHOW, session, subject=Subject("list", "media")) as work:
        line = line_of(work, use_id)
        if line.wipe != "owed":
            raise media_refusal("not_owed")
        known = known_media(work)
    found = known.find(here.media, line.medium_id)
    folder = INCOMING if line.direction == "in" else OUTGOING
    prepared = gate.prepare(
        WIPE, session, subject=Subject("medium", line.medium_id), content=Wiping(use_id)
    )
    with gate.act(prepared) as work:
        if line_of(work, use_id).wipe != "owed":
            raise media_refusal("not_owed")
    how = _overwrite(found, folder, line)
    if sweep_parts(found.attached, folder):
        how = "overwritten"
    with here.finish.system(FINISH) as work:
        note_wiped(work, use_id, how, session.staff_id)
    return how


def _overwrite(found: Judged, folder: str, line: Row[Any]) -> str:
    """Wipe just the file of this line: another one may have its name by now."""
    if line.digest:
        try:
            same = digest_of(found.attached, folder, line.name) == line.digest
        except UserError as fault:
            if fault.code != "media.no_file":
                raise
            same = False
        if not same:
            return "gone"
    return "overwritten" if wipe(found.attached, folder, line.name) else "gone"


def wipe_after(found: Judged, moving: Moving, here: Carrying, done: Moved) -> Moved:
    """The wipe that follows a move-in at once; what hinders it stays on the list."""
    try:
        here.step("media.wipe")
        how = "overwritten" if wipe(found.attached, INCOMING, moving.name) else "gone"
    except (EnvironmentFault, UserError) as trouble:
        return Moved(done.use_id, done.count, done.sendings, wiped=False, trouble=trouble)
    with here.finish.system(FINISH) as work:
        note_wiped(work, done.use_id, how, work.staff_id)
    return Moved(done.use_id, done.count, done.sendings, wiped=True)


def close_broken(finish: SystemHand, _calendar: object = None) -> int:
    """Lines that a program's end left ``begun``: they end ``broken``; how many. Run at the login,
    when nothing is under way. A sealed file that was leaving waits again."""
    with finish.system(FINISH) as work:
        begun = select(medium_use.c.inbox_id).where(medium_use.c.state == "begun")
        work.run(
            update(sealed_out)
            .where(sealed_out.c.id.in_(begun), sealed_out.c.state == "left")
            .values(state="sealed", version=sealed_out.c.version + 1)
        )
        return work.run(
            update(medium_use)
            .where(medium_use.c.state == "begun")
            .values(
                state="broken",
                cause="途中でプログラムが終わりました（media.broken）",
                ended_at=work.at.isoformat(),
                version=medium_use.c.version + 1,
            )
        )
