"""The window with the login form, before the rest of the program is read.

Of a second and a half until a clerk can type, most is modules that nobody needs before the key has
answered. So the form stands first and the rest is read on a thread behind it; what was typed
meanwhile is kept, and a submission waits for the rest. A test lists what may be read for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QApplication

from app.ui.base.operations import Operations
from app.ui.shell.login import LoginForm
from app.ui.shell.window import MainWindow

T = TypeVar("T")

_READING = "準備しています。終わりしだい続けます。"


class Threshold:
    """Shows ``window`` at once. ``load`` reads the rest on a thread, ``take_over`` then gets its
    result and this threshold, on the screen's thread. What either raises ends the application;
    ``failure`` has it."""

    def __init__(
        self,
        window: MainWindow,
        load: Callable[[], T],
        take_over: Callable[[T, Threshold], None],
    ) -> None:
        self.window = window
        self.form = LoginForm(self._keep)
        self.failure: BaseException | None = None
        self._typed: tuple[str, str] | None = None
        self._operations = Operations(lambda _parent, error: self._fail(error), self._fail)
        window.show_screen(self.form)
        window.show()
        self.form.first_focus()
        self._operations.run(window, load, lambda rest: take_over(rest, self))

    def hand_over(self, submit: Callable[[str, str], None]) -> LoginForm:
        """The form, which submits there from now on; a submission that waited follows."""
        self.form.submit_to(submit)
        if self._typed is not None:
            staff_id, password = self._typed
            self._typed = None
            self.form.set_busy(False)
            submit(staff_id, password)
        return self.form

    def close(self) -> None:
        """Wait for what is being read; nothing comes of it any more."""
        self._typed = None
        self._operations.close()

    def _keep(self, staff_id: str, password: str) -> None:
        self._typed = (staff_id, password)
        self.form.set_busy(True, _READING)

    def _fail(self, error: BaseException) -> None:
        self.failure = error
        application = QApplication.instance()
        if application is not None:
            application.quit()
