"""Counts as bars (件数の棒): by hour of the day and by day, to be taken in at a glance."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.base.theme import colour

_HEIGHT = 118
_FOOT = 22
_HEAD = 18
_LEAST_WIDTH = 5.0


class Bars(QWidget):
    """One bar for each of ``labels``; a bar that is clicked gives its place. Bars that are
    ``marked`` (off-hours, a chosen day) have another colour and a dot under them."""

    chosen = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMinimumHeight(_HEIGHT)
        self._counts: tuple[int, ...] = ()
        self._labels: tuple[str, ...] = ()
        self._marked: frozenset[int] = frozenset()

    def show_counts(
        self, counts: Sequence[int], labels: Sequence[str], marked: Sequence[int] = ()
    ) -> None:
        """Draw these counts; a screen reader gets them as words."""
        self._counts, self._labels = tuple(counts), tuple(labels)
        self._marked = frozenset(marked)
        told = "、".join(
            f"{label} {count}件" for label, count in zip(labels, counts, strict=True) if count
        )
        self.setAccessibleDescription(told or "0件")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars from the ground line, the greatest count at the top, labels where they fit."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        font = painter.font()
        font.setPointSizeF(max(7.0, font.pointSizeF() * 0.72))
        painter.setFont(font)
        most = max(self._counts, default=0)
        ground = self.height() - _FOOT
        painter.drawLine(QPointF(0, ground), QPointF(self.width(), ground))
        if not most:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "ありません")
            return
        painter.drawText(QRectF(0, 0, self.width(), _HEAD), 0, f"最大 {most:,}件")
        step, bars = self._step(), (colour("bars"), colour("bars_marked"))
        every = max(1, round(painter.fontMetrics().horizontalAdvance("00日") / step + 0.5))
        for at, count in enumerate(self._counts):
            left = at * step
            tall = (ground - _HEAD) * count / most
            shade = bars[at in self._marked]
            painter.fillRect(QRectF(left + 1, ground - tall, max(1.0, step - 2), tall), shade)
            if at % every == 0:
                where = QRectF(left, ground + 2, step * every, _FOOT - 2)
                painter.drawText(where, 0, self._labels[at])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the bar under the pointer."""
        at = int(event.position().x() // self._step())
        if 0 <= at < len(self._counts):
            self.chosen.emit(at)

    def _step(self) -> float:
        return max(_LEAST_WIDTH, self.width() / max(1, len(self._counts)))
