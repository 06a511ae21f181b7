"""A month of 1,000,000 lines reviewed: every look at it, bars and newest lines (SEC-99 … 101)."""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import cbor2

from app.catalog import CATALOG
from app.core.clock import JST
from app.core.settings import Settings
from app.functions.records import service
from app.functions.records.review import Asked, Month, Sort
from app.functions.records.screens.review import LINES_AT_ONCE
from app.security.acts.approval import Subject
from app.security.journal.line import Entry, State, encode_line
from app.security.staff.hours import hours_of
from app.wire.heads import chain_hash
from db.engine import Tuning, connect
from tests.benchmarks.frame import Bench, Better, Limit, Row
from tests.support.world import DATA_KEY, World, world_in

LINES = 1_000_000
_SECONDS = 30 * 24 * 3600
_PEOPLE = tuple(f"S{number}" for number in range(101, 131))
_FUNCTIONS = tuple(CATALOG)
_DAY = (date(2026, 11, 5), date(2026, 11, 5))
LOOKS = (
    Asked(),
    Asked(days=_DAY),
    Asked(staff_id="S105"),
    *(Asked(sort=one) for one in Sort),
    Asked(staff_id="S105", sort=Sort.LOGIN_FAILED),
    Asked(days=_DAY, staff_id="S105", sort=Sort.OFF_HOURS),
    Asked(subject="T01-1-000077"),
)


def _lines() -> Iterator[tuple[int, bytes]]:
    dice = random.Random(7)
    begun = datetime(2026, 11, 1, tzinfo=JST)
    for number in range(1, LINES + 1):
        at = begun + timedelta(seconds=number * _SECONDS // LINES)
        entry = Entry(
            dice.choices((State.VIEW, State.BEGUN, State.DONE, State.REFUSED), (50, 20, 20, 1))[0],
            dice.choice(_FUNCTIONS),
            dice.choice(_PEOPLE),
            session="session",
            subject=Subject("person", f"T01-1-{dice.randrange(100_000):06d}"),
            shown=(f"T01-1-{dice.randrange(100_000):06d}",),
            numbers=dice.random() < 0.01,
        )
        yield number, encode_line(at.isoformat(), "T01", 1, entry)


def rows() -> Iterable[Row]:
    """Taking the month in, and the slowest of all looks."""
    month = Month(CATALOG, hours_of(Settings({})).is_open)
    kept = list(_lines())
    started = time.perf_counter()
    for _, body in kept:
        cbor2.loads(body)
    bare = LINES / (time.perf_counter() - started)
    started = time.perf_counter()
    month.take(kept)
    month.arrange()
    seconds = time.perf_counter() - started
    limit = Limit("bare decoding of the same lines", bare)
    yield Row("review: lines taken in", 50_000, LINES / seconds, "lines/s", limit, Better.MORE)
    slowest = 0.0
    for asked in LOOKS:
        started = time.perf_counter()
        month.look(asked, 100)
        slowest = max(slowest, time.perf_counter() - started)
    note = f"{LINES:,} lines, {len(LOOKS)} looks"
    limit = Limit("one bare pass over a byte of each line", _one_pass())
    yield Row("review: the slowest look", 100.0, slowest * 1000, "ms", limit, note=note)


def _one_pass() -> float:
    """Milliseconds for adding up a million bytes."""
    held = bytes(LINES)
    started = time.perf_counter()
    sum(held)
    return (time.perf_counter() - started) * 1000


def first_opening() -> Iterable[Row]:
    """The screen's own way through gate and encrypted journal, without its window."""
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        _fill(world)
        world.clock.set_wall(datetime(2026, 12, 1, 9, tzinfo=JST))
        session, gate, journal = world.session("supervisor"), world.gate, world.journal
        days = date(2026, 11, 1), date(2026, 11, 30)
        started = time.perf_counter()
        period = service.find_period(gate, session, journal, days)
        month = Month(CATALOG, period.hours.is_open)
        longest = 0.0
        for first in range(period.first, period.last + 1, LINES_AT_ONCE):
            piece = time.perf_counter()
            last = min(first + LINES_AT_ONCE, period.last + 1)
            service.read_lines(gate, session, journal, month, range(first, last))
            longest = max(longest, time.perf_counter() - piece)
        month.arrange()
        service.show_lines(gate, session, journal, CATALOG, month.look(Asked(), 100).numbers)
        seconds = time.perf_counter() - started
        limit = Limit("the same lines read and chained by bare SQLCipher", _bare_reading(world))
        note = f"{period.last - period.first + 1:,} lines, longest piece {longest:.2f} s"
        yield Row("review: a month opened for the first time", 60.0, seconds, "s", limit, note=note)


def _fill(world: World) -> None:
    number, value = world.journal.head.number, world.journal.head.hash
    with world.journal.file.write() as connection:
        for _, body in _lines():
            number += 1
            value = chain_hash(value, number, hashlib.sha256(body).digest())
            connection.execute(
                "INSERT INTO line (number, hash, body) VALUES (?, ?, ?)", (number, value, body)
            )
    world.journal._head = world.journal.file.last()


def _bare_reading(world: World) -> float:
    """Seconds for reading every line and hashing it."""
    connection = connect(world.paths.journal, DATA_KEY, Tuning())
    started = time.perf_counter()
    for _, body in connection.execute("SELECT number, body FROM line ORDER BY number"):
        hashlib.sha256(body).digest()
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


BENCHES = (
    Bench("review", "A month of a million lines reviewed", rows),
    Bench("review-opening", "A month of a million lines opened for the first time", first_opening),
)
