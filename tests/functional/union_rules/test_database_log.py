"""The database server's own log: the union does not work where it would hold whole rows."""

from __future__ import annotations

import psycopg
import pytest

from app.core.errors import EnvironmentFault
from app.peers.union.database import Database


@pytest.fixture
def modest(postgres):
    """A database whose owner may not set the server's parameters, and its administrator."""
    url = postgres.fresh()
    name = url.rpartition("/")[2]
    role = f"r{name}"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as administrator:
        administrator.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'modest'")
        administrator.execute(f"ALTER DATABASE {name} OWNER TO {role}")
        administrator.execute(f"GRANT ALL ON SCHEMA public TO {role}")
        host = url.rpartition("@")[2]
        yield f"postgresql+psycopg://{role}:modest@{host}", role, administrator


def test_a_server_that_would_log_rows_is_refused_until_it_is_set(modest):
    url, role, administrator = modest
    with pytest.raises(EnvironmentFault) as refused:
        Database(url)
    assert refused.value.code == "union.database_log"
    administrator.execute(f"ALTER ROLE {role} SET log_error_verbosity = terse")
    Database(url).close()
    administrator.execute(f"ALTER ROLE {role} RESET log_error_verbosity")
    administrator.execute(f"GRANT SET ON PARAMETER log_error_verbosity TO {role}")
    Database(url).close()
