"""``madoguchi run``: the application around the counter, until its window is closed.

The login form stands before the rest of the program is read (``threshold``), so nothing that needs
the store, the line or the papers is imported at the head of this module.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from app.core.clock import SystemClock
from app.core.errors import EnvironmentFault, MadoguchiError
from app.core.log import keep_in_file
from app.core.paths import Paths
from app.core.place import refuse_place
from app.core.stopping import stopping
from app.start.installation import Installation, account_note, read_installation
from app.start.letters import kept_letters
from app.start.threshold import Threshold
from app.ui.base.application import open_application, run_until_closed
from app.ui.base.capture import guard_windows
from app.ui.base.theme import BASE_POINTS, apply_theme
from app.ui.shell.window import MainWindow
from forms.fonts import FontSet, load_fonts

if TYPE_CHECKING:
    from app.start.compose import Parts
    from app.start.counter import Counter
    from forms.spool import Printer


_NEEDED_BEHIND = (
    "app.security.authenticators.choice",
    "app.start.counter",
    "forms.press",
    "forms.spool",
)
"""What making the counter imports; read on the thread, so that the form does not stand still."""


def printer_of(installed: Installation) -> Printer:
    """The configured printer."""
    from forms.register import offset_of
    from forms.spool import Queue, printer_on

    offsets = {name: offset_of(sides) for name, sides in installed.offsets.items()}
    return printer_on(Queue(installed.printer, installed.trays, installed.printers, offsets))


def make_application(fonts: FontSet, letters: int = BASE_POINTS) -> QApplication:
    """The Qt application with the screen font and the style sheet, letters of that size."""
    app = open_application()
    gothic = next((file for file in fonts.files if "gothic" in file.spec.roles), None)
    if gothic is None:
        raise EnvironmentFault(
            "ui.no_font",
            "画面に使う書体が見つかりません。",
            "resources/fonts/fonts.toml の書体を入れてください。",
        )
    apply_theme(app, gothic.spec.path, letters=letters)
    return app


def run_counter(data: Path) -> int:
    """``madoguchi run``: the window until it is closed. Raises as ``compose.make_parts``."""
    installation = _before_the_rest(data)
    keep_in_file(Paths(data).log)
    fonts = load_fonts()
    app = make_application(fonts, kept_letters(Paths(data)))
    guard = guard_windows(app)  # kept as long as the windows
    with stopping() as stop:
        window = MainWindow(training=installation.training, terminal=installation.office)
        counters: list[Counter] = []
        threshold = Threshold(
            window,
            lambda: _read_the_rest(data),
            lambda parts, here: counters.append(_counter(parts, fonts, here)),
        )
        try:
            ended = run_until_closed(app, window, stop)
        finally:
            threshold.close()
    del guard
    if threshold.failure is not None:
        window.close()
        raise threshold.failure
    return ended


def _before_the_rest(data: Path) -> Installation:
    """What the window must say. Where that cannot be read, the way through everything tells it:
    a terminal that was given up has no settings left and its own sentence."""
    try:
        refuse_place(data)
        return read_installation(Paths(data))
    except MadoguchiError:
        return _read_the_rest(data).installation


def _read_the_rest(data: Path) -> Parts:
    from app.core.this_machine import note_account, os_account
    from app.security.keys.os_keyring import OsKeyring
    from app.start.compose import make_parts

    for room in _NEEDED_BEHIND:
        importlib.import_module(room)
    parts = make_parts(data, SystemClock(), OsKeyring)
    note_account(account_note(parts.installation), os_account())
    return parts


def _counter(parts: Parts, fonts: FontSet, threshold: Threshold) -> Counter:
    from app.security.authenticators.choice import keys_of_this_machine
    from app.start.counter import Counter
    from forms.press import Press

    handle = int(threshold.window.winId())  # Windows' own dialogs belong to the window
    return Counter(
        parts,
        lambda prompts: keys_of_this_machine(prompts, lambda: handle),
        printer_of(parts.installation),
        fonts,
        Press(fonts, parts.tables),
        threshold=threshold,
    )
