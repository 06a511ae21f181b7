"""A relay in a process of its own, on a line that is down: what a signal does to it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from app.core.clock import FixedClock
from app.core.paths import Paths
from app.relay.main import run
from app.start.compose import Parts
from tests.support.world import MONDAY_MORNING, shared_tables


def serve(data: Path, key: str) -> int:
    """Run until a signal; the exit code."""
    clock = FixedClock(MONDAY_MORNING + timedelta(minutes=1))
    parts = Parts(Paths(data), clock, shared_tables(), None, None)  # type: ignore[arg-type]
    return run(parts, bytes.fromhex(key), 0.2)
