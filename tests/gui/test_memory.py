"""A day at the counter does not fill the machine's memory (measured: 119 visits once took 5 GB)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support import soak

ROOT = Path(__file__).parents[2]
VISITS = soak.tries(30, 119)
MOST_KIB = 400 * 1024


def test_thirty_visits_end_about_where_the_tenth_ended() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.visits", str(VISITS)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    resident = [int(line) for line in done.stdout.split()]
    assert len(resident) == VISITS
    # The least of the last five: what is collected comes back a visit or two later.
    assert min(resident[-5:]) <= 1.1 * resident[9]
    assert max(resident) <= MOST_KIB
