"""One question with a long list of answers in groups: a few signs narrow it, ↑↓ moves, Enter takes.

For a short list there is ``choice``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.core.text import search_key
from app.ui.base.labels import PlainLabel

_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_PLACE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer: the group under whose heading it stands, its words, and what it is also found
    by (a code, another name)."""

    group: str
    label: str
    also: str = ""


class Picker(QDialog):
    """``then`` gets the place of the answer among ``offers``."""

    def __init__(
        self, parent: QWidget, question: str, offers: Sequence[Offer], then: Callable[[int], None]
    ) -> None:
        super().__init__(parent)
        self._offers = offers
        self._then = then
        self.setWindowTitle(question.partition("。")[0])
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 620)
        self.narrow = QLineEdit()
        self.narrow.setPlaceholderText("ことばで絞る　例：転出、口座、再交付")
        self.narrow.setAccessibleName("ことばで絞る")
        self.narrow.textChanged.connect(self._fill)
        self.narrow.returnPressed.connect(self._take)
        self.narrow.installEventFilter(self)
        self.list = QListWidget()
        self.list.setSpacing(3)
        self.list.setAccessibleName(question)
        self.list.itemActivated.connect(lambda _item: self._take())
        buttons = QDialogButtonBox()
        begin = buttons.addButton("始める  [Enter]", QDialogButtonBox.ButtonRole.AcceptRole)
        begin.setDefault(False)
        buttons.addButton("やめる  [Esc]", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._take)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for part in (PlainLabel(question), self.narrow, self.list, buttons):
            column.addWidget(part)
        self._fill("")

    def labels(self) -> list[str]:
        """The answers that are shown, without their headings."""
        return [self._offers[at].label for at in self._shown()]

    def take(self, label: str) -> None:
        """Take the answer with these words."""
        for row in range(self.list.count()):
            at = self.list.item(row).data(_PLACE)
            if at is not None and self._offers[at].label == label:
                self.list.setCurrentRow(row)
        self._take()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """↑↓ in the field move in the list, so that no hand leaves the keys."""
        pressed = event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() in _MOVES:
            self.list.keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        wanted = search_key(text)
        self.list.clear()
        group = ""
        for at, offer in enumerate(self._offers):
            if wanted not in search_key(f"{offer.group}{offer.label}{offer.also}"):
                continue
            if offer.group != group:
                group = offer.group
                heading = QListWidgetItem(f"― {group}")
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                bold = self.list.font()
                bold.setBold(True)
                heading.setFont(bold)
                self.list.addItem(heading)
            item = QListWidgetItem(f"　{offer.label}")
            item.setData(_PLACE, at)
            self.list.addItem(item)
        first = next((row for row, at in enumerate(self._rows()) if at is not None), None)
        if first is not None:
            self.list.setCurrentRow(first)

    def _rows(self) -> list[int | None]:
        return [self.list.item(row).data(_PLACE) for row in range(self.list.count())]

    def _shown(self) -> list[int]:
        return [at for at in self._rows() if at is not None]

    def _take(self) -> None:
        item = self.list.currentItem()
        at = item.data(_PLACE) if item is not None else None
        if at is None:
            return
        self.accept()
        self._then(int(at))


def pick(
    parent: QWidget, question: str, offers: Sequence[Offer], then: Callable[[int], None]
) -> Picker:
    """Ask; the caller goes on in ``then``."""
    dialog = Picker(parent, question, offers, then)
    dialog.open()
    dialog.narrow.setFocus()
    return dialog
