"""What waits behind the lock (離席中の続き): a page on which somebody had typed (SEC-67, SEC-68).

Locking shows the start screen and loses nothing: a page with typed fields that no draft keeps is
taken out of the window, without passwords and numbers, and offered again to the same person.
"""

from __future__ import annotations

from app.ui.base.pages import Page
from app.ui.shell.window import MainWindow


class Behind:
    """At most one page waits; it lies in memory only and ends with the session."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._page: Page | None = None
        window.offer_taken.connect(self.back)
        window.offer_left.connect(self.forget)

    def put(self) -> None:
        """The session is locked: the open page is set aside when something is typed on it. One
        that waited already goes on waiting when nothing is."""
        self._window.offer("")  # no key beneath the cover brings anything back
        page = self._window.open_screen()
        if not isinstance(page, Page) or not page.waits_behind_lock:
            return
        self.forget()
        page.forget_secrets()
        self._window.take_screen()
        self._page = page

    def offer(self) -> None:
        """The same person is back."""
        if self._page is None or not self._page.waits_behind_lock:
            self.forget()
            return
        self._window.offer(f"離席の前の続きがあります：{self._page.title.text()}")

    def back(self) -> None:
        """The page in its place again, as it was typed."""
        page, self._page = self._page, None
        self._window.offer("")
        if page is not None:
            self._window.show_screen(page)

    def forget(self) -> None:
        """Nothing waits any more."""
        page, self._page = self._page, None
        self._window.offer("")
        if page is not None:
            page.deleteLater()
