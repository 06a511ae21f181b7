"""Receiving one announced item: fetch, verify whole, stage, apply, acknowledge.

Only sealed bytes touch the disk outside the store (``folder``); plain text goes from the age
stream straight into staging rows. Each step starts from what is on disk, so it may be broken
off anywhere and taken up again.
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from app.core.canon import canonical_json
from app.core.errors import EnvironmentFault, UserError
from app.core.files import append_synced, put_in_place, remove
from app.sync import inbox
from app.sync.faults import ExchangeCancelled, line_fault
from app.sync.round import Problem, ReceiveReport, Round, item_fault, problem_of, told
from app.sync.states import Incoming
from app.sync.work import EXCHANGE, EngineWork
from app.wire.codec import Decoder, FileRefused
from app.wire.container import (
    Addressee,
    Verified,
    check_count,
    check_place,
    open_body,
    verify,
)
from app.wire.faults import refused
from app.wire.files import FILES, FileSpec
from app.wire.frame import Frame
from app.wire.protocol import CHUNK, DownItem, Gone
from app.wire.refusals import ContainerCause, ContainerRefused
from app.wire.statements import Acknowledgement, Settlement, sign

LARGE = 2000
"""Records above which a file is applied only in a quiet moment: applying is one transaction,
and a clerk must not wait longer than half a second for an act (DESIGN 9)."""

CONTAINER = ".container"
"""How the name of a received container ends."""
_AT_ONCE = 1000
_ANSWERS = frozenset(spec.answered_in for spec in FILES.values() if spec.answered_in)
_CHUNK_SECONDS = 0.1


def receive(here: Round, item: DownItem) -> ReceiveReport:
    """Take one announced item as far as it goes now. Trouble of its exchange stands in the
    report; what concerns the whole terminal is raised, and ExchangeCancelled."""
    try:
        return _receive(here, item)
    except (ExchangeCancelled, UserError):
        raise
    except Exception as error:
        fault = item_fault(error)
    with here.bench.hand.system(EXCHANGE) as work:
        row = inbox.row_of(work, item.id)
    state = Incoming.ANNOUNCED if row is None else Incoming(row.state)
    return ReceiveReport(item.id, item.file_id, state, problem=problem_of(fault), settled=False)


def _receive(here: Round, item: DownItem) -> ReceiveReport:
    hand = here.bench.hand
    here.go_on("receive.announce")
    with hand.system(EXCHANGE) as work:
        state = inbox.announce(work, item)
        row = inbox.row_of(work, item.id)
    if state is None or row is None:
        repeat = ContainerRefused(ContainerCause.REPEAT)
        return _acknowledge(here, item, _refusal_of(item, repeat))
    if item.gone and state not in (Incoming.APPLIED, Incoming.QUARANTINED):
        return _take_place(here, item)
    lost: Problem | None = None
    if state is Incoming.VERIFIED and not _is_there(here, item):
        # What was verified is gone: it is fetched again as if it had just been announced.
        lost = problem_of(line_fault("copy_lost", item=item.id))
        state = Incoming.ANNOUNCED
    if state in (Incoming.ANNOUNCED, Incoming.FETCHING):
        fetch(here, item)
        report = _take(here, item, lambda: _verify(here, item))
        if report is not None:
            return report
        state = Incoming.VERIFIED
    if state is Incoming.VERIFIED and here.bench.hand_over is not None:
        return _hand_over(here, item, here.bench.hand_over)
    if state is Incoming.VERIFIED:
        report = _take(here, item, lambda: _stage(here, item))
        if report is not None:
            return report
        state = Incoming.STAGED
    if state is Incoming.STAGED:
        report = _apply(here, item)
        return replace(report, problem=report.problem or lost)
    return _acknowledge(here, item, _again(row, state))


def fetch(here: Round, item: DownItem) -> None:
    """Bring the container's bytes here, going on where the file on disk ends. Raises LineFault
    ``line.disk`` where none can be put."""
    path = container_path(here.bench.folder, item.id)
    here.go_on("receive.fetch")
    with here.bench.hand.system(EXCHANGE) as work:
        inbox.move(work, item.id, Incoming.FETCHING)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        offset = _kept_bytes(path, item.size)
    except OSError as cause:
        raise line_fault("disk") from cause
    title = FILES[item.file_id].title if item.file_id in FILES else item.file_id
    here.bench.progress.begin(f"受信：{title}", item.size // 1024, "KB")
    while offset < item.size:
        here.go_on("receive.chunk")
        _append(path, here.line.fetch(item, offset))
        offset = min(item.size, offset + CHUNK)
        here.bench.progress.at(offset // 1024)


def container_path(folder: Path, inbox_id: str) -> Path:
    """Where a received container rests, sealed (SEC-96)."""
    return folder / f"{inbox_id}{CONTAINER}"


def _is_there(here: Round, item: DownItem) -> bool:
    """Whether the container lies where it was put; whether it is the same, ``verify`` tells."""
    path = container_path(here.bench.folder, item.id)
    return path.is_file() and not path.is_symlink()


def _kept_bytes(path: Path, size: int) -> int:
    """How much of a container is here. What is none (a folder, a link, too long) makes room."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.strange")
        put_in_place(path, aside)  # somebody else's: not ours to remove
        return 0
    if not path.exists():
        return 0
    kept = path.stat().st_size
    if kept > size:
        remove(path)
        return 0
    return kept


