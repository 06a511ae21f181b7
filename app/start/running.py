"""``madoguchi run``: the application around the counter, until its window is closed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.core.errors import EnvironmentFault
from app.core.stopping import stopping
from app.start.compose import Parts, account_note
from app.start.counter import Counter
from app.ui.base.application import open_application, run_until_closed
from app.ui.base.capture import guard_windows
from app.ui.base.theme import apply_theme
from forms.fonts import FontSet, load_fonts
from forms.press import Press
from forms.spool import Printer, Queue, printer_on


def printer_of(parts: Parts) -> Printer:
    """The configured printer."""
    installed = parts.installation
    return printer_on(Queue(installed.printer, installed.trays, installed.printers))


def make_application(fonts: FontSet) -> QApplication:
    """The Qt application with the screen font and the style sheet."""
    app = open_application()
    gothic = next((file for file in fonts.files if "gothic" in file.spec.roles), None)
    if gothic is None:
        raise EnvironmentFault(
            "ui.no_font",
            "画面に使う書体が見つかりません。",
            "resources/fonts/fonts.toml の書体を入れてください。",
        )
    apply_theme(app, gothic.spec.path)
    return app


def run_counter(data: Path) -> int:
    """``madoguchi run``: the window until it is closed."""
    from app.core.clock import SystemClock
    from app.core.this_machine import note_account, os_account
    from app.security.authenticators.choice import keys_of_this_machine
    from app.security.keys.os_keyring import OsKeyring
    from app.start.compose import make_parts

    parts = make_parts(data, SystemClock(), OsKeyring)
    note_account(account_note(parts.installation), os_account())
    fonts = load_fonts()
    app = make_application(fonts)
    guard = guard_windows(app)  # kept as long as the windows
    press = Press(fonts, parts.tables)
    with stopping() as stop:
        handle = 0  # Windows' own dialogs belong to the window, which does not exist yet
        counter = Counter(
            parts,
            lambda prompts: keys_of_this_machine(prompts, lambda: handle),
            printer_of(parts),
            fonts,
            press,
        )
        counter.window.show()
        handle = int(counter.window.winId())
        ended = run_until_closed(app, counter.window, stop)
    del guard
    return ended
