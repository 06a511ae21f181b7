"""``python -m tests.benchmarks [--check] [name …]``: see ``frame`` and ``figures``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import frame
from tests.benchmarks.figures import Fallen, Figures, Run, committed
from tests.benchmarks.frame import Row

FIGURES = Path(__file__).resolve().parents[2] / "docs" / "figures.md"
OUTPUT = Path("bench-out")
_AGAIN = 2


def main(arguments: Sequence[str], figures: Path = FIGURES, output: Path = OUTPUT) -> int:
    """Measure; a whole run that broke nowhere writes its column. With ``--check`` nothing is
    written: 3 when a ratio has fallen (see ``figures.KEPT``)."""
    names = [one for one in arguments if one != "--check"]
    known = committed(figures)
    if "--check" in arguments:
        return _check(known, names, output)
    code, rows = frame.run(names, output)
    if code == 0 and not names:
        known.add(Run.here(), rows)
        figures.write_text(known.text(), encoding="utf-8")
    return code


def _check(known: Figures, names: Sequence[str], output: Path) -> int:
    """What seems to have fallen is measured again: the best of three counts, because other work
    on the machine only ever takes away."""
    code, rows = frame.run(names, output)
    fallen = known.fallen(rows)
    for _ in range(_AGAIN):
        if code or not fallen:
            break
        code, more = frame.run(_benches_of(rows, fallen), output)
        still = {one.name for one in fallen}
        fallen = known.fallen(row for row in more if row.name in still)
    for one in fallen:
        sys.stderr.write(f"fallen: {one}\n")
    return code or (3 if fallen else 0)


def _benches_of(rows: Sequence[Row], fallen: Sequence[Fallen]) -> list[str]:
    names = {one.name for one in fallen}
    return sorted({row.bench for row in rows if row.name in names})


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
