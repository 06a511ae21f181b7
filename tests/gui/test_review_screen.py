"""操作記録の点検 before a founder: bars, filters, the record with a touch (SEC-99 … 101)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from sqlalchemy import select

from app.functions.records.review import Sort
from app.functions.records.screens.review import ReviewScreen, spans_of
from app.functions.records.waiting import REVIEWED
from app.security.acts.approval import Subject
from app.security.journal.line import Entry, State
from db.tables.control import store_fact
from tests.support.counter import KeepingPrinter
from tests.support.founded import PASSWORDS
from tests.support.office import Office, founded_office
from tests.support.stories import text_of

pytestmark = pytest.mark.req("SEC-99", "SEC-100", "SEC-101", "ADD-05")
PERSON = Subject("person", "T01-1-000077")


@pytest.fixture
def printer() -> KeepingPrinter:
    return KeepingPrinter()


@pytest.fixture
def office(tmp_path: Path, qtbot: Any, printer: KeepingPrinter) -> Iterator[Office]:
    """The first founder in; the journal holds two weeks of somebody's work."""
    _, made = founded_office(tmp_path, printer)
    made.log_in("S201", PASSWORDS["S201"])
    terminal = made.counter.desk.door_of_staff.terminal
    journal, clock = terminal.journal, terminal.clock
    now = clock.now()
    for back in range(10, 0, -1):
        clock.set_wall(now - timedelta(days=back))
        for turn in range(80 if back == 4 else 12):
            clock.set_wall(clock.now() + timedelta(minutes=1 if turn else turn))
            journal.append(Entry(State.VIEW, "persons.open", "S202", subject=PERSON))
    clock.set_wall(now.replace(hour=23) - timedelta(days=1))
    journal.append(Entry(State.VIEW, "persons.open", "S202", subject=PERSON, numbers=True))
    refused = Entry(State.REFUSED, "session.login", "S202", cause="login.wrong_password")
    journal.append(refused)
    clock.set_wall(now)
    yield made
    made.close()


def opened(office: Office) -> ReviewScreen:
    screen = office.choose("records.view_lines", ReviewScreen)
    office.until(lambda: bool(screen.lines), "the lines")
    return screen


def looked(office: Office, screen: ReviewScreen) -> None:
    office.until(lambda: screen.picture is not None, "the picture")
    office.settle()


def test_bars_and_lines_follow_what_is_chosen(office: Office) -> None:
    screen = opened(office)
    assert screen.picture is not None and screen.picture.total > 180
    assert "S202" in office.texts()
    office.picture("review")
    for sort, least, most in (
        (Sort.OFF_HOURS, 1, 60),
        (Sort.REFUSED, 1, 1),
        (Sort.LOGIN_FAILED, 1, 1),
        (Sort.NUMBERS, 1, 1),
    ):
        screen.sorts.setCurrentIndex(screen.sorts.findData(sort))
        screen.look()
        looked(office, screen)
        assert least <= screen.picture.total <= most, sort
        assert len(screen.lines) == min(screen.picture.total, 100)
    office.picture("review-numbers")


def test_a_day_is_chosen_by_its_bar_and_a_subject_by_its_line(office: Office) -> None:
    screen = opened(office)
    assert screen.picture is not None
    busy = max(screen.picture.by_day, key=lambda one: one[1])
    at = (busy[0] - screen._days[0]).days
    step = screen.days.width() / len(spans_of(screen._days))
    place = QPointF((at + 0.5) * step, screen.days.height() / 2).toPoint()
    QTest.mouseClick(screen.days, Qt.MouseButton.LeftButton, pos=place)
    looked(office, screen)
    assert screen.picture.by_day == (busy,)
    row = next(at for at, one in enumerate(screen.lines) if one.subject_key == PERSON.key)
    screen.table.setCurrentCell(row, 0)
    screen._follow_subject()
    looked(office, screen)
    assert screen.subject.text() == PERSON.key
    assert {one.subject_key for one in screen.lines} == {PERSON.key}
    screen._reset()
    looked(office, screen)
    assert screen.picture.total > busy[1]


def test_an_unusually_busy_day_is_offered(office: Office) -> None:
    screen = opened(office)
    screen.often_button.click()
    dialog = office.second_dialog
    assert isinstance(dialog, QInputDialog)
    (answer,) = dialog.comboBoxItems()
    assert "S202" in answer and "80件" in answer
    dialog.setTextValue(answer)
    dialog.accept()
    looked(office, screen)
    assert screen.picture is not None
    assert [count for _, count in screen.picture.by_day] == [80]


@pytest.mark.parametrize(("place", "code"), [(0, "regular"), (1, "irregular")])
def test_the_record_of_a_review_is_signed_and_moves_the_next_one(
    office: Office, place: int, code: str
) -> None:
    screen = opened(office)
    screen.note_button.click()
    dialog = office.second_dialog
    assert dialog is not None
    dialog.setTextValue(dialog.comboBoxItems()[place])
    dialog.accept()
    office.until(lambda: "点検記録を残しました" in office.texts(), "the record")
    terminal = office.counter.desk.door_of_staff.terminal
    begun = [
        line.entry
        for line in terminal.journal.lines()
        if line.entry.function_id == "records.note_review" and line.entry.evidence
    ]
    assert len(begun) == 1 and begun[0].subject.key.endswith(code)
    with terminal.store.view(("store_fact",)) as work:
        fact = work.scalar(select(store_fact.c.value).where(store_fact.c.name == REVIEWED))
    assert fact == terminal.clock.now().date().isoformat()


@pytest.mark.req("FORM-79")
def test_the_report_of_a_period_is_printed_with_what_was_found(
    office: Office, printer: KeepingPrinter
) -> None:
    screen = opened(office)
    screen.note_button.click()
    dialog = office.second_dialog
    assert dialog is not None
    dialog.accept()
    office.until(lambda: "点検記録を残しました" in office.texts(), "the record")
    year = next(at for at in range(screen.months.count()) if "今年度" in screen.months.itemText(at))
    screen.months.setCurrentIndex(year)
    screen._turn()
    office.until(lambda: screen.month is not None, "the year")
    assert screen.picture is not None
    office.picture("review-year")
    assert len(spans_of(screen._days)) == 12
    before = screen.picture.total
    screen._choose_day(7)  # November, where everything lies
    looked(office, screen)
    assert screen.picture.total == before
    screen._choose_day(0)
    looked(office, screen)
    assert screen.picture.total == 0
    screen._reset()
    looked(office, screen)
    assert screen.print_button.isVisible()
    screen.print_button.click()
    office.until(lambda: "点検報告を印刷しました" in office.texts(), "the report")
    office.until(lambda: bool(printer.sheets), "the sheet")
    ((_, pdf),) = printer.sheets
    told = text_of(pdf)
    for word in ("時間外の利用", "頻度の高い日", "80件", "ふだん 12件", "ログインの失敗"):
        assert word in told, word
    assert "異常なし" in told and "S202" in told
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        Path(folder, "review-report.pdf").write_bytes(pdf)


def test_a_look_stands_in_the_journal_itself(office: Office) -> None:
    screen = opened(office)
    terminal = office.counter.desk.door_of_staff.terminal
    before = terminal.journal.head.number
    screen.look()
    looked(office, screen)
    line = terminal.journal.line(before + 1).entry
    assert (line.function_id, line.staff_id) == ("records.view_lines", "S201")
