"""一括印刷の作成: a batch is built part by part beside the clerk's other work, stopped and taken up
again at will, killed at any moment (FLOW-307).

``Building.step`` is a short piece of work on the store's worker: it notes the parts that stand on
the disk and hands the next ones to the processes that draw. What stands on the disk is known by its
digest; a part that is not what was noted is built again, and is refused wherever it would be used.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from pyrage import DecryptError, decrypt, x25519
from sqlalchemy import delete, insert, select, update

from app.core.errors import EnvironmentFault, UserError
from app.core.tables import Tables
from app.functions.printing.batch_paper import paper_data
from app.security.gate.gate import ActWork, Gate, Subject
from app.security.staff.session import Session
from db.tables.cases import check_entry
from db.tables.printing import batch_item, batch_part, print_batch
from db.work import ReadRows
from forms import batch as building
from forms.batch import Built, Job, begin_worker, build_part, part_path

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Order:
    """How a batch is built: ``job`` says what is drawn and where it lies, ``seal`` is the age
    identity that opens its parts again, ``parts`` how many there are in all."""

    batch_id: str
    job: Job
    seal: str
    parts: int

    def __repr__(self) -> str:
        """Never the key."""
        return f"Order({self.batch_id})"


@dataclass(frozen=True, slots=True)
class BuildBatch:
    """Which batch is built, in training or not."""

    batch_id: str
    training: bool


@dataclass(frozen=True, slots=True)
class PartsBuilt:
    """Parts that stand on disk, and those whose papers are taken up next."""

    batch_id: str
    built: tuple[Built, ...]
    next_parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a building is: parts on the disk and in all, those that were noted just now; ``over``
    when nothing is left."""

    done: int
    total: int
    noted: tuple[int, ...]
    over: bool


def part_of(position: int) -> int:
    """In which part a position stands, from 0."""
    return position // building.PART


def begin_building(
    gate: Gate, session: Session, batch_id: str, root: Path, *, training: bool
) -> Order:
    """Begin or take up the building: the batch gets its key the first time, and is drawn as on the
    day it was made, so that a part that is built again is the same. ``root`` is the folder of all
    batches. Raises UserError ``printing.batch_state``."""
    prepared = gate.prepare(
        "printing.build_batch",
        session,
        subject=Subject("batch", batch_id),
        content=BuildBatch(batch_id, training),
    )
    with gate.act(prepared) as work:
        content: BuildBatch = work.content
        row = require_batch(work, content.batch_id, ("made", "building", "built"))
        seal = row.seal or str(x25519.Identity.generate())
        work.run(update(print_batch).where(print_batch.c.id == content.batch_id).values(seal=seal))
        last = work.scalar(
            select(batch_item.c.position)
            .where(batch_item.c.batch_id == content.batch_id)
            .order_by(batch_item.c.position.desc())
            .limit(1)
        )
    to = str(x25519.Identity.from_str(seal).to_public())
    at = datetime.fromisoformat(row.made_at)
    job = Job(row.form_id, training, at, (to,), folder_of(root, batch_id))
    return Order(batch_id, job, seal, part_of(int(last or 0)) + 1)


def folder_of(root: Path, batch_id: str) -> Path:
    """Where the parts of a batch lie."""
    return root / batch_id


