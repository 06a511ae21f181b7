"""What waits behind the lock (離席中の続き): a page on which somebody had typed (SEC-67, SEC-68).

Locking covers everything and loses nothing. A visitor's case in the middle of its typing is back
for the same person in the same field and at the same cursor. Any other page with typed fields that
no draft keeps is taken out of the window, without passwords and numbers, and offered again.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.ui.base.pages import Page
from app.ui.shell.window import MainWindow


class Behind:
    """At most one page waits; it lies in memory only and ends with the session."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._page: Page | None = None
        self._function = ""
        self._focus: QWidget | None = None
        self._opening: Callable[[], None] | None = None
        window.offer_taken.connect(self.back)
        window.offer_left.connect(self.forget)

    def note_focus(self) -> None:
        """The cover is about to go up: here somebody types."""
        self._focus = self._window.focusWidget()

    def put(self) -> None:
        """The session is locked: the open page is set aside when something is typed on it. One
        that waited already goes on waiting when nothing is."""
        self._window.offer("")  # no key beneath the cover brings anything back
        page = self._window.open_screen()
        if not isinstance(page, Page) or not (page.waits_behind_lock or page.stays_in_hand):
            return
        self.forget()
        page.forget_secrets()
        self._function = self._window.shown
        self._window.take_screen()
        self._page = page

    @property
    def in_hand(self) -> bool:
        """Whether a visitor's case waits, to which the same person returns at once."""
        return self._page is not None and self._page.stays_in_hand

    def offer(self) -> None:
        """The same person is back."""
        if self._page is None or not self._page.waits_behind_lock:
            self.forget()
            return
        self._window.offer(f"離席の前の続きがあります：{self._page.title.text()}")

    def offer_opening(self, text: str, run: Callable[[], None]) -> None:
        """``text`` says what can be gone on with, ``run`` opens it: the person is here anew."""
        if self._page is None:
            self._opening = run
            self._window.offer(text)

    def back(self) -> None:
        """The page in its place again, as it was typed, with the keyboard where it was."""
        page, self._page = self._page, None
        focus, self._focus = self._focus, None
        opening, self._opening = self._opening, None
        self._window.offer("")
        if page is None:
            if opening is not None:
                opening()
            return
        self._window.show_screen(page, self._function)
        if focus is not None and isValid(focus) and page.isAncestorOf(focus):
            focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Nothing waits any more."""
        page, self._page, self._opening = self._page, None, None
        self._window.offer("")
        if page is not None:
            page.deleteLater()
