"""The same decisions on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.support.postgres import private_postgres


@pytest.fixture(scope="session")
def postgres():
    with private_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("postgres").fresh()
