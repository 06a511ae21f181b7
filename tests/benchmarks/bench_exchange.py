"""The daily file (FILE-17) against raw ``executemany`` of the same rows (DESIGN 9)."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from app.training.people import atena_of, insured_of
from app.wire.codec import Decoder, Encoding
from app.wire.container import seal_body
from app.wire.files import FILES, FileSpec
from app.wire.records import InsuredRecord
from db import engine
from db.tables.persons import address, atena, household, household_member, insured, person
from tests.benchmarks import limits
from tests.benchmarks.frame import Bench, Better, Limit, Row
from tests.support.framed import FRAME
from tests.support.line import CODES, LoopUnion, engine_of, enrol
from tests.support.parties import head_of
from tests.support.sendings import sample
from tests.support.world import DATA_KEY, World, world_in

RECORDS = int(os.environ.get("MADOGUCHI_BENCH_RECORDS", "100000"))
FEWER = RECORDS // 2
_FEWEST = 50_000
TABLES = (person, atena, household, household_member, address, insured)
_GRAMS = "name_grams"
_RAW = Limit("raw executemany of the same rows", 1.0)


def daily_apply() -> Iterable[Row]:
    """CPU seconds from a file that lies whole on the disk to its rows being seen, terminal
    locked, and those of raw inserts of the same rows into the same tables, name index included.
    CPU time, because what else runs on the machine would otherwise be half of the ratio."""
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        staged, applied, _ = _apply(world, RECORDS)
        rows = {table: _rows(world, table) for table in TABLES}
        grams = _grams(world)
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        raw = _raw(world, rows, grams)
    took = f"staging {staged:.1f} s, applying {applied:.1f} s, raw {raw:.1f} s"
    yield Row(
        "daily file: rate of staging and applying against raw executemany",
        goal=0.5,
        measured=raw / (staged + applied),
        unit="×",
        limit=_RAW,
        better=Better.MORE,
        note=f"{RECORDS:,} records, CPU time: {took}",
    )
    yield Row(
        "daily file: rate of applying alone against raw executemany",
        goal=0.5,
        measured=raw / applied,
        unit="×",
        limit=_RAW,
        better=Better.MORE,
    )


_CSV = Limit("csv.reader over the same bytes", 1.0)
DECODED = ("FILE-43", "FILE-07", "FILE-20", "FILE-06", "FILE-17")
"""Files of 5, 16, 31, 37 and 37 columns; the last has names, kana and addresses."""


def decoding() -> Iterable[Row]:
    """Records of a file read by its layout and checked, and the same bytes read by the module
    ``csv`` without any check, in CPU time: whatever the number of columns."""
    for file_id in DECODED:
        spec, count = FILES[file_id], FEWER // 5
        plain = Encoding(spec, _like(file_id, count), CODES, FRAME).read()
        rate = max(_decoded(spec, plain, count) for _ in range(3))
        read = limits.csv_reader(plain.decode("utf-8").split("\n"))
        fastest = 0.0
        for _ in range(3):
            own = time.process_time()
            fastest = max(fastest, read() / (time.process_time() - own))
        yield Row(
            f"{file_id}: records decoded and checked against csv.reader over the same bytes",
            goal=0.5,
            measured=rate / fastest,
            unit="×",
            limit=_CSV,
            better=Better.MORE,
            note=f"{len(spec.columns)} columns, {rate:,.0f}/s, CPU time",
        )


def _decoded(spec: FileSpec, plain: bytes, count: int) -> float:
    own = time.process_time()
    decoder = Decoder(spec, CODES, lambda _line, _values: None)
    for at in range(0, len(plain), 65536):
        decoder.write(plain[at : at + 65536])
    decoder.close()
    took = time.process_time() - own
    if decoder.count != count:
        raise RuntimeError(f"{decoder.count} of {count} records")
    return count / took


def _like(file_id: str, count: int) -> Iterator[Any]:
    """Records like those of the sample, each with numbers and a name of its own."""
    samples, names = sample(file_id), {column.name for column in FILES[file_id].columns}
    for number in range(count):
        own = {
            "atena_number": atena_of(1 + number),
            "insured_number": insured_of(1 + number),
            "household_number": atena_of(9_000_000 + number // 2),
            "name": f"見本　{chr(0x4E00 + number % 9000)}{chr(0x4E00 + number // 9000)}",
            "kana": f"ミホン　{chr(0x30A2 + number % 80)}{chr(0x30A2 + number // 80 % 80)}コ",
            "levy_id": f"U15-1-{number:08d}",
            **{one: str(number * 37 % 900_000) for one in ("amount", "total", "medical")},
        }
        yield replace(samples[number % 2], **{k: v for k, v in own.items() if k in names})


def memory() -> Iterable[Row]:
    """What a contact adds to the resident memory at its highest, in a process of its own for
    each size. The store's page cache is part of it, and bounded; so the smaller file is one
    that fills it. The containers lie on the disk, as they do at the union, and a small file was
    applied before: what is measured is the file's own."""
    few, many = min(RECORDS, _FEWEST), RECORDS
    context = multiprocessing.get_context("spawn")
    peaks = []
    for count in (few, many):
        with context.Pool(1) as alone:
            peaks.append(alone.apply(_peak, (count,)))
    yield Row(
        f"daily file: memory, growth from {few:,} records",
        goal=1.2,
        measured=peaks[1] / peaks[0],
        unit="×",
        limit=Limit("the smaller file", 1.0),
        note=" ".join(f"{peak:.0f} MiB" for peak in peaks) + f" for {few:,} and {many:,}",
    )


