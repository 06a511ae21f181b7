"""いつ時点 on the person's screen, from the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.persons.screens.past import PastPanel
from app.persons.screens.person import PersonScreen
from tests.functional.test_the_past import MOVED, files
from tests.support.counter import Resident, counter_in, put_residents
from tests.support.desk import Room


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with counter_in(tmp_path) as counter:
        made = Room(counter, qtbot)
        yield made
        made.operations.close()


def turned(room: Room, person_id: str) -> tuple[PersonScreen, PastPanel]:
    screen = room.add(PersonScreen(room.desk(), person_id))
    screen.resize(1280, 900)
    room.until(lambda: screen.view is not None)
    room.qtbot.keyClick(screen, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    panel = screen.past
    assert panel is not None
    room.until(lambda: panel.view is not None and panel.table.rowCount() > 0)
    return screen, panel


def asked(room: Room, panel: PastPanel, day: str, known_on: str = "") -> dict[str, str]:
    panel.view = None
    panel.day.set_value(day)
    panel.known_on.set_value(known_on)
    room.qtbot.keyClick(panel.day.edit, Qt.Key.Key_Return)
    room.until(lambda: panel.view is not None)
    assert panel.view is not None
    return {row.label: row.text for row in panel.view.rows}


def test_another_day_is_typed_and_shown(room: Room) -> None:
    her = files(room.counter)
    screen, panel = turned(room, her)
    assert asked(room, panel, "R8.11.20")["住所"] == MOVED.address
    before = asked(room, panel, "R8.11.16", "R8.11.16")
    assert (before["負担割合"], before["同じ世帯の方"]) == ("2割", "夫　辻﨑　一郎")
    texts = [panel.table.item(row, 1).text() for row in range(panel.table.rowCount())]
    assert {"3割", "2割"} <= set(texts)
    assert "今の記録" in screen.past_button.text()
    screen.past_button.click()
    assert screen.past is None and "いつ時点" in screen.past_button.text()


@pytest.mark.parametrize(
    ("day", "known_on", "wrong"),
    [("きのう", "", "day"), ("", "", "day"), ("R8.11.20", "R8.13.1", "known_on")],
)
def test_what_is_no_day_is_said_beside_the_field(
    room: Room, day: str, known_on: str, wrong: str
) -> None:
    _, panel = turned(room, files(room.counter))
    panel.view = None
    panel.day.set_value(day)
    panel.known_on.set_value(known_on)
    panel.show_day()
    field = panel.day if wrong == "day" else panel.known_on
    assert field.error and panel.view is None and room.door.shown == []


def test_a_person_under_a_measure_has_no_past_to_show(room: Room) -> None:
    put_residents(room.counter.world, Resident(care=True))
    screen = room.add(PersonScreen(room.desk(), "P-1"))
    room.until(lambda: screen.view is not None)
    assert not screen.past_button.isEnabled()
    room.qtbot.keyClick(screen, Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier)
    assert screen.past is None
