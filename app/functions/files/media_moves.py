"""移入 and 移出 over a registered medium: a ledger line before the first byte, the bytes outside of
any transaction, the outcome in one (SEC-77, SEC-82, SEC-85, SEC-92).

The act that is touched for writes the line ``begun`` and nothing else; what follows reads or writes
the medium while nobody's act has to wait; the terminal's own work then writes the outcome. Wherever
it breaks off, the line says so, nothing of the file is in the store, and what may still lie on the
medium is on the list of unfinished wipes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select, update

from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.functions.files.media_list import (
    SHOW,
    mark_facts,
    may_be_plain,
    media_rows,
    moves_in,
    moves_out,
)
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, Session, Subject
from app.sync import outbox as outgoing
from app.sync.inbox import keep_place
from app.sync.media import mark
from app.sync.media.carry import Courier, Line, open_in, write_out
from app.sync.media.desk import MediaDesk
from app.sync.media.faults import media_refusal
from app.sync.media.files import INCOMING, OUTGOING, digest_of, is_sealed, sweep_parts, wipe
from app.sync.media.mark import Judged
from app.sync.media.transcode import Sealed
from app.sync.receiving import container_path
from app.sync.round import told
from app.sync.terminal_keys import read_keys
from app.wire.codec import FileRefused
from app.wire.container import ContainerPlace, Verified, check_place, first_place
from app.wire.files import FILES, FileSpec
from app.wire.protocol import stream_of
from app.wire.values import Codes
from db.tables.control import store_fact
from db.tables.exchange import inbox, outbox, stream_state
from db.tables.media import courier, medium_approval, medium_use

SCAN = "files.scan_medium"
MOVE_IN = "files.move_in"
MOVE_OUT = "files.move_out"
WIPE = "files.wipe_medium"
FINISH = "files.finish_medium"
BY_MEDIUM, OUT = "medium_in", "medium_out"
"""The directions of streams from and to a courier, in ``stream_state``."""
HOW = {
    "overwritten": "上書きして削除した（フラッシュでは最善の努力まで）",
    "gone": "媒体にもうなかった（相手方で消去、または置き換え）",
}
Going = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Scanning:
    """ウイルスチェックの記録: which file, its digest, and what or who found it clean."""

    medium_id: str
    name: str
    file_id: str
    digest: str
    scan: str
    clean: bool


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
class Wiping:
    """消去: the ledger's line."""

    use_id: str


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
    """What moving needs besides the gate: media, code tables, where received containers lie.
    ``step`` is told each step before it is taken."""

    media: MediaDesk
    codes: Codes
    folder: Path
    step: Going = lambda _name: None


# -- the virus check -------------------------------------------------------------------------


def scan(
    gate: Gate, session: Session, media: MediaDesk, medium_id: str, name: str, *, by_hand: bool
) -> str:
    """Check one file on a medium and write it down; the ledger's line. ``by_hand``: the person
    says that it was checked elsewhere.

    Raises UserError ``media.infected`` (written down too), ``media.file_name``,
    ``media.not_movable``, ``media.again`` and what looking at the medium raises.
    """
    with gate.view(SHOW, session, subject=Subject("list", "media")) as work:
        known = _known(work)
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


# -- 移入 ------------------------------------------------------------------------------------