class Building:
    """A batch under way. ``step`` on the store's worker; ``ready`` tells on any thread whether a
    step has something to do; ``close`` lets the parts under way go, they are built again."""

    def __init__(
        self, gate: Gate, session: Session, order: Order, tables: Tables, *, cores: int = 0
    ) -> None:
        self._gate, self._session, self._order = gate, session, order
        self._tables = tables
        self._workers = cores or os.cpu_count() or 1
        self._pool: Executor | None = None
        self._waiting: dict[Future[Built], int] = {}
        self._left: list[int] | None = None
        self._done = 0
        self.most = 1 if self._workers == 1 else 2 * self._workers
        self.paused = False

    @property
    def ready(self) -> bool:
        """Whether a part is finished or another one may be begun."""
        room = not self.paused and self._left != [] and len(self._waiting) < self.most
        return room or any(one.done() for one in self._waiting)

    @property
    def idle(self) -> bool:
        """Whether it was paused and nothing is under way any more."""
        return self.paused and not self._waiting

    def step(self) -> Standing:
        """Note what stands on the disk and take up what is next: ``most`` parts are under way."""
        if self._left is None:
            self._left = self._missing()
        built = self._finished()
        room = 0 if self.paused else self.most - len(self._waiting)
        taken = tuple(self._left[: max(room, 0)])
        if built or taken:
            self._left = self._left[len(taken) :]
            self._done += len(built)
            papers = self._note(PartsBuilt(self._order.batch_id, built, taken))
            for part in taken:
                self._begin(part, papers.get(part, ()))
        over = not self._left and not self._waiting
        return Standing(self._done, self._order.parts, tuple(one.part for one in built), over)

    def wait(self) -> None:
        """Until a part under way is finished, for who has nothing else to do."""
        if self._waiting:
            wait(self._waiting, return_when=FIRST_COMPLETED)

    def close(self) -> None:
        """Nothing is begun any more; what is under way is not waited for."""
        self.paused = True
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _finished(self) -> tuple[Built, ...]:
        """The parts that came; where one did not, all of them are to be built again."""
        finished = [one for one in self._waiting if one.done()]
        parts = [self._waiting.pop(one) for one in finished]
        try:
            return tuple(one.result() for one in finished)
        except BaseException as problem:
            self._left = sorted((*(self._left or ()), *parts, *self._waiting.values()))
            self._waiting.clear()
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None
            if isinstance(problem, BrokenExecutor):
                raise EnvironmentFault(
                    "printing.drawing_ended",
                    "証を作るプログラムが、途中で終わりました。",
                    "できた部は残っています。「作成」をもう一度押してください。くり返すときは、"
                    "空きメモリをシステム管理者に確かめてもらってください。",
                ) from problem
            raise

    def _missing(self) -> list[int]:
        """The parts that are not on the disk as they were noted, or not noted."""
        gate, order = self._gate, self._order
        subject = Subject("batch", order.batch_id)
        with gate.view("printing.show_batch", self._session, subject=subject) as work:
            stale = stale_parts(work, order.batch_id)
            noted = digests_of(work, order.batch_id)
        missing = []
        for part in range(order.parts):
            if part in stale or part not in noted or not _is_as_noted(order.job, part, noted[part]):
                missing.append(part)
        self._done = order.parts - len(missing)
        return missing

    def _begin(self, part: int, rows: tuple[Any, ...]) -> None:
        if not rows:  # nobody is left in it
            part_path(self._order.job.folder, part).unlink(missing_ok=True)
            self._waiting[_settled(Built(part, (), "", "", ()))] = part
            return
        papers = tuple(
            (row.position, paper_data(row.record, row.number, self._tables)) for row in rows
        )
        if self._pool is None:
            self._pool = _processes(self._workers, self._tables)
        self._waiting[self._pool.submit(build_part, self._order.job, part, papers)] = part

    def _note(self, content: PartsBuilt) -> Mapping[int, tuple[Any, ...]]:
        prepared = self._gate.prepare(
            "printing.note_built",
            self._session,
            subject=Subject("batch", content.batch_id),
            content=content,
        )
        with self._gate.act(prepared) as work:
            said: PartsBuilt = work.content
            require_batch(work, said.batch_id, ("made", "building", "built"))
            for one in said.built:
                _note_built(work, said.batch_id, one)
            _note_state(work, said)
            return {part: _rows_of(work, said.batch_id, part) for part in said.next_parts}


