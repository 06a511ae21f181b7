"""``python -m tests.benchmarks [name …]``: see ``frame``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.benchmarks.frame import run

if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:], Path("bench-out")))
