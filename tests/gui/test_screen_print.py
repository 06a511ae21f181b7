"""画面の印刷: the open screen on paper, individual numbers and other secrets covered (SEC-55), and
the number that leaves the screen by itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QVBoxLayout, QWidget
from sqlalchemy import delete, insert

from app.functions.printing.screens.screen_copy import print_open_screen
from app.persons.numbers import NumberShown
from app.persons.screens import person as person_screen
from app.persons.screens.person import NumberDialog, PersonScreen
from app.ui.base.fields import TextField
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NamePainter
from app.ui.base.screen_picture import picture_of
from app.ui.base.secret import COVERED, SecretLabel
from app.ui.shell.window import MainWindow
from db.tables.control import grant_row
from db.tables.persons import restriction
from db.tables.printing import print_line
from forms.preview import preview
from tests.support.counter import NUMBER, Resident, counter_in, put_residents
from tests.support.desk import Room
from tests.support.founded import PASSWORDS
from tests.support.office import founded_office

OTHER = "123456789018"
PRINT = "printing.print_screen"


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with counter_in(tmp_path) as counter:
        made = Room(counter, qtbot)
        yield made
        made.operations.close()


@pytest.fixture
def window(qtbot: Any) -> Iterator[MainWindow]:
    made = MainWindow(training=True, terminal="T-1")
    qtbot.addWidget(made)
    made.show()
    application = QApplication.instance()
    assert application is not None
    application.installEventFilter(made)
    yield made
    application.removeEventFilter(made)


def number_dialog(window: QWidget, painter: NamePainter, number: str) -> NumberDialog:
    shown = NumberShown("P-1", "葛󠄂西 太郎", "昭和26年11月16日", number)
    dialog = NumberDialog(window, painter, shown)
    dialog.open()
    return dialog


def typed_search(number: str) -> QLineEdit:
    edit = QLineEdit(number)
    edit.setFixedWidth(300)
    return edit


def typed_words(words: str) -> QLineEdit:
    edit = QLineEdit(words)
    edit.setProperty(COVERED, True)
    return edit


PLACES: dict[str, Any] = {
    "an entry's field": lambda text: TextField("my_number", "個人番号", secret=True),
    "the search": typed_search,
    "a plain text": lambda text: PlainLabel(f"番号　{text[:4]} {text[4:8]}-{text[8:]}"),
    "a share": lambda text: SecretLabel(f"1. {text}"),
    "a share typed back": typed_words,
}


@pytest.mark.req("SEC-55")
@pytest.mark.parametrize("place", PLACES)
def test_one_number_looks_like_another(window: MainWindow, place: str) -> None:
    """So nothing of it can be on paper; and what stands on the screen stays as it was."""
    pictures, bare = [], []
    for number in (NUMBER, OTHER):
        screen = QWidget()
        column = QVBoxLayout(screen)
        widget = PLACES[place](number)
        if isinstance(widget, TextField):
            widget.set_value(number)
        column.addWidget(widget)
        window.show_screen(screen)
        if isinstance(widget, TextField):  # while it is typed its digits are seen
            widget.edit.setEchoMode(QLineEdit.EchoMode.Normal)
        QApplication.processEvents()
        bare.append(window.grab().toImage())
        pictures.append(picture_of(window))
        QApplication.processEvents()
        assert window.grab().toImage() == bare[-1], "the screen itself is not changed"
    assert bare[0] != bare[1]
    assert pictures[0] == pictures[1]


@pytest.mark.req("SEC-55")
def test_the_dialog_of_the_number_is_in_the_picture_and_covered(
    window: MainWindow, painter: NamePainter
) -> None:
    pictures = []
    alone = picture_of(window)
    for number in (NUMBER, OTHER):
        dialog = number_dialog(window, painter, number)
        pictures.append(picture_of(window))
        label = dialog.findChild(SecretLabel)
        assert label is not None and label.text().replace(" ", "") == number
        dialog.reject()
    assert pictures[0] == pictures[1] != alone


@pytest.mark.req("SEC-10", "SEC-52")
def test_a_number_leaves_the_screen_by_itself(
    window: MainWindow, painter: NamePainter, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_screen, "SHOWN_SECONDS", 2)
    dialog = number_dialog(window, painter, NUMBER)
    assert "2 秒後に閉じます" in dialog._told.text()
    dialog._clock.setInterval(10)
    with qtbot.waitSignal(dialog.finished, timeout=2_000):
        pass


def test_the_keys_ask_once_also_from_a_dialog(
    window: MainWindow, painter: NamePainter, qtbot: Any
) -> None:
    asked: list[None] = []
    window.print_asked.connect(lambda: asked.append(None))
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_P)
    dialog = number_dialog(window, painter, NUMBER)
    QTest.keyClick(dialog, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    released = QKeyEvent(QEvent.Type.KeyRelease, Qt.Key.Key_Print, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(dialog, released)
    assert len(asked) == 3
    dialog.reject()


@pytest.mark.req("SEC-55", "FORM-74")
class TestPrinted:
    def opened(self, room: Room, window: MainWindow) -> PersonScreen:
        put_residents(room.counter.world, Resident(my_number=NUMBER))
        screen = PersonScreen(room.desk(), "P-1")
        window.show_screen(screen, "persons.open")
        room.until(lambda: screen.view is not None)
        return screen

    def ask(self, room: Room, window: MainWindow, screen: PersonScreen) -> None:
        print_open_screen(room.desk(), screen, window.shown, picture_of(window))
        dialog = screen.findChild(QInputDialog)
        assert dialog is not None and "＊" in dialog.labelText()
        dialog.textValueSelected.emit("本人からの問合せ")
        dialog.reject()

    def test_with_purpose_line_and_journal(self, room: Room, window: MainWindow) -> None:
        screen = self.opened(room, window)
        self.ask(room, window, screen)
        room.until(lambda: bool(room.said))
        room.printing.close()
        ((number, pdf),) = room.counter.printer.sheets
        assert number in room.said[-1]
        if folder := os.environ.get("MADOGUCHI_PICTURES"):
            Path(folder, "screen-copy.png").write_bytes(preview(pdf, 0, 110).png())
        (line,) = room.counter.rows(print_line)
        told = (line.form_id, line.subject_kind, line.subject_id, line.reason, line.my_number)
        assert told == ("FORM-N20", "person", "P-1", "screen", 0)
        acts = [one.entry for one in room.counter.world.lines() if one.entry.function_id == PRINT]
        assert [(one.state.value, one.purpose) for one in acts] == [
            ("begun", "question"),
            ("done", ""),
        ]

    @pytest.mark.req("SEC-94")
    def test_a_measure_set_meanwhile_keeps_the_screen_back(
        self, room: Room, window: MainWindow
    ) -> None:
        """The page was opened before; what it still shows does not leave the counter."""
        screen = self.opened(room, window)
        with room.counter.world.hands_on("restriction") as work:
            days = {"from_on": "2026-11-16", "until_on": "2027-11-15"}
            row = {"id": "R-1", "person_id": "P-1", "kind": "support_measure", **days}
            work.run(insert(restriction).values(**row))
        self.ask(room, window, screen)
        room.qtbot.waitUntil(lambda: bool(room.door.shown), timeout=10_000)
        assert getattr(room.door.shown.pop(), "code", "") == "support.closed"
        assert room.counter.printer.sheets == [] and room.counter.rows(print_line) == []

    def test_without_the_right_nothing_is_printed(self, room: Room, window: MainWindow) -> None:
        screen = self.opened(room, window)
        with room.counter.world.hands_on("grant_row") as work:
            work.run(delete(grant_row).where(grant_row.c.function_id == PRINT))
        self.ask(room, window, screen)
        room.qtbot.waitUntil(lambda: bool(room.door.shown), timeout=10_000)
        assert getattr(room.door.shown.pop(), "code", "") == "right.none"
        assert room.counter.printer.sheets == [] and room.counter.rows(print_line) == []


def test_who_may_not_print_is_told_so_at_the_key(tmp_path: Path, qtbot: Any) -> None:
    """A founder may do nothing of the day's business; and beneath the cover the key is deaf."""
    _, office = founded_office(tmp_path)
    office.log_in("S201", PASSWORDS["S201"])
    window = office.counter.window
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert "印刷する権限がありません" in window._status.text()
    office.counter.lock()
    office.until(lambda: window.covered)
    window.say("")
    QTest.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert "印刷する権限がありません" not in window._status.text()
    office.close()
