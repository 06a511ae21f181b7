"""Fonts and press, opened once for all tests of the forms."""

from __future__ import annotations

import pytest

from app.core.tables import load_tables, shipped_tables
from forms.fonts import FontSet, load_fonts
from forms.press import Press


@pytest.fixture(scope="session")
def fonts() -> FontSet:
    return load_fonts()


@pytest.fixture(scope="session")
def press(fonts: FontSet) -> Press:
    return Press(fonts, load_tables(shipped_tables()))