def prepare_move_in(gate: Gate, session: Session, media: MediaDesk, use_id: str) -> PreparedAct:
    """Take in a file that was found clean. Raises UserError ``media.not_scanned``,
    ``media.no_approval``, ``media.again`` and what looking at the medium raises."""
    with gate.view(SHOW, session, subject=Subject("list", "media")) as work:
        line = _line(work, use_id)
        if line.state != "scanned":
            raise media_refusal("not_scanned")
        approval = _approval(work, line.medium_id, "in", line.file_id)
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
        _approval(work, moving.medium_id, "in", moving.file_id)
        known, plain = _known(work), may_be_plain(work)
        keys, sender = read_keys(work), _courier(work)
        if _line(work, moving.use_id).state != "scanned":
            raise media_refusal("not_scanned")
        _change(work, moving.use_id, state="begun", approval_id=moving.approval_id)
    seen: list[Verified] = []

    def next_in_line(verified: Verified) -> None:
        with gate.system(FINISH, digest=bytes.fromhex(verified.digest)) as work:
            _check_place(work, verified)
        seen.append(verified)

    try:
        here.step("media.read")
        found = known.find(here.media, moving.medium_id)
        if not here.media.is_checked(found.attached, moving.name, moving.digest):
            raise media_refusal("not_scanned")
        line = Line(keys, FILES[moving.file_id], here.codes)
        allowed = plain and found.encrypts
        sealed = _read(found, moving, line, (sender, next_in_line), plain=allowed)
        here.step("media.note")
        sendings = _take(gate, prepared.session.staff_id, moving, seen, sealed)
    except Exception as problem:
        _end(gate, moving.use_id, problem, seen)
        raise
    here.media.forget()
    done = Moved(moving.use_id, sealed[0].read, sendings)
    return _wipe_after(gate, found, moving, here, done)


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
    gate: Gate,
    staff_id: str,
    moving: Moving,
    seen: Sequence[Verified],
    parts: Sequence[Sealed],
) -> tuple[str, ...]:
    """The sendings, the place in the courier's stream and the ledger's line together."""
    with gate.system(FINISH, digest=bytes.fromhex(moving.digest)) as work:
        for sealed in parts:
            _refuse_same_content(work, sealed)
        for verified in seen:
            _check_place(work, verified)
            _keep_place(work, verified)
        sendings = tuple(
            outgoing.put(work, _to_send(sealed), prepared_by=staff_id) for sealed in parts
        )
        _change(
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


def _check_place(work: ActWork, verified: Verified) -> None:
    """The container must be the next of its stream. Raises ContainerRefused."""
    head = verified.header
    check_place(head, _next(work, BY_MEDIUM, head.sender, head.stream, head.epoch))


def _keep_place(work: ActWork, verified: Verified) -> None:
    """Its place is taken: with its content, or with its refusal, after which the corrected one
    follows."""
    head = verified.header
    place = (head.epoch, head.sequence, verified.digest)
    keep_place(work, BY_MEDIUM, head.sender, head.stream, place)


def _next(work: ActWork, direction: str, peer: str, stream: str, epoch: int) -> ContainerPlace:
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


# -- 移出 ------------------------------------------------------------------------------------


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
        approval = _approval(work, medium_id, "out", spec.id)
        to = _courier(work)
        if to is None:
            raise media_refusal("no_courier")
        known, at = _known(work), work.at
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
        _approval(work, moving.medium_id, "out", moving.file_id)
        known = _known(work)
        keys, to = read_keys(work), _courier(work)
        if to is None:
            raise media_refusal("no_courier")
        use_id = work.new_id()
        stream = stream_of(moving.file_id)
        epoch = int(work.scalar(select(store_fact.c.value).where(store_fact.c.name == "epoch")))
        place = _next(work, OUT, to.name, stream, epoch)
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
                confirmed_by=" ".join(seconds),
                begun_at=work.at.isoformat(),
                inbox_id=moving.inbox_id,
                wipe="owed",
            )
        )
    path = container_path(here.folder, moving.inbox_id)
    line = Line(keys, FILES[moving.file_id], here.codes)
    try:
        here.step("media.write")
        found = known.find(here.media, moving.medium_id)
        sweep_parts(found.attached, OUTGOING)
        digest, count = write_out(found.attached, moving.name, line, to, (path, use_id, place))
        here.step("media.note")
        with gate.system(FINISH, digest=bytes.fromhex(digest)) as work:
            keep_place(work, OUT, to.name, stream, (place.epoch, place.sequence, digest))
            _change(
                work,
                use_id,
                state="done",
                digest=digest,
                record_count=count,
                ended_at=work.at.isoformat(),
            )
    except Exception as problem:
        _end(gate, use_id, problem)
        raise
    return Moved(use_id, count)


# -- 消去 ------------------------------------------------------------------------------------


