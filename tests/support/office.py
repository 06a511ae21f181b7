"""The real window with the people before it: each has a software key, and whoever is asked to
touch touches at once.

    office = Office(parts, printer)
    office.log_in("S201", "…")
    office.press(Qt.Key.Key_F2)
    office.answer_second("S202")
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QWidget

from app.security.authenticators import faults
from app.security.authenticators.ctap import CtapAuthenticator
from app.security.authenticators.port import Assertion, KeyUser, NewCredential
from app.security.keys import keyslots
from app.security.keys.slot_storage import read_slot_file
from app.start.compose import Parts
from app.start.counter import Counter
from app.start.installation import Installation
from app.start.running import make_application
from app.training.software_key import SoftwareKey
from app.ui.base.names import NameLabel, TextBlock
from forms.fonts import FontSet, load_fonts
from forms.press import Press
from forms.spool import NoPrinter, Printer
from tests.support.authenticators import Person
from tests.support.founded import FoundedTerminal, found_terminal

S = TypeVar("S", bound=QWidget)

_PATIENCE_MS = 30_000
_PICTURES = "MADOGUCHI_PICTURES"
_WINDOW = QSize(1366, 860)  # a counter's monitor; the offscreen one is smaller
CTRL = Qt.KeyboardModifier.ControlModifier


class Hands:
    """Everybody's keys on one desk: whoever is asked plugs the own one in and touches it.

    ``registering`` is whose new key is plugged in for a registration. ``sentences`` are not
    seen here: the dialogs show them.
    """

    def __init__(self) -> None:
        self._ports: dict[str, CtapAuthenticator] = {}
        self._owner: dict[bytes, str] = {}
        self.registering = ""
        self.away: set[str] = set()

    def key_of(self, name: str) -> CtapAuthenticator:
        """The port over this key alone; a new key when it is asked for the first time."""
        if name not in self._ports:
            key = SoftwareKey(touched_at_once=True)
            key.enrol_finger()
            self._ports[name] = CtapAuthenticator(key.plugged, Person(pins=[None]), seconds=10)
        return self._ports[name]

    def adopt(self, name: str, port: CtapAuthenticator, credential_ids: tuple[bytes, ...]) -> None:
        """A key that was registered before."""
        self._ports[name] = port
        self._owner |= dict.fromkeys(credential_ids, name)

    def enrol(
        self,
        user: KeyUser,
        rp_id: str,
        challenge: bytes,
        exclude: tuple[bytes, ...],
        *,
        prf_salt: bytes,
        cancel: Event,
    ) -> NewCredential:
        """Register the key of ``registering``."""
        port = self.key_of(self.registering)
        new = port.enrol(user, rp_id, challenge, exclude, prf_salt=prf_salt, cancel=cancel)
        self._owner[new.credential_id] = self.registering
        return new

    def assert_(
        self,
        rp_id: str,
        challenge: bytes,
        credential_ids: tuple[bytes, ...],
        *,
        uv: bool,
        prf_salt: bytes | None = None,
        cancel: Event,
    ) -> Assertion:
        """Touch the key that is asked for; without it, as a port without a key says it."""
        names = [self._owner[one] for one in credential_ids if one in self._owner]
        there = [name for name in names if name not in self.away]
        if names and not there:
            raise faults.no_key()
        # credentials that nobody has: whatever key is plugged in says that it is another's
        return self.key_of(there[0] if there else next(iter(self._ports))).assert_(
            rp_id, challenge, credential_ids, uv=uv, prf_salt=prf_salt, cancel=cancel
        )


@functools.cache
def _fonts() -> FontSet:
    """The house's fonts and look, once for all windows of this process."""
    fonts = load_fonts()
    make_application(fonts)
    return fonts


