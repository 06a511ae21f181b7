"""The same decisions on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.support.postgres import database_of, worker_postgres


@pytest.fixture
def postgres():
    return worker_postgres()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    with database_of(request.param) as url:
        yield url
