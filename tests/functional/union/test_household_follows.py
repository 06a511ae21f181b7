"""Whoever comes into a terminal's scope by a daily file brings the household along (DESIGN 4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.peers.union.embed import embedded
from app.training.people import MUNICIPALITY_CODE, atena_of
from app.wire.files import FILES
from db.tables.persons import atena
from tests.functional.union.test_engine import engine, enrolled
from tests.support.forked_union import ForkedUnion
from tests.support.framed import encode_file
from tests.support.union_inside import resident, seed_person
from tests.support.union_terminal import CODES
from tests.support.world import MONDAY_MORNING, World, world_in

YOUNG, ALONE, TURNING = (atena_of(number) for number in (2001, 2002, 2003))
"""Households: two young persons, one insured person, and one of almost 65 with two others."""

TOMORROW = MONDAY_MORNING + timedelta(days=1)


def _seeds() -> Iterator[dict[str, Any]]:
    of_65 = TOMORROW.date().replace(year=TOMORROW.year - 65)
    yield seed_person(1, "1940-01-01", household_number=ALONE)
    for index, birth, household in (
        (2, "1980-04-01", YOUNG),
        (3, "2010-04-01", YOUNG),
        (4, of_65.isoformat(), TURNING),
        (5, "1970-04-01", TURNING),
        (6, "1975-04-01", atena_of(2004)),
    ):
        yield seed_person(index, birth, household_number=household, coverages=[])
    yield seed_person(7, "1975-04-01", household_number=TURNING, coverages=[], state="2")


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Any]:
    with embedded(tmp_path / "union", moment=MONDAY_MORNING, start=ForkedUnion) as running:
        running.first.load(_seeds())
        yield running


@pytest.fixture
def world(tmp_path: Path, real: Any) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        enrolled(opened, real)
        yield opened


def _held(world: World) -> set[str]:
    with world.store.view(("atena",)) as work:
        return {row.atena_number for row in work.all(select(atena.c.atena_number))}


def _numbers(*indexes: int) -> set[str]:
    return {atena_of(index) for index in indexes}


def _daily(real: Any, *records: Any) -> None:
    real.first.daily(MUNICIPALITY_CODE, encode_file(FILES["FILE-03"], records, CODES))


def _persons(report: Any) -> int:
    """How many files of insured persons came."""
    return [one.file_id for one in report.received].count("FILE-17")


@pytest.mark.req("SEC-54")
def test_the_household_comes_with_whoever_comes_into_scope(world: World, real: Any) -> None:
    """A story of three days over the line, because each day is held against the one before."""
    running = engine(world, [])
    assert running.contact().problem is None
    assert _held(world) == _numbers(1), "nobody else is kept for anybody's sake yet"

    _daily(real, resident(1, household_number=YOUNG))
    report = running.contact()
    assert report.problem is None and _persons(report) == 1
    assert _held(world) == _numbers(1, 2, 3)

    real.first.set_clock(TOMORROW)
    world.later(days=1)
    _daily(real)
    report = running.contact()
    assert report.problem is None and _persons(report) == 1, "nothing else has changed"
    assert _held(world) == _numbers(1, 2, 3, 4, 5), "one is 65 today, and does not live alone"

    _daily(real)
    assert _persons(running.contact()) == 0, "once is enough"
