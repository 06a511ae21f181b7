"""A municipal system with the residents of the synthetic municipality."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from app.core.clock import FixedClock
from app.peers.municipality import system
from app.peers.municipality.system import Municipality
from app.training.municipality import municipality
from app.training.people import MUNICIPALITY_CODE, seed_line
from tests.support.world import MONDAY_MORNING, shared_tables

PERSONS = 120


@pytest.fixture(scope="session")
def seeds() -> list[bytes]:
    """Seed lines, as the union loads them."""
    place = municipality(shared_tables(), PERSONS, on=MONDAY_MORNING.date())
    return [json.dumps(seed_line(one)).encode() for one in islice(place.persons(), PERSONS)]


@pytest.fixture
def here(tmp_path: Path, seeds: list[bytes]) -> Iterator[Municipality]:
    made = system.make(
        tmp_path / "municipality",
        shared_tables(),
        FixedClock(MONDAY_MORNING),
        MUNICIPALITY_CODE,
        date(2026, 11, 16),
    )
    assert system.load(made, seeds) > 100
    yield made
    made.close()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder
