"""One union process with the synthetic municipality for a module, and terminals on it."""

from __future__ import annotations

import pytest

from app.peers.union.embed import embedded
from app.training.movers import FACILITIES, movers
from app.training.municipality import municipality
from app.training.people import seed_line
from tests.support.forked_union import ForkedUnion
from tests.support.union_terminal import MORNING, TABLES, UnionTerminal

SIZE = 300


@pytest.fixture(scope="module")
def place():
    return municipality(TABLES, size=SIZE, on=MORNING.date())


@pytest.fixture(scope="module")
def union(tmp_path_factory, place):
    with embedded(tmp_path_factory.mktemp("union"), moment=MORNING, start=ForkedUnion) as running:
        running.first.load(seed_line(person) for person in place.persons())
        running.first.facilities(FACILITIES)
        yield running


@pytest.fixture(scope="module")
def terminal(union):
    enrolled = UnionTerminal(union).enrol()
    yield enrolled
    enrolled.close()


@pytest.fixture(scope="module")
def three(place):
    return movers(TABLES, place)
