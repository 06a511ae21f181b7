"""Visits one after another in a window of its own process: what the memory does over a day.

``python -m tests.support.visits 50`` prints the resident memory in KiB after each visit.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.cases.screens.board import BoardScreen
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.entry import EntryScreen
from app.cases.screens.paper import PaperScreen
from app.core.collector import look_less_often
from app.persons.screens.search import SearchScreen
from app.start.running import make_application
from app.ui.shell.window import MainWindow
from forms.fonts import load_fonts
from tests.support.counter import counter_in
from tests.support.desk import Room


class Waiter:
    """What the desk of a test uses of pytest-qt."""

    def __init__(self, application: QApplication) -> None:
        self._application = application

    def addWidget(self, widget: QWidget) -> None:
        """The window owns it."""

    def waitUntil(self, done: Callable[[], bool], timeout: int = 10_000) -> None:
        end = time.monotonic() + timeout / 1000
        while not done():
            assert time.monotonic() < end
            self._application.processEvents()
            # the event loop of a program does this by itself
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def visit(room: Room, window: MainWindow) -> None:
    """Search, the entry's first page, the decision, the paper, the day board."""
    counter, desk = room.counter, room.desk()

    def show(screen: Any) -> Any:
        window.show_screen(screen)
        room.settle()
        return screen

    search = show(SearchScreen(desk))
    search.box.setText("辻󠄀﨑　髙子")
    room.until(lambda: search._results is not None)
    view = counter.decided()
    entry = show(EntryScreen(desk, "move_in"))
    room.until(lambda: entry.form is not None)
    decision = show(DecisionScreen(desk, "move_in", view.case_id))
    room.until(lambda: decision.view is not None)
    room.went.clear()
    decision.main_button.click()
    room.until(lambda: bool(room.went))
    paper = show(PaperScreen(desk, "move_in", view.case_id))
    room.until(lambda: paper.proof is not None)
    paper.main_button.click()
    room.until(lambda: paper.issued is not None)
    show(BoardScreen(desk))


def resident_kib() -> int:
    """What of this process lies in memory."""
    line = next(
        one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmRSS")
    )
    return int(line.split()[1])


def main(visits: int) -> None:
    application = make_application(load_fonts())
    look_less_often()
    with tempfile.TemporaryDirectory() as folder, counter_in(Path(folder)) as counter:
        room = Room(counter, Waiter(application))
        window = MainWindow(training=True, terminal="見本市")
        window.show()
        for _ in range(visits):
            visit(room, window)
            print(resident_kib(), flush=True)
        room.printing.close()
        room.operations.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
