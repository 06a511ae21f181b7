"""The one window: top bar, menu of what this person may do, the open screen, a status line,
and a cover that hides everything while locked (SEC-30, SEC-64 … 68)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.ui.base.flow import ActionRow, folded
from app.ui.base.help import KeysDialog
from app.ui.base.keys import (
    GO_BACK,
    HELP,
    KEYS,
    LARGER,
    LOCK,
    LOG_OFF,
    PRINT,
    SEARCH,
    SMALLER,
)
from app.ui.base.labels import ActionButton, PlainLabel, announce
from app.ui.base.monitors import free_space
from app.ui.base.pages import Page, scrolled
from app.ui.base.theme import grown


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu: a function's id, its words and its area's words."""

    function_id: str
    label: str
    area: str
    key: str


_SIZE = QSize(1366, 860)
"""The window at its opening, where the monitor has room for it."""

_MENU_BESIDE, _MENU_LETTERS, _MENU_EDGES = 160, 76, 56
"""The menu's width in dots: what it has with any letters and what grows with them; of it what is
beside the words."""

_TELL_EVERY_SECONDS = 1.0
"""Keyboard and mouse are told of at most this often: the idle time is counted in minutes."""


_PRINTS = QKeySequence(PRINT)


def _asks_print(event: QKeyEvent) -> bool:
    """Whether a key asks for the screen on paper, also while a dialog stands above the window."""
    if event.key() == Qt.Key.Key_Print:  # of this key Windows tells the release alone
        return event.type() == QEvent.Type.KeyRelease
    pressed = event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat()
    return pressed and QKeySequence(event.keyCombination()) == _PRINTS


