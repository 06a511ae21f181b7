"""A closed screen is destroyed on the thread of the windows, whoever allocates meanwhile."""

from __future__ import annotations

import gc
import re
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.base.collecting import collect_here, collect_when_due
from app.ui.shell.window import MainWindow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds, collecting = gc.get_threshold(), gc.isenabled()
    gc.collect()
    gc.enable()
    yield
    gc.set_threshold(*thresholds)
    if not collecting:
        gc.disable()


def closed_screen(destroyed_on: list[int]) -> None:
    """A button in a cycle that nobody holds any more."""
    button = QPushButton("発行")
    button.itself = button  # type: ignore[attr-defined]
    weakref.finalize(button, lambda: destroyed_on.append(threading.get_ident()))


def allocating() -> int:
    return len([[number] for number in range(200_000)])


def test_an_operation_destroys_no_screen(qtbot: QtBot, qapp: QApplication) -> None:
    timer = collect_here(qapp)
    gc.set_threshold(700, 10, 10)
    destroyed_on: list[int] = []
    closed_screen(destroyed_on)
    with ThreadPoolExecutor(1) as operations:
        assert operations.submit(allocating).result() == 200_000
    assert destroyed_on == []
    gc.set_threshold(1, 10, 10)
    qtbot.waitUntil(lambda: bool(destroyed_on), timeout=10_000)
    timer.stop()
    assert destroyed_on == [threading.get_ident()]


def test_what_is_not_due_waits(qapp: QApplication) -> None:
    gc.disable()
    gc.set_threshold(1_000_000, 1_000, 1_000)
    destroyed_on: list[int] = []
    closed_screen(destroyed_on)
    collect_when_due()
    assert destroyed_on == []
    gc.set_threshold(1, 1_000, 1_000)
    collect_when_due()
    assert destroyed_on == [threading.get_ident()]


def test_two_windows_collected_at_once_leave_the_screen(qapp: QApplication) -> None:
    """PySide takes the screen that a widget gives for the widget's child."""
    gone: list[str] = []
    QGuiApplication.primaryScreen().destroyed.connect(lambda: gone.append("screen"))
    windows: list[QWidget] = []
    for _ in range(2):
        window = MainWindow(training=True, terminal="T01")
        window.itself = window  # type: ignore[attr-defined]
        weakref.finalize(window, lambda: gone.append("window"))
        windows.append(window)
    del window
    windows.clear()
    gc.collect()
    assert gone == ["window", "window"]


def test_nobody_asks_a_widget_for_its_screen() -> None:
    asking = [
        str(path.relative_to(ROOT))
        for top in ("app", "forms", "tests")
        for path in (ROOT / top).rglob("*.py")
        if re.search(r"\.screen\(\)", path.read_text("utf-8"))
    ]
    assert asking == []
