"""What the tests of the screens share: the house's fonts, and letters that do not stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.base.names import NamePainter
from forms.fonts import FontSet, load_fonts


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    """The configured fonts, as every window and every paper uses them."""
    return load_fonts()


@pytest.fixture
def painter(qapp: QApplication, fonts: FontSet) -> NamePainter:
    """What draws names in their exact variants."""
    return NamePainter(fonts)


@pytest.fixture
def plain_theme(qapp: QApplication) -> Iterator[QApplication]:
    """The application, whose letters and style sheet are put back afterwards."""
    font, sheet = qapp.font(), qapp.styleSheet()
    yield qapp
    qapp.setFont(font)
    qapp.setStyleSheet(sheet)
