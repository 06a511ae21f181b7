"""At the window: a password near its end, idle time, and no dialog above the cover (SEC-27, 28,
65, 66)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.core.errors import EnvironmentFault, UserError
from app.functions.own.screens.password import PasswordScreen
from app.persons.screens.search import SearchScreen
from app.start.compose import Parts
from app.start.counter import Counter
from app.start.installation import Installation
from app.start.running import make_application
from app.ui.base.door import ErrorDialog
from app.ui.base.pages import Page
from forms.fonts import load_fonts
from forms.press import Press
from forms.spool import NoPrinter
from tests.support.founded import PASSWORDS, FoundedTerminal, found_terminal, person_is
from tests.support.log_lines import LogLines

NEW = "Yamabuki-58-tsuki"


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FoundedTerminal:
    person_is(monkeypatch, "S201", password_set_on=date(2026, 8, 22))
    return found_terminal(tmp_path)


@pytest.fixture
def counter(terminal: FoundedTerminal) -> Iterator[Counter]:
    fonts = load_fonts()
    make_application(fonts)
    parts = Parts(
        terminal.paths,
        terminal.clock,
        terminal.tables,
        Installation(True, "999998", "見本市", ""),
        terminal.shelf,
    )
    made = Counter(
        parts,
        lambda prompts: terminal.keys["S201"],
        NoPrinter(),
        fonts,
        Press(fonts, terminal.tables),
    )
    made.window.show()
    yield made
    made.close()
    shiboken6.delete(made.window)


def until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < end
        loop = QEventLoop()
        QTimer.singleShot(5, loop.quit)
        loop.exec()


def settle(counter: Counter) -> None:
    until(lambda: not counter.operations.busy)


def settle_aside(counter: Counter) -> None:
    """Let what goes on beside the screen come to its end."""
    done: list[None] = []
    counter.operations.aside(counter, lambda: None, done.append)
    until(lambda: bool(done))


def log_in(counter: Counter, password: str) -> None:
    form = counter.form
    assert form is not None
    form.staff.setText("S201")
    form.password.setText(password)
    form.button.click()


def screen_of(counter: Counter) -> object:
    return counter.window.open_screen()


def change(counter: Counter, old: str, new: str, again: str = "") -> PasswordScreen:
    until(lambda: isinstance(screen_of(counter), PasswordScreen))
    screen = counter.window.open_screen()
    assert isinstance(screen, PasswordScreen)
    screen.old.edit.setText(old)
    screen.new.edit.setText(new)
    screen.again.edit.setText(again or new)
    counter.window.activateWindow()
    QApplication.processEvents()
    screen.again.edit.setFocus()
    QTest.keyClick(screen.again.edit, Qt.Key.Key_Return)
    return screen


@pytest.mark.req("SEC-27", "SEC-28")
def test_near_its_end_only_the_change_is_offered_and_it_works(counter: Counter) -> None:
    log_in(counter, PASSWORDS["S201"])
    until(lambda: isinstance(screen_of(counter), PasswordScreen))
    assert counter.window.menu_functions() == ("own.change_password",)
    change(counter, PASSWORDS["S201"], NEW)
    until(lambda: counter.form is not None)
    log_in(counter, NEW)
    until(lambda: counter.desk is not None)
    until(lambda: len(counter.window.menu_functions()) >= 1)
    assert not isinstance(screen_of(counter), SearchScreen)  # founders have no day's business


@pytest.mark.req("SEC-65")
def test_a_key_press_starts_the_idle_time_anew(counter: Counter, terminal: FoundedTerminal) -> None:
    log_in(counter, PASSWORDS["S201"])
    until(lambda: isinstance(screen_of(counter), PasswordScreen))
    settle(counter)
    screen = counter.window.open_screen()
    assert isinstance(screen, PasswordScreen)

    def minutes(count: int) -> None:
        for _ in range(count):
            terminal.clock.advance(timedelta(minutes=1))
            counter.look_at_the_clock()
            settle_aside(counter)

    minutes(4)
    QTest.keyClick(screen.old.edit, Qt.Key.Key_A)
    minutes(4)
    assert not counter.window.covered
    minutes(1)
    until(lambda: counter.window.covered)


@pytest.mark.req("SEC-66")
def test_no_dialog_stands_above_the_cover(counter: Counter) -> None:
    log_in(counter, PASSWORDS["S201"])
    until(lambda: isinstance(screen_of(counter), PasswordScreen))
    settle(counter)
    counter.door.show(counter.window, UserError("test.said", "渡邉 ミツ 様", "閉じてください。"))
    shown = counter.window.findChildren(ErrorDialog)
    assert [dialog.isVisible() for dialog in shown] == [True]
    counter.lock()
    assert counter.window.covered
    assert not any(dialog.isVisible() for dialog in counter.window.findChildren(ErrorDialog))


@pytest.mark.req("SEC-28")
@pytest.mark.parametrize(
    ("old", "new", "again", "field", "said"),
    [
        ("Machigai-99-aoi", NEW, "", "old", "パスワード"),
        (PASSWORDS["S201"], "mijikai", "", "new", "短すぎます"),
        (PASSWORDS["S201"], NEW, "chigau", "again", "違います"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    counter: Counter, old: str, new: str, again: str, field: str, said: str
) -> None:
    log_in(counter, PASSWORDS["S201"])
    screen = change(counter, old, new, again)
    until(lambda: bool(getattr(screen, field).error))
    assert said in getattr(screen, field).error
    assert counter.desk is not None  # nothing changed, nobody was logged off


def log_in_anew(counter: Counter) -> None:
    """With a fresh password, to a desk without limits."""
    log_in(counter, PASSWORDS["S201"])
    change(counter, PASSWORDS["S201"], NEW)
    until(lambda: counter.form is not None)
    log_in(counter, NEW)
    until(lambda: counter.desk is not None)
    settle(counter)


def dialogs(counter: Counter) -> list[str]:
    return [one.windowTitle() for one in counter.window.findChildren(QDialog) if one.isVisible()]


@pytest.mark.req("SEC-66")
def test_sixty_failed_rounds_under_the_cover_leave_no_box(
    counter: Counter, expected_log: LogLines
) -> None:
    expected_log.expect("bug incident=.*type=ValueError")
    log_in_anew(counter)
    engine = counter.line.engine
    assert engine is not None
    rounds: list[int] = []

    def fail(*_given: object) -> None:
        rounds.append(1)
        raise ValueError("見本　花子")

    engine.contact = fail  # type: ignore[assignment, method-assign]
    counter.lock()
    for at in range(1, 61):
        counter.contact()
        until(lambda at=at: len(rounds) >= at)  # type: ignore[misc]
    settle_aside(counter)
    until(lambda: bool(counter.background.troubles))
    settle_aside(counter)
    assert sum("エラー番号" in told for told in counter.background.troubles) == 1
    assert dialogs(counter) == []
    assert counter.window.covered and counter.form is not None


def test_a_failed_round_takes_no_key_from_who_is_typing(
    counter: Counter, expected_log: LogLines
) -> None:
    expected_log.expect("bug incident=.*type=ZeroDivisionError")
    log_in_anew(counter)
    engine = counter.line.engine
    assert engine is not None
    engine.contact = lambda: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    counter.go("own.change_password")
    until(lambda: isinstance(screen_of(counter), PasswordScreen))
    screen = counter.window.open_screen()
    assert isinstance(screen, PasswordScreen)
    counter.window.activateWindow()
    screen.old.edit.setFocus()
    for letter in (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_C):
        QTest.keyClick(QApplication.focusWidget() or screen.old.edit, letter)
        counter.contact()
        settle_aside(counter)
    until(lambda: bool(counter.background.troubles))
    assert screen.old.edit.text() == "abc" and dialogs(counter) == []


def test_what_was_begun_before_the_lock_opens_nothing_above_the_cover(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in_anew(counter)
    asked: list[object] = []
    monkeypatch.setattr(counter.touch, "sign", lambda *given, **_more: asked.append(given))
    counter.go("own.change_password")
    until(lambda: isinstance(screen_of(counter), PasswordScreen))
    screen = counter.window.open_screen()
    assert isinstance(screen, PasswordScreen)
    for field, text in ((screen.old, NEW), (screen.new, NEW + "2"), (screen.again, NEW + "2")):
        field.edit.setText(text)
    held = threading.Event()
    counter.operations.run(counter, lambda: held.wait(5), lambda _none: None)
    screen.button.click()  # the first step waits for the store's worker
    counter.lock()
    held.set()
    settle(counter)
    settle_aside(counter)
    assert dialogs(counter) == [] and asked == []


@pytest.mark.req("SEC-65")
@pytest.mark.parametrize("fault", ["fails", "hangs"])
def test_the_lock_comes_also_when_the_store_cannot_be_read(
    counter: Counter,
    terminal: FoundedTerminal,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
    expected_log: LogLines,
) -> None:
    expected_log.expect("environment disk.read")
    log_in_anew(counter)
    held = threading.Event()

    def read(_terminal: object) -> None:
        if fault == "hangs":
            held.wait(20)
        raise EnvironmentFault("disk.read", "読めません。", "連絡してください。")

    monkeypatch.setattr("app.start.counter.read_vigil", read)
    try:
        for _ in range(4):
            terminal.clock.advance(timedelta(minutes=1))
            counter.look_at_the_clock()
        assert not counter.window.covered
        terminal.clock.advance(timedelta(minutes=1))
        counter.look_at_the_clock()
        assert counter.window.covered
        live = counter._doorway.terminal
        assert live is not None and counter._session is not None
        session = counter._session
        until(lambda: live.sessions.get(session).locked_at is not None)
        assert dialogs(counter) == []
    finally:
        held.set()
    settle_aside(counter)


class HalfTyped(Page):
    """A screen with something in it; ``kept`` says when it was saved, by the journal's lines."""

    def __init__(self, counter: Counter) -> None:
        super().__init__("半分")
        self._counter = counter
        self.kept: list[int] = []
        self.fails = False

    def keep(self) -> Callable[[], object]:
        def work() -> None:
            if self.fails:
                raise EnvironmentFault("disk.full", "空きがありません。", "消してください。")
            self.kept.append(self._counter.journal_line)

        return work


