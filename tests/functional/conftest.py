"""One counter for each story."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.counter import Counter, counter_in


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A terminal enrolled with a union in memory."""
    with counter_in(tmp_path) as made:
        yield made
