"""The one window: a cover that leaves nothing to see, a menu of what is permitted, idleness."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app.cases.screens.board import BoardScreen
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.entry import EntryScreen
from app.persons.screens.person import PersonScreen
from app.persons.screens.search import SearchScreen
from app.ui.base.keys import OF_THE_WINDOW, written
from app.ui.base.pages import Page
from app.ui.shell import window as shell
from app.ui.shell.window import MainWindow, MenuEntry
from tests.support.counter import Resident, counter_in, put_residents
from tests.support.desk import Room

SEARCH = MenuEntry("persons.search", "被保険者を探す", "資格", "Alt+1")
CASES = MenuEntry("eligibility.list", "受付の一覧", "資格", "Alt+2")
LEVY = MenuEntry("levy.list", "賦課の一覧", "賦課", "")


@pytest.fixture
def window(qtbot: Any) -> MainWindow:
    window = MainWindow(training=True, terminal="T-1")
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def person_page(name: str) -> Page:
    page = Page(name, f"{name}さんの届出")
    page.body.addWidget(QLabel(f"{name}　0000 0123 4560"))
    return page


def seen(window: MainWindow) -> QImage:
    QApplication.processEvents()
    return window.grab().toImage()


@pytest.mark.req("SEC-64", "SEC-66")
class TestCover:
    def fill(self, window: MainWindow, name: str) -> None:
        window.show_screen(person_page(name))
        window.set_staff(f"担当 {name}")
        window.say(f"{name}さんを保存しました。")
        window.show_line(name)
        window.show_age(name)

    def test_covered_no_pixel_tells_what_lies_beneath(self, window: MainWindow) -> None:
        open_pictures, covered_pictures = [], []
        for name in ("見本　花子", "見本　太郎"):
            self.fill(window, name)
            open_pictures.append(seen(window))
            window.set_covered(True)
            assert window.covered
            covered_pictures.append(seen(window))
            window.set_covered(False)
        assert open_pictures[0] != open_pictures[1]
        assert covered_pictures[0] == covered_pictures[1]
        assert not window.covered

    def test_a_change_beneath_the_cover_stays_beneath(self, window: MainWindow) -> None:
        self.fill(window, "見本　花子")
        window.set_covered(True)
        before = seen(window)
        self.fill(window, "見本　太郎")
        assert seen(window) == before

    def test_the_task_switcher_names_nobody(self, window: MainWindow) -> None:
        self.fill(window, "見本　花子")
        window.set_covered(True)
        assert "見本" not in window.windowTitle()
        assert "花子" not in window.windowTitle()

    def test_the_screen_before_is_destroyed_with_what_it_showed(
        self, qtbot: Any, window: MainWindow
    ) -> None:
        first = person_page("見本　花子")
        window.show_screen(first)
        with qtbot.waitSignal(first.destroyed):
            window.show_screen(person_page("見本　太郎"))
        assert isinstance(window.open_screen(), Page)


@pytest.mark.req("SEC-30")
class TestMenu:
    def buttons(self, window: MainWindow) -> list[str]:
        QApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
        menu = window.findChild(QWidget, "sideMenu")
        return [button.text() for button in menu.findChildren(QPushButton)]

    def test_shows_only_what_it_is_given(self, window: MainWindow) -> None:
        window.set_menu([SEARCH, CASES, LEVY])
        assert window.menu_functions() == ("persons.search", "eligibility.list", "levy.list")
        window.set_menu([CASES])
        assert window.menu_functions() == ("eligibility.list",)
        assert self.buttons(window) == ["受付の一覧  Alt+2"]
        window.set_menu([])
        assert self.buttons(window) == []

    def test_its_keys_open_and_the_keys_of_an_old_menu_do_nothing(
        self, qtbot: Any, window: MainWindow
    ) -> None:
        asked: list[str] = []
        window.chosen.connect(asked.append)
        window.set_menu([SEARCH, CASES])
        QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
        assert asked == ["eligibility.list"]
        window.set_menu([SEARCH])
        QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
        assert asked == ["eligibility.list"]
        QApplication.processEvents()
        QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        assert asked == ["eligibility.list", "persons.search"]

    def test_under_the_cover_no_menu_key_works(self, window: MainWindow) -> None:
        asked: list[str] = []
        window.chosen.connect(asked.append)
        window.set_menu([SEARCH])
        window.set_covered(True)
        QApplication.processEvents()
        QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        assert asked == []
        window.set_covered(False)
        QApplication.processEvents()
        QTest.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        assert asked == ["persons.search"]


@pytest.mark.req("SEC-64", "SEC-67", "CON-39")
def test_one_key_locks_and_one_logs_off(window: MainWindow) -> None:
    asked: list[str] = []
    window.lock_asked.connect(lambda: asked.append("lock"))
    window.log_off_asked.connect(lambda: asked.append("log off"))
    QTest.keyClick(window, Qt.Key.Key_F12)
    assert asked == ["lock"]
    QTest.keyClick(window, Qt.Key.Key_F12, Qt.KeyboardModifier.ShiftModifier)
    assert asked == ["lock", "log off"]


@pytest.mark.req("SEC-65")
class TestIdle:
    def test_keys_and_mouse_are_told_once_a_second_at_most(
        self, window: MainWindow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[bool] = []
        now = [1000.0]
        monkeypatch.setattr(shell, "time", SimpleNamespace(monotonic=lambda: now[0]))
        window.input_seen.connect(lambda: told.append(True))
        QApplication.instance().installEventFilter(window)
        try:
            for _ in range(5):
                QTest.keyClick(window, Qt.Key.Key_Shift)
            assert told == [True]
            now[0] += 0.9
            QTest.mouseClick(window, Qt.MouseButton.LeftButton)
            assert told == [True]
            now[0] += 0.2
            QTest.mouseClick(window, Qt.MouseButton.LeftButton)
            assert told == [True, True]
        finally:
            QApplication.instance().removeEventFilter(window)


def test_every_page_writes_its_keys_on_its_buttons_and_has_each_once(
    qtbot: Any, tmp_path: Any, window: MainWindow
) -> None:
    taken = {s.key().toString() for s in window.findChildren(QShortcut)}
    with counter_in(tmp_path) as counter:
        room = Room(counter, qtbot)
        put_residents(counter.world, Resident())
        case = counter.decided()
        desk = room.desk()
        for screen in (
            SearchScreen(desk),
            PersonScreen(desk, "P-1"),
            BoardScreen(desk),
            EntryScreen(desk, "move_in"),
            DecisionScreen(desk, "move_in", case.case_id),
        ):
            room.add(screen)
            keys = [s.key().toString() for s in screen.findChildren(QShortcut)]
            assert keys and len(set(keys)) == len(keys), type(screen).__name__
            assert not taken & set(keys), type(screen).__name__
            row = screen.action_row
            widgets = [row.itemAt(at).widget() for at in range(row.count())]
            texts = [w.text() for w in widgets if isinstance(w, QPushButton)]
            for text in texts:
                assert text.endswith("]") and "  [" in text, text
            told = [text.rpartition("[")[2][:-1] for text in texts]
            assert len(set(told)) == len(told)
            assert set(told) <= {written(key) for key in (*keys, *OF_THE_WINDOW)}, (told, keys)
            room.settle()
        room.operations.close()
