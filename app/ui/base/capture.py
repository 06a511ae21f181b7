"""Keeping the windows out of screen captures, where the system offers it (SEC-55).

Windows leaves a window with this mark black in every capture, remote view and recording. Other
systems have no such mark; there the deployment's conditions count (docs/deployment.md).
"""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

_EXCLUDED, _MONITOR_ONLY = 0x11, 0x01
"""Left out of captures (Windows 10 2004 and later); black in them (before)."""
SetMark = Callable[[int, int], bool]
"""Puts the mark on a native window; whether the system took it."""

_log = logging.getLogger(__name__)


class CaptureGuard(QObject):
    """Marks every window of the program as it comes up, dialogs and lists too. A window that the
    system does not let be marked is named once in the log and shown all the same: who works at the
    counter must see it. ``failed`` says whether that happened."""

    def __init__(self, set_mark: SetMark) -> None:
        super().__init__()
        self._set_mark = set_mark
        self.failed = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self._mark(int(watched.winId()))
        return False

    def _mark(self, handle: int) -> None:
        if self._set_mark(handle, _EXCLUDED) or self._set_mark(handle, _MONITOR_ONLY):
            return
        if not self.failed:
            self.failed = True
            _log.warning("a window could not be kept out of screen captures")


def guard_windows(application: QApplication) -> CaptureGuard | None:
    """Guard all windows from now on; None where the system has no such mark."""
    if sys.platform != "win32":
        return None
    else:  # noqa: RET505 - the branches are told apart by platform
        user32 = ctypes.WinDLL("user32", use_last_error=True)
        guard = CaptureGuard(
            lambda handle, mark: bool(user32.SetWindowDisplayAffinity(handle, mark))
        )
        application.installEventFilter(guard)
        return guard
