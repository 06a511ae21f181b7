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


class _AlsoFiled:
    """The unit of work of a decision in which a test lets a daily file come before it: the file's
    function may ask whether this is a counter or a branch, the decision's may not."""

    def __init__(self, work: Any) -> None:
        self._work = work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._work, name)

    def fact(self, name: str) -> str | None:
        return None if name == "profile" else self._work.fact(name)


@contextmanager
def undone(world: World, function_id: str = FILE) -> Iterator[Any]:
    """A unit of work of the terminal's own, a daily file's; nothing of it stays."""
    with pytest.raises(Undone), world.engine_hand.system(function_id) as work:
        yield work if function_id == FILE else _AlsoFiled(work)
        raise Undone
