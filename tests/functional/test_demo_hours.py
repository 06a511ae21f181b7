"""`make demo` begins in the last minute of the day and ends on the next."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.core.clock import JST, FixedClock
from app.demo.midnight import begin_within_a_day

ROOT = Path(__file__).resolve().parents[2]

# The demonstration with fewer people and quicker passwords, on a clock that stands at 23:59 when
# the room is founded; the union's clock with it.
LATE_DEMO = """
import dataclasses, functools, sys
from datetime import datetime, timedelta
import app.demo.room as room
import app.demo.run as run
from app.core.clock import JST, SystemClock
from app.demo.people import CLERK
from app.main import main
from app.peers.union.embed import embedded
from app.peers.union.system import ShiftedClock
from tests.support.founded import QUICK

moment = datetime.now(JST).replace(hour=23, minute=59, second=40)
clock = ShiftedClock(SystemClock())
clock.set_to(moment)
room.SETTING_UP = timedelta(seconds=10)
whole = room.training_room
room.training_room = lambda _, plan, **more: whole(
    clock,
    dataclasses.replace(
        plan,
        parameters=QUICK,
        staff=(CLERK,),
        open_union=functools.partial(embedded, moment=clock.now()),
    ),
    **more,
)
code = main(["demo", *sys.argv[1:]])
print(moment.isoformat(), clock.now().isoformat())
sys.exit(code)
"""


def test_a_demonstration_begun_at_a_minute_to_midnight_ends_after_it(tmp_path: Path) -> None:
    out = tmp_path / "out"
    env = {name: value for name, value in os.environ.items() if name != "DISPLAY"}
    done = subprocess.run(
        [sys.executable, "-c", LATE_DEMO, "--persons", "30", "--out", str(out)],
        cwd=ROOT,
        env={**env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    begun, ended = done.stdout.splitlines()[-1].split()
    assert begun[:10] < ended[:10]
    assert len(json.loads((out / "visit.json").read_text(encoding="utf-8"))["visits"]) == 3


@pytest.mark.parametrize("left, waits", [(11, False), (10, False), (9, True), (0.2, True)])
def test_what_does_not_fit_into_the_day_begins_on_the_next(left: float, waits: bool) -> None:
    midnight = datetime(2026, 12, 1, tzinfo=JST)
    clock = FixedClock(midnight - timedelta(seconds=left))
    said: list[str] = []
    begin_within_a_day(
        clock,
        timedelta(seconds=10),
        said.append,
        lambda seconds: clock.advance(timedelta(seconds=seconds)),
    )
    assert (clock.now() >= midnight) is waits is bool(said)
