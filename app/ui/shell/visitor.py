"""来庁者画面: a second monitor turned to the visitor, by the administrator's setting (issue on the
counter's day).

It shows this visitor's case only: what may be read aloud, and what is about to be signed. Whatever
else the clerk looks at leaves it black; so do the lock, the end of the session and a monitor that
goes away.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPalette, QScreen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.base.names import NamePainter, TextBlock
from app.ui.base.pages import Page
from app.ui.base.visitor import ForVisitor

EVERY_MS = 250
"""So often it is looked at what may be shown."""
_HEAD, _TEXT = 30.0, 40.0


class VisitorWindow(QWidget):
    """Large letters on white, or nothing on black."""

    def __init__(self, painter: NamePainter) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("来庁者画面")
        self.setAutoFillBackground(True)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(60, 50, 60, 50)
        column.setSpacing(30)
        self.head = TextBlock(painter, "", _HEAD)
        self.text = TextBlock(painter, "", _TEXT)
        column.addWidget(self.head)
        column.addWidget(self.text, 1)
        self.shown: ForVisitor | None = None
        self.put(None)

    def put(self, seen: ForVisitor | None) -> None:
        """Show it; None is black, and so is what looks like a number."""
        if seen is not None and not seen.hides_nothing:
            seen = None
        if seen == self.shown and self.isVisible():
            return
        self.shown = seen
        self.head.set_text(seen.head if seen else "")
        self.text.set_text(seen.text if seen else "")
        for block in (self.head, self.text):
            block.setVisible(seen is not None)
        palette = self.palette()
        colour = QColor("white" if seen else "black")
        palette.setColor(QPalette.ColorRole.Window, colour)
        self.setPalette(palette)


def other_monitor(window: QWidget) -> QScreen | None:
    """A monitor on which the clerk's window does not stand."""
    own = QGuiApplication.screenAt(window.frameGeometry().center())
    others = [one for one in QGuiApplication.screens() if one is not own]
    return others[0] if own is not None and others else None


class VisitorDesk(QObject):
    """Keeps the visitor's window in step with the clerk's. ``page`` is the page in front, None
    while the cover is or nobody is in; ``signing`` the sentence that waits for the clerk's key, ""
    for none; ``monitor`` the other monitor, None while there is none."""

    def __init__(
        self,
        painter: NamePainter,
        page: Callable[[], QWidget | None],
        signing: Callable[[], str],
        monitor: Callable[[], QScreen | None],
    ) -> None:
        super().__init__()
        self._page, self._signing, self._monitor = page, signing, monitor
        self._painter = painter
        self.window: VisitorWindow | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(EVERY_MS)
        self._clock.timeout.connect(self.look)

    def begin(self) -> None:
        """The setting is on and somebody is in."""
        self._clock.start()
        self.look()

    def end(self) -> None:
        """Nobody is in any more: nothing stays, not even a black window."""
        self._clock.stop()
        window, self.window = self.window, None
        if window is not None:
            window.put(None)
            window.close()
            window.deleteLater()

    def black(self) -> None:
        """At once, before anything else happens: the cover goes up."""
        if self.window is not None:
            self.window.put(None)

    def look(self) -> None:
        """Show what may be shown now."""
        screen = self._monitor()
        if screen is None:
            if self.window is not None:
                self.window.put(None)
                self.window.hide()
            return
        if self.window is None:
            self.window = VisitorWindow(self._painter)
        if not self.window.isVisible():
            self.window.setGeometry(screen.geometry())
            self.window.showFullScreen()
        self.window.put(self._now())

    def _now(self) -> ForVisitor | None:
        page = self._page()
        seen = page.for_visitor() if isinstance(page, Page) else None
        if seen is None:
            return None
        signing = self._signing()
        return ForVisitor(seen.head, f"この内容で手続をします。\n{signing}") if signing else seen
