"""What F1 and ? show: the manual at the page of the open screen, and the keys of the screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QDialog, QGridLayout, QTextEdit, QVBoxLayout, QWidget

from app.ui.base.keys import EVERYWHERE, Key, written
from app.ui.base.labels import ActionButton, PlainLabel
from app.ui.base.monitors import free_space
from app.ui.base.pages import scrolled

_PART = 0.8
"""How much of the monitor the dialogs take at most."""


class _Told(QDialog):
    """Something to read over the screen; Esc or the button closes it."""

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.column = QVBoxLayout(self)

    def close_by(self) -> None:
        """Add the button that closes."""
        button = ActionButton("閉じる  [Esc]")
        button.clicked.connect(self.reject)
        self.column.addWidget(button, 0, Qt.AlignmentFlag.AlignRight)


class ManualDialog(_Told):
    """The operator's manual (Markdown of our own), open at ``heading``; its text can be searched
    with the eye and the arrow keys alone."""

    def __init__(self, parent: QWidget, manual: str, heading: str) -> None:
        super().__init__(parent, "操作の手引き")
        self.pages = QTextEdit()
        self.pages.setReadOnly(True)
        self.pages.setAccessibleName("操作の手引き")
        self.pages.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.pages.setMarkdown(manual)
        self.column.addWidget(self.pages, 1)
        self.close_by()
        self.resize(free_space().size() * _PART)
        self._at = self._place_of(heading)
        self.pages.setFocus()

    @property
    def opened_at(self) -> str:
        """The heading at which it is open."""
        return self.pages.textCursor().block().text()

    def go_to_heading(self) -> None:
        """Bring the heading to the top; called when the dialog has its size."""
        cursor = QTextCursor(self.pages.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        self.pages.setTextCursor(cursor)  # from below, so that it comes to stand at the top
        cursor.setPosition(self._at)
        self.pages.setTextCursor(cursor)

    def _place_of(self, heading: str) -> int:
        block = self.pages.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and block.text() == heading:
                return block.position()
            block = block.next()
        return 0


class KeysDialog(_Told):
    """The keys of a screen, those of every screen after them."""

    def __init__(self, parent: QWidget, of_page: Sequence[Key]) -> None:
        super().__init__(parent, "この画面のキー")
        inner = QWidget()
        grid = QGridLayout(inner)
        known = {one.key for one in of_page}
        self.lines = (*of_page, *(one for one in EVERYWHERE if one.key not in known))
        for at, one in enumerate(self.lines):
            key = PlainLabel(written(one.key))
            key.setObjectName("fieldLabel")
            does = PlainLabel(one.does)
            does.setWordWrap(True)
            grid.addWidget(key, at, 0)
            grid.addWidget(does, at, 1)
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(28)
        self.column.addWidget(scrolled(inner), 1)
        self.close_by()
        wanted = inner.sizeHint().grownBy(self.contentsMargins())
        room = free_space().size() * _PART
        self.resize(max(wanted.width() + 80, 480), min(wanted.height() + 90, room.height()))