class Office:
    """One program run of the counter. Screenshots go into the folder MADOGUCHI_PICTURES, where
    somebody wants them."""

    def __init__(self, parts: Parts, hands: Hands, printer: Printer) -> None:
        fonts = _fonts()
        self.hands = hands
        self.counter = Counter(
            parts, lambda prompts: hands, printer, fonts, Press(fonts, parts.tables)
        )
        self.counter.window.show()
        self.counter.window.resize(_WINDOW)

    def close(self) -> None:
        """End the program."""
        self.counter.close()
        shiboken6.delete(self.counter.window)

    # -- waiting ---------------------------------------------------------------------------

    def until(self, done: Callable[[], bool], what: str = "") -> None:
        """Wait for ``done``; what the window shows instead fails."""
        waited = 0
        while not done():
            loop = QEventLoop()
            QTimer.singleShot(5, loop.quit)
            loop.exec()
            waited += 5
            assert waited < _PATIENCE_MS, f"{what}: {self.texts()}"
            assert self.counter.door.last is None, self.counter.door.last
        self.settle()

    def refused(self) -> str:
        """Wait for the error door and close it; what it said."""
        door = self.counter.door
        self.until_told(lambda: door.last is not None)
        assert door.last is not None
        said = "".join(door.last[1:])
        door.close()
        door.last = None
        return said

    def until_told(self, done: Callable[[], bool]) -> None:
        """Wait for ``done``, whatever the error door shows."""
        waited = 0
        while not done():
            loop = QEventLoop()
            QTimer.singleShot(5, loop.quit)
            loop.exec()
            waited += 5
            assert waited < _PATIENCE_MS, self.texts()

    def settle(self) -> None:
        """Let everything come to its end."""
        for _ in range(3):
            QApplication.processEvents()
        while self.counter.operations.busy and self.second_dialog is None:
            loop = QEventLoop()
            QTimer.singleShot(5, loop.quit)
            loop.exec()

    # -- the person ------------------------------------------------------------------------

    def log_in(self, staff_id: str, password: str) -> None:
        """Id, password, touch; the menu is there."""
        form = self.counter.form
        assert form is not None
        form.staff.setText(staff_id)
        form.password.setText(password)
        form.button.click()
        self.until(lambda: self.counter.desk is not None, "login")
        self.until_told(lambda: bool(self.counter.window.menu_functions()))

    def open_after_login(self, staff_id: str, password: str, kind: type[S]) -> S:
        """Log in; the first screen."""
        self.log_in(staff_id, password)
        return self.screen(kind)

    def log_off(self) -> None:
        """One key."""
        self.counter.log_off()
        self.settle()
        self.until(lambda: self.counter.form is not None, "login form")

    def choose(self, function_id: str, kind: type[S]) -> S:
        """A menu entry; its screen."""
        assert function_id in self.counter.window.menu_functions()
        self.counter.window.chosen.emit(function_id)
        return self.screen(kind)

    def screen(self, kind: type[S]) -> S:
        """Wait for a screen of this kind."""
        window = self.counter.window
        self.until(lambda: isinstance(window.open_screen(), kind), kind.__name__)
        shown = window.open_screen()
        assert isinstance(shown, kind)
        return shown

    def press(self, key: Qt.Key, modifier: Any = Qt.KeyboardModifier.NoModifier) -> None:
        """One key where the focus is."""
        window = self.counter.window
        if not window.isActiveWindow():
            window.activateWindow()
            QApplication.processEvents()
        QTest.keyClick(window.focusWidget() or window, key, modifier)
        self.settle()

    def go_on(self) -> None:
        """Ctrl+Enter."""
        self.press(Qt.Key.Key_Return, CTRL)

    @property
    def second_dialog(self) -> QInputDialog | None:
        """The dialog that calls a second person, if it is open."""
        found = self.counter.window.findChildren(QInputDialog)
        return next((one for one in found if one.isVisible()), None)

    def answer_second(self, staff_id: str) -> None:
        """Wait for the call of a second person and give this id."""
        self.until(lambda: self.second_dialog is not None, "second person")
        dialog = self.second_dialog
        assert dialog is not None
        self.picture("second")
        dialog.setTextValue(staff_id)
        dialog.accept()
        self.settle()

    # -- looking ---------------------------------------------------------------------------

    def texts(self) -> str:
        """Everything that the open screen says."""
        shown = self.counter.window.open_screen()
        if shown is None:
            return ""
        kinds = (QLabel, NameLabel, TextBlock)
        labels: list[Any] = [one for kind in kinds for one in shown.findChildren(kind)]
        return "\n".join(one.text() for one in labels if one.isVisible() and one.text())

    def picture(self, name: str) -> None:
        """A screenshot, where somebody wants them."""
        folder = os.environ.get(_PICTURES)
        if folder:
            QApplication.processEvents()
            shown = self.second_dialog or self.counter.window
            shown.grab().save(str(Path(folder) / f"{name}.png"))


def founded_office(folder: Path, printer: Printer | None = None) -> tuple[FoundedTerminal, Office]:
    """The window over a copy of the founded terminal of the tests; close it."""
    terminal = found_terminal(folder)
    hands = Hands()
    secret = terminal.shelf.read_terminal_secret()
    assert secret is not None
    slots = read_slot_file(terminal.paths.slots, secret)
    for staff_id, port in terminal.keys.items():
        hands.adopt(staff_id, port, keyslots.keys_of(slots, staff_id).credential_ids)
    parts = Parts(
        terminal.paths,
        terminal.clock,
        terminal.tables,
        Installation(True, "999998", "見本市 保険年金課", ""),
        terminal.shelf,
    )
    return terminal, Office(parts, hands, printer or NoPrinter())
