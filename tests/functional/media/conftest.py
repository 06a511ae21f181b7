"""A media terminal with a union, a courier and a stick."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.media_room import MediaRoom
from tests.support.world import world_in


@pytest.fixture
def room(tmp_path: Path) -> Iterator[MediaRoom]:
    """A registered stick, approvals and a courier are there; nothing was moved yet."""
    with world_in(tmp_path) as world:
        room = MediaRoom(world, tmp_path)
        room.set_up()
        yield room
