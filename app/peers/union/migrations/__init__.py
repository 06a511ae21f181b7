"""The union's own migrations: numbered steps, each in the transaction that also notes it.

To change a table: change ``tables.py``, add a module ``v0007_…`` with ``upgrade(operations)``
and append it to STEPS. A test compares what the steps build with ``tables.METADATA``.
"""

from __future__ import annotations

from collections.abc import Callable

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from app.core.errors import EnvironmentFault
from app.peers.union.migrations import (
    v0001_first,
    v0002_long_numbers,
    v0003_settled_apart,
    v0004_alias_kana,
    v0005_two_time_axes,
    v0006_restored,
    v0007_benefits,
    v0008_journal,
    v0009_whose_keys,
    v0010_held,
    v0011_filling,
    v0012_taken_up,
    v0013_table_packages,
    v0014_yearly,
    v0015_settled,
    v0016_levy,
    v0017_stopped,
    v0018_control,
    v0019_ended,
    v0020_beyond,
    v0021_claims,
)

STEPS: tuple[Callable[[Operations], None], ...] = (
    v0001_first.upgrade,
    v0002_long_numbers.upgrade,
    v0003_settled_apart.upgrade,
    v0004_alias_kana.upgrade,
    v0005_two_time_axes.upgrade,
    v0006_restored.upgrade,
    v0007_benefits.upgrade,
    v0008_journal.upgrade,
    v0009_whose_keys.upgrade,
    v0010_held.upgrade,
    v0011_filling.upgrade,
    v0012_taken_up.upgrade,
    v0013_table_packages.upgrade,
    v0014_yearly.upgrade,
    v0015_settled.upgrade,
    v0016_levy.upgrade,
    v0017_stopped.upgrade,
    v0018_control.upgrade,
    v0019_ended.upgrade,
    v0020_beyond.upgrade,
    v0021_claims.upgrade,
)


def migrate(connection: Connection) -> int:
    """Bring the database to the newest version; returns it.

    Raises EnvironmentFault ``union.newer_database`` for one written by a newer program.
    """
    connection.execute(text("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)"))
    version = connection.execute(text("SELECT max(version) FROM schema_version")).scalar() or 0
    if version > len(STEPS):
        raise EnvironmentFault(
            "union.newer_database",
            "広域連合のデータベースは、このプログラムより新しい版で作られています。",
            "新しい版のプログラムで開いてください。データベースは変えていません。",
        )
    operations = Operations(MigrationContext.configure(connection))
    for number, step in enumerate(STEPS[version:], start=version + 1):
        step(operations)
        connection.execute(text("INSERT INTO schema_version VALUES (:number)"), {"number": number})
    return len(STEPS)
