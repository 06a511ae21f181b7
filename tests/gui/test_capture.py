"""Every window is kept out of screen captures where the system offers it (SEC-55)."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from app.ui.base.capture import CaptureGuard
from tests.support.log_lines import LogLines


@pytest.mark.req("SEC-55")
@pytest.mark.parametrize("old_system", [False, True])
def test_windows_and_dialogs_are_marked_and_their_parts_are_not(
    qtbot: Any, *, old_system: bool
) -> None:
    marks: list[tuple[int, int]] = []

    def put(handle: int, mark: int) -> bool:
        marks.append((handle, mark))
        return not old_system or mark == 0x01

    application = QApplication.instance()
    assert application is not None
    guard = CaptureGuard(put)
    application.installEventFilter(guard)
    try:
        window, dialog = QWidget(), QDialog()
        part = QLabel("部品", window)
        for one in (window, dialog):
            qtbot.addWidget(one)
            one.show()
        asked = {handle for handle, _ in marks}
        assert asked == {int(window.winId()), int(dialog.winId())}
        assert part.isVisible()
        last = dict(marks)
        assert set(last.values()) == {0x01 if old_system else 0x11}
        assert not guard.failed
    finally:
        application.removeEventFilter(guard)


def test_a_system_that_refuses_is_said_once_and_the_window_comes_up(
    qtbot: Any, caplog: pytest.LogCaptureFixture, expected_log: LogLines
) -> None:
    expected_log.expect("a window could not be kept out of screen captures")
    application = QApplication.instance()
    assert application is not None
    guard = CaptureGuard(lambda _handle, _mark: False)
    application.installEventFilter(guard)
    try:
        for _ in range(2):
            window = QWidget()
            qtbot.addWidget(window)
            window.show()
            assert window.isVisible()
    finally:
        application.removeEventFilter(guard)
    said = [one for one in caplog.messages if "captures" in one]
    assert guard.failed and len(said) == 1
