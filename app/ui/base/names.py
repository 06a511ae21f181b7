"""Names in their exact variant. Qt ignores variation selectors (TECH 0.2), so names are drawn
glyph by glyph from the same fonts as the paper, and edited one visible character at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QTransform,
)
from PySide6.QtWidgets import (
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.core.text import clusters
from app.ui.base.theme import enlarged, grown
from forms.fonts import FontFile, FontSet, split_runs


class NamePainter:
    """Draws text with the outlines the certificate will have. The fonts are those of the
    process, read where they lie; a painter keeps the outlines it has traced and no more."""

    def __init__(self, fonts: FontSet) -> None:
        self._fonts = fonts
        self._traced: dict[tuple[FontFile, int], QPainterPath] = {}

    def path(self, text: str, pixels: float, role: str = "mincho") -> tuple[QPainterPath, float]:
        """The outline of ``text`` with its baseline at y=0, and its advance in pixels."""
        whole = QPainterPath()
        whole.setFillRule(Qt.FillRule.WindingFill)
        x = 0.0
        for run in split_runs(text, self._fonts, pixels, role).runs:
            scale = pixels / run.font.units_per_em
            for glyph in run.glyphs:
                place = QTransform(scale, 0, 0, scale, x, 0)
                whole.addPath(place.map(self._outline(run.font, glyph.glyph)))
                x += glyph.advance
        return whole, x

    def width(self, text: str, pixels: float, role: str = "mincho") -> float:
        """The advance of ``text`` in pixels."""
        return split_runs(text, self._fonts, pixels, role).width

    def one_font(self, text: str, role: str) -> bool:
        """Whether the first font of ``role`` holds all of ``text``."""
        runs = split_runs(text.replace("\n", ""), self._fonts, 1.0, role).runs
        return len(runs) <= 1 and all(run.font is self._fonts.chain(role)[0] for run in runs)

    def draw(
        self,
        painter: QPainter,
        at: QPointF,
        text: str,
        pixels: float,
        ink: QColor,
        role: str = "mincho",
    ) -> None:
        """Fill the outline of ``text`` with its baseline at ``at``."""
        path, _ = self.path(text, pixels, role)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(at)
        painter.fillPath(path, ink)
        painter.restore()

    def _outline(self, font: FontFile, glyph: int) -> QPainterPath:
        """The outline in font units, y downwards."""
        traced = self._traced.get((font, glyph))
        if traced is None:
            pen = _PathPen()
            font.draw(glyph, pen)
            traced = self._traced[font, glyph] = pen.path
        return traced


class _PathPen:
    """Traces an outline into a path; fonts count y upwards, screens downwards."""

    def __init__(self) -> None:
        self.path = QPainterPath()
        self.path.setFillRule(Qt.FillRule.WindingFill)

    def moveTo(self, at: tuple[float, float]) -> None:
        self.path.moveTo(at[0], -at[1])

    def lineTo(self, to: tuple[float, float]) -> None:
        self.path.lineTo(to[0], -to[1])

    def qCurveTo(self, control: tuple[float, float], to: tuple[float, float]) -> None:
        self.path.quadTo(control[0], -control[1], to[0], -to[1])

    def curveTo(
        self, first: tuple[float, float], second: tuple[float, float], to: tuple[float, float]
    ) -> None:
        self.path.cubicTo(first[0], -first[1], second[0], -second[1], to[0], -to[1])

    def closePath(self) -> None:
        self.path.closeSubpath()


class NameLabel(QWidget):
    """A name or an address in its exact variants (氏名の表示): on one line where there is room,
    else broken between visible characters, so that nothing of it is ever cut off."""

    _LINE_HEIGHT = 1.45
    _LEAST_SIGNS = 6

    def __init__(self, painter: NamePainter, text: str = "", pixels: float = 22.0) -> None:
        super().__init__()
        self._painter = painter
        self._text = text
        self._pixels = pixels
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(text)

    def text(self) -> str:
        """The text as recorded, selectors included."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def lines(self, width: int) -> list[str]:
        """The text as it breaks at ``width`` dots."""
        return broken(self._text, self._width_of, max(width - 4, self._size))

    def heightForWidth(self, width: int) -> int:
        return int(len(self.lines(width)) * self._size * self._LINE_HEIGHT)

    def sizeHint(self) -> QSize:
        width = int(self._width_of(self._text)) + 5
        return QSize(width, int(self._size * self._LINE_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), int(self._LEAST_SIGNS * self._size)), hint.height())

    @property
    def _size(self) -> float:
        return self._pixels * enlarged()

    def _width_of(self, text: str) -> float:
        return self._painter.path(text, self._size)[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self.palette().color(self.foregroundRole())
        lines, step = self.lines(self.width()), self._size * self._LINE_HEIGHT
        at = QPointF(2, (self.height() - step * (len(lines) - 1)) / 2 + self._size * 0.37)
        for line in lines:
            self._painter.draw(painter, at, line, self._size, ink)
            at += QPointF(0, step)
        painter.end()


def broken(text: str, width_of: Callable[[str], float], room: float) -> list[str]:
    """``text`` in lines of at most ``room`` by ``width_of``, between visible characters."""
    lines: list[str] = []
    for line in text.split("\n"):
        now = ""
        if width_of(line) > room:
            for cluster in clusters(line):
                if now and width_of(now + cluster) > room:
                    lines.append(now)
                    now = ""
                now += cluster
        lines.append(now or line)
    return lines


class TextBlock(QWidget):
    """Sentences in which names occur, several lines, wrapped between visible characters: drawn
    like the names themselves, because Qt's own labels ignore variation selectors."""

    _LINE_HEIGHT = 1.5

    def __init__(
        self, painter: NamePainter, text: str, pixels: float = 16.0, role: str = "gothic"
    ) -> None:
        super().__init__()
        self._painter = painter
        self._pixels = pixels
        self._wanted = role
        self._text = text
        self._choose_role()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(text)

    def text(self) -> str:
        """The text as given, selectors included."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self._choose_role()
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def _choose_role(self) -> None:
        """All lines in one hand: a rare variant takes the whole text to the name's font."""
        fits = self._painter.one_font(self._text, self._wanted)
        self._role = self._wanted if fits else "mincho"

    def lines(self, width: int) -> list[str]:
        """The text as it breaks at ``width`` pixels."""
        room = max(width - 2 * self._margin(), int(self._size))
        return broken(
            self._text, lambda line: self._painter.width(line, self._size, self._role), room
        )

    def heightForWidth(self, width: int) -> int:
        height = len(self.lines(width)) * self._size * self._LINE_HEIGHT
        return int(height) + 2 * self._margin()

    def sizeHint(self) -> QSize:
        wide = max(
            self._painter.width(line, self._size, self._role) for line in self._text.split("\n")
        )
        width = min(int(wide) + 2 * self._margin() + 4, 900)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, int(self._size * self._LINE_HEIGHT) + 2 * self._margin())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self.palette().color(self.foregroundRole())
        step = self._size * self._LINE_HEIGHT
        at = QPointF(self._margin() + 1, self._margin() + self._size * 1.1)
        for line in self.lines(self.width()):
            self._painter.draw(painter, at, line, self._size, ink, self._role)
            at += QPointF(0, step)
        painter.end()

    @property
    def _size(self) -> float:
        return self._pixels * enlarged()

    def _margin(self) -> int:
        return 10 if self.objectName().endswith("Box") else 0