def wipe_now(gate: Gate, session: Session, media: MediaDesk, use_id: str) -> str:
    """Do an unfinished wipe; how it was done (a key of ``HOW``). Raises UserError
    ``media.not_owed`` and what looking at the medium and wiping raise."""
    with gate.view(SHOW, session, subject=Subject("list", "media")) as work:
        line = _line(work, use_id)
        if line.wipe != "owed":
            raise media_refusal("not_owed")
        known = _known(work)
    found = known.find(media, line.medium_id)
    folder = INCOMING if line.direction == "in" else OUTGOING
    prepared = gate.prepare(
        WIPE, session, subject=Subject("medium", line.medium_id), content=Wiping(use_id)
    )
    with gate.act(prepared) as work:
        if _line(work, use_id).wipe != "owed":
            raise media_refusal("not_owed")
    how = _overwrite(found, folder, line)
    if sweep_parts(found.attached, folder):
        how = "overwritten"
    with gate.system(FINISH) as work:
        _wiped(work, use_id, how, session.staff_id)
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


def _wipe_after(gate: Gate, found: Judged, moving: Moving, here: Carrying, done: Moved) -> Moved:
    """The wipe that follows a move-in at once; what hinders it stays on the list."""
    try:
        here.step("media.wipe")
        how = "overwritten" if wipe(found.attached, INCOMING, moving.name) else "gone"
    except (EnvironmentFault, UserError) as trouble:
        return Moved(done.use_id, done.count, done.sendings, wiped=False, trouble=trouble)
    with gate.system(FINISH) as work:
        _wiped(work, done.use_id, how, work.staff_id)
    return Moved(done.use_id, done.count, done.sendings, wiped=True)


def close_broken(gate: Gate, _calendar: object = None) -> int:
    """Lines that a program's end left ``begun``: they end ``broken``; how many. Run at the login,
    when nothing is under way."""
    with gate.system(FINISH) as work:
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


# -- rows ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store knows of media; looking at them is done with no unit of work open."""

    rows: Mapping[str, Row[Any]]
    public: bytes
    municipality: str

    def find(self, media: MediaDesk, medium_id: str) -> Judged:
        """The medium of this id, plugged in and ours. Raises its refusal."""
        found = mark.judged(media.attached(), self.rows, self.public, self.municipality)
        return media.find(found, medium_id)


def _known(work: Any) -> _Known:
    public, municipality = mark_facts(work)
    return _Known(media_rows(work), public, municipality)


def _named(name: str) -> FileSpec:
    spec = FILES.get(name[:7])
    if spec is None:
        raise media_refusal("file_name")
    if not moves_in(spec):
        raise media_refusal("not_movable")
    return spec


def _line(work: Any, use_id: str) -> Row[Any]:
    row = work.first(select(medium_use).where(medium_use.c.id == use_id))
    if row is None:
        raise media_refusal("not_scanned")
    found: Row[Any] = row
    return found


def _approval(work: Any, medium_id: str, direction: str, file_id: str) -> Row[Any]:
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


def _courier(work: Any) -> Courier | None:
    row = work.first(select(courier).where(courier.c.ended_at == ""))
    if row is None:
        return None
    return Courier(row.id, row.name, bytes(row.signing), row.receiving)


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


def _change(work: ActWork, use_id: str, **values: Any) -> None:
    work.run(
        update(medium_use)
        .where(medium_use.c.id == use_id)
        .values(version=medium_use.c.version + 1, **values)
    )


def _wiped(work: ActWork, use_id: str, how: str, staff_id: str) -> None:
    _change(
        work,
        use_id,
        wipe="wiped",
        wiped_at=work.at.isoformat(),
        wiped_by=staff_id,
        wiped_how=how,
    )


def _end(gate: Gate, use_id: str, problem: Exception, seen: Sequence[Verified] = ()) -> None:
    """The line of what did not come to its end: refused for what the file is, or broken off. A
    refused file is to be wiped too; one that is refused for what it holds takes its place."""
    cause, refused = "プログラムの誤り（bug）", False
    if isinstance(problem, MadoguchiError):
        cause, refused = told(problem), problem.code.startswith(_FOR_THE_FILE)
    values = {"wipe": "owed"} if refused else {}
    with gate.system(FINISH) as work:
        if isinstance(problem, FileRefused):
            for verified in seen:
                _keep_place(work, verified)
        _change(
            work,
            use_id,
            state="refused" if refused else "broken",
            cause=cause,
            ended_at=work.at.isoformat(),
            **values,
        )


_FOR_THE_FILE = ("file.", "container.", "media.again", "media.plain", "media.changed")
