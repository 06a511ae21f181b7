"""同一人の確認 on the screen: side by side, decided with a reason; what the person's page says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog, QLabel

from app.persons import same
from app.persons.screens.person import PersonScreen
from app.persons.screens.same import SameScreen
from app.persons.screens.same_proposal import SameProposalScreen
from tests.support.counter import Counter
from tests.support.desk import Room
from tests.support.line import LoopUnion, enrol
from tests.support.person_examples import decide, put_twice
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        yield opened


@pytest.fixture
def room(world: World, qtbot: Any) -> Iterator[Room]:
    union = LoopUnion()
    enrol(world, union)
    made = Room(Counter(world, union), qtbot)
    yield made
    made.operations.close()
    made.printing.close()


def _texts(screen: Any) -> str:
    return "\n".join(label.text() for label in screen.findChildren(QLabel))


def _picture(room: Room, screen: Any, name: str) -> None:
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 800)
        room.qtbot.wait(200)
        screen.grab().save(f"{folder}/{name}.png")


@pytest.mark.req("SEC-117")
def test_side_by_side_with_a_reason_and_back(world: World, room: Room) -> None:
    put_twice(world, insured_number="00000991", written="見本県見本市山手2番地")
    screen = room.add(SameScreen(room.desk()))
    room.until(lambda: bool(screen.pairs))
    _picture(room, screen, "same_person")
    rows = {
        screen.items.item(at, 0).text(): screen.items.item(at, 3).text()
        for at in range(screen.items.rowCount())
    }
    assert rows["氏名"] == "" and rows["住所"] == "違います"
    assert "資格の期間が重なっています" in _texts(screen)
    screen.same_button.click()
    asked = screen.findChild(QInputDialog)
    asked.accept()
    room.until(lambda: screen.why.error != "")  # no reason: nothing is decided
    assert screen.pairs[0].pair.step is same.Step.FOUND
    person = room.add(PersonScreen(room.desk(), "P-2"))
    room.until(lambda: person.view is not None)
    assert "同一人未確認：宛名番号 000000000004567" in _texts(person)
    person.same_button.click()
    assert room.went[-1][0] == same.LIST
    decide(world, same.Step.SAME)
    person = room.add(PersonScreen(room.desk(), "P-2"))
    room.until(lambda: person.view is not None)
    _picture(room, person, "same_person_page")
    assert person.begin_button.isHidden() and "受付はそちらで行います" in _texts(person)
    for answer, there in (
        (0, ("persons.open", {"person_id": "P-1"})),
        (1, (same.LIST, {"word": person.view.same[0].word})),  # where it is undone
    ):
        person.same_button.click()
        asked = person.findChild(QInputDialog)
        asked.setTextValue(asked.comboBoxItems()[answer])
        asked.accept()
        assert room.went[-1] == there
        room.qtbot.wait(10)  # the dialog goes
    proposal = room.add(SameProposalScreen(room.desk(), "P-1"))
    proposal.number.set_value("123")
    proposal.why.set_value("ご家族の話")
    proposal.carry_out()
    room.until(lambda: "この端末にいません" in proposal.number.error)
