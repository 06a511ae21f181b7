"""Fonts, colours and the style sheet. Large letters by default; the clerk may enlarge them."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from app.core.paths import RESOURCES

BASE_POINTS = 12
"""Letter size of the screen in points before enlargement."""

_POINTS = re.compile(r"\b(\d+)pt\b")


def apply_theme(app: QApplication, font_file: Path, *, enlarge: float = 1.0) -> str:
    """Load the screen font and the style sheet; returns the family in use.

    ``font_file`` is the configured universal-design font: the program never relies on what
    the machine happens to have (TECH 1)."""
    number = QFontDatabase.addApplicationFont(str(font_file))
    families = QFontDatabase.applicationFontFamilies(number)
    family = families[0] if families else QFont().family()
    app.setFont(QFont(family, round(BASE_POINTS * enlarge)))
    sheet = (RESOURCES / "style" / "madoguchi.qss").read_text(encoding="utf-8")
    app.setStyleSheet(_POINTS.sub(lambda size: f"{round(int(size[1]) * enlarge)}pt", sheet))
    return family
