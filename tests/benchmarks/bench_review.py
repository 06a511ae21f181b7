"""A month of 1,000,000 lines reviewed: every look at it, bars and newest lines (SEC-99 … 101)."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

import cbor2

from app.catalog import CATALOG
from app.core.clock import JST
from app.core.settings import Settings
from app.functions.records.review import Asked, Month, Sort
from app.security.acts.approval import Subject
from app.security.journal.line import Entry, State, encode_line
from app.security.staff.hours import hours_of
from tests.benchmarks.frame import Bench, Better, Limit, Row

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


BENCHES = (Bench("review", "A month of a million lines reviewed", rows),)
