"""Figures that remember: ``docs/figures.md``, one column of ratios for each whole run.

``make bench`` adds a column to what is committed; whoever thinks it worth remembering commits
the file. A ratio is that of a row to its limit (``Row.to_limit``): 1 is as quick as the bare way,
so that columns of different machines may stand beside each other. A row whose limit changes is
another row: the old one keeps its figures.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tests.benchmarks.frame import Row

KEPT = 2 / 3
"""A ratio below this part of the committed one has fallen."""

_HEAD = """# Figures

Written by `make bench`, committed by hand; `make bench-check` fails when a ratio falls by more than
a third below the last one here. Each ratio is to the limit in its row, measured in the same run:
1 is as quick as the bare way, 0.5 takes twice as long. Sizes and goals: `tests/benchmarks/`.
"""
_NONE = "–"


@dataclass(frozen=True, slots=True)
class Run:
    """On which day and machine a column was measured. ``load`` is what else it had to do."""

    day: str
    processor: str
    cores: int
    load: str

    @classmethod
    def here(cls) -> Run:
        """This machine, today."""
        return cls(
            date.today().isoformat(),  # noqa: DTZ011  # the day on the developer's own wall
            _processor(),
            len(os.sched_getaffinity(0)),
            f"{os.getloadavg()[0]:.1f}",
        )


@dataclass(frozen=True, slots=True)
class Fallen:
    """A row that is less than ``KEPT`` of what was committed."""

    name: str
    limit: str
    before: float
    now: float

    def __str__(self) -> str:
        return f"{self.name}: {self.now:.3g} of {self.limit}, committed {self.before:.3g}"


@dataclass
class Figures:
    """What the file holds: runs, oldest first, and for each row the ratio of each run."""

    runs: list[Run] = field(default_factory=list)
    ratios: dict[tuple[str, str], list[float | None]] = field(default_factory=dict)

    def add(self, run: Run, rows: Iterable[Row]) -> None:
        """One more column."""
        for known in self.ratios.values():
            known.append(None)
        self.runs.append(run)
        for row in rows:
            place = self.ratios.setdefault(_key(row), [None] * len(self.runs))
            place[-1] = row.to_limit

    def last(self, row: Row) -> float | None:
        """The newest ratio of this row to this limit, None when there is none."""
        known = [one for one in self.ratios.get(_key(row), ()) if one is not None]
        return known[-1] if known else None

    def fallen(self, rows: Iterable[Row]) -> list[Fallen]:
        """The rows that fell by more than a third."""
        found = []
        for row in rows:
            before = self.last(row)
            if before is not None and row.to_limit < before * KEPT:
                found.append(Fallen(row.name, row.limit.name, before, row.to_limit))
        return found

    def text(self) -> str:
        """The file's content; ``read_figures`` gives the same figures back."""
        numbers = [str(number) for number in range(1, len(self.runs) + 1)]
        runs = [
            (number, run.day, run.processor, str(run.cores), run.load)
            for number, run in zip(numbers, self.runs, strict=True)
        ]
        rows = [
            (name, limit, *(_NONE if one is None else f"{one:.3g}" for one in known))
            for (name, limit), known in self.ratios.items()
        ]
        return "\n".join(
            (
                _HEAD,
                _table(("run", "day", "processor", "cores", "load"), runs),
                _table(("figure", "limit", *numbers), rows),
            )
        )


def read_figures(text: str) -> Figures:
    """The figures of a file's content. Raises ValueError for a table that is not one of ours."""
    found = Figures()
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith("|-")
    ]
    for cells in rows:
        if cells[0] in ("run", "figure"):
            continue
        if cells[0].isdigit():
            _, day, processor, cores, load = cells
            found.runs.append(Run(day, processor, int(cores), load))
        else:
            known = [None if cell == _NONE else float(cell) for cell in cells[2:]]
            if len(known) != len(found.runs):
                raise ValueError(f"{cells[0]}: {len(known)} figures for {len(found.runs)} runs")
            found.ratios[cells[0], cells[1]] = known
    return found


def committed(file: Path) -> Figures:
    """What is committed, whatever a run has written since; without git what the file holds."""
    shown = subprocess.run(
        ["git", "show", f"HEAD:./{file.name}"],
        cwd=file.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if shown.returncode == 0:
        return read_figures(shown.stdout)
    return read_figures(file.read_text(encoding="utf-8")) if file.exists() else Figures()


def _key(row: Row) -> tuple[str, str]:
    return row.name.replace("|", "/"), row.limit.name.replace("|", "/")  # as the table has it


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(cell.replace("|", "/") for cell in line) for line in (head, *rows)]
    ruled = [f"| {line} |" for line in lines]
    return "\n".join([ruled[0], "|---" * len(head) + "|", *ruled[1:]]) + "\n"


def _processor() -> str:
    try:
        about = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor() or platform.machine()
    for line in about.splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
