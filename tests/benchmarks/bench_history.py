"""Opening a person with twenty years of history: as of a day, as known on a day, with the list of
all changes, through the gate (docs/decisions/010-two-time-axes.md)."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from app.core.clock import JST
from app.functions.files.insured import receiver
from app.persons import past
from app.wire.files import FILES
from db.search import WATERMARK
from db.tables.exchange import watermark
from db.tables.history import fact
from db.tables.persons import person
from tests.benchmarks.frame import Bench, Limit, Row
from tests.support.sendings import sample
from tests.support.world import World, world_in

YEARS = 20
OPENED = 100
HER = replace(sample("FILE-17")[0], support_measure="0", former_atena="", state_on="")


def run() -> Iterable[Row]:
    """Forty persons with the same past, so that hers is not alone in the table."""
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        _fill(world)
        with world.store.view(("person", "fact")) as work:
            her = str(work.all(select(person.c.id).order_by(person.c.id))[0].id)
            rows = len(work.all(select(fact).where(fact.c.person_id == her)))
        took = _best(lambda: _open(world, her))
        bare = _best(lambda: _bare(world, her))
    yield Row(
        f"person with {YEARS} years of history: open as of a day, with every change",
        goal=100.0,
        measured=took,
        unit="ms",
        limit=Limit("the same rows read once", bare),
        note=f"{rows} spans, two journalled views",
    )


def _fill(world: World) -> None:
    """A file each quarter: a new share each year, a new address every second, names and phones."""
    with world.hands_on("watermark") as work:
        work.run(insert(watermark).values(subject=WATERMARK, batch=1, moved_at=""))
    for quarter in range(YEARS * 4):
        year, month = 2006 + quarter // 4, 1 + quarter % 4 * 3
        with world.engine_hand.system("files.receive_insured") as work:
            work.at = datetime(year, month, 5, tzinfo=JST)
            receiver(world.tables)(work, FILES["FILE-17"], [_line(n, quarter) for n in range(40)])


def _line(number: int, quarter: int) -> Any:
    year = 2006 + quarter // 4
    return replace(
        HER,
        atena_number=f"{number + 1:015d}",
        insured_number=f"{number + 1:08d}",
        household_number=f"{number * 100 + quarter // 12:015d}",
        name=f"見本{quarter // 16}　花子",
        phone=f"0250{quarter // 5:06d}",
        address=f"見本県見本市見本町{quarter // 8}番",
        acquired_on="2005-04-01",
        copay_ratio=str(1 + year % 3),
        copay_from=f"{year}-08-01",
        limit_class=("general2", "low1", "low2")[year % 3],
        limit_from=f"{year}-08-01",
    )


def _open(world: World, her: str) -> None:
    session, tables = world.session("clerk"), world.tables
    today = world.clock.now().date()
    days = {"day": date(2016, 11, 3), "known_on": date(2017, 1, 1)}
    view = past.open_past(world.gate, session, her, tables, today=today, **days)
    changes = past.open_history(world.gate, session, her, tables, today=today)
    if not view.rows or len(changes) < YEARS:
        raise RuntimeError("there is no history")


def _bare(world: World, her: str) -> None:
    with world.store.view(("fact",)) as work:
        work.all(select(fact).where(fact.c.person_id == her))


def _best(act: Callable[[], None]) -> float:
    """The 95th of a hundred, in milliseconds, of the best of three passes."""
    passes = []
    for _ in range(3):
        took = []
        for _ in range(OPENED):
            started = time.perf_counter()
            act()
            took.append((time.perf_counter() - started) * 1000)
        passes.append(sorted(took)[int(OPENED * 0.95)])
    return min(passes)


BENCHES = (Bench("history", "opening a person with twenty years of history", run),)
