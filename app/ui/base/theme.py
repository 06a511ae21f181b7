"""Fonts, colours and the style sheet. Large letters by default; the clerk may enlarge them."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from app.core.paths import RESOURCES

BASE_POINTS = 12
"""Letter size of the screen in points before enlargement."""

_POINTS = re.compile(r"\b(\d+)pt\b")
_COLOURED = re.compile(r"(?<=[;{])\s*(?:[\w-]*-color|color|background)\s*:[^;}]*;?")
_EDGE = re.compile(r"(border[\w-]*\s*:[^;}]*?)#[0-9a-fA-F]{3,8}")


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


def apply_theme(app: QApplication, font_file: Path, *, enlarge: float = 1.0) -> str:
    """Load the screen font and the style sheet; returns the family in use.

    ``font_file`` is the configured universal-design font: the program never relies on what
    the machine happens to have (TECH 1). Where the account asks the system for high contrast,
    the colours are the system's, now and when that changes."""
    number = QFontDatabase.addApplicationFont(str(font_file))
    families = QFontDatabase.applicationFontFamilies(number)
    family = families[0] if families else QFont().family()
    app.setFont(QFont(family, round(BASE_POINTS * enlarge)))
    sheet = (RESOURCES / "style" / "madoguchi.qss").read_text(encoding="utf-8")
    sheet = _POINTS.sub(lambda size: f"{round(int(size[1]) * enlarge)}pt", sheet)

    def colour(preference: Qt.ContrastPreference) -> None:
        high = preference == Qt.ContrastPreference.HighContrast
        app.setStyleSheet(in_the_system_s_colours(sheet) if high else sheet)

    hints = app.styleHints()  # held: what it gives is gone with it
    asked = hints.accessibility()
    asked.contrastPreferenceChanged.connect(colour)
    colour(asked.contrastPreference())
    return family


def in_the_system_s_colours(sheet: str) -> str:
    """The style sheet with the sizes and shapes as they are and no colour of its own: texts and
    grounds come from the palette, edges are drawn in the colour of texts."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    edged = _EDGE.sub(r"\1palette(window-text)", sheet)
    return _COLOURED.sub("", edged) + _MARKED_BY_EDGES
