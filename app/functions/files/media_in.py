"""移入 over a registered medium: the virus check, then one file in, sealed at once for the union
(SEC-77, SEC-82). Its bytes are those that were checked, to the last one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from app.core.progress import WorkCancelled
from app.functions.files import samples
from app.functions.files.media_list import SHOW, may_be_plain, media_rows, moves_in, plain_charset
from app.functions.files.media_use import (
    FINISH,
    Carrying,
    Moved,
    Moving,
    approval_in_force,
    change,
    check_next,
    courier_of,
    end_broken,
    known_media,
    line_of,
    take_place,
)
from app.functions.files.media_wipe import wipe_after
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, Session, Subject, SystemHand
from app.sync import outbox as outgoing
from app.sync.inbox import note_characters
from app.sync.media.carry import Courier, Line, open_in
from app.sync.media.desk import MediaDesk
from app.sync.media.faults import media_refusal
from app.sync.media.files import INCOMING, digest_of, is_sealed
from app.sync.media.mark import Judged
from app.sync.media.transcode import Sealed
from app.sync.round import told
from app.sync.terminal_keys import read_keys
from app.wire.container import Verified
from app.wire.files import FILES, FileSpec
from db.tables.exchange import outbox
from db.tables.media import medium_use

SCAN = "files.scan_medium"
MOVE_IN = "files.move_in"


@dataclass(frozen=True, slots=True)
class Scanning:
    """ウイルスチェックの記録: which file, its digest, and what or who found it clean."""

    medium_id: str
    name: str
    file_id: str
    digest: str
    scan: str
    clean: bool


def scan(
    gate: Gate, session: Session, media: MediaDesk, medium_id: str, name: str, *, by_hand: bool
) -> str:
    """Check one file on a medium and write it down; the ledger's line. ``by_hand``: the person
    says that it was checked elsewhere.

    Raises UserError ``media.infected`` (written down too), ``media.file_name``,
    ``media.not_movable``, ``media.again`` and what looking at the medium raises.
    """
    with gate.view(SHOW, session, subject=Subject("list", "media")) as work:
        known = known_media(work)
    found = known.find(media, medium_id)
    spec = _named(name)
    digest, verdict = media.check(found.attached, INCOMING, name, by_hand=by_hand)
    content = Scanning(medium_id, name, spec.id, digest, verdict.by, verdict.clean)
    prepared = gate.prepare(SCAN, session, subject=Subject("medium", medium_id), content=content)
    with gate.act(prepared) as work:
        use_id = _note_scan(work, content)
    if not verdict.clean:
        raise media_refusal("infected")
    return use_id


def _note_scan(work: ActWork, content: Scanning) -> str:
    """A line of its own for every check; one that is open for the same file is given up."""
    at = work.at.isoformat()
    work.run(
        update(medium_use)
        .where(
            medium_use.c.medium_id == content.medium_id,
            medium_use.c.name == content.name,
            medium_use.c.state == "scanned",
        )
        .values(state="given_up", ended_at=at, version=medium_use.c.version + 1)
    )
    use_id = work.new_id()
    work.run(
        insert(medium_use).values(
            id=use_id,
            medium_id=content.medium_id,
            direction="in",
            file_id=content.file_id,
            name=content.name,
            digest=content.digest,
            state="scanned" if content.clean else "refused",
            cause="" if content.clean else told(media_refusal("infected")),
            scan=content.scan,
            scanned_at=at,
            used_by=work.staff_id,
            begun_at=at,
            ended_at="" if content.clean else at,
        )
    )
    return use_id


def prepare_move_in(gate: Gate, session: Session, media: MediaDesk, use_id: str) -> PreparedAct:
    """Take in a file that was found clean. Raises UserError ``media.not_scanned``,
    ``media.no_approval``, ``media.again`` and what looking at the medium raises."""
    with gate.view(SHOW, session, subject=Subject("list", "media")) as work:
        line = line_of(work, use_id)
        if line.state != "scanned":
            raise media_refusal("not_scanned")
        approval = approval_in_force(work, line.medium_id, "in", line.file_id)
        _refuse_again(work, line.digest)
        label = media_rows(work)[line.medium_id].label
    spec = FILES[line.file_id]
    return gate.prepare(
        MOVE_IN,
        session,
        subject=Subject("medium", line.medium_id),
        content=Moving(
            line.medium_id, line.file_id, line.name, line.digest, approval.id, use_id=use_id
        ),
        sentence=f"媒体「{label}」の {line.name} を、{spec.title}（{spec.id}）として移入します"
        f"（承認番号 {approval.id}）。移入が済むと、媒体のファイルは消去します。",
    )


def perform_move_in(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], here: Carrying
) -> Moved:
    """Read, check, seal for the union, wipe. What goes up waits for its two confirmations.

    Raises FileRefused and ContainerRefused (the line ends ``refused``), EnvironmentFault and
    UserError ``media.*`` (the line ends ``broken`` where reading had begun).
    """
    with gate.act(prepared, approvals) as work:
        moving: Moving = work.content
        _refuse_again(work, moving.digest)
        approval_in_force(work, moving.medium_id, "in", moving.file_id)
        known, plain = known_media(work), may_be_plain(work)
        charset = here.charset(plain_charset(work))
        keys, sender = read_keys(work), courier_of(work)
        if line_of(work, moving.use_id).state != "scanned":
            raise media_refusal("not_scanned")
        change(work, moving.use_id, state="begun", approval_id=moving.approval_id)
    seen: list[Verified] = []

    def next_in_line(verified: Verified) -> None:
        with here.finish.system(FINISH, digest=bytes.fromhex(verified.digest)) as work:
            check_next(work, verified)
        seen.append(verified)

    try:
        here.step("media.read")
        found = known.find(here.media, moving.medium_id)
        if not here.media.is_checked(found.attached, moving.name, moving.digest):
            raise media_refusal("not_scanned")
        here.progress.begin(f"移入：{FILES[moving.file_id].title}", 0, "件")
        line = Line(keys, FILES[moving.file_id], here.codes, charset, here.progress.at)
        allowed = plain and found.encrypts
        sealed = _read(found, moving, line, (sender, next_in_line), plain=allowed)
        here.step("media.note")
        sendings = _take(here.finish, prepared.session.staff_id, moving, seen, sealed)
    except WorkCancelled as wish:
        stopped = media_refusal("cancelled")
        end_broken(here.finish, moving.use_id, stopped, seen)
        raise stopped from wish
    except Exception as problem:
        end_broken(here.finish, moving.use_id, problem, seen)
        raise
    finally:
        here.progress.end()
    here.media.forget()
    done = Moved(moving.use_id, sealed[0].read, sendings)
    return wipe_after(found, moving, here, done)


def _read(
    found: Judged,
    moving: Moving,
    line: Line,
    known: tuple[Courier | None, Callable[[Verified], None]],
    *,
    plain: bool,
) -> tuple[Sealed, ...]:
    """The file sealed for the union, as the files it goes up as. Its bytes are those that were
    checked, to the last one."""
    sender, seen = known
    is_plain = not is_sealed(found.attached, INCOMING, moving.name)
    if is_plain and not plain:
        raise media_refusal("plain")
    if not is_plain and sender is None:
        raise media_refusal("unknown_courier")
    sealed = open_in(found.attached, moving.name, line, None if is_plain else sender, seen)
    if digest_of(found.attached, INCOMING, moving.name) != moving.digest:
        raise media_refusal("changed")
    return sealed


def _take(
    finish: SystemHand,
    staff_id: str,
    moving: Moving,
    seen: Sequence[Verified],
    parts: Sequence[Sealed],
) -> tuple[str, ...]:
    """The sendings, the place in the courier's stream and the ledger's line together."""
    with finish.system(FINISH, digest=bytes.fromhex(moving.digest)) as work:
        for sealed in parts:
            _refuse_same_content(work, sealed)
        for verified in seen:
            check_next(work, verified)
            take_place(work, verified)
        sendings = tuple(
            outgoing.put(work, _to_send(sealed), prepared_by=staff_id) for sealed in parts
        )
        for sending, sealed in zip(sendings, parts, strict=True):
            samples.keep(work, sending, sealed)
        note_characters(work, moving.use_id, parts[0].unmapped)
        change(
            work,
            moving.use_id,
            state="done",
            record_count=parts[0].read,
            sending=" ".join(sendings),
            ended_at=work.at.isoformat(),
            wipe="owed",
        )
    return sendings


def _to_send(sealed: Sealed) -> outgoing.SealedFile:
    return outgoing.SealedFile(
        sealed.file_id,
        sealed.facts,
        sealed.body,
        sealed.count,
        layout_version=sealed.version,
        business_on=sealed.frame.business_on if sealed.frame else "",
        edition=sealed.frame.edition if sealed.frame else 0,
    )


def _named(name: str) -> FileSpec:
    spec = FILES.get(name[:7])
    if spec is None:
        raise media_refusal("file_name")
    if not moves_in(spec):
        raise media_refusal("not_movable")
    return spec


def _refuse_again(work: Any, digest: str) -> None:
    taken = select(medium_use.c.id).where(
        medium_use.c.digest == digest,
        medium_use.c.direction == "in",
        medium_use.c.state == "done",
    )
    if work.first(taken) is not None:
        raise media_refusal("again")


def _refuse_same_content(work: ActWork, sealed: Sealed) -> None:
    """The same business day and edition is the same file; so are the same records under another
    head (a file without records is not)."""
    same = outbox.c.payload_digest == sealed.facts.plain_digest
    if sealed.frame is not None:
        same = (outbox.c.business_on == sealed.frame.business_on) & (
            outbox.c.edition == sealed.frame.edition
        )
    elif not sealed.count:
        return
    found = select(outbox.c.id).where(
        outbox.c.file_id == sealed.file_id,
        outbox.c.state.not_in(("rejected", "withdrawn")),
        same,
    )
    if work.first(found) is not None:
        raise media_refusal("again")