def build_parts(
    gate: Gate,
    session: Session,
    order: Order,
    tables: Tables,
    *,
    cores: int = 0,
    paused: Callable[[], bool] = lambda: False,
) -> Iterator[Standing]:
    """Build all that is missing, for who waits for it; gives how far it is after each step."""
    under_way = Building(gate, session, order, tables, cores=cores)
    try:
        while True:
            under_way.paused = paused()
            standing = under_way.step()
            yield standing
            if standing.over or under_way.idle:
                return
            under_way.wait()
    finally:
        under_way.close()


def require_batch(work: ReadRows, batch_id: str, states: tuple[str, ...]) -> Any:
    """The batch's row. Raises UserError ``printing.batch_state`` when it is in another state."""
    row = work.first(select(print_batch).where(print_batch.c.id == batch_id))
    if row is None or row.state not in states:
        raise UserError(
            "printing.batch_state",
            "この一括印刷は、今はこの操作ができません。",
            "一覧を読み直し、作成が終わっているかを確かめてください。",
        )
    return row


def stale_parts(work: ReadRows, batch_id: str) -> frozenset[int]:
    """Parts that hold somebody who was pulled since, or lack somebody who belongs to them."""
    rows = work.all(
        select(batch_item.c.position).where(
            batch_item.c.batch_id == batch_id,
            (batch_item.c.state == "waiting")
            | ((batch_item.c.state == "held") & (batch_item.c.part != 0)),
        )
    )
    return frozenset(part_of(row.position) for row in rows)


def digests_of(work: ReadRows, batch_id: str) -> dict[int, str]:
    """SHA-256 (hex) of each sealed part as it was noted; "" for one in which nobody is left."""
    rows = work.all(
        select(batch_part.c.part, batch_part.c.file_digest).where(batch_part.c.batch_id == batch_id)
    )
    return {row.part: row.file_digest for row in rows}


def require_parts(noted: Mapping[int, str], folder: Path) -> tuple[str, ...]:
    """The digests of all parts in order, when each lies on the disk as it was noted.

    Raises UserError ``printing.batch_part`` for one that is not there and
    ``printing.batch_part_changed`` for one that is another."""
    for part in sorted(noted):
        if noted[part]:
            open_part_bytes(noted[part], folder, part)
    return tuple(noted[part] for part in sorted(noted) if noted[part])


def open_part(digest: str, order_seal: str, folder: Path, part: int) -> bytes:
    """The PDF of a part that is as it was noted. Raises as ``require_parts``."""
    sealed = open_part_bytes(digest, folder, part)
    try:
        return bytes(decrypt(sealed, [x25519.Identity.from_str(order_seal)]))
    except DecryptError as cause:
        raise _changed(part) from cause


def open_part_bytes(digest: str, folder: Path, part: int) -> bytes:
    """The sealed bytes of a part that is as it was noted. Raises as ``require_parts``."""
    try:
        sealed = part_path(folder, part).read_bytes()
    except OSError as cause:
        raise UserError(
            "printing.batch_part",
            f"印刷用ファイルの第{part + 1}部がありません。",
            "「作成」をもう一度押してください（足りない部だけが作られます）。",
        ) from cause
    if hashlib.sha256(sealed).hexdigest() != digest:
        raise _changed(part)
    return sealed


def _changed(part: int) -> UserError:
    return UserError(
        "printing.batch_part_changed",
        f"印刷用ファイルの第{part + 1}部が、作ったときのものと違います。",
        "だれかが書き換えたか、ディスクが壊れたおそれがあります。責任者とシステム管理者に知らせてから、"
        "「作成」をもう一度押してください（その部だけが作り直され、見本の確認もやり直します）。",
    )


def _is_as_noted(job: Job, part: int, digest: str) -> bool:
    path = part_path(job.folder, part)
    if not digest:
        return not path.exists()
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == digest
    except OSError:
        return False


def _rows_of(work: ReadRows, batch_id: str, part: int) -> tuple[Any, ...]:
    return tuple(
        work.all(
            select(batch_item)
            .where(*_within(batch_id, part), batch_item.c.state != "held")
            .order_by(batch_item.c.position)
        )
    )


