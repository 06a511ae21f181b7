"""The counter's screens as a monitor shows them, in a process of its own: Qt takes its scale when
it starts.

python -m tests.support.look FOLDER [contrast]    with QT_SCALE_FACTOR, on a played monitor of
1920 × 1080 dots; writes a picture of every screen into FOLDER and says as JSON what each was like.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter as Tally
from collections.abc import Callable
from pathlib import Path
from typing import Any

MONITOR = (1920, 1080)


def monitor(folder: Path) -> str:
    """The platform with a monitor of that size, as Qt's own offscreen platform is told it."""
    file = folder / "monitor.json"
    screen = {"name": "desk", "x": 0, "y": 0, "width": MONITOR[0], "height": MONITOR[1]}
    file.write_text(json.dumps({"screens": [screen | {"logicalDpi": 96, "dpr": 1}]}), "utf-8")
    return f"offscreen:configfile={file}"


class Bot:
    """What ``tests.support.desk.Room`` needs of pytest-qt."""

    def addWidget(self, widget: Any) -> None:
        """Nothing to take down: the process ends."""

    def waitUntil(self, ready: Callable[[], bool], timeout: int = 10_000) -> None:
        """Let the window work until ``ready``."""
        from PySide6.QtWidgets import QApplication

        end = time.monotonic() + 60
        while not ready():
            assert time.monotonic() < end
            QApplication.processEvents()
            time.sleep(0.002)


def contrast(one: Any, other: Any) -> float:
    """The ratio of two colours' luminance (WCAG 2.2, "contrast ratio")."""

    def luminance(colour: Any) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def legible(window: Any, widget: Any, width: int = 0) -> float:
    """The contrast of a text: of its ground (the commonest colour there) and its farthest ink;
    with ``width`` of its left part alone, where the mark of a choice is."""
    from PySide6.QtCore import QPoint, QRect
    from PySide6.QtGui import QColor

    place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(4, 4, -4, -4)
    if width:
        place.setWidth(width - 8)
    image = window.grab(place).toImage()
    tally = Tally(
        image.pixel(x, y) for x in range(image.width()) for y in range(0, image.height(), 2)
    )
    ground = QColor.fromRgb(tally.most_common(1)[0][0])
    return max(contrast(ground, QColor.fromRgb(ink)) for ink in tally)


def looked_at(window: Any, name: str, folder: Path) -> dict[str, Any]:
    """What the window is like now."""
    from PySide6.QtCore import QPoint, QRect
    from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QRadioButton

    from app.ui.base.monitors import free_space

    for _ in range(5):
        QApplication.processEvents()
    window.grab().save(str(folder / f"{name}.png"))
    free = free_space(window)
    buttons, faint = [], []
    for button in window.findChildren(QPushButton):
        if button.isVisible() and button.objectName() == "primary":
            place = QRect(button.mapTo(window, QPoint(0, 0)), button.size())
            whole = window.rect().contains(place) and button.visibleRegion().boundingRect() == (
                button.rect()
            )
            need = button.minimumSizeHint()
            roomy = button.width() >= need.width() and button.height() >= need.height()
            buttons.append({"text": button.text(), "whole": whole, "roomy": roomy})
    for text in (*window.findChildren(QLabel), *window.findChildren(QPushButton)):
        shown = text.isVisible() and text.isEnabled() and text.text().strip()
        if shown and text.visibleRegion().boundingRect() == text.rect():
            faint.append([round(legible(window, text), 2), text.text()[:20]])
    return {
        "name": name,
        "size": [window.width(), window.height()],
        "least": [window.minimumSizeHint().width(), window.minimumSizeHint().height()],
        "free": [free.width(), free.height()],
        "buttons": buttons,
        "marks": min(
            (
                legible(window, choice, 26)
                for choice in window.findChildren(QRadioButton)
                if choice.isVisible() and choice.visibleRegion().boundingRect() == choice.rect()
            ),
            default=99.0,
        ),
        "typed": {
            edit.accessibleName(): edit.inputMethodHints().value
            for edit in window.findChildren(QLineEdit)
            if edit.isVisible()
        },
        "faintest": min(faint, default=[99.0, ""]),
    }


def high_contrast(app: Any) -> None:
    """The palette of Windows' contrast theme "Night sky" (black, white, yellow, cyan)."""
    from PySide6.QtGui import QColor, QPalette

    from app.ui.base.theme import Scheme, dress

    palette = QPalette()
    roles = QPalette.ColorRole
    for role in (roles.Window, roles.Base, roles.Button, roles.AlternateBase, roles.ToolTipBase):
        palette.setColor(role, QColor("#000000"))
    for role in (roles.WindowText, roles.Text, roles.ToolTipText, roles.PlaceholderText):
        palette.setColor(role, QColor("#ffffff"))
    palette.setColor(roles.ButtonText, QColor("#ffee32"))
    palette.setColor(roles.Highlight, QColor("#d6b4fd"))
    palette.setColor(roles.HighlightedText, QColor("#2b2b2b"))
    dress(app, Scheme.SYSTEM)
    app.setPalette(palette)  # what the system gives then


def main(folder: Path, *, high: bool) -> None:
    """Open one screen after another in the window."""
    os.environ["QT_QPA_PLATFORM"] = monitor(folder)
    from app.cases.screens.board import BoardScreen
    from app.cases.screens.entry import EntryScreen
    from app.persons.screens.person import PersonScreen
    from app.persons.screens.search import SearchScreen
    from app.start.running import make_application
    from app.ui.shell.login import LoginForm
    from app.ui.shell.window import MainWindow, MenuEntry
    from forms.fonts import load_fonts
    from tests.support.counter import Resident, counter_in, put_residents
    from tests.support.desk import Room

    app = make_application(load_fonts())
    if high:
        high_contrast(app)
    found = []
    with counter_in(folder / "terminal") as counter:
        put_residents(counter.world, Resident())
        room = Room(counter, Bot())
        window = MainWindow(training=True, terminal="T01　本庁 1番窓口")
        window.cover.place.addWidget(LoginForm(lambda _staff, _password: None))
        window.set_covered(True)
        window.show()
        found.append(looked_at(window, "login", folder))
        window.set_covered(False)
        entries = [MenuEntry(f"f{at}", f"事務 {at}", "資格", f"Alt+{at}") for at in range(1, 8)]
        window.set_menu(entries)
        window.set_staff("担当 C101 研修 花子")
        screens: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("search", lambda: SearchScreen(room.desk())),
            ("board", lambda: BoardScreen(room.desk())),
            ("person", lambda: PersonScreen(room.desk(), "P-1")),
            ("entry", lambda: EntryScreen(room.desk(), "move_in")),
        )
        for name, make in screens:
            screen = make()
            window.show_screen(screen)
            room.settle()
            found.append(looked_at(window, name, folder))
        room.operations.close()
        room.printing.close()
    print(json.dumps(found, ensure_ascii=False))
    sys.stdout.flush()
    os._exit(0)  # widgets that nobody owns are not taken down one by one


if __name__ == "__main__":
    main(Path(sys.argv[1]), high="contrast" in sys.argv[2:])
