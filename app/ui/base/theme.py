"""Fonts, colours and the style sheet: in the system's light and dark schemes, or in its own colours
where the account asks for high contrast; letters as large as the desk has chosen."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QTableView

from app.core.paths import RESOURCES

BASE_POINTS = 12
"""Letter size of the screen in points, for which the style sheet is written."""
LETTERS = (12, 15, 18, 24)
"""The letter sizes a desk may choose, in points."""

_STYLE = RESOURCES / "style"
_POINTS = re.compile(r"\b(\d+)pt\b")
_NAMED = re.compile(r"@(\w+)")
_COLOURED = re.compile(
    r"(?<=[;{])\s*(?:[\w-]*-color|color|background|image)\s*:[^;}]*;?", re.IGNORECASE
)
_EDGE = re.compile(r"(border[\w-]*\s*:[^;}]*?)#[0-9a-fA-F]{3,8}")


class Scheme(Enum):
    """Which colours the screen has; ``SYSTEM``: the system's own (high contrast)."""

    LIGHT = "light"
    DARK = "dark"
    SYSTEM = "system"


_MARKED_BY_EDGES = """
QLabel#stepNow { border: 2px solid palette(window-text); }
QRadioButton:focus, QCheckBox:focus { border: 1px solid palette(window-text); }
QRadioButton::indicator, QCheckBox::indicator { width: 14px; height: 14px; }
QRadioButton::indicator, QCheckBox::indicator { border: 1px solid palette(window-text); }
QRadioButton::indicator { border-radius: 8px; }
QRadioButton::indicator:checked, QCheckBox::indicator:checked { background: palette(window-text); }
"""
"""What is told by a ground's colour otherwise, and what the style would draw in the window's own
shade, black on black."""

_ROLES: Mapping[QPalette.ColorRole, str] = {
    QPalette.ColorRole.Window: "page",
    QPalette.ColorRole.WindowText: "ink",
    QPalette.ColorRole.Base: "paper",
    QPalette.ColorRole.AlternateBase: "other",
    QPalette.ColorRole.Text: "ink",
    QPalette.ColorRole.Button: "paper",
    QPalette.ColorRole.ButtonText: "ink",
    QPalette.ColorRole.BrightText: "alarm",
    QPalette.ColorRole.PlaceholderText: "soft",
    QPalette.ColorRole.Highlight: "chosen",
    QPalette.ColorRole.HighlightedText: "chosen_ink",
    QPalette.ColorRole.ToolTipBase: "paper",
    QPalette.ColorRole.ToolTipText: "ink",
    QPalette.ColorRole.Link: "title",
    QPalette.ColorRole.Mid: "edge",
    QPalette.ColorRole.Dark: "edge",
    QPalette.ColorRole.Accent: "accent",
}
_ROLES_OFF = (
    QPalette.ColorRole.WindowText,
    QPalette.ColorRole.Text,
    QPalette.ColorRole.ButtonText,
)


def apply_theme(app: QApplication, font_file: Path, *, letters: int = BASE_POINTS) -> str:
    """Load the screen font and the style sheet; returns the family in use.

    ``font_file`` is the configured universal-design font: the program never relies on what
    the machine happens to have (TECH 1). The colours follow the system's scheme, now and when
    that changes; ``letters`` is the size of plain text in points."""
    number = QFontDatabase.addApplicationFont(str(font_file))
    families = QFontDatabase.applicationFontFamilies(number)
    family = families[0] if families else QFont().family()
    app.setFont(QFont(family, letters))
    hints = app.styleHints()  # held: what it gives is gone with it
    hints.accessibility().contrastPreferenceChanged.connect(lambda _asked: dress(app))
    hints.colorSchemeChanged.connect(lambda _scheme: dress(app))
    dress(app)
    return family


def scheme_of_system() -> Scheme:
    """What the account asks the system for."""
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return Scheme.SYSTEM
    return Scheme.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else Scheme.LIGHT


def dress(app: QApplication, scheme: Scheme | None = None) -> None:
    """Put colours and sizes on everything: those of ``scheme``, by default the system's, and of
    the application's letters."""
    asked = scheme or scheme_of_system()
    app.setPalette(QPalette() if asked is Scheme.SYSTEM else _palette(asked))
    app.setStyleSheet(style_sheet(asked, app.font().pointSize()))


def set_letters(app: QApplication, letters: int) -> None:
    """Make the letters of the whole screen ``letters`` points large."""
    before = app.font().pointSize()
    app.setFont(QFont(app.font().family(), letters))
    dress(app)
    for table in (one for one in app.allWidgets() if isinstance(one, QTableView)):
        for header in (table.horizontalHeader(), table.verticalHeader()):
            header.setDefaultSectionSize(header.defaultSectionSize() * letters // before)
        for column in range(table.horizontalHeader().count()):
            table.setColumnWidth(column, table.columnWidth(column) * letters // before)


def enlarged() -> float:
    """How much larger than the base the letters are: what is drawn in dots grows as they do."""
    return QGuiApplication.font().pointSize() / BASE_POINTS


def grown(dots: float) -> int:
    """A length in dots, written for the base letters, for the letters there are."""
    return round(dots * enlarged())


def colour(name: str) -> QColor:
    """A colour by what it is for (resources/style/colours.toml), for what draws itself."""
    ground = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    scheme = Scheme.DARK if ground.lightness() < 128 else Scheme.LIGHT
    return QColor(colours(scheme)[name])


@functools.cache
def colours(scheme: Scheme) -> Mapping[str, str]:
    """The colours of a scheme by what they are for."""
    found: dict[str, dict[str, str]] = tomllib.loads(
        (_STYLE / "colours.toml").read_text(encoding="utf-8")
    )
    return found[scheme.value]


@functools.cache
def style_sheet(scheme: Scheme, letters: int) -> str:
    """The style sheet in the colours of ``scheme`` and for this size of letters in points."""
    sheet = (_STYLE / "madoguchi.qss").read_text(encoding="utf-8")
    sheet = _POINTS.sub(lambda size: f"{round(int(size[1]) * letters / BASE_POINTS)}pt", sheet)
    named = {**colours(Scheme.LIGHT if scheme is Scheme.SYSTEM else scheme)}
    named["style"] = _STYLE.as_posix()
    sheet = _NAMED.sub(lambda name: named[name[1]], sheet)
    return in_the_system_s_colours(sheet) if scheme is Scheme.SYSTEM else sheet


def in_the_system_s_colours(sheet: str) -> str:
    """The style sheet with the sizes and shapes as they are and no colour of its own: texts and
    grounds come from the palette, edges are drawn in the colour of texts."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    edged = _EDGE.sub(r"\1palette(window-text)", sheet)
    return _COLOURED.sub("", edged) + _MARKED_BY_EDGES


def _palette(scheme: Scheme) -> QPalette:
    """For what the style draws itself: menus, scroll bars, ticks."""
    named, palette = colours(scheme), QPalette()
    for role, name in _ROLES.items():
        palette.setColor(role, QColor(named[name]))
    for role in _ROLES_OFF:
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(named["off"]))
    return palette