class Cover(QWidget):
    """Hides every pixel of the screen beneath; holds the unlock form."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cover")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.place = QVBoxLayout(self)
        self.place.setAlignment(Qt.AlignmentFlag.AlignCenter)


class MainWindow(QMainWindow):
    """The counter's window. It shows what it is given and tells what was asked for."""

    chosen = Signal(str)
    lock_asked = Signal()
    log_off_asked = Signal()
    print_asked = Signal()
    help_asked = Signal()
    search_asked = Signal()
    letters_asked = Signal(int)
    input_seen = Signal()
    closing = Signal()
    offer_taken = Signal()
    offer_left = Signal()

    def __init__(self, *, training: bool, terminal: str) -> None:
        super().__init__()
        self.setWindowTitle("まどぐち　後期高齢者医療 窓口端末")
        frame = QSize(16, 48)  # the system's own edge and title
        self.resize(_SIZE.boundedTo(free_space().size() - frame))
        root = QWidget()
        outer = QVBoxLayout(root)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._top_bar(training=training, terminal=terminal))
        middle = QHBoxLayout()
        middle.setSpacing(0)
        inside = QWidget()
        self._menu = scrolled(inside)
        self._menu.setObjectName("sideMenu")
        self._menu.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._menu_layout = QVBoxLayout(inside)
        self._menu_layout.setContentsMargins(0, 8, 0, 8)
        self._menu_layout.setSpacing(0)
        self._menu_buttons = QButtonGroup(self)
        self._menu_shortcuts: list[QShortcut] = []
        self._entries: tuple[MenuEntry, ...] = ()
        middle.addWidget(self._menu)
        self._screens = QStackedWidget()
        middle.addWidget(self._screens, 1)
        outer.addWidget(self._offer_bar())
        outer.addLayout(middle, 1)
        outer.addWidget(self._status_bar())
        self._front = QStackedWidget()
        self._front.addWidget(root)
        self.cover = Cover()
        self._front.addWidget(self.cover)
        self.setCentralWidget(self._front)
        self._menu.setVisible(False)
        self._input_told = 0.0
        self._shown = ""
        heard: tuple[tuple[str, Callable[[], None]], ...] = (
            (LOCK, self.lock_asked.emit),
            (LOG_OFF, self.log_off_asked.emit),
            (HELP, self.help_asked.emit),
            (SEARCH, self.search_asked.emit),
            (KEYS, self._show_keys),
            *((key, partial(self.letters_asked.emit, 1)) for key in LARGER),
            *((key, partial(self.letters_asked.emit, -1)) for key in SMALLER),
        )
        for key, asked in heard:
            self._key(key, asked)

    def _key(self, key: str, run: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(run)

    def _show_keys(self) -> None:
        """What the keys do on the open screen."""
        screen = self._screens.currentWidget()
        if not self.covered:
            KeysDialog(self, screen.keys() if isinstance(screen, Page) else ()).open()

    def _top_bar(self, *, training: bool, terminal: str) -> QWidget:
        bar = QFrame()
        bar.setObjectName("topBar")
        whole = QHBoxLayout(bar)
        whole.setContentsMargins(18, 8, 18, 8)
        row = ActionRow(12, from_left=True)
        whole.addLayout(row, 1)
        row.addWidget(PlainLabel("窓口端末"))
        if training:
            mark = PlainLabel("研修")
            mark.setObjectName("trainingMark")
            row.addWidget(mark)
        row = ActionRow(18)
        whole.addLayout(row, 1)
        self._ending = PlainLabel("")
        self._age = PlainLabel("")
        for mark in (self._ending, self._age):
            mark.setObjectName("ageMark")
            row.addWidget(mark)
        self._who = PlainLabel("")
        row.addWidget(self._who)
        row.addWidget(PlainLabel(terminal))
        return bar

    def _offer_bar(self) -> QWidget:
        """What waited behind the lock, and the way back to it."""
        self._offer = QFrame()
        self._offer.setObjectName("offerBar")
        row = QHBoxLayout(self._offer)
        row.setContentsMargins(18, 4, 18, 4)
        self._offered = PlainLabel("")
        row.addWidget(self._offered, 1)
        self._take = ActionButton(f"続きに戻る  [{GO_BACK}]")
        self._take.setObjectName("primary")
        self._leave = QPushButton("破棄する")
        for button in (self._take, self._leave):
            row.addWidget(button)
        self._take.clicked.connect(self.offer_taken)
        self._leave.clicked.connect(self.offer_left)
        self._key(GO_BACK, self._take.click)
        self._offer.setVisible(False)
        return self._offer

    def offer(self, text: str) -> None:
        """Show what can be gone back to; "" takes the offer away."""
        self._offered.setText(text)
        self._offer.setVisible(bool(text))
        for button in (self._take, self._leave):
            button.setEnabled(bool(text))  # a key reaches a button that nobody sees

    @property
    def offered(self) -> str:
        """What the offer says, "" for none."""
        return self._offered.text()

    def _status_bar(self) -> QWidget:
        bar = QFrame()
        bar.setObjectName("statusBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 0, 8, 0)
        self._status = PlainLabel("")
        self._line = PlainLabel("")
        self._status.setWordWrap(True)
        row.addWidget(self._status, 3)
        self._line.setWordWrap(True)
        row.addWidget(self._line, 1)
        row.addWidget(PlainLabel("? キーの一覧　F1 手引き　F12 離席"))
        return bar

    @property
    def said(self) -> str:
        """The sentence in the status line."""
        return self._status.text()

    def say(self, text: str) -> None:
        """Show one sentence in the status line, and have it spoken."""
        self._status.setText(text)
        announce(self._status, text)

    def show_line(self, text: str) -> None:
        """Show the state of the line to the union."""
        self._line.setText(text)

    def show_age(self, text: str) -> None:
        """Show the age of what was last received, when it is a warning (SEC-118)."""
        self._warn(self._age, text)

    def show_ending(self, text: str) -> None:
        """Show how little is left of the usable hours; "" takes it away."""
        self._warn(self._ending, text)

    @property
    def ending(self) -> str:
        """What is said of the end of the usable hours."""
        return self._ending.text()

    def _warn(self, mark: PlainLabel, text: str) -> None:
        changed = text != mark.text()
        mark.setText(text)
        if changed:
            announce(mark, text)

    def set_staff(self, name: str) -> None:
        """Show who is at the desk."""
        self._who.setText(f"担当　{name}" if name else "")

    def set_menu(self, entries: Sequence[MenuEntry]) -> None:
        """Build the menu anew: what is not permitted is absent, not grey (SEC-30)."""
        for shortcut in self._menu_shortcuts:
            shortcut.setParent(None)
        self._menu_shortcuts.clear()
        while self._menu_layout.count():
            item = self._menu_layout.takeAt(0)
            widget = item.widget() if item is not None else None
            if isinstance(widget, QPushButton):
                self._menu_buttons.removeButton(widget)
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._entries = tuple(entries)
        self._menu.setFixedWidth(_MENU_BESIDE + grown(_MENU_LETTERS))
        bold = QFont(QGuiApplication.font())
        bold.setBold(True)
        metrics, room = QFontMetrics(bold), self._menu.width() - _MENU_EDGES
        area = ""
        for entry in entries:
            if entry.area != area:
                area = entry.area
                head = PlainLabel(area)
                head.setWordWrap(True)
                self._menu_layout.addWidget(head)
            text = f"{entry.label}  {entry.key}" if entry.key else entry.label
            button = QPushButton("\n".join(folded(text, metrics.horizontalAdvance, room)))
            button.setAccessibleName(entry.label)
            button.setCheckable(True)
            button.setProperty("function", entry.function_id)
            button.clicked.connect(lambda _on, f=entry.function_id: self.chosen.emit(f))
            self._menu_buttons.addButton(button)
            self._menu_layout.addWidget(button)
            if entry.key:
                # the button's own: hidden beneath the cover it is deaf
                shortcut = QShortcut(QKeySequence(entry.key), button)
                shortcut.activated.connect(button.click)
                self._menu_shortcuts.append(shortcut)
        self._menu_layout.addStretch(1)
        self._menu.setVisible(bool(entries))

    def refit(self) -> None:
        """The letters have another size."""
        here = self._shown
        self.set_menu(self._entries)
        self._mark(here)

    def menu_functions(self) -> tuple[str, ...]:
        """Ids of the functions in the menu, in order."""
        return tuple(str(b.property("function")) for b in self._menu_buttons.buttons())

    def show_screen(self, screen: QWidget, function_id: str = "") -> None:
        """Put a screen in place of the one before, which is destroyed with what it showed."""
        before = self._screens.currentWidget()
        self._screens.addWidget(screen)
        self._screens.setCurrentWidget(screen)
        self._shown = function_id
        if before is not None:
            self._screens.removeWidget(before)
            before.deleteLater()
        self._mark(function_id)
        if isinstance(screen, Page):
            screen.note_as_shown()
            screen.first_focus()

    def _mark(self, function_id: str) -> None:
        for button in self._menu_buttons.buttons():
            if button.property("function") == function_id:
                button.setChecked(True)

    def take_screen(self) -> QWidget | None:
        """Take the screen out of its place and do not destroy it; nothing stands there then."""
        screen = self._screens.currentWidget()
        if screen is not None:
            self._screens.removeWidget(screen)
            screen.setParent(None)
            screen.hide()
        return screen

    @property
    def shown(self) -> str:
        """The function whose screen is in place; "" for one that belongs to none."""
        return self._shown

    def open_screen(self) -> QWidget | None:
        """The screen in place."""
        return self._screens.currentWidget()

    def set_covered(self, covered: bool) -> None:
        """Hide or show everything; while covered the title names nobody either."""
        self._front.setCurrentIndex(1 if covered else 0)

    @property
    def covered(self) -> bool:
        """Whether the cover is in place."""
        return self._front.currentIndex() == 1

    def close_dialogs(self) -> None:
        """Close every dialog over the window: none may stand above the cover (SEC-66)."""
        for dialog in self.findChildren(QDialog):
            if dialog.isVisible():
                dialog.reject()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress):
            now = time.monotonic()
            if now - self._input_told >= _TELL_EVERY_SECONDS:
                self._input_told = now
                self.input_seen.emit()
        if isinstance(event, QKeyEvent) and _asks_print(event):
            self.print_asked.emit()
            return True
        return super().eventFilter(watched, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closing.emit()
        super().closeEvent(event)
