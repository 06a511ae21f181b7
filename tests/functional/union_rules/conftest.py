"""The same decisions on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.support.postgres import worker_postgres


@pytest.fixture
def postgres():
    return worker_postgres()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    return "" if request.param == "sqlite" else worker_postgres().union()
