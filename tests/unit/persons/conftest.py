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
def undone(world: World, function_id: str = FILE) -> Iterator[Any]:
    """A unit of work of the terminal's own, a daily file's; nothing of it stays."""
    with pytest.raises(Undone), world.engine_hand.system(function_id) as work:
        yield work
        raise Undone
