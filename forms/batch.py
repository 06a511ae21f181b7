"""一括印刷: many certificates in numbered parts on all cores, resumed after a kill without a double
or a gap (FLOW-307; DOMAIN 5.3).

A part is a whole PDF of a fixed range of positions. It exists when its file stands under its
name: it is written beside, brought to disk, and renamed, so that a kill leaves a part or none.
The same papers give the same bytes, so a part that is built again is the part that was lost.
Every part is sealed before it touches the disk, proved before it is sealed.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from app.core.collector import look_less_often
from app.core.errors import MadoguchiError
from app.core.tables import load_tables, shipped_tables
from forms.fonts import load_fonts
from forms.items import FormData
from forms.press import BatchPart, Press

PART = 250
"""Sheets in one part."""
SAMPLES = 2
"""Sheets of every part that are proved down to the ink besides those of a new shape."""

Seal = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """What is printed: which form, in training or not, at which moment, sealed for whom (age
    recipients), into which folder."""

    form_id: str
    training: bool
    now: datetime
    recipients: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Built:
    """One part: its number, the positions in it, the digest of its PDF and of its sealed file,
    and which of its papers were looked at in full. ``failed`` names those that could not be
    drawn or proved, each with the cause; the part then holds the others."""

    part: int
    positions: tuple[int, ...]
    pdf_digest: str
    file_digest: str
    missing: tuple[str, ...]
    failed: tuple[tuple[int, str], ...] = ()


Papers = tuple[tuple[int, FormData], ...]
"""Positions with their papers."""


def parts_of(papers: Iterable[tuple[int, FormData]]) -> Iterator[tuple[int, Papers]]:
    """The papers, in the order of their positions, in parts of ``PART`` positions, each with its
    number; nothing is kept of a part that was given out."""
    part: list[tuple[int, FormData]] = []
    number = -1
    for position, data in papers:
        if position // PART != number and part:
            yield number, tuple(part)
            part = []
        number = position // PART
        part.append((position, data))
    if part:
        yield number, tuple(part)


def part_path(folder: Path, part: int) -> Path:
    """Where a part lies."""
    return folder / f"part-{part:05d}.pdf.age"


def build(
    job: Job,
    papers: Iterable[tuple[int, FormData]],
    *,
    done: Callable[[int], bool],
    cores: int = 0,
    paused: Callable[[], bool] = lambda: False,
) -> Iterator[Built]:
    """Build every part that is not ``done`` yet, several at once; gives each as it stands on
    disk. Stops after the parts under way when ``paused``. Who calls writes down what is given
    and says ``done`` for it the next time.

    ``cores`` 0 is all of them; 1 builds in this process.
    """
    workers = cores or os.cpu_count() or 1
    if workers == 1:
        _begin()
        for number, part in parts_of(papers):
            if paused():
                return
            if not done(number):
                yield _build_part(job, number, part)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin) as pool:
        waiting: set[Future[Built]] = set()
        for number, part in parts_of(papers):
            if paused():
                break
            if done(number):
                continue
            waiting.add(pool.submit(_build_part, job, number, part))
            if len(waiting) >= 2 * workers:  # the rest stays where it is: memory is flat
                finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in finished)
        while waiting:
            finished, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in finished)


_PRESS: list[Press] = []


def _begin() -> None:
    """Each process reads the fonts once."""
    if not _PRESS:
        look_less_often()
        _PRESS.append(Press(load_fonts(), load_tables(shipped_tables())))


def _build_part(job: Job, number: int, papers: Papers) -> Built:
    press = _PRESS[0]
    failed: tuple[tuple[int, str], ...] = ()
    try:
        part = _drawn(job, papers)
    except MadoguchiError:
        papers, failed = _apart(job, papers)
        part = _drawn(job, papers)
    chosen = random.Random(number).sample(range(len(papers)), min(SAMPLES, len(papers)))  # noqa: S311
    press.prove_batch(part, [data for _, data in papers], chosen)
    sealed = _seal(part.pdf, job.recipients)
    _write(part_path(job.folder, number), sealed)
    return Built(
        number,
        tuple(position for position, _ in papers),
        part.digest.hex(),
        hashlib.sha256(sealed).hexdigest(),
        tuple(one.codes for one in part.missing),
        failed,
    )


def _drawn(job: Job, papers: Papers) -> BatchPart:
    data = [one for _, one in papers]
    return _PRESS[0].render_batch(job.form_id, data, training=job.training, now=job.now)


def _apart(job: Job, papers: Papers) -> tuple[Papers, tuple[tuple[int, str], ...]]:
    """Those that can be drawn, and those that cannot with the cause: one paper holds itself up,
    not its neighbours."""
    good, failed = [], []
    for position, data in papers:
        try:
            _PRESS[0].render(job.form_id, data, training=job.training, now=job.now)
            good.append((position, data))
        except MadoguchiError as error:
            failed.append((position, error.code))
    return tuple(good), tuple(failed)


def _seal(content: bytes, recipients: Sequence[str]) -> bytes:
    from pyrage import encrypt, x25519

    return bytes(encrypt(content, [x25519.Recipient.from_str(one) for one in recipients]))


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: beside, brought to disk, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}.part")
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600),
        "wb",
    ) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
