"""The counter's screens drive the services: what is open can be ended from the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QDialog, QInputDialog, QWidget

from app.cases.screens.board import BoardScreen
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.entry import EntryScreen
from app.cases.screens.look import LookScreen
from app.persons.screens.person import NumberDialog, PersonScreen
from app.persons.screens.search import SearchScreen
from db.tables.cases import case_file
from db.tables.certificates import certificate, sheet
from db.tables.persons import restriction
from tests.support.counter import NUMBER, Resident, counter_in, put_residents, refused
from tests.support.desk import Room


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with counter_in(tmp_path) as counter:
        made = Room(counter, qtbot)
        yield made
        made.operations.close()


@pytest.mark.req("FLOW-107", "FLOW-108", "SEC-119")
def test_from_the_decision_to_the_confirmed_sheet(room: Room) -> None:
    case_id = room.counter.decided().case_id
    screen = room.decision(case_id)
    assert not screen.look_button.isEnabled()
    screen.main_button.click()
    room.until(lambda: bool(room.went))
    function_id, given = room.went.pop()
    assert function_id == "eligibility.issue_certificate"
    screen = room.paper(**given)  # type: ignore[assignment]
    screen.main_button.click()
    room.until(lambda: screen.issued is not None)  # type: ignore[attr-defined]
    assert "資格確認書" in room.touch.sentences[-1]
    screen.main_button.click()
    room.until(lambda: ("home", {"after": case_id, "known": True}) in room.went)
    assert room.counter.rows(sheet)[0].state == "confirmed"


def test_going_back_without_issuing_voids_the_number(room: Room) -> None:
    screen = room.paper(room.counter.compared().case_id)
    screen._leave()
    room.until(lambda: ("home", {}) in room.went)
    assert room.counter.rows(certificate)[0].state == "void"


def test_a_sheet_left_open_is_taken_up_again_and_printed_anew(room: Room) -> None:
    room.counter.issued()
    listed = room.add(BoardScreen(room.desk()))
    room.until(lambda: bool(listed.lines))
    listed.table.selectRow(0)
    assert "用紙" in listed.table.item(0, 6).text()
    listed._open()
    ((function_id, given),) = room.went
    assert function_id == "eligibility.show_decision"
    room.decision(**given).main_button.click()
    room.until(lambda: len(room.went) == 2)
    screen = room.paper(**room.went[-1][1])
    room.until(lambda: screen.issued is not None)
    screen.spoilt_button.click()
    room.until(lambda: len(room.counter.rows(sheet)) == 2)
    room.until(lambda: screen.main_button.isEnabled())
    screen.main_button.click()
    room.until(lambda: ("home", {"after": given["case_id"], "known": True}) in room.went)
    assert [row.state for row in room.counter.rows(sheet)] == ["spoilt", "confirmed"]
    assert room.counter.rows(certificate)[0].state == "issued"


@pytest.mark.req("SEC-13")
def test_another_person_looks_it_through(room: Room) -> None:
    case_id = room.counter.decided().case_id
    screen = room.decision(case_id, "supervisor")
    screen.look_button.click()
    room.until(lambda: ("home", {}) in room.went)
    assert room.counter.rows(case_file)[0].second_look_by == "S201"


@pytest.mark.req("SEC-13")
def test_before_the_sending_the_entry_itself_is_looked_through(room: Room) -> None:
    room.counter.world.set_setting("eligibility.second_look", "before")
    case = room.counter.entered()
    listed = room.add(BoardScreen(room.desk("supervisor")))
    room.until(lambda: bool(listed.lines))
    listed.table.selectRow([line.key for line in listed.lines].index(case.id))
    listed._open()
    room.add(DecisionScreen(room.desk("supervisor"), **room.went[-1][1]))
    room.until(lambda: room.went[-1][0] == "eligibility.second_look")
    screen = room.add(LookScreen(room.desk("supervisor"), **room.went[-1][1]))
    room.until(lambda: screen.look_button.isEnabled())
    assert screen.title.text() == "送信前の確認"
    screen.look_button.click()
    room.until(lambda: ("home", {}) in room.went)
    assert room.counter.rows(case_file)[0].second_look_by == "S201"
    assert room.counter.rows(case_file)[0].id == case.id


def test_a_refused_case_is_ended_from_its_screen(room: Room) -> None:
    room.counter.answers.append(refused)
    case_id = room.counter.decided().case_id
    screen = room.decision(case_id)
    screen.main_button.click()
    room.until(lambda: ("home", {"after": case_id, "known": False}) in room.went)
    assert room.counter.rows(case_file)[0].state == "closed"


@pytest.mark.req("SEC-13")
def test_the_day_is_closed_from_the_list_by_a_supervisor_only(room: Room) -> None:
    clerk = room.add(BoardScreen(room.desk()))
    room.settle()
    assert not clerk.close_button.isEnabled()
    listed = room.add(BoardScreen(room.desk("supervisor")))
    room.until(lambda: listed.close_button.isEnabled())
    listed.close_button.click()
    room.until(lambda: bool(room.touch.sentences))
    room.settle()
    done = [line.entry.function_id for line in room.counter.world.lines()]
    assert "day.close" in done


@pytest.mark.req("SEC-52", "SEC-95")
def test_the_individual_number_asks_for_a_purpose(room: Room) -> None:
    put_residents(room.counter.world, Resident(my_number=NUMBER))
    screen = room.add(SearchScreen(room.desk()))
    assert not screen.number_button.isEnabled()
    screen.box.setText(NUMBER)
    room.until(lambda: screen.number_button.isEnabled())
    screen.number_button.click()
    dialog = screen.findChild(QInputDialog)
    dialog.textValueSelected.emit("本人確認・番号確認")
    dialog.reject()
    room.until(lambda: screen.table.rowCount() == 1)
    entry = room.counter.world.last_line().entry
    assert (entry.function_id, entry.purpose) == ("persons.search_by_number", "identity_check")


@pytest.mark.req("SEC-07", "SEC-10")
def test_the_number_stands_on_a_screen_of_its_own(room: Room) -> None:
    put_residents(room.counter.world, Resident(my_number=NUMBER))
    screen = room.add(PersonScreen(room.desk(), "P-1"))
    room.until(lambda: screen.number_button.isEnabled())
    screen.number_button.click()
    dialog = screen.findChild(QInputDialog)
    dialog.textValueSelected.emit("本人からの問合せ")
    dialog.reject()
    room.until(lambda: screen.findChild(NumberDialog) is not None)
    shown: QDialog = screen.findChild(NumberDialog)
    texts = [label.text() for label in shown.findChildren(QWidget) if hasattr(label, "text")]
    assert "0000 0123 4560" in texts
    shown.close()


def test_a_care_person_offers_no_number(room: Room) -> None:
    put_residents(room.counter.world, Resident(my_number=NUMBER, care=True))
    screen = room.add(PersonScreen(room.desk(), "P-1"))
    room.until(lambda: screen.view is not None)
    assert not screen.number_button.isEnabled()


def test_marked_at_the_screen_and_lifted_with_a_supervisors_key(room: Room) -> None:
    put_residents(room.counter.world, Resident())
    screen = room.add(PersonScreen(room.desk(), "P-1"))
    room.until(lambda: screen.mark_button.isEnabled())
    screen.mark_button.click()
    asked = screen.findChild(QInputDialog)
    asked.textValueSelected.emit("2　支援措置（決定済み、今日から1年。延長も）")
    asked.reject()
    room.until(lambda: screen.view is not None and screen.view.line.care)
    (row,) = room.counter.rows(restriction)
    assert (row.from_on, row.until_on, row.lifted_at) == ("2026-11-16", "2027-11-15", "")
    clerk = room.add(PersonScreen(room.desk(), "P-1"))
    room.until(lambda: clerk.view is not None)
    assert not clerk.lift_button.isEnabled() and not clerk.mark_button.isEnabled()
    room.went.clear()
    screen = room.add(PersonScreen(room.desk("supervisor"), "P-1"))
    room.until(lambda: screen.lift_button.isEnabled())
    screen.lift_button.click()
    room.until(lambda: screen.findChild(QInputDialog) is not None)
    screen.findChild(QInputDialog).textValueSelected.emit("S202")
    room.until(lambda: ("home", {}) in room.went)
    assert len(room.touch.sentences) == 3
    assert room.counter.rows(restriction)[0].lifted_at != ""


def test_opened_for_a_reason_at_the_screen_and_closed_again(room: Room) -> None:
    put_residents(room.counter.world, Resident(care=True))
    clerk = room.add(PersonScreen(room.desk(), "P-1"))
    room.until(lambda: clerk.view is not None)
    assert not clerk.open_button.isEnabled(), "the right is a special one"
    screen = room.add(PersonScreen(room.desk("supervisor"), "P-1"))
    room.until(lambda: screen.open_button.isEnabled())
    assert screen.view is not None and screen.view.line.address == ""
    screen.open_button.click()
    asked = screen.findChild(QInputDialog)
    asked.textValueSelected.emit("1　本人が窓口に来て、本人であることを確かめた")
    asked.reject()
    room.until(lambda: screen.view is not None and screen.view.opened)
    assert screen.view is not None and screen.view.line.address == Resident().written
    screen.open_button.click()
    room.until(lambda: screen.view is not None and screen.view.line.care)
    assert screen.view is not None and screen.view.line.address == ""


def test_who_is_restricted_and_was_typed_as_heir_is_not_shown_on_the_next_page(room: Room) -> None:
    husband = Resident(
        id="P-2", name="髙橋　一郎", atena_number="000000000000009", insured_number="00000991"
    )
    put_residents(room.counter.world, Resident(care=True), husband)
    screen = room.add(EntryScreen(room.desk(), "death", person_id="P-2"))
    room.until(lambda: screen.form is not None)
    typed = {"event_on": "R8.11.15", "paper_return": "none"}
    for name, text in typed.items():
        screen.form.field(name).set_value(text)
    first = screen.form
    screen.next_button.click()
    room.until(lambda: screen.form is not first)
    screen.form.field("heir_name").set_value("高橋タケ")
    screen.form.field("heir_relation").set_value("妻")
    second = screen.form
    screen.next_button.click()
    room.until(lambda: screen.form is not second)
    assert "高橋タケ" not in repr(screen._values) and screen._values["heir_relation"] == "妻"


def test_a_second_person_without_the_right_is_told_so(room: Room) -> None:
    put_residents(room.counter.world, Resident(care=True))
    screen = room.add(PersonScreen(room.desk("supervisor"), "P-1"))
    room.until(lambda: screen.lift_button.isEnabled())
    screen.lift_button.click()
    room.until(lambda: screen.findChild(QInputDialog) is not None)
    screen.findChild(QInputDialog).textValueSelected.emit("S101")
    room.qtbot.waitUntil(lambda: len(room.door.shown) == 1, timeout=10_000)
    assert room.door.shown[0].code == "approval.right"  # type: ignore[attr-defined]
    assert room.counter.rows(restriction)[0].lifted_at == ""