def _append(path: Path, data: bytes) -> None:
    try:
        append_synced(path, data)
    except OSError as cause:
        raise line_fault("disk") from cause


def _take(here: Round, item: DownItem, step: Callable[[], None]) -> ReceiveReport | None:
    """Run a step that may refuse the file; a refused one is quarantined and acknowledged."""
    try:
        step()
    except (ContainerRefused, FileRefused) as refused:
        return _quarantine(here, item, refused)
    except OSError as cause:
        raise line_fault("disk") from cause
    return None


def _verify(here: Round, item: DownItem) -> None:
    """Signature, digests, address, layout and place, before anything is decrypted."""
    here.go_on("receive.verify")
    verified = _verified(here, item)
    header = verified.header
    announced = (item.id, item.file_id, item.stream, item.epoch, item.sequence)
    if (header.id, header.file_id, header.stream, header.epoch, header.sequence) != announced:
        raise ContainerRefused(ContainerCause.ANNOUNCED)
    with here.bench.hand.system(EXCHANGE, digest=bytes.fromhex(verified.digest)) as work:
        check_place(header, inbox.expected_place(work, here.keys.facts.union, header))
        inbox.move(
            work,
            item.id,
            Incoming.VERIFIED,
            container_digest=verified.digest,
            record_count=header.count,
            layout_version=header.layout_version,
            offset=item.size,
        )


def _verified(here: Round, item: DownItem) -> Verified:
    facts = here.keys.facts
    addressee = Addressee(
        facts.terminal, facts.municipality, facts.union, here.keys.union_keys, inbox.INCOMING
    )
    with container_path(here.bench.folder, item.id).open("rb") as source:
        return verify(source, addressee)


def _stage(here: Round, item: DownItem) -> None:
    """Decrypt, check every value, and put the records into staging: all or none."""
    here.go_on("receive.stage")
    verified = _verified(here, item)
    hand = here.bench.hand
    with hand.system(EXCHANGE) as work:
        inbox.unstage(work, item.id)
    if here.bench.quiet():
        with hand.system(EXCHANGE, digest=bytes.fromhex(verified.digest)) as work:
            batches = _InOneGo(work, item.id)
            frame = _decode(here, item, verified, batches)
            _staged(work, item, frame)
        return
    frame = _decode(here, item, verified, _InTurns(here, item.id))
    with hand.system(EXCHANGE, digest=bytes.fromhex(verified.digest)) as work:
        _staged(work, item, frame)


def _staged(work: EngineWork, item: DownItem, frame: Frame | None) -> None:
    """All records are there. A business day's edition comes once in an epoch of its sender: one
    that was applied before under another id is refused (``file.again``)."""
    if frame is None:
        inbox.move(work, item.id, Incoming.STAGED)
        return
    if inbox.was_applied(work, item, frame):
        raise refused(FILES[item.file_id], "again", 1)
    inbox.move(
        work,
        item.id,
        Incoming.STAGED,
        business_on=frame.business_on,
        edition=frame.edition,
    )


def _decode(
    here: Round, item: DownItem, verified: Verified, to: _InOneGo | _InTurns
) -> Frame | None:
    spec = FILES[item.file_id].at(verified.header.layout_version)
    progress = here.bench.progress
    progress.begin(f"中身の確認：{spec.title}", verified.header.count, "件")
    taken = itertools.count(1)

    def take(line: int, values: Sequence[str]) -> None:
        to.take(line, values)
        number = next(taken)
        if number % _AT_ONCE == 0:
            progress.at(number)

    decoder = Decoder(spec, here.bench.codes, take)
    with container_path(here.bench.folder, item.id).open("rb") as source:
        open_body(source, verified, here.keys.identities, decoder)
    decoder.close()
    check_count(verified.header, decoder.count)
    to.flush()
    return decoder.frame