def _peak(count: int) -> float:
    try:
        with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
            union = LoopUnion()
            enrol(world, union)
            engine = engine_of(world, union)
            for size in (1_000, count):
                _announce(union, Path(folder), size)
                before = _resident("VmRSS")
                Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # begins anew
                report = engine.contact()
                if report.problem is not None or report.received[0].applied != size:
                    raise RuntimeError(f"the file was not applied: {report}")
                union.listed.clear()
            return _resident("VmHWM") - before
    except Exception as cause:  # not every error comes back whole from another process
        raise RuntimeError(repr(cause)) from None


class _OnDisk:
    """A container's bytes, of which only what is asked for is read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __getitem__(self, part: slice) -> bytes:
        with self._path.open("rb") as source:
            source.seek(part.start)
            return source.read(part.stop - part.start)


def _announce(union: LoopUnion, folder: Path, count: int) -> None:
    """Put a file of so many persons there, without ever holding it in memory."""
    number = len(union.acknowledged) + 1
    path, body = folder / f"{number}.mdg", folder / f"{number}.body"
    frame = replace(FRAME, edition=number)
    place = union.next_place("FILE-17")
    with body.open("wb") as out:
        encoding = Encoding(FILES["FILE-17"], _records(count), CODES, frame)
        facts = seal_body(encoding, out, union.terminal.recipient, union.archive.recipient)
    item_id = f"U15-1-{number:06d}"
    head: dict[str, Any] = {"file_id": "FILE-17", "place": place, "id": item_id, "count": count}
    with path.open("w+b") as whole, body.open("rb") as sealed:
        whole.write(head_of(union.me, union.terminal, facts, **head))
        shutil.copyfileobj(sealed, whole)
        size = whole.tell()
        whole.seek(0)
        digest = hashlib.file_digest(whole, "sha256").hexdigest()
    body.unlink()
    union.list_container("FILE-17", item_id, place, (digest, size), _OnDisk(path))


def _resident(line: str) -> float:
    """A line of the kernel's account of this process, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition(f"{line}:")[2].split()[0]) / 1024


def _records(count: int) -> Iterator[InsuredRecord]:
    """Insured persons with names of their own, two to a household."""
    _, one = sample("FILE-17")
    for number in range(count):
        yield replace(
            one,
            atena_number=atena_of(1 + number),
            insured_number=insured_of(1 + number),
            household_number=atena_of(9_000_000 + number // 2),
            support_measure="0",
            name=f"見本　{chr(0x4E00 + number % 9000)}{chr(0x4E00 + number // 9000)}",
            kana=f"ミホン　{chr(0x30A2 + number % 80)}{chr(0x30A2 + number // 80 % 80)}コ",
            birth_sort=f"19{30 + number % 20:02d}-0{1 + number % 9}-1{number % 10}",
        )


def _apply(world: World, count: int) -> tuple[float, float, float]:
    """CPU seconds of staging and of applying, and the MiB that were needed for both."""
    union = LoopUnion()
    enrol(world, union)
    plain = Encoding(FILES["FILE-17"], _records(count), CODES, FRAME).read()
    union.announce_plain("FILE-17", plain, count)
    del plain
    at: dict[str, float] = {}
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the highest begins anew
    report = engine_of(
        world, union, step=lambda name: at.setdefault(name, time.process_time()) and None
    ).contact()
    if report.problem is not None or report.received[0].applied != count:
        raise RuntimeError(f"the file was not applied: {report}")
    staging = at["receive.apply"] - at["receive.verify"]
    return staging, at["receive.applied"] - at["receive.apply"], _resident("VmHWM") - before


def _rows(world: World, table: Table) -> list[tuple[Any, ...]]:
    with world.store.view((table.name,)) as work:
        return [tuple(row) for row in work.all(select(table))]


def _grams(world: World) -> list[tuple[int, str]]:
    """Stand-ins of the same size for the name index, which keeps no content."""
    with world.store.view(("person",)) as work:
        found = work.all(select(person.c.row_number, person.c.name_key))
    return [
        (row.row_number, " ".join(f"{ord(sign):04x}" for sign in row.name_key * 2)) for row in found
    ]


def _raw(
    world: World, rows: dict[Table, list[tuple[Any, ...]]], grams: list[tuple[int, str]]
) -> float:
    path = world.paths.store
    world.store.close()
    connection = engine.connect(path, DATA_KEY, engine.Tuning())
    try:
        start = time.process_time()
        connection.execute("BEGIN IMMEDIATE")
        for table, values in rows.items():
            names = ", ".join(column.name for column in table.columns)
            marks = ", ".join("?" for _ in table.columns)
            connection.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)
        connection.executemany(f"INSERT INTO {_GRAMS} (rowid, grams) VALUES (?, ?)", grams)
        connection.execute("COMMIT")
        return time.process_time() - start
    finally:
        connection.close()


BENCHES = (
    Bench("exchange", "the daily file of insured persons", daily_apply),
    Bench("decoding", "a daily file read by its layout", decoding),
    Bench("memory", "what a large daily file needs of memory", memory),
)
