"""Text on the screen as it is written: what stands in a label is never markup.

Qt takes a text that looks like HTML for HTML. A name or an address out of a file could then draw a
picture, hide its own end or look like a message of the program.
"""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QInputDialog, QLabel, QWidget


class PlainLabel(QLabel):
    """A label that shows every sign of its text. The only label of the program; a test looks."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


class PlainQuestion(QInputDialog):
    """A small question whose words may hold a name."""

    def showEvent(self, event: QShowEvent) -> None:
        for label in self.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)
        super().showEvent(event)


def as_tip(text: str) -> str:
    """``text`` for a tool tip, which has no format to set: its signs are written as markup's."""
    return f"<qt>{html.escape(text)}</qt>"
