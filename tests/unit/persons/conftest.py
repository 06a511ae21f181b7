"""A terminal, and units of work of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.world import World, world_in

FILE = "files.receive_insured"


class Undone(Exception):
    """Ends a unit of work of which nothing shall stay."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


@contextmanager
def undone(world: World) -> Iterator[Any]:
    """The unit of work of a daily file; nothing of it stays."""
    with pytest.raises(Undone), world.gate.system(FILE) as work:
        yield work
        raise Undone
