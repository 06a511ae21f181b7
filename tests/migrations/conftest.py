"""A store of the version before the one that a module is about (its ``BEFORE``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.paths import Paths
from app.security import vault
from app.security.vault.opening import make_lanes
from tests.support.stores import DATA_KEY, FOUNDING


@pytest.fixture
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Connection]:
    """Open for writing; ``AFTER`` is still to be reached."""
    paths = Paths(tmp_path)
    vault.create(paths, DATA_KEY, FOUNDING, request.module.BEFORE).close()
    lanes = make_lanes(paths.store, DATA_KEY)
    with lanes.writer.begin() as opened:
        yield opened
    lanes.close()
