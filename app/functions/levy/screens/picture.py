"""The premium as a picture: what a year's amount is made of, and its instalments. Patterns tell
the pieces apart, so that it reads in black and white, and every piece carries its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFontMetricsF, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from app.functions.levy.account import State
from app.functions.levy.shown import Segment
from app.functions.levy.words import yen

_PATTERNS = (
    Qt.BrushStyle.SolidPattern,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.Dense5Pattern,
    Qt.BrushStyle.CrossPattern,
)
_BAR, _GAP, _LINE = 26.0, 8.0, 1.6


@dataclass(frozen=True, slots=True)
class YearBar:
    """One year's bar: its name, its pieces, its amount in yen."""

    label: str
    segments: tuple[Segment, ...]
    amount: int


@dataclass(frozen=True, slots=True)
class PeriodBar:
    """One instalment's bar, yen."""

    label: str
    amount: int
    paid: int
    state: State


class _Picture(QWidget):
    """A drawing in the theme's own colours."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setAutoFillBackground(False)

    def _pen(self, painter: QPainter, width: float = _LINE) -> None:
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.WindowText), width))

    def _brush(self, style: Qt.BrushStyle) -> QBrush:
        return QBrush(self.palette().color(QPalette.ColorRole.WindowText), style)

    def _metrics(self, painter: QPainter) -> QFontMetricsF:
        font = painter.font()
        font.setPointSizeF(max(8.0, font.pointSizeF() * 0.8))
        painter.setFont(font)
        return QFontMetricsF(font)


class PartsPicture(_Picture):
    """One bar a year, this one above the last, each piece in its pattern and named beneath."""

    def __init__(self) -> None:
        super().__init__("保険料の内訳の図")
        self._years: tuple[YearBar, ...] = ()

    def show_years(self, years: Sequence[YearBar]) -> None:
        """Draw these; a screen reader gets them as words."""
        self._years = tuple(years)
        self.setAccessibleDescription(
            "。".join(
                f"{one.label} {yen(one.amount)}"
                + "".join(f"、{piece.label} {yen(piece.amount)}" for piece in one.segments)
                for one in self._years
            )
        )
        self.setMinimumHeight(self._height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, self._height())

    def _height(self) -> int:
        line = QFontMetricsF(self.font()).height()
        names = len(self._names())
        return int(len(self._years) * (_BAR + _GAP + line) + (names + 1) // 2 * (line + 4) + _GAP)

    def _names(self) -> dict[str, Qt.BrushStyle]:
        labels = dict.fromkeys(piece.label for one in self._years for piece in one.segments)
        return {label: _PATTERNS[at % len(_PATTERNS)] for at, label in enumerate(labels)}

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self._metrics(painter)
        names = self._names()
        most = max((one.amount for one in self._years), default=0)
        top = 0.0
        for one in self._years:
            self._pen(painter)
            painter.drawText(QPointF(0, top + metrics.ascent()), f"{one.label}　{yen(one.amount)}")
            top += metrics.height() + 2
            left, wide = 1.0, self.width() - 2.0
            for piece in one.segments:
                width = wide * piece.amount / max(1, most)
                place = QRectF(left, top, width, _BAR)
                painter.setBrush(self._brush(names[piece.label]))
                painter.drawRect(place)
                left += width
            top += _BAR + _GAP
        self._legend(painter, metrics, names, top)

    def _legend(
        self,
        painter: QPainter,
        metrics: QFontMetricsF,
        names: dict[str, Qt.BrushStyle],
        top: float,
    ) -> None:
        line, half = metrics.height() + 4, self.width() / 2
        for at, (label, style) in enumerate(names.items()):
            left, here = (at % 2) * half, top + at // 2 * line
            painter.setBrush(self._brush(style))
            painter.drawRect(QRectF(left + 1, here + 2, 22, line - 8))
            painter.drawText(QPointF(left + 30, here + metrics.ascent()), label)


class PeriodsPicture(_Picture):
    """One column an instalment: what is paid filled, what is late hatched, what is to come empty;
    the next one has a thick edge and says so."""

    _WORDS: ClassVar[Mapping[State, str]] = {
        State.PAID: "済",
        State.OVERPAID: "過",
        State.NEXT: "次",
        State.LATE: "未納",
        State.OPEN: "",
        State.NOTHING: "",
    }

    def __init__(self) -> None:
        super().__init__("期ごとの納付の図")
        self._periods: tuple[PeriodBar, ...] = ()
        self.setMinimumHeight(150)

    def show_periods(self, periods: Sequence[PeriodBar]) -> None:
        """Draw these; a screen reader gets them as words."""
        self._periods = tuple(periods)
        self.setAccessibleDescription(
            "、".join(
                f"{one.label} {yen(one.amount)}のうち{yen(one.paid)}納付" for one in self._periods
            )
            or "期割はありません"
        )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = self._metrics(painter)
        self._pen(painter)
        line = metrics.height()
        ground, top = self.height() - line - 4, line + 2
        painter.drawLine(QPointF(0, ground), QPointF(self.width(), ground))
        if not self._periods:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, "期割はまだ届いていません")
            return
        most = max(max(one.amount, one.paid) for one in self._periods) or 1
        step = self.width() / len(self._periods)
        for at, one in enumerate(self._periods):
            width = min(46.0, step - 8)
            left = at * step + (step - width) / 2
            whole = (ground - top) * one.amount / most
            paid = (ground - top) * min(one.paid, one.amount) / most
            late = one.state is State.LATE
            style = Qt.BrushStyle.BDiagPattern if late else Qt.BrushStyle.NoBrush
            self._pen(painter, 3.4 if one.state is State.NEXT else _LINE)
            painter.setBrush(self._brush(style))
            painter.drawRect(QRectF(left, ground - whole, width, whole))
            painter.fillRect(
                QRectF(left, ground - paid, width, paid),
                self._brush(Qt.BrushStyle.SolidPattern),
            )
            self._pen(painter)
            middle = Qt.AlignmentFlag.AlignHCenter
            over = QRectF(at * step, ground - whole - line - 1, step, line)
            painter.drawText(over, middle, self._WORDS[one.state])
            painter.drawText(QRectF(at * step, ground + 3, step, line), middle, one.label)
