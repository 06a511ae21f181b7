"""一括印刷: many certificates in numbered parts on all cores, resumed after a kill without a double
or a gap (FLOW-307; DOMAIN 5.3).

A part is a whole PDF of a fixed range of positions. It exists when its file stands under its
name: it is written beside, brought to disk, and renamed, so that a kill leaves a part or none.
The same papers give the same bytes, so a part that is built again is the part that was lost.
Every part is sealed before it touches the disk, proved before it is sealed.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.core.collector import look_less_often
from app.core.errors import MadoguchiError
from app.core.files import write_whole
from app.core.tables import Tables, load_tables, shipped_tables
from forms.fonts import load_fonts
from forms.items import FormData
from forms.press import BatchPart, Press

PART = 250
"""Sheets in one part."""
SAMPLES = 2
"""Sheets of every part that are proved down to the ink besides those of a new shape."""


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
class Failed:
    """A paper that cannot be drawn or proved: its position, the code of the cause, and the cause in
    words, which name the item and never its content."""

    position: int
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Built:
    """One part: its number, the positions in it, the digest of its PDF and of its sealed file,
    and the characters that no font holds with the positions of their papers. ``failed`` names
    those that could not be drawn or proved; the part then holds the others. ``samples`` are the
    positions that were picked by chance: proved in full, and shown to eyes."""

    part: int
    positions: tuple[int, ...]
    pdf_digest: str
    file_digest: str
    missing: tuple[tuple[int, str], ...]
    failed: tuple[Failed, ...] = ()
    samples: tuple[int, ...] = ()


Papers = tuple[tuple[int, FormData], ...]
"""Positions with their papers."""


def part_path(folder: Path, part: int) -> Path:
    """Where a part lies."""
    return folder / f"part-{part:05d}.pdf.age"


_PRESS: list[Press] = []


def begin_worker(tables: Tables | None = None) -> None:
    """Each process that builds parts reads the fonts once. ``tables`` are those in force; the
    shipped ones where none are given."""
    if not _PRESS:
        look_less_often()
        _PRESS.append(Press(load_fonts(), tables or load_tables(shipped_tables())))


def build_part(job: Job, number: int, papers: Papers) -> Built:
    """Draw, prove, seal and write one part, in a process that ``begin_worker`` made ready."""
    failed: tuple[Failed, ...] = ()
    try:
        part, chosen = _proved(job, number, papers)
    except MadoguchiError:
        papers, failed = _apart(job, papers)
        if not papers:
            return Built(number, (), "", "", (), failed)
        part, chosen = _proved(job, number, papers)
    sealed = _seal(part.pdf, job.recipients)
    path = part_path(job.folder, number)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, sealed)
    return Built(
        number,
        tuple(position for position, _ in papers),
        part.digest.hex(),
        hashlib.sha256(sealed).hexdigest(),
        tuple(
            (position, one.codes)
            for (position, _), absent in zip(papers, part.missing, strict=True)
            for one in absent
        ),
        failed,
        tuple(papers[at][0] for at in sorted(chosen)),
    )


def _proved(job: Job, number: int, papers: Papers) -> tuple[BatchPart, list[int]]:
    """The part with every sheet proved, and which of them were picked as samples."""
    press, data = _PRESS[0], [one for _, one in papers]
    part = press.render_batch(job.form_id, data, training=job.training, now=job.now)
    chosen = random.Random(number).sample(range(len(data)), min(SAMPLES, len(data)))  # noqa: S311
    press.prove_batch(part, data, chosen)
    return part, chosen


def _apart(job: Job, papers: Papers) -> tuple[Papers, tuple[Failed, ...]]:
    """Those that can be drawn and stand the proof, and those that cannot with the cause: one
    paper holds itself up, not its neighbours."""
    press, good, failed = _PRESS[0], [], []
    for position, data in papers:
        try:
            press.prove(press.render(job.form_id, data, training=job.training, now=job.now), data)
            good.append((position, data))
        except MadoguchiError as error:
            failed.append(Failed(position, error.code, error.message))
    return tuple(good), tuple(failed)


def _seal(content: bytes, recipients: Sequence[str]) -> bytes:
    from pyrage import encrypt, x25519

    return bytes(encrypt(content, [x25519.Recipient.from_str(one) for one in recipients]))