class _InOneGo:
    """Staging inside one transaction: the terminal is locked or just opened."""

    def __init__(self, work: EngineWork, inbox_id: str) -> None:
        self._work = work
        self._id = inbox_id
        self._held: list[tuple[int, Sequence[str]]] = []

    def take(self, line: int, values: Sequence[str]) -> None:
        self._held.append((line, values))
        if len(self._held) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        if self._held:
            inbox.stage(self._work, self._id, self._held)
            self._held = []


class _InTurns:
    """Staging in transactions of at most about 100 ms, so that a clerk's act gets its turn."""

    def __init__(self, here: Round, inbox_id: str) -> None:
        self._here = here
        self._id = inbox_id
        self._size = 200
        self._held: list[tuple[int, Sequence[str]]] = []

    def take(self, line: int, values: Sequence[str]) -> None:
        self._held.append((line, values))
        if len(self._held) >= self._size:
            self.flush()

    def flush(self) -> None:
        if not self._held:
            return
        self._here.go_on("receive.stage_chunk")
        started = self._here.bench.clock.monotonic()
        with self._here.bench.hand.system(EXCHANGE) as work:
            inbox.stage(work, self._id, self._held)
        self._held = []
        took = self._here.bench.clock.monotonic() - started
        slow = took > _CHUNK_SECONDS
        self._size = max(50, self._size // 2) if slow else min(_AT_ONCE, self._size * 2)
        time.sleep(0)  # let a waiting act take the store first


def _hand_over(
    here: Round, item: DownItem, hand_over: Callable[[DownItem, Path], str]
) -> ReceiveReport:
    """Give a verified container on as it is; its place is taken when it lies at the other end."""
    here.go_on("receive.hand_over")
    try:
        why = hand_over(item, container_path(here.bench.folder, item.id))
    except OSError as cause:
        raise line_fault("disk") from cause
    if why:
        waits = Problem("receive.waits", why, "指示を確かめてください。広域連合に残っています。")
        return ReceiveReport(item.id, item.file_id, Incoming.VERIFIED, problem=waits, settled=False)
    with here.bench.hand.system(EXCHANGE) as work:
        row = inbox.row_of(work, item.id)
        assert row is not None
        done = inbox.Applied(row.record_count, 0)
        inbox.finish(work, row, here.keys.facts.union, done, row.container_digest)
    report = ReceiveReport(item.id, item.file_id, Incoming.APPLIED, done.applied)
    return _acknowledge(here, item, report)


def _apply(here: Round, item: DownItem) -> ReceiveReport:
    """Hand the staged records to the function that applies them, in one transaction."""
    here.go_on("receive.apply")
    with here.bench.hand.system(EXCHANGE) as work:
        row = inbox.row_of(work, item.id)
        assert row is not None
        spec = FILES[item.file_id].at(row.layout_version)
        brought = _brought(work, item.id, spec) if spec.id in _ANSWERS else b""
    if row.record_count > LARGE and not here.bench.quiet():
        return ReceiveReport(item.id, item.file_id, Incoming.STAGED, settled=False)
    digest = bytes.fromhex(row.container_digest)
    handler = here.bench.handlers[spec.applied_by]
    refusal: UserError | None = None
    try:
        with here.bench.hand.system(spec.applied_by, digest=digest, brought=brought) as work:
            try:
                records = inbox.staged(work, item.id, spec, here.bench.progress.at)
                here.bench.progress.begin(f"取り込み：{spec.title}", row.record_count, "件")
                done = handler(work, spec, records)
            except UserError as said:
                refusal = said
                raise
            inbox.finish(work, row, here.keys.facts.union, done, row.container_digest)
    except UserError as fault:
        if fault is not refusal:  # the gate refused, not the handler: nothing is said of the file
            raise
        return _quarantine(here, item, fault)
    here.go_on("receive.applied")
    report = ReceiveReport(
        item.id, item.file_id, Incoming.APPLIED, done.applied, done.dropped, done.listed
    )
    return _acknowledge(here, item, report)


def _brought(work: EngineWork, inbox_id: str, spec: FileSpec) -> bytes:
    """The digest of every decision as its row will hold it, for the journal's line: a paper is
    drawn only from a row that this line vouches for."""
    records = inbox.staged(work, inbox_id, spec)
    return b"".join(
        hashlib.sha256(canonical_json(asdict(record)).encode()).digest() for record in records
    )


def _quarantine(here: Round, item: DownItem, fault: EnvironmentFault | UserError) -> ReceiveReport:
    """Set a refused file aside whole.

    Refused for what it holds, it is acknowledged as rejected and its place is taken. Refused
    as a container (damaged, out of order) it stays announced and is fetched again.
    """
    here.go_on("receive.quarantine")
    union = here.keys.facts.union
    again = isinstance(fault, ContainerRefused) and fault.cause is not ContainerCause.COUNT
    with here.bench.hand.system(EXCHANGE) as work:
        inbox.unstage(work, item.id)
        row = inbox.row_of(work, item.id)
        assert row is not None
        digest = "" if again else row.container_digest
        inbox.move(work, item.id, Incoming.QUARANTINED, cause=told(fault), container_digest=digest)
        if isinstance(fault, FileRefused):
            inbox.note_faults(work, item.id, fault.faults)
        if not again:
            place = (row.epoch, row.sequence, digest)
            inbox.keep_place(work, inbox.DOWN, union, row.stream, place)
    if again:
        remove(container_path(here.bench.folder, item.id))
        return replace(_refusal_of(item, fault), settled=False)
    return _acknowledge(here, item, _refusal_of(item, fault))


def _take_place(here: Round, item: DownItem) -> ReceiveReport:
    """A file that the union delivered before this terminal was restored and cannot give again: it
    is set aside for a person, and its stream goes on after it. Raises ContainerRefused ``gap``
    when another one should come first."""
    fault = UserError(f"receive.gone_{item.gone}", *_GONE[Gone(item.gone)])
    union = here.keys.facts.union
    here.go_on("receive.gone")
    with here.bench.hand.system(EXCHANGE) as work:
        inbox.require_next(work, union, item)
        inbox.move(
            work,
            item.id,
            Incoming.QUARANTINED,
            cause=told(fault),
            container_digest=item.digest,
        )
        inbox.keep_place(
            work, inbox.DOWN, union, item.stream, (item.epoch, item.sequence, item.digest)
        )
    return _acknowledge(here, item, _refusal_of(item, fault))


_GONE = {
    Gone.ERASED: (
        "この端末を復元する前に受け取ったファイルで、広域連合にも、もう残っていません"
        "（不受理の決定は、受け取りのあとに消されます）。",
        "送付中のままの届出がないかを確かめ、あれば広域連合に結果を問い合わせてください。",
    ),
    Gone.KEY: (
        "この端末を復元する前に受け取ったファイルで、復元で失われた鍵で封がされています。",
        "被保険者の情報は自動で送り直されます。ほかのものは、広域連合に中身を問い合わせてください。",
    ),
}


def _refusal_of(item: DownItem, fault: EnvironmentFault | UserError) -> ReceiveReport:
    return ReceiveReport(item.id, item.file_id, Incoming.QUARANTINED, problem=problem_of(fault))


def _again(row: Row[Any], state: Incoming) -> ReceiveReport:
    """The report of an item that was settled before, for an acknowledgement that got lost."""
    applied = row.record_count - row.dropped_count if state is Incoming.APPLIED else 0
    return ReceiveReport(row.id, row.file_id, state, applied, row.dropped_count)


def _acknowledge(here: Round, item: DownItem, report: ReceiveReport) -> ReceiveReport:
    here.go_on("receive.acknowledge")
    accepted = report.state is Incoming.APPLIED
    cause = "" if accepted else (report.problem.code if report.problem else _kept_cause(here, item))
    statement = Acknowledgement(
        id=item.id,
        digest=item.digest,
        terminal=here.keys.facts.terminal,
        stream=item.stream,
        epoch=item.epoch,
        sequence=item.sequence,
        settlement=Settlement.ACCEPTED if accepted else Settlement.REJECTED,
        cause=cause,
        applied=report.applied,
        dropped=report.dropped,
        at=here.bench.clock.now().isoformat(timespec="seconds"),
    )
    here.line.acknowledge(item.id, sign(statement, here.keys.signing_key))
    return report


def _kept_cause(here: Round, item: DownItem) -> str:
    """The code kept beside an item that was quarantined in an earlier round."""
    with here.bench.hand.system(EXCHANGE) as work:
        row = inbox.row_of(work, item.id)
    kept = row.cause if row is not None else ""
    return kept.rpartition("（")[2].removesuffix("）")
