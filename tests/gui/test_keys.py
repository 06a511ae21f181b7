"""The keys that work on every screen: the manual at the page one is on, the keys of the screen, the
search, larger and smaller letters."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.core.paths import Paths
from app.start.letters import kept_letters, next_letters
from app.ui.base.help import KeysDialog, ManualDialog
from app.ui.base.keys import EVERYWHERE, SEARCH
from app.ui.base.pages import Page
from app.ui.base.theme import LETTERS, apply_theme, set_letters
from app.ui.shell.window import MainWindow, MenuEntry
from forms.fonts import FontSet
from tests.support.founded import PASSWORDS
from tests.support.office import Office, founded_office

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: Any, plain_theme: QApplication) -> Iterator[MainWindow]:
    made = MainWindow(training=True, terminal="T01")
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    yield made


def a_page() -> tuple[Page, QLineEdit, list[str]]:
    page, done = Page("題"), []
    edit = QLineEdit()
    page.body.addWidget(edit)
    page.action("印刷", "Alt+P", lambda: done.append("P"))
    page.action("検索", SEARCH, lambda: done.append("F2"))
    page.action("取り消す", "Alt+X", lambda: done.append("X")).setEnabled(False)
    return page, edit, done


def press(office: Office, key: Qt.Key, held: Any = Qt.KeyboardModifier.NoModifier) -> None:
    office.settle()
    office.counter.window.activateWindow()
    office.until(lambda: QApplication.activeWindow() is office.counter.window, "the window")
    QTest.keyClick(office.counter.window, key, held)
    office.settle()


def test_a_question_mark_shows_what_can_be_pressed_here_and_everywhere(window: MainWindow) -> None:
    page, edit, _done = a_page()
    window.show_screen(page)
    page.setFocus()
    QTest.keyClicks(page, "?")
    (dialog,) = window.findChildren(KeysDialog)
    lines = [(one.key, one.does) for one in dialog.lines]
    assert lines[:2] == [("Alt+P", "印刷"), (SEARCH, "検索")]
    assert ("Alt+X", "取り消す") not in lines, "not offered now"
    assert {one.key for one in EVERYWHERE} <= {key for key, _ in lines}
    assert len({key for key, _ in lines}) == len(lines)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    edit.setFocus()
    QTest.keyClicks(edit, "?")
    assert edit.text() == "?", "in a field it is typed"


def test_the_cover_hears_no_question_mark(window: MainWindow) -> None:
    window.show_screen(a_page()[0])
    window.set_covered(True)
    window._show_keys()
    assert not window.findChildren(KeysDialog)


def test_a_key_of_the_window_is_heard_once(window: MainWindow) -> None:
    """On a page's button too it would be heard by neither (an ambiguous shortcut)."""
    page, _edit, done = a_page()
    asked: list[bool] = []
    window.search_asked.connect(lambda: asked.append(True))
    window.show_screen(page)
    QTest.keyClick(page, Qt.Key.Key_F2)
    QTest.keyClick(page, Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    assert (asked, done) == ([True], ["P"])


@pytest.mark.parametrize(
    ("key", "step"),
    [
        (Qt.Key.Key_Plus, 1),
        (Qt.Key.Key_Semicolon, 1),
        (Qt.Key.Key_Equal, 1),
        (Qt.Key.Key_AsciiCircum, 1),
        (Qt.Key.Key_Minus, -1),
    ],
)
def test_one_key_each_way_for_the_letters(window: MainWindow, key: Qt.Key, step: int) -> None:
    asked: list[int] = []
    window.letters_asked.connect(asked.append)
    QTest.keyClick(window, key, CTRL)
    assert asked == [step]


def test_the_menu_s_words_break_when_the_letters_grow(
    window: MainWindow, plain_theme: QApplication, fonts: FontSet
) -> None:
    apply_theme(plain_theme, fonts.chain("gothic")[0].spec.path)
    window.set_menu([MenuEntry("f", "外国人の資格取得の届出", "資格", "Alt+1")])
    (button,) = window._menu_buttons.buttons()
    before = button.text().split("\n")
    set_letters(plain_theme, LETTERS[-1])
    window.refit()
    (button,) = window._menu_buttons.buttons()
    assert before == ["外国人の資格取得の届出", "Alt+1"] and button.text().split("\n") != before
    assert button.sizeHint().width() <= window._menu.width()
    assert button.text().replace("\n", "").replace(" ", "") == "外国人の資格取得の届出Alt+1"


def test_the_size_is_kept_and_ends_at_both_ends(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    assert kept_letters(paths) == LETTERS[0] == next_letters(paths, -1)
    for letters in (*LETTERS[1:], LETTERS[-1]):
        assert next_letters(paths, 1) == letters == kept_letters(paths)
    for bad in ("", "13", "-12", "十二", "9" * 5000):
        paths.letters.write_text(bad, encoding="utf-8")
        assert kept_letters(paths) == LETTERS[0]


def test_what_cannot_be_kept_is_had_for_this_time(tmp_path: Path) -> None:
    assert next_letters(Paths(tmp_path / "missing"), 1) == LETTERS[1]


def test_f1_opens_the_manual_where_one_is_and_the_letters_stay(
    tmp_path: Path, qtbot: Any, plain_theme: QApplication
) -> None:
    """The real program with a real login, some seconds: help, letters and search are its."""
    _terminal, office = founded_office(tmp_path)
    try:
        counter, window = office.counter, office.counter.window
        press(office, Qt.Key.Key_F1)
        (dialog,) = window.findChildren(ManualDialog)
        assert dialog.opened_at == "はじめに", "before the login"
        assert "用語集" in dialog.pages.toPlainText()
        dialog.reject()
        office.log_in("S201", PASSWORDS["S201"])
        shown = window.shown
        press(office, Qt.Key.Key_F1)
        at = [one.opened_at for one in window.findChildren(ManualDialog) if one.isVisible()]
        assert at == [counter.desk.catalog[shown].label]
        window.close_dialogs()
        press(office, Qt.Key.Key_F2)
        assert window.shown == shown, "no search for whom it is not permitted"
        press(office, Qt.Key.Key_Semicolon, CTRL)
        assert plain_theme.font().pointSize() == LETTERS[1]
        assert kept_letters(counter._parts.paths) == LETTERS[1]
        assert str(LETTERS[1]) in window.said
    finally:
        office.close()
