"""保険料の試算 on the screen: typed, reckoned, marked, printed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from app.functions.levy.screens.trial import TrialScreen
from tests.support.counter import Counter
from tests.support.desk import Room
from tests.support.line import LoopUnion, enrol
from tests.support.world import world_in


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with world_in(tmp_path) as world:
        world.set_fact("municipality_code", "152994")
        union = LoopUnion()
        enrol(world, union)
        made = Room(Counter(world, union), qtbot)
        yield made
        made.operations.close()
        made.printing.close()


def _texts(screen: Any) -> str:
    return "\n".join(label.text() for label in screen.findChildren(QLabel))


def test_a_visitor_s_question_is_answered_and_printed(room: Room) -> None:
    screen = room.add(TrialScreen(room.desk()))
    room.until(lambda: bool(screen._permitted))
    assert not screen.print_button.isEnabled()
    screen.amounts["pension"].set_value("2,000,00")
    screen.reckon()
    assert "コンマの位置" in screen.amounts["pension"].error
    screen.amounts["pension"].set_value("2,000,000")
    screen.joined.set_value("R7.10.1")
    screen.reckon()
    room.until(lambda: bool(screen.joined.error))
    assert "令和8年度の中の日ではありません" in screen.joined.error
    screen.joined.set_value("")
    screen.head.set_value("under")
    assert screen.amounts["head_salary"].isVisibleTo(screen)
    screen.amounts["head_salary"].set_value("6000000")
    screen.reckon()
    room.until(lambda: screen.tried is not None)
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 1000)
        room.qtbot.wait(200)
        screen.grab().save(f"{folder}/premium_trial.png")
    said = _texts(screen)
    assert "試算　令和8年度　" in said and "決定ではありません" in said
    assert "世帯主（被保険者でない方）" in said
    screen.print_button.click()
    room.until(lambda: bool(room.said))
    assert "を印刷しました" in room.said[-1]
