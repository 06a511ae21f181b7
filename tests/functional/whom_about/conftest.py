from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.cases.kind import Kinds
from tests.support.about_kinds import ALL, ALONE, HER, HUSBAND, SON
from tests.support.counter import Counter, put_residents
from tests.support.desk import Room
from tests.support.more_kinds import counter_with


@pytest.fixture
def known(tmp_path: Path) -> Iterator[tuple[Counter, Kinds]]:
    with counter_with(tmp_path / "here", *ALL) as made:
        put_residents(made[0].world, HER, SON, HUSBAND, ALONE)
        yield made


@pytest.fixture
def counter(known: tuple[Counter, Kinds]) -> Counter:
    return known[0]


@pytest.fixture
def room(known: tuple[Counter, Kinds], qtbot: QtBot) -> Iterator[Room]:
    made = Room(known[0], qtbot, kinds=known[1])
    yield made
    made.operations.close()
