"""Buttons or boxes beside each other, in as many rows as the window's width asks for: on a small or
enlarged monitor none is cut off."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QLayout, QLayoutItem

from app.ui.base.theme import enlarged


class ActionRow(QLayout):
    """A layout of buttons at the right, or of boxes ``from_left``; one row where there is room."""

    def __init__(self, gap: int, *, from_left: bool = False) -> None:
        super().__init__()
        self._from_left = from_left
        self.setSpacing(gap)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        rows = self._rows(width)
        heights = [max(item.sizeHint().height() for item in row) for row in rows]
        return sum(heights) + self.spacing() * max(len(rows) - 1, 0)

    def minimumSize(self) -> QSize:
        widest, tallest = 0, 0
        for item in self._shown():
            widest = max(widest, item.sizeHint().width())
            tallest = max(tallest, item.sizeHint().height())
        return QSize(widest, tallest)

    def sizeHint(self) -> QSize:
        shown = self._shown()
        width = sum(item.sizeHint().width() for item in shown)
        return QSize(width + self.spacing() * max(len(shown) - 1, 0), self.minimumSize().height())

    def setGeometry(self, place: QRect) -> None:
        super().setGeometry(place)
        top = place.top()
        for row in self._rows(place.width()):
            sizes = [item.sizeHint() for item in row]
            tallest = max(size.height() for size in sizes)
            left = place.left()
            if not self._from_left:
                left = place.right() + 1 - sum(size.width() for size in sizes)
                left -= self.spacing() * (len(row) - 1)
            for item, size in zip(row, sizes, strict=True):
                item.setGeometry(QRect(QPoint(left, top), QSize(size.width(), tallest)))
                left += size.width() + self.spacing()
            top += tallest + self.spacing()

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        used = 0
        for item in self._shown():
            need = item.sizeHint().width()
            if rows and used + self.spacing() + need <= width:
                rows[-1].append(item)
                used += self.spacing() + need
            else:
                rows.append([item])
                used = need
        return rows


def folded(text: str, width_of: Callable[[str], float], room: float) -> list[str]:
    """``text`` in lines of at most ``room`` by ``width_of``: broken at two spaces where one stands
    in the line, else between two signs, never in a word of Latin letters and digits."""
    lines, rest = [], text
    while width_of(rest) > room:
        end = 1
        while end < len(rest) and width_of(rest[: end + 1]) <= room:
            end += 1
        space = rest.rfind("  ", 0, end + 1)
        while end > 1 and rest[end - 1 : end + 1].isascii() and not rest[end].isspace():
            end -= 1
        end = space if space > 0 else end
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return [*lines, rest]


def folded_words(text: str, room: int) -> str:
    """Words for a box or a button in lines of at most ``room`` dots in the letters there are: only
    labels break their lines by themselves."""
    width_of = QFontMetrics(QGuiApplication.font()).horizontalAdvance
    return "\n".join(folded(text, width_of, room))


_BESIDE_UP_TO = 1.4
"""How much larger letters may be where two halves of a page still stand beside each other."""


def side_by_side() -> QBoxLayout:
    """A layout for two halves of a page: beside each other, with large letters one below the
    other."""
    ways = QBoxLayout.Direction
    return QBoxLayout(ways.LeftToRight if enlarged() <= _BESIDE_UP_TO else ways.TopToBottom)
