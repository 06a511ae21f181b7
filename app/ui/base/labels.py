"""Text on the screen as it is written: what stands in a label is never markup.

Qt takes a text that looks like HTML for HTML. A name or an address out of a file could then draw a
picture, hide its own end or look like a message of the program.
"""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QShowEvent
from PySide6.QtWidgets import QInputDialog, QLabel, QPushButton, QWidget


class PlainLabel(QLabel):
    """A label that shows every sign of its text. The only label of the program; a test looks."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


class ActionButton(QPushButton):
    """A button that is spoken as it is written, without its key: whatever it says at the time."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setText(text)

    def setText(self, text: str) -> None:
        """Write words and key (``送信  [Ctrl+Enter]``)."""
        super().setText(text)
        self.setAccessibleName(text.partition("  [")[0])


def announce(place: QWidget, text: str) -> None:
    """Have a screen reader say what has changed where nobody's cursor is."""
    if text:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(place, text))


class PlainQuestion(QInputDialog):
    """A small question whose words may hold a name."""

    def showEvent(self, event: QShowEvent) -> None:
        for label in self.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
        super().showEvent(event)


def as_tip(text: str) -> str:
    """``text`` for a tool tip, which has no format to set: its signs are written as markup's."""
    return f"<qt>{html.escape(text)}</qt>"
