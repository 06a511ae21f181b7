"""The machine fills what it knows (issue 19 point 5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.cases import drafts
from app.cases.in_full import in_full
from app.cases.screens.entry import EntryScreen
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.rules.values.reader import Reader
from tests.support.counter import ENTRY, Counter, Resident, put_residents
from tests.support.desk import Room

HOME = Resident(
    id="P-7",
    household_number=ENTRY["household_number"],
    is_head=True,
    atena_number="000000000007777",
    written="見本県見本市港町5番地",
    phone="0250-11-2233",
)


@pytest.fixture
def room(counter: Counter, qtbot: Any) -> Any:
    put_residents(counter.world, HOME)
    made = Room(counter, qtbot)
    yield made
    made.operations.close()


def at_page(room: Room, counter: Counter, at: int) -> EntryScreen:
    """An entry of a newcomer, open at a page."""
    case = counter.begin()
    first = drafts.first_values(MOVE_IN, counter.today, counter.tables)
    values = {**first, "municipality_code": "152994"}
    case = counter.key_in(case, values, MOVE_IN.pages[at].id)
    screen: EntryScreen = room.add(EntryScreen(room.desk(), "move_in", case.id))
    room.until(lambda: screen.form is not None and screen.step == at)
    screen.activateWindow()
    return screen


def key_in(screen: EntryScreen, name: str, text: str) -> None:
    """Type in a field and go on with Enter."""
    assert screen.form is not None
    edit: Any = screen.form.field(name).focusProxy()
    edit.setFocus()
    edit.setText(text)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QApplication.processEvents()


def value(screen: EntryScreen, name: str) -> str:
    assert screen.form is not None
    return screen.form.field(name).value()


def test_the_household_fills_address_and_telephone_and_names_its_head(
    room: Room, counter: Counter
) -> None:
    screen = at_page(room, counter, 1)
    key_in(screen, "household_number", "1234")
    room.until(lambda: bool(value(screen, "address")))
    assert value(screen, "address") == "見本県見本市港町5番地"
    assert screen.form is not None
    hint = screen.form.field("household_number")._hint.text()
    assert "髙橋　タケ 様" in hint
    assert screen._values["phone"] == "0250-11-2233", "the page before is filled too"
    key_in(screen, "household_number", "9999")
    room.until(lambda: "知られていない" in screen.form.field("household_number")._hint.text())
    assert value(screen, "address") == "見本県見本市港町5番地", "nothing typed is overwritten"


def test_the_former_municipality_by_code_or_name_begins_the_address(
    room: Room, counter: Counter
) -> None:
    screen = at_page(room, counter, 1)
    key_in(screen, "former_municipality_code", "隣見本市")
    assert value(screen, "former_municipality_code") == "109991"
    assert value(screen, "former_address") == "隣見本県隣見本市"
    key_in(screen, "event_on", ".")
    assert value(screen, "event_on") == "R8.11.16"
    key_in(screen, "relation", "4")
    assert value(screen, "relation") == "母"


def test_an_atena_number_in_use_leads_to_that_person(room: Room, counter: Counter) -> None:
    screen = at_page(room, counter, 0)
    screen._values |= {"birth_written": "S20.5.3"}
    screen._show_step(1)
    assert screen.form is not None
    for name, text in {**ENTRY, "atena_number": HOME.atena_number}.items():
        if name in {one.name for one in screen.form.page.fields}:
            screen.form.field(name).set_value(text)
    screen.next_button.click()
    room.until(lambda: not screen.other_button.isHidden())
    assert "髙橋　タケ 様" in screen.form.field("atena_number").error
    screen.other_button.click()
    room.until(lambda: bool(room.went))
    assert room.went[-1][1]["person_id"] == HOME.id


def test_a_digit_chooses_and_moves_on(room: Room, counter: Counter) -> None:
    screen = at_page(room, counter, 2)
    assert screen.form is not None
    assert value(screen, "notifier") == "person" and screen.form.where.field == "identity_check"
    box: Any = screen.form.field("channel").focusProxy()
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_1)
    assert screen.form.where.field == "notifier"


def test_the_page_of_the_papers_begins_at_its_first_field(room: Room, counter: Counter) -> None:
    screen = at_page(room, counter, 3)
    assert screen.form is not None and screen.form.where.field == "copay_paper"


@pytest.mark.parametrize(
    ("name", "typed", "full"),
    [
        ("event_on", ".", "R8.11.16"),
        ("event_on", "1121", "R8.11.21"),
        ("event_on", "０３０５", "R8.3.5"),
        ("event_on", "1331", "1331"),
        ("event_on", "S20.5.3", "S20.5.3"),
        ("relation", "2", "妻"),
        ("relation", "0", "0"),
        ("relation", "長男の妻", "長男の妻"),
        ("former_municipality_code", "隣見本県隣見本市", "109991"),
        ("former_municipality_code", "どこか町", "どこか町"),
        ("name", ".", "."),
    ],
)
def test_short_forms_stand_in_full(counter: Counter, name: str, typed: str, full: str) -> None:
    reader = Reader.of(counter.tables, date(2026, 11, 16))
    assert in_full(MOVE_IN.fields[name], typed, reader) == full
