"""A terminal on a line in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.line import LoopUnion, enrol
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


@pytest.fixture
def union(world: World) -> LoopUnion:
    made = LoopUnion()
    enrol(world, made)
    return made
