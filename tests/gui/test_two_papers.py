"""In July the screen of the paper asks which year is meant before it makes anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from app.cases.screens.paper import PaperScreen
from db.tables.certificates import certificate
from tests.support.desk import Room
from tests.support.july import decided, july_in


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with july_in(tmp_path) as counter:
        made = Room(counter, qtbot)
        yield made
        made.operations.close()


def asked(room: Room) -> PaperScreen:
    screen = room.add(PaperScreen(room.desk(), "reissue", decided(room.counter).case_id))
    room.until(lambda: screen.question is not None)
    return screen


def test_the_year_is_asked_and_the_right_answer_makes_the_paper(room: Room) -> None:
    screen = asked(room)
    assert room.counter.rows(certificate) == []
    screen.question.setTextValue(screen.question.comboBoxItems()[0])
    screen.question.accept()
    room.until(lambda: screen.proof is not None)
    said = " ".join(label.text() for label in screen.findChildren(QLabel))
    assert "今の年度の証（令和8年8月1日から令和9年7月31日まで）です。" in said


def test_another_year_than_the_decision_makes_none(room: Room) -> None:
    screen = asked(room)
    screen.question.setTextValue(screen.question.comboBoxItems()[1])
    screen.question.accept()
    room.qtbot.waitUntil(lambda: bool(room.door.shown), timeout=10_000)
    assert "選んだ年度の証ではありません" in str(room.door.shown.pop())
    assert room.counter.rows(certificate) == [] and screen.proof is None
    assert "証は作っていません" in screen.lead.text()
