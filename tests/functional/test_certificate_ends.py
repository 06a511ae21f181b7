"""The end of the terminal's certificate is on the day board 60, 30 and 7 days before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.cases import board
from app.catalog import CATALOG
from db.tables.control import store_fact
from tests.support.line import LoopUnion, enrol
from tests.support.world import world_in


@pytest.mark.req("SEC-141")
@pytest.mark.parametrize(
    ("days", "state"),
    [
        (61, ""),
        (60, "まもなく更新"),
        (31, "まもなく更新"),
        (30, "更新が必要"),
        (8, "更新が必要"),
        (7, "至急"),
        (0, "至急"),
        (-1, "期限切れ"),
    ],
)
def test_the_words_become_more_urgent(tmp_path, days: int, state: str) -> None:
    with world_in(tmp_path) as world:
        enrol(world, LoopUnion())
        end = (world.clock.now() + timedelta(days=days, hours=1)).isoformat()
        with world.hands_on("store_fact") as work:
            work.run(
                update(store_fact).where(store_fact.c.name.endswith("valid_to")).values(value=end)
            )
        lines = [
            line
            for line in board.lines(world.gate, world.session(), CATALOG)
            if line.key == "certificate"
        ]
    assert [line.state for line in lines] == ([state] if state else [])
    if lines:
        assert lines[0].due == end[:10]
        assert "更新" in lines[0].next_step


def test_a_terminal_that_is_not_enrolled_is_not_warned(tmp_path) -> None:
    with world_in(tmp_path) as world:
        shown = board.lines(world.gate, world.session(), CATALOG)
        assert [line for line in shown if line.key == "certificate"] == []
