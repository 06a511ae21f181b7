"""初期登録: a new terminal filled by the real union over the line (issue 13: 300,000 persons in ten
minutes), and what travels again after a cut."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.peers.union.embed import embedded
from app.sync.faults import line_fault
from app.sync.transport import open_line
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of
from app.wire.protocol import CHUNK
from tests.benchmarks.frame import Bench, Better, Limit, Row
from tests.functional.union.test_engine import engine, enrolled
from tests.support.forked_union import ForkedUnion
from tests.support.world import MONDAY_MORNING, World, world_in

PERSONS = int(os.environ.get("MADOGUCHI_BENCH_PERSONS", "30000"))
GOAL = 300_000 / 600
"""Persons a second: so many in ten minutes."""

_AT_MOST = 200


def filling() -> Iterable[Row]:
    """Wall seconds from the first contact of a new terminal to both sides counting the same: what
    the union seals, the line, fetching, staging and applying; one cut on the way."""
    with tempfile.TemporaryDirectory() as folder:
        start = ForkedUnion
        with embedded(Path(folder) / "union", moment=MONDAY_MORNING, start=start) as union:
            union.first.load(_persons(PERSONS))
            with world_in(Path(folder)) as world:
                enrolled(world, union)
                yield from _filled(world)


def _filled(world: World) -> Iterator[Row]:
    line = _CutOnce(world)
    running = engine(world, [])
    running._open_line = line.open
    began, applied = time.perf_counter(), 0
    for _ in range(_AT_MOST):
        report = running.contact()
        applied += sum(max(one.applied, 0) for one in report.received)
        if report.problem is None and not report.received:
            break
    took = time.perf_counter() - began
    if applied < PERSONS:
        raise RuntimeError(f"{applied} of {PERSONS} persons")
    yield Row(
        "a new terminal is filled: persons a second",
        goal=GOAL,
        measured=applied / took,
        unit="/s",
        limit=Limit("300,000 persons in ten minutes", GOAL),
        better=Better.MORE,
        note=f"{applied:,} persons in {took:.0f} s, {300_000 / (applied / took):.0f} s for 300,000",
    )
    yield Row(
        "after a cut in the middle of a file: bytes that travel again",
        goal=1.0,
        measured=line.again / CHUNK,
        unit="chunks",
        limit=Limit("the part that was lost", 1.0),
        note=f"{line.size:,} bytes in parts of {CHUNK:,}, {line.carried:,} travelled",
    )


class _CutOnce:
    """Opens the line; the second part of the first large file is lost when it has come."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._item = ""
        self.size = self.carried = 0

    @property
    def again(self) -> int:
        return self.carried - self.size

    def open(self, keys: Any) -> Any:
        line = open_line(keys, self._world.clock)
        fetch = line.fetch

        def counted(item: Any, offset: int) -> bytes:
            data = fetch(item, offset)
            if not self._item and item.size > 3 * CHUNK:
                self._item, self.size = item.id, item.size
            if item.id == self._item:
                cut = self.carried == CHUNK
                self.carried += len(data)
                if cut:
                    raise line_fault("cut")
            return data

        line.fetch = counted  # type: ignore[method-assign]
        return line


def _persons(count: int) -> Iterator[dict[str, Any]]:
    """Insured persons, two to a household, as lines of the union's first load."""
    for number in range(count):
        yield {
            "municipality_code": MUNICIPALITY_CODE,
            "atena_number": atena_of(1 + number),
            "household_number": atena_of(9_000_000 + number // 2),
            "relation": "世帯主" if number % 2 == 0 else "妻",
            "is_head": number % 2 == 0,
            "person_kind": "1",
            "name": f"見本　{chr(0x4E00 + number % 9000)}{chr(0x4E00 + number // 9000)}",
            "kana": f"ミホン　{chr(0x30A2 + number % 80)}{chr(0x30A2 + number // 80 % 80)}コ",
            "birth_written": f"昭和{5 + number % 15}年4月1日",
            "birth_sort": f"{1930 + number % 15}-04-01",
            "birth_precision": "day",
            "sex": str(1 + number % 2),
            "my_number": "",
            "state": "1",
            "state_on": "2015-10-05",
            "postal_code": "9990001",
            "address": f"見本県見本市本町{1 + number % 90}番{1 + number % 30}号",
            "coverages": [[insured_of(1 + number), "2020-01-01", "ACQ_AGE", "", ""]],
            "income": {
                "declared": True,
                "taxed": False,
                "taxable_income": 0,
                "revenue": 0,
                "pension": 0,
                "other_income": 0,
                "base_income": 0,
            },
            "card": [False, 0, 0],
        }


BENCHES = (Bench("filling", "the first load of a new terminal", filling),)
