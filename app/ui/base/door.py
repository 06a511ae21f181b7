"""The error door: the one place where errors are shown (DESIGN 1.10)."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from app.core.shown import as_shown


class ErrorDialog(QDialog):
    """What happened and what to do, in large letters, closed by Enter or Esc."""

    def __init__(self, parent: QWidget | None, title: str, message: str, remedy: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setObjectName("errorDialog")
        self.setMinimumWidth(560)
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.setContentsMargins(28, 24, 28, 20)
        self.message = QLabel(message)
        self.message.setObjectName("errorMessage")
        self.message.setWordWrap(True)
        self.remedy = QLabel(remedy)
        self.remedy.setObjectName("errorRemedy")
        self.remedy.setWordWrap(True)
        for label in (self.message, self.remedy):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            layout.addWidget(label)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("閉じる (Enter)")
        buttons.accepted.connect(self.accept)
        layout.addWidget(buttons)


class ErrorDoor:
    """Shows errors over the window that was working. ``last`` is what was shown last, for
    the status line and for tests."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self.last: tuple[str, str, str] | None = None

    def show(self, parent: QObject | None, error: BaseException) -> None:
        """Open the dialog without blocking the screen thread's event loop."""
        title, message, remedy = as_shown(error, self._log)
        self.last = (title, message, remedy)
        owner = parent if isinstance(parent, QWidget) else None
        dialog = ErrorDialog(owner.window() if owner else None, title, message, remedy)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