@pytest.mark.req("SEC-64", "SEC-67")
class TestKept:
    """What is typed is kept before the lock, the log-off and the end of the program."""

    @pytest.fixture
    def page(self, counter: Counter) -> HalfTyped:
        log_in_anew(counter)
        page = HalfTyped(counter)
        counter.window.show_screen(page)
        return page

    def lines(self, terminal: FoundedTerminal, counter: Counter) -> list[tuple[int, str, str]]:
        door = counter._doorway.terminal
        assert door is not None
        return [
            (line.number, line.entry.function_id, line.entry.cause) for line in door.journal.lines()
        ]

    def test_before_the_lock(
        self, counter: Counter, terminal: FoundedTerminal, page: HalfTyped
    ) -> None:
        counter.lock()
        settle_aside(counter)
        (lock,) = [at for at, what, _ in self.lines(terminal, counter) if what == "session.lock"]
        assert len(page.kept) == 1 and page.kept[0] < lock

    def test_what_cannot_be_kept_stops_no_lock(
        self, counter: Counter, page: HalfTyped, expected_log: LogLines
    ) -> None:
        expected_log.expect("environment disk.full")
        page.fails = True
        counter.lock()
        settle_aside(counter)
        assert counter.window.covered and counter._session is not None
        live = counter._doorway.terminal
        assert live is not None
        assert live.sessions.get(counter._session).locked_at is not None
        assert dialogs(counter) == [] and "空きがありません。" in counter.background.troubles

    def test_before_the_log_off(self, counter: Counter, page: HalfTyped) -> None:
        kept = page.kept
        counter.log_off()
        settle(counter)
        settle_aside(counter)
        assert len(kept) == 1

    @pytest.mark.parametrize("covered", [False, True])
    def test_at_the_end_of_the_program_the_session_ends_in_the_journal(
        self, counter: Counter, terminal: FoundedTerminal, page: HalfTyped, covered: bool
    ) -> None:
        kept = page.kept
        if covered:
            counter.lock()
            settle_aside(counter)
        counter.window.close()
        assert len(kept) == 1
        door = terminal.login()
        terminal.enter(door, "S202")
        assert door.terminal is not None
        ended = [
            line.entry.cause
            for line in door.terminal.journal.lines()
            if line.entry.function_id == "session.logoff" and line.entry.staff_id == "S201"
        ]
        assert ended[-1] == "program.ended"
        door.close()

    def test_the_end_of_the_desktops_session_is_one_too(
        self, counter: Counter, page: HalfTyped
    ) -> None:
        kept = page.kept
        application = QApplication.instance()
        assert application is not None
        application.aboutToQuit.emit()
        counter.window.close()
        assert len(kept) == 1 and counter._doorway.terminal is None
