"""The shipped tables, loaded once for all rule tests."""

from __future__ import annotations

import pytest

from app.core.tables import Tables, load_tables, shipped_tables
from app.rules.calendar.days import BusinessCalendar
from app.rules.calendar.wareki import Eras


@pytest.fixture(scope="session")
def tables() -> Tables:
    return load_tables(shipped_tables())


@pytest.fixture(scope="session")
def eras(tables: Tables) -> Eras:
    return Eras(tables["eras"])


@pytest.fixture(scope="session")
def calendar(tables: Tables) -> BusinessCalendar:
    return BusinessCalendar.from_table(tables["closed_days"])