class ClusterEdit(QLineEdit):
    """A line edit whose Backspace and Delete take a whole visible character, so that a
    variation selector is never parted from its kanji (TECH 0.7), and whose length is counted
    in visible characters."""

    def __init__(self, limit: int = 100) -> None:
        super().__init__()
        self._limit = limit
        self.textChanged.connect(self._keep_limit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and not self.hasSelectedText():
            if key == Qt.Key.Key_Backspace and self._remove(before=True):
                return
            if key == Qt.Key.Key_Delete and self._remove(before=False):
                return
            if key == Qt.Key.Key_Left and self._step(-1):
                return
            if key == Qt.Key.Key_Right and self._step(+1):
                return
        super().keyPressEvent(event)

    def _borders(self) -> list[int]:
        """Cursor positions (UTF-16 units) between visible characters."""
        borders = [0]
        for cluster in clusters(self.text()):
            borders.append(borders[-1] + len(cluster.encode("utf-16-le")) // 2)
        return borders

    def _remove(self, *, before: bool) -> bool:
        if self.isReadOnly():
            return False
        borders, at = self._borders(), self.cursorPosition()
        near = [b for b in borders if b < at] if before else [b for b in borders if b > at]
        if not near:
            return False
        start, end = (near[-1], at) if before else (at, near[0])
        self.setSelection(start, end - start)
        self.del_()
        return True

    def _step(self, direction: int) -> bool:
        borders, at = self._borders(), self.cursorPosition()
        near = [b for b in borders if b < at] if direction < 0 else [b for b in borders if b > at]
        if not near:
            return False
        self.setCursorPosition(near[-1] if direction < 0 else near[0])
        return True

    def _keep_limit(self, text: str) -> None:
        parts = clusters(text)
        if len(parts) > self._limit:
            # what was typed last, before the cursor, goes: never the end of what stood there
            typed = sum(border <= self.cursorPosition() for border in self._borders()) - 1
            keep = max(typed - (len(parts) - self._limit), 0)
            kept = parts[:keep] + parts[typed:]
            self.setText("".join(kept[: self._limit]))
            self.setCursorPosition(len("".join(kept[:keep]).encode("utf-16-le")) // 2)


class NameEdit(QWidget):
    """A name being typed, with its exact shape drawn beneath as it will be printed."""

    def __init__(self, painter: NamePainter, limit: int = 100) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self.edit = ClusterEdit(limit)
        self.shape = NameLabel(painter, "", 24.0)
        layout.addWidget(self.edit)
        layout.addWidget(self.shape)
        self.edit.textChanged.connect(self.shape.set_text)
        self.setFocusProxy(self.edit)


def _row_pixels() -> float:
    return 18.0 * enlarged()


class NameDelegate(QStyledItemDelegate):
    """Draws names and addresses in their exact variants."""

    def __init__(self, painter: NamePainter) -> None:
        super().__init__()
        self._names = painter

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        size = _row_pixels()
        at = QPointF(option.rect.left() + 6, option.rect.center().y() + size * 0.37)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        roles = option.palette.ColorRole
        ink = option.palette.color(roles.HighlightedText if chosen else roles.Text)
        painter.save()
        painter.setClipRect(option.rect)
        self._names.draw(painter, at, text, size, ink)
        painter.restore()

    def width_of(self, text: str) -> int:
        """How many dots a row with ``text`` takes."""
        return int(self._names.path(text, _row_pixels())[1]) + 12

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(grown(120), grown(34))
