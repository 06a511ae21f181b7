"""How much room there is on the monitor.

PySide takes what a widget's own ``screen()`` gives for a child of that widget: when two windows
that asked are collected at once, Qt's screen is destroyed with them, and the next window to hide
ends the process. So nobody asks a widget for its screen (a test reads the source for it).
"""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget


def free_space(window: QWidget | None = None) -> QRect:
    """What no task bar covers of the monitor on which ``window`` stands, else of the first."""
    screen = QGuiApplication.screenAt(window.frameGeometry().center()) if window else None
    return (screen or QGuiApplication.primaryScreen()).availableGeometry()
