"""Few keys: the goals of single kinds, on the real screen; all of them in ``make bench``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.catalog import CASES
from tests.benchmarks.bench_keys import GOALS
from tests.support.counter import counter_in
from tests.support.desk import Room
from tests.support.key_counts import DEATH, ime_keys, keys_of


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("見本　花子", len("mihon hanako") + 4),
        ("ミホン　ハナコ", len("mihonn hanako") + 4),
        ("子", len("ko") + 2),
        ("コーポ見本101", len("ko-pomihon101") + 2),
    ],
)
def test_a_text_is_its_romaji_and_two_keys_a_word(text: str, keys: int) -> None:
    assert ime_keys(text) == keys


@pytest.mark.parametrize("code", sorted(GOALS))
def test_a_kind_stays_within_its_goal(tmp_path: Path, qtbot: Any, code: str) -> None:
    with counter_in(tmp_path) as counter:
        counter.kind = CASES[code]
        room = Room(counter, qtbot)
        clerk = keys_of(counter, room, CASES[code], **(DEATH if code == "death" else {}))
        room.operations.close()
    assert sum(clerk.detail.values()) < clerk.keys <= GOALS[code]
