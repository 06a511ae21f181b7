"""端末の定期の仕事: when each was done, when it is done next, and what keeps it back."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from app.security.scheduled import Due
from app.ui.base.labels import as_tip
from app.ui.base.tables import widen
from app.ui.base.theme import grown

_HEAD = ("端末の定期の仕事", "いつ", "前回", "次回", "状態")
_WIDTHS = (390, 270, 150, 140)
_ROW = 28


class SystemWork(QTableWidget):
    """The schedule, to be read only: as high as its lines, and no stop of the keyboard."""

    def __init__(self) -> None:
        super().__init__(0, len(_HEAD))
        self.setAccessibleName("端末の定期の仕事")
        self.setHorizontalHeaderLabels(list(_HEAD))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(grown(_ROW))
        self.horizontalHeader().setStretchLastSection(True)
        widen(self, _WIDTHS)
        self._lines: tuple[Due, ...] = ()

    def show_lines(self, lines: tuple[Due, ...]) -> None:
        """Show these."""
        self._lines = lines
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            state = line.trouble or "予定どおり"
            cells = (line.what, line.every, told(line.last) or "まだない", told(line.due), state)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text or "次の連絡のとき")
                item.setToolTip(as_tip(text))
                self.setItem(row, column, item)
        self.setFixedHeight(
            self.horizontalHeader().sizeHint().height() + grown(_ROW) * len(lines) + 4
        )

    def late(self) -> tuple[Due, ...]:
        """What something keeps back."""
        return tuple(line for line in self._lines if line.is_late)


def told(moment: str) -> str:
    """A moment, a day or a month as the clerk reads it; "" for none."""
    if not moment:
        return ""
    if len(moment) == len("2026-11"):
        return f"{int(moment[:4])}年{int(moment[5:])}月分"
    day = date.fromisoformat(moment[:10])
    return f"{day.month}月{day.day}日 {moment[11:16]}".strip()
