"""A terminal's window in a process of its own, over the room of a story: somebody types in the
middle of a page and the process is killed, or goes on with what was left.

    python -m tests.support.typing_window FOLDER type       # says "typed" and waits for its end
    python -m tests.support.typing_window FOLDER go-on      # says what stands there, as JSON
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.cases.screens.board import BoardScreen
from app.cases.screens.entry import EntryScreen
from app.core.clock import SystemClock
from app.demo.keys import KeyDrawer
from app.demo.people import CLERK
from app.demo.visit import Driver, log_in
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.peers.union.system import ShiftedClock
from app.security.keys.os_keyring import OsKeyring
from app.start.compose import make_parts
from app.start.counter import Counter
from app.start.running import make_application
from forms.fonts import load_fonts
from forms.press import Press
from forms.spool import NoPrinter

NAME, KANA, BIRTH = "辻󠄀﨑　髙子", "ツジサキ　タカコ", "S20.5.3"
CURSOR = 3


@contextmanager
def window(folder: Path, moment: datetime) -> Iterator[Driver]:
    """The logged-in window."""
    clock = ShiftedClock(SystemClock())
    clock.set_to(moment)
    keys = KeyDrawer(touched_at_once=True, folder=folder / "keys")
    fonts = load_fonts()
    make_application(fonts)
    parts = make_parts(folder / "terminal", clock, OsKeyring)
    counter = Counter(
        parts,
        keys.authenticator,
        NoPrinter(),
        fonts,
        Press(fonts, parts.tables),
        on_login_try=keys.insert,
    )
    counter.window.show()
    driver = Driver(counter, folder, lambda: None)
    driver.picture = lambda name: name  # type: ignore[method-assign]
    driver.touch_key = lambda name: None  # type: ignore[method-assign]
    log_in(driver, CLERK)
    try:
        yield driver
    finally:
        counter.close()


def type_half_a_page(driver: Driver, pages: Path) -> None:
    """Three fields of a newcomer's first page, the cursor back in the middle of the second."""
    driver.counter.go(MOVE_IN.opening)
    entry: EntryScreen = driver.screen(EntryScreen)
    driver.wait(lambda: entry.form is not None, "first page")
    form = entry.form
    assert form is not None
    for name, text in (("birth_written", BIRTH), ("name", NAME), ("kana", KANA)):
        form.field(name).setFocus()
        driver.type_in(text)
    edit = driver.counter.window.focusWidget()
    assert isinstance(edit, QLineEdit)
    edit.setCursorPosition(CURSOR)
    kept = entry.steps is not None and time.time()
    driver.wait(
        lambda: any(one.stat().st_mtime >= kept - 0.5 for one in pages.glob("*.page")), "the page"
    )


def go_on(driver: Driver) -> dict[str, Any]:
    """Take the offer, say the birth date, type on at the cursor."""
    driver.wait(lambda: bool(driver.counter.window.offered), "the offer")
    offered = driver.counter.window.offered
    driver.screen(BoardScreen)
    driver.press(Qt.Key.Key_F11, Qt.KeyboardModifier.ShiftModifier)
    entry: EntryScreen = driver.screen(EntryScreen)
    driver.wait(lambda: entry.form is not None, "the question")
    question = [field.name for field in entry.form.page.fields] if entry.form else []
    driver.type_in(BIRTH)
    driver.press(Qt.Key.Key_Return)
    driver.wait(lambda: entry.form is not None and "kana" in entry.form.values(), "the page")
    edit = driver.counter.window.focusWidget()
    assert isinstance(edit, QLineEdit) and entry.form is not None
    at = edit.cursorPosition()
    edit.insert("ー")
    locked = lock_and_come_back(driver, entry)
    return {
        **locked,
        "offered": offered,
        "question": question,
        "field": entry.form.where.field,
        "cursor": at,
        "values": {name: text for name, text in entry.form.values().items() if text},
    }


def lock_and_come_back(driver: Driver, entry: EntryScreen) -> dict[str, Any]:
    """F12 while the hands go on typing, then the password, and what stands there."""
    counter = driver.counter
    driver.press(Qt.Key.Key_F12)
    form = counter.form
    assert form is not None and counter.window.covered
    for key in (Qt.Key.Key_A, Qt.Key.Key_B):
        QTest.keyClick(form.password, key)
    stray = form.password.text()
    driver.wait(lambda: not form.is_waiting_for_a_pause, "the pause")
    driver.type_in(CLERK.password)
    driver.press(Qt.Key.Key_Return)
    driver.wait(lambda: not counter.window.covered, "the unlocking")
    edit = counter.window.focusWidget()
    assert isinstance(edit, QLineEdit)
    return {
        "stray": stray,
        "same": counter.window.open_screen() is entry,
        "there": (edit.accessibleName(), edit.text(), edit.cursorPosition()),
    }


def main() -> None:
    folder, mode, moment = Path(sys.argv[1]), sys.argv[2], datetime.fromisoformat(sys.argv[3])
    with window(folder, moment) as driver:
        if mode == "type":
            type_half_a_page(driver, folder / "terminal" / "pages")
            print("typed", flush=True)
            time.sleep(60)
        else:
            print(json.dumps(go_on(driver)), flush=True)


if __name__ == "__main__":
    main()
