"""The error door: the one place where errors are shown (DESIGN 1.12).

One dialog stands at a time, never above the cover; what nobody waits for is not a dialog at all
but a line of text, once for each cause.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from app.core.errors import MadoguchiError
from app.core.shown import as_shown
from app.ui.base.labels import PlainLabel
from app.ui.base.monitors import free_space
from app.ui.base.theme import grown
from app.ui.base.watch import Background


class ErrorDialog(QDialog):
    """What happened and what to do, in large letters, closed by Enter or Esc; ``closed`` is
    called then."""

    def __init__(
        self, parent: QWidget | None, shown: tuple[str, str, str], closed: Callable[[], None]
    ) -> None:
        super().__init__(parent)
        self._closed = closed
        title, message, remedy = shown
        self.setWindowTitle(title)
        self.setObjectName("errorDialog")
        self.setAccessibleName(message)
        self.setAccessibleDescription(remedy)
        self.setMinimumWidth(min(grown(560), free_space().width() - 40))
        layout = QVBoxLayout(self)
        layout.setSpacing(14)
        layout.setContentsMargins(28, 24, 28, 20)
        self.message = PlainLabel(message)
        self.message.setObjectName("errorMessage")
        self.message.setWordWrap(True)
        self.remedy = PlainLabel(remedy)
        self.remedy.setObjectName("errorRemedy")
        self.remedy.setWordWrap(True)
        for label in (self.message, self.remedy):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
            layout.addWidget(label)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("閉じる (Enter)")
        buttons.accepted.connect(self.accept)
        layout.addWidget(buttons)

    def done(self, result: int) -> None:
        super().done(result)
        self._closed()


class ErrorDoor:
    """Shows errors over the window that was working. ``last`` is what was shown last, for
    the status line and for tests. While ``covered`` says so nothing is opened: it is told as
    what nobody waits for."""

    def __init__(
        self,
        log: logging.Logger,
        background: Background,
        covered: Callable[[], bool] = lambda: False,
    ) -> None:
        self._log = log
        self._background = background
        self._covered = covered
        self._open: ErrorDialog | None = None
        self._next: list[tuple[QWidget | None, tuple[str, str, str]]] = []
        self.last: tuple[str, str, str] | None = None

    def show(self, parent: QObject | None, error: BaseException) -> None:
        """Open the dialog without blocking the screen thread's event loop. While one is open the
        same error is not shown again, and another waits until it is closed."""
        if self._covered():
            self.murmur(error)
            return
        self.last = shown = as_shown(error, self._log)
        owner = parent if isinstance(parent, QWidget) and shiboken6.isValid(parent) else None
        standing = self._open
        if standing is None or not shiboken6.isValid(standing) or not standing.isVisible():
            self._put_up(owner, shown)
        elif shown[1] != standing.message.text() and shown not in [one for _, one in self._next]:
            self._next.append((owner, shown))

    def murmur(self, error: BaseException, of: str = "aside") -> None:
        """Tell of work that nobody waits for, by the work's name: one line for each cause, no
        dialog."""
        cause = _cause(error)
        if not self._background.has_trouble(of, cause):
            _, message, _ = as_shown(error, self._log)
            self._background.trouble(of, cause, message)

    def close(self) -> None:
        """Take down what is shown and what waits to be: the cover comes."""
        self._next.clear()
        if self._open is not None and shiboken6.isValid(self._open):
            self._open.reject()

    def _put_up(self, owner: QWidget | None, shown: tuple[str, str, str]) -> None:
        dialog = ErrorDialog(owner.window() if owner else None, shown, self._go_on)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._open = dialog
        dialog.open()

    def _go_on(self) -> None:
        self._open = None
        if self._next and not self._covered():
            owner, shown = self._next.pop(0)
            valid = owner if owner is not None and shiboken6.isValid(owner) else None
            self._put_up(valid, shown)


def _cause(error: BaseException) -> str:
    """What makes two failures the same: the code, or for a mistake of ours its kind and the
    line where it happened."""
    if isinstance(error, MadoguchiError):
        return error.code
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    at = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where is not None else ""
    return f"{type(error).__name__} {at}"
