"""How many keys each kind of case takes a clerk (``tests.support.key_counts`` says how counted)."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys

from tests.benchmarks.frame import Bench, Limit, Row

GOALS = {"reissue": 40, "death": 60}
_MEDIAN_GOAL = 70
_MOST = 5


def counted() -> dict[str, tuple[int, int]]:
    """Every kind's keys, and those of its contents alone, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.key_counts"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    said = json.loads(done.stdout.splitlines()[-1])
    return {code: (int(keys), int(bare)) for code, (keys, bare) in said.items()}


def keys() -> list[Row]:
    """The median of all kinds and the two with a goal of their own; the limit is to key what is
    new, with nothing between."""
    found = counted()
    most = sorted(found, key=lambda code: -found[code][0])[:_MOST]
    note = "most: " + ", ".join(f"{code} {found[code][0]}" for code in most)
    middle = statistics.median(all_ for all_, _ in found.values())
    bare = statistics.median(bare for _, bare in found.values())
    return [
        Row(f"keys of a case, median of {len(found)} kinds", _MEDIAN_GOAL, middle, "keys",
            Limit("what is keyed alone", bare), note=note),
        *(
            Row(f"keys of a case, {code}", goal, found[code][0], "keys",
                Limit("what is keyed alone", found[code][1]))
            for code, goal in GOALS.items()
        ),
    ]  # fmt: skip


BENCHES = (Bench("keys", "keys of every kind of case", keys),)
