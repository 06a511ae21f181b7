"""The one Qt application of a program, and what Qt says on the text screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from PySide6.QtCore import (
    QMessageLogContext,
    QSocketNotifier,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.core.language import in_words
from app.core.process import waking
from app.core.stopping import Stop
from app.ui.base.collecting import collect_here

_OF_NO_USE = ("propagateSizeHints",)
"""What the platform for programs without a screen says of itself at every window."""

_SCREEN_GONE = "connection broke"


def open_application() -> QApplication:
    """The running application, else a new one.

    Where Qt finds no screen to draw on it ends the process and lets nobody catch that: then one
    sentence of ours is told instead of its own, and the process ends with 1. So it is called
    before anything is set up.
    """
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    held: list[str] = []

    def opening(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind is QtMsgType.QtFatalMsg:
            _no_screen()
        held.append(text)

    before = qInstallMessageHandler(opening)
    application = QApplication(["madoguchi"])
    collect_here(application)
    if before is not None:  # a test's own ear
        qInstallMessageHandler(before)
    else:
        qInstallMessageHandler(_tell)
        for text in held:
            _tell(QtMsgType.QtWarningMsg, None, text)
    return application


def _no_screen() -> NoReturn:
    tried = os.environ.get("QT_QPA_PLATFORM") or os.environ.get("DISPLAY", "")
    print(
        in_words(
            f"画面を開けません（{tried or '画面なし'}）。\n"
            "画面のあるデスクトップから実行し直してください。",
            f"No window can be opened ({tried or 'no display'}).\n"
            "Run the command again from a desktop with a display.",
        ),
        file=sys.stderr,
        flush=True,
    )
    os._exit(1)


def _tell(_kind: QtMsgType, _context: QMessageLogContext | None, text: str) -> None:
    if any(word in text for word in _OF_NO_USE):
        return
    if _SCREEN_GONE in text:  # and Qt ends the process
        text = in_words(
            "画面との接続が切れたため、終わりました。",
            "The display is gone; the program has ended.",
        )
    print(text, file=sys.stderr, flush=True)


@contextmanager
def hearing_signals(application: QApplication) -> Iterator[None]:
    """Let Python's signal handlers run while Qt waits for events. (Windows has no such pipes;
    there they run with the next timer of the program.)"""
    with waking() as reading:
        if reading is None:
            yield
            return
        notifier = QSocketNotifier(reading, QSocketNotifier.Type.Read, application)
        notifier.activated.connect(lambda: os.read(reading, 512))
        try:
            yield
        finally:
            notifier.setEnabled(False)


def run_until_closed(application: QApplication, window: QWidget, stop: Stop) -> int:
    """Run the event loop until the last window is closed; a signal closes ``window`` and raises
    Stopped after the loop has ended."""

    def end() -> None:
        window.close()
        application.quit()

    # From the loop, not from where the signal happened to come: closing ends the running work.
    with hearing_signals(application), stop.softly(lambda: QTimer.singleShot(0, end)):
        return int(application.exec())
