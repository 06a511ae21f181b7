"""Whom a case is about stands on every page of its entry, from the address master, and nobody can
change it there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from app.cases.about import KnownPerson
from app.cases.kind import CaseKind
from app.cases.screens.entry import EntryScreen
from app.cases.screens.whom_bar import WhomBar
from app.catalog import CASES
from app.ui.base.names import NameLabel
from db.tables.persons import person
from tests.support.counter import Counter, counter_in
from tests.support.desk import Room
from tests.support.kinds import SCENES

ABOUT_SOMEBODY = [kind for kind in CASES.values() if isinstance(kind.about, KnownPerson)]
OF_THE_MASTER = {
    "name",
    "kana",
    "birth_written",
    "birth_sort",
    "sex",
    "address",
    "atena_number",
    "household_number",
    "insured_number",
}
CHANGES = (QLineEdit, QTextEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox, QAbstractButton)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path) as made:
        yield made


def bars(screen: EntryScreen) -> list[WhomBar]:
    return [one for one in screen.findChildren(WhomBar) if one.isVisible()]


def shown(room: Room, screen: EntryScreen) -> str:
    """What the bar says; it is there once, visible, and has nothing that could be changed."""
    room.until(lambda: len(bars(screen)) == 1)
    (bar,) = bars(screen)
    assert [one for kind in CHANGES for one in bar.findChildren(kind)] == []
    return "\n".join(
        (
            *(one.text() for one in bar.findChildren(QLabel)),
            *(one.text() for one in bar.findChildren(NameLabel)),
        )
    )


def at(screen: EntryScreen, step: int) -> bool:
    return screen.step == step


@pytest.mark.req("SEC-09")
@pytest.mark.parametrize("kind", ABOUT_SOMEBODY, ids=lambda kind: kind.code)
def test_on_every_page_and_unchangeable(counter: Counter, qtbot: QtBot, kind: CaseKind) -> None:
    counter.kind = kind
    who = SCENES[kind.code].resident
    assert who is not None and who.birth_written == "昭和10年5月3日"
    case = counter.entered()
    with counter.world.hands_on("person") as work:  # the master changed since the case was opened
        work.run(update(person).where(person.c.id == who.id).values(kana="タカハシ　タケコ"))
    room = Room(counter, qtbot)
    screen = room.taken_up(room.add(EntryScreen(room.desk(), kind.code, case_id=case.id)))
    room.until(lambda: screen.step == len(kind.pages))  # all is keyed: the summary
    seen = {screen.step: shown(room, screen)}
    for step in reversed(range(len(kind.pages))):
        screen.back_button.click()
        room.until(partial(at, screen, step))
        seen[step] = shown(room, screen)
        assert OF_THE_MASTER.isdisjoint(field.name for field in screen.form.page.fields)
    room.operations.close()
    assert set(seen) == set(range(len(kind.pages) + 1))
    for text in seen.values():
        for part in (who.name, "タカハシ　タケコ", "S10.5.3生", who.written):
            assert part in text
        assert who.atena_number in text and who.insured_number in text


@pytest.mark.parametrize("kind", ABOUT_SOMEBODY, ids=lambda kind: kind.code)
def test_where_she_lives_is_not_shown_of_somebody_under_support(
    counter: Counter, qtbot: QtBot, kind: CaseKind
) -> None:
    counter.kind = kind
    scene = SCENES[kind.code]
    assert scene.resident is not None
    hidden = replace(scene, resident=replace(scene.resident, care=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SCENES, kind.code, hidden)
        case = counter.entered()
    room = Room(counter, qtbot)
    screen = room.taken_up(room.add(EntryScreen(room.desk(), kind.code, case_id=case.id)))
    room.until(lambda: screen.step == len(kind.pages))
    text = shown(room, screen)
    room.operations.close()
    assert "取扱注意" in text and scene.resident.name in text
    assert scene.resident.written not in text
