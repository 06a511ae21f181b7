"""The small frame of ``make bench``.

To add a figure: write ``tests/benchmarks/bench_<area>.py`` with a tuple ``BENCHES`` of ``Bench``;
it is found by its name. A bench's ``run`` measures and returns rows, each with its limit: the
bare way to do the same, measured in the same run (``limits``). A bench never fails because it is
slow: the table says so. A whole run adds a column to ``docs/figures.md`` (``figures``), and
``make bench-check`` compares with what is committed there.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import pkgutil
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from app.core.collector import look_less_often


class Better(StrEnum):
    """Which way a figure is good."""

    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, slots=True)
class Limit:
    """The bare way: what it is, and its figure in the unit of the row, of the same run."""

    name: str
    measured: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``ratio`` is above 1 when the goal is met, ``to_limit`` is 1 when we
    are as quick as the bare way, whichever way is good. A figure that is a ratio already has a
    limit of 1."""

    name: str
    goal: float
    measured: float
    unit: str
    limit: Limit
    better: Better = Better.LESS
    note: str = ""
    bench: str = ""

    @property
    def ratio(self) -> float:
        return self._against(self.goal)

    @property
    def to_limit(self) -> float:
        return self._against(self.limit.measured)

    @property
    def met(self) -> bool:
        return self.ratio >= 1.0

    def _against(self, other: float) -> float:
        high, low = (self.measured, other) if self.better is Better.MORE else (other, self.measured)
        return high / low if low else float("inf")


@dataclass(frozen=True, slots=True)
class Bench:
    """A named measurement: ``python -m tests.benchmarks <name>`` runs it alone."""

    name: str
    title: str
    run: Callable[[], Iterable[Row]]


_Measured = tuple[int, float, float]
"""How many things, start and end."""


def found_benches() -> tuple[Bench, ...]:
    """All benches of all ``bench_*`` modules, by module name; two of one name are a mistake."""
    package = importlib.import_module("tests.benchmarks")
    benches: list[Bench] = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
        if module.name.startswith("bench_"):
            benches += importlib.import_module(f"tests.benchmarks.{module.name}").BENCHES
    names = [bench.name for bench in benches]
    if len(set(names)) != len(names):
        raise ValueError(f"two benches share a name: {sorted(names)}")
    return tuple(benches)


def parallel_rate(prepare: Callable[[int], Callable[[], int]], workers: int = 2) -> float:
    """Things done per second by ``workers`` processes at once.

    ``prepare(number)`` runs in each process and is not measured; what it returns is, from a
    common start to the end of the slowest, and says how many things it did. Raises RuntimeError
    with the worker's traceback when one breaks.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(workers)
    results: Queue[_Measured | str] = context.Queue()
    processes = [
        context.Process(target=_worker, args=(prepare, number, barrier, results), daemon=True)
        for number in range(workers)
    ]
    for process in processes:
        process.start()
    answers = [results.get(timeout=300) for _ in processes]
    for process in processes:
        process.join()
    done = [answer for answer in answers if not isinstance(answer, str)]
    if len(done) < workers:
        raise RuntimeError("\n".join(answer for answer in answers if isinstance(answer, str)))
    first = min(start for _, start, _ in done)
    last = max(end for _, _, end in done)
    return sum(count for count, _, _ in done) / (last - first)


def _worker(
    prepare: Callable[[int], Callable[[], int]],
    number: int,
    barrier: Barrier,
    results: Queue[_Measured | str],
) -> None:
    try:
        work = prepare(number)
        barrier.wait(timeout=300)
        start = time.monotonic()  # one clock for all processes of the machine
        count = work()
        results.put((count, start, time.monotonic()))
    except Exception:
        barrier.abort()  # whoever waits for us need not wait any longer
        results.put(traceback.format_exc())


def run(names: Sequence[str], output: Path) -> tuple[int, list[Row]]:
    """Run all benches, or those named; print the table and keep it as JSON in ``output``.

    The exit code is 0 when all ran, 1 when one broke, 2 for a name that does not exist.
    """
    benches = found_benches()
    unknown = set(names) - {bench.name for bench in benches}
    if unknown:
        known = ", ".join(bench.name for bench in benches)
        sys.stderr.write(f"no such bench: {', '.join(sorted(unknown))}; there are: {known}\n")
        return 2, []
    look_less_often()  # as the program does
    rows: list[Row] = []
    broken = []
    for bench in benches:
        if names and bench.name not in names:
            continue
        sys.stderr.write(f"{bench.name}: {bench.title}\n")
        try:
            rows += [replace(row, bench=bench.name) for row in bench.run()]
        except Exception:
            broken.append(bench.name)
            traceback.print_exc()
    sys.stdout.write(table(rows))
    output.mkdir(parents=True, exist_ok=True)
    kept = [
        {**asdict(row), "ratio": row.ratio, "to_limit": row.to_limit, "met": row.met}
        for row in rows
    ]
    (output / "bench.json").write_text(
        json.dumps({"load": os.getloadavg(), "rows": kept}, ensure_ascii=False, indent=1),
        encoding="utf-8",
    )
    if broken:
        sys.stderr.write(f"broken: {', '.join(broken)}\n")
    return (1 if broken else 0), rows


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text: what, goal, measured, ratio, met, and the ratio to the limit."""
    head = ("what", "goal", "measured", "ratio", "met", "to limit", "limit", "note")
    lines = [head]
    for row in rows:
        sign = "≥" if row.better is Better.MORE else "≤"
        lines.append(
            (
                row.name,
                f"{sign} {row.goal:,.10g} {row.unit}",
                f"{row.measured:,.4g} {row.unit}"
                if row.measured < 1_000
                else f"{row.measured:,.0f} {row.unit}",
                f"{row.ratio:.2f}",
                "yes" if row.met else "NO",
                f"{row.to_limit:.2f}",
                row.limit.name,
                row.note,
            )
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )
