"""A backup that is due stands on the day of whoever may make it (SEC-46, SEC-160)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases import board
from app.functions.admin import upkeep
from app.security.waiting import Waits
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def told(world: World, who: str = "administrator") -> Waits | None:
    lines = board.lines(world.gate, world.session(who), world.catalog)
    return next((line for line in lines if line.key == "backup"), None)


def back_up(world: World) -> None:
    prepared = upkeep.prepare_backup(world.gate, world.session("administrator"))
    approvals = world.approvals(prepared)
    upkeep.perform_backup(world.gate, prepared, approvals, world.access, world.clock)


@pytest.mark.req("SEC-46", "SEC-160")
def test_it_is_told_until_it_is_made_and_again_when_its_days_are_over(world: World) -> None:
    line = told(world)
    assert line is not None and (line.state, line.opens) == ("まだありません", "admin.back_up")
    assert told(world, "clerk") is None
    back_up(world)
    assert told(world) is None
    world.set_setting("backup.days", "4")
    world.later(days=3)
    assert told(world) is None
    world.later(days=1)
    line = told(world)
    assert line is not None and line.state == "4日を過ぎました"
    world.set_setting("backup.days", "31")
    assert told(world) is None


def test_a_backup_that_failed_is_still_due(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    back_up(world)
    world.later(days=8)
    monkeypatch.setattr("app.security.vault.store_access.vault.backup", full)
    with pytest.raises(OSError, match="no space"):
        back_up(world)
    assert told(world) is not None