def _within(batch_id: str, part: int) -> tuple[Any, ...]:
    low = part * building.PART
    column = batch_item.c.position
    return batch_item.c.batch_id == batch_id, column >= low, column < low + building.PART


def _note_built(work: ActWork, batch_id: str, one: Built) -> None:
    within = _within(batch_id, one.part)
    item = batch_item.c
    work.run(update(batch_item).where(*within).values(part=0))
    failed = sorted(found.position for found in one.failed)
    if one.positions:
        # Who was pulled while the part was being built stands in it: it is built again.
        for held, values in (
            (item.state != "held", {"state": "built", "part": one.part + 1}),
            (item.state == "held", {"part": one.part + 1}),
        ):
            work.run(
                update(batch_item)
                .where(*within, held, item.position.in_(one.positions))
                .values(**values)
            )
    if failed:
        work.run(
            update(batch_item)
            .where(*within, item.position.in_(failed))
            .values(state="held", cause="failed")
        )
    _list_what_is_missing(work, batch_id, one)
    mine = (batch_part.c.batch_id == batch_id, batch_part.c.part == one.part)
    work.run(delete(batch_part).where(*mine))
    work.run(
        insert(batch_part).values(
            batch_id=batch_id,
            part=one.part,
            sheets=len(one.positions),
            samples=" ".join(str(position) for position in one.samples),
            pdf_digest=one.pdf_digest,
            file_digest=one.file_digest,
            built_at=work.at.isoformat(),
        )
    )


def _list_what_is_missing(work: ActWork, batch_id: str, one: Built) -> None:
    """What does not fit goes onto the list of texts that are too long (文字超過リスト), what prints
    as 〓 onto that of missing characters, each once."""
    found = [(failed.position, "text_overflow", failed.words) for failed in one.failed
             if failed.code == "forms.overflow"]  # fmt: skip
    found += [
        (position, "character_missing", f"券面に〓で印字した文字：{codes}")
        for position, codes in one.missing
    ]
    rows = {}
    if found:
        wanted = sorted({position for position, _, _ in found})
        item = batch_item.c
        rows = {
            row.position: row
            for row in work.all(
                select(item.position, item.number, item.person_id).where(
                    item.batch_id == batch_id, item.position.in_(wanted)
                )
            )
        }
    for position, cause, words in found:
        row = rows[position]
        detail = f"一括印刷の発行番号 {row.number}：{words}"
        known = select(check_entry.c.id).where(
            check_entry.c.cause == cause, check_entry.c.detail == detail
        )
        if work.first(known) is None:
            work.run(
                insert(check_entry).values(
                    id=work.new_id(),
                    origin="terminal",
                    cause=cause,
                    person_id=row.person_id,
                    detail=detail,
                    listed_at=work.at.isoformat(),
                )
            )


def _note_state(work: ActWork, said: PartsBuilt) -> None:
    left = work.first(
        select(batch_item.c.position).where(
            batch_item.c.batch_id == said.batch_id, batch_item.c.state == "waiting"
        )
    )
    values: dict[str, Any] = {"state": "building" if left is not None else "built"}
    if said.built:  # whoever saw the samples saw other sheets
        values |= {"sampled_by": "", "sampled_by_2": "", "version": print_batch.c.version + 1}
    work.run(update(print_batch).where(print_batch.c.id == said.batch_id).values(**values))


def _settled(value: T) -> Future[T]:
    future: Future[T] = Future()
    future.set_result(value)
    return future


class _Here(Executor):
    """One core: the part is built where it is handed over."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return _settled(fn(*args, **kwargs))


def _processes(workers: int, tables: Tables) -> Executor:
    if workers == 1:
        begin_worker(tables)
        return _Here()
    return ProcessPoolExecutor(workers, get_context("spawn"), begin_worker, (tables,))
