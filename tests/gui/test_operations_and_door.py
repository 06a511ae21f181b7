"""Work off the screen thread comes back to its screen; errors go through one door."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.core.errors import EnvironmentFault, UserError
from app.ui.base.door import ErrorDialog, ErrorDoor
from app.ui.base.operations import Operations
from app.ui.base.watch import Background
from tests.support.log_lines import LogLines

SECRET = "見本　花子 0000 0123 4560"


class Told:
    """What came back, and on which thread."""

    def __init__(self) -> None:
        self.results: list[object] = []
        self.errors: list[BaseException] = []
        self.shown: list[tuple[QObject | None, BaseException]] = []
        self.murmured: list[BaseException] = []
        self.threads: set[threading.Thread] = set()

    def result(self, value: object) -> None:
        self.threads.add(threading.current_thread())
        self.results.append(value)

    def error(self, error: BaseException) -> None:
        self.errors.append(error)

    def door(self, parent: QObject | None, error: BaseException) -> None:
        self.shown.append((parent, error))

    def murmur(self, error: BaseException) -> None:
        self.murmured.append(error)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def operations(qapp: Any, told: Told) -> Iterator[Operations]:
    made = Operations(told.door, told.murmur)
    yield made
    made.close()


def refused() -> None:
    raise UserError("x.no", "できません。", "別の方法で行ってください。")


def boom() -> None:
    raise ValueError(SECRET)


class TestOperations:
    def test_the_result_comes_back_to_the_screen_thread(
        self, qtbot: Any, operations: Operations, told: Told
    ) -> None:
        worked: list[threading.Thread] = []
        operations.run(None, lambda: (worked.append(threading.current_thread()), 7)[1], told.result)
        qtbot.waitUntil(lambda: told.results == [7])
        assert told.threads == {threading.main_thread()}
        assert worked[0] is not threading.main_thread()
        assert told.shown == []

    @pytest.mark.parametrize("way", ["net", "aside"])
    @pytest.mark.parametrize("fault", ["work", "screen"])
    def test_what_nobody_waits_for_opens_no_door(
        self, qtbot: Any, operations: Operations, told: Told, way: str, fault: str
    ) -> None:
        work, result = (refused, told.result) if fault == "work" else (int, lambda _value: boom())
        getattr(operations, way)(None, work, result)
        qtbot.waitUntil(lambda: len(told.murmured) == 1)
        assert told.shown == []

    def test_what_nobody_takes_goes_to_the_door(
        self, qtbot: Any, operations: Operations, told: Told
    ) -> None:
        parent = QObject()
        operations.run(parent, refused, told.result)
        qtbot.waitUntil(lambda: len(told.shown) == 1)
        assert told.shown[0][0] is parent
        assert getattr(told.shown[0][1], "code", "") == "x.no"
        assert told.results == []

    @pytest.mark.parametrize("way", ["run", "net"])
    def test_what_the_screen_takes_does_not(
        self, qtbot: Any, operations: Operations, told: Told, way: str
    ) -> None:
        getattr(operations, way)(None, refused, told.result, told.error)
        qtbot.waitUntil(lambda: len(told.errors) == 1)
        assert (told.shown, told.results) == ([], [])

    def test_a_fault_of_the_screen_itself_is_shown_too(
        self, qtbot: Any, operations: Operations, told: Told
    ) -> None:
        operations.run(None, lambda: 1, lambda _value: boom())
        qtbot.waitUntil(lambda: len(told.shown) == 1)
        assert isinstance(told.shown[0][1], ValueError)

    def test_a_screen_that_was_closed_gets_nothing(
        self, qtbot: Any, operations: Operations, told: Told
    ) -> None:
        held = threading.Event()
        screen = QObject()
        operations.run(screen, lambda: held.wait(5), told.result)
        operations.run(screen, refused, told.result)
        shiboken6.delete(screen)
        held.set()
        operations.run(None, lambda: "last", told.result)
        qtbot.waitUntil(lambda: not operations.busy)
        assert told.results == ["last"]
        assert told.shown == []

    def test_only_what_a_person_waits_for_counts_as_busy(
        self, qtbot: Any, operations: Operations, told: Told
    ) -> None:
        changes: list[bool] = []
        operations.busy_changed.connect(changes.append)
        held = threading.Event()
        operations.net(None, lambda: held.wait(5), told.result)
        operations.aside(None, lambda: "aside", told.result)
        assert not operations.busy
        operations.run(None, lambda: "run", told.result)
        operations.run(None, lambda: "again", told.result)
        assert operations.busy
        qtbot.waitUntil(lambda: not operations.busy)
        assert told.results == ["aside", "run", "again"]  # one after another, the line apart
        assert changes == [True, False]
        held.set()
        qtbot.waitUntil(lambda: len(told.results) == 4)

    def test_the_keys_work_is_followed(
        self, qtbot: Any, operations: Operations, told: Told
    ) -> None:
        job: Future[str] = Future()
        operations.follow(None, job, told.result)
        assert operations.busy
        job.set_result("touched")
        qtbot.waitUntil(lambda: told.results == ["touched"])
        assert not operations.busy
        given_up: Future[str] = Future()
        operations.follow(None, given_up, told.result, told.error)
        given_up.cancel()
        qtbot.waitUntil(lambda: not operations.busy)
        assert (told.results, told.errors, told.shown) == (["touched"], [], [])

    def test_what_ended_before_the_close_and_comes_after_it_is_told_to_nobody(
        self, qapp: Any, told: Told
    ) -> None:
        """Its window may be gone: a contact that comes back late would write into it."""
        made = Operations(told.door, told.murmur)
        made.net(None, lambda: "contact", told.result)
        made.run(None, lambda: 1 / 0, told.result)
        made.close()
        for _ in range(3):
            qapp.processEvents()
        assert (told.results, told.shown, told.murmured) == ([], [], [])

    def test_closing_lets_running_work_end_and_takes_no_more(self, qapp: Any, told: Told) -> None:
        operations = Operations(told.door, told.murmur)
        ended: list[str] = []
        operations.run(None, lambda: ended.append("done"), told.result)
        operations.close()
        assert ended == ["done"]
        with pytest.raises(RuntimeError):
            operations.run(None, lambda: 1, told.result)
        with pytest.raises(RuntimeError):
            operations.net(None, lambda: 1, told.result)


class TestDoor:
    @pytest.fixture
    def window(self, qtbot: Any) -> QWidget:
        window = QWidget()
        qtbot.addWidget(window)
        window.show()
        return window

    @pytest.fixture
    def door(self) -> ErrorDoor:
        return ErrorDoor(logging.getLogger("madoguchi.test_door"), Background())

    def test_the_same_error_is_not_opened_twice(self, window: QWidget, door: ErrorDoor) -> None:
        for _ in range(60):
            door.show(window, UserError("x.no", "できません。", "直してください。"))
        assert len(window.findChildren(ErrorDialog)) == 1

    def test_another_one_waits_until_the_first_is_closed(
        self, qtbot: Any, window: QWidget, door: ErrorDoor
    ) -> None:
        for said in ("一", "二", "二", "三", "一"):
            door.show(window, UserError("x.no", said, "直してください。"))
        seen = []
        for _ in range(3):
            (dialog,) = [one for one in window.findChildren(ErrorDialog) if one.isVisible()]
            seen.append(dialog.message.text())
            with qtbot.waitSignal(dialog.destroyed):
                qtbot.keyClick(dialog, Qt.Key.Key_Return)
        assert seen == ["一", "二", "三"]
        assert not any(one.isVisible() for one in window.findChildren(ErrorDialog))

    @pytest.mark.req("SEC-66")
    def test_under_the_cover_it_is_a_line_and_no_dialog(
        self, window: QWidget, expected_log: LogLines
    ) -> None:
        expected_log.expect("environment disk.full")
        background = Background()
        door = ErrorDoor(logging.getLogger("madoguchi.test_door"), background, lambda: True)
        for _ in range(60):
            door.show(
                window, EnvironmentFault("disk.full", "空きがありません。", "空けてください。")
            )
        assert window.findChildren(ErrorDialog) == []
        assert background.troubles == ("空きがありません。",)

    def test_a_mistake_of_ours_behind_the_back_is_told_and_logged_once(
        self, door: ErrorDoor, caplog: Any, expected_log: LogLines
    ) -> None:
        expected_log.expect("bug incident=.*type=ValueError")
        caplog.set_level(logging.INFO)
        for _ in range(60):
            try:
                boom()
            except ValueError as error:
                door.murmur(error)
        assert len(caplog.messages) == len(door._background.troubles) == 1

    def test_what_goes_well_again_is_told_no_more(self, qtbot: Any) -> None:
        background, told = Background(), []
        background.troubled.connect(lambda: told.append(background.troubles))
        background.trouble("line", "line.down", "つながりません。")
        background.trouble("line", "line.down", "つながりません。")
        background.trouble("settings", "disk.full", "空きがありません。")
        background.well("line", but="line.down")
        background.well("line", but="line.busy")
        background.well("settings")
        assert told == [
            ("つながりません。",),
            ("つながりません。", "空きがありません。"),
            ("空きがありません。",),
            (),
        ]

    @pytest.mark.parametrize(
        ("error", "title", "logged"),
        [
            (UserError("x.no", "できません。", "直してください。"), "確認してください", []),
            (
                EnvironmentFault("line.down", "できません。", "直してください。"),
                "機器・回線・ファイルの状態",
                ["environment line.down"],
            ),
        ],
    )
    def test_says_what_happened_and_what_to_do(
        self,
        window: QWidget,
        door: ErrorDoor,
        caplog: Any,
        error: Exception,
        title: str,
        logged: list[str],
        expected_log: LogLines,
    ) -> None:
        for line in logged:
            expected_log.expect(f"^{line}$", count=1)
        caplog.set_level(logging.INFO)
        door.show(window, error)
        (dialog,) = window.findChildren(ErrorDialog)
        assert dialog.windowTitle() == title
        assert (dialog.message.text(), dialog.remedy.text()) == ("できません。", "直してください。")
        assert door.last == (title, "できません。", "直してください。")
        assert caplog.messages == logged

    @pytest.mark.req("SEC-54")
    def test_a_bug_shows_an_incident_number_and_nothing_of_a_person(
        self, window: QWidget, door: ErrorDoor, caplog: Any, expected_log: LogLines
    ) -> None:
        expected_log.expect("bug incident=.*type=ValueError")
        caplog.set_level(logging.DEBUG)
        try:
            boom()
        except ValueError as error:
            door.show(window, error)
        (dialog,) = window.findChildren(ErrorDialog)
        assert dialog.windowTitle() == "プログラムの誤り"
        (line,) = caplog.messages
        incident = line.partition("incident=")[2].split()[0]
        assert f"エラー番号 {incident}" in dialog.message.text()
        assert "type=ValueError" in line and "boom" in line
        shown = [label.text() for label in dialog.findChildren(QLabel)]
        for text in (*shown, dialog.windowTitle(), caplog.text):
            assert not any(part in text for part in SECRET.replace("　", " ").split())

    @pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
    def test_is_closed_from_the_keyboard(
        self, qtbot: Any, window: QWidget, door: ErrorDoor, key: Qt.Key
    ) -> None:
        door.show(window, UserError("x.no", "できません。", "直してください。"))
        (dialog,) = window.findChildren(ErrorDialog)
        assert [button.text() for button in dialog.findChildren(QPushButton)] == ["閉じる (Enter)"]
        with qtbot.waitSignal(dialog.destroyed):
            qtbot.keyClick(dialog, key)
        assert window.findChildren(ErrorDialog) == []
