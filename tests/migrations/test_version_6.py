"""From version 5: media and their ledger begin empty, and what was there stays as it was."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from app.core.paths import Paths
from app.security import vault
from app.security.vault.opening import make_lanes
from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put
from tests.support.stores import DATA_KEY, FOUNDING

AT = SHIPPED.versions.index("0006")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])
NEW = ("medium", "medium_approval", "medium_use", "courier", "standing_order")


def test_the_tables_are_added_beside_what_was_there(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    vault.create(paths, DATA_KEY, FOUNDING, BEFORE).close()
    lanes = make_lanes(paths.store, DATA_KEY)
    try:
        with lanes.writer.begin() as connection:
            put(
                connection,
                "outbox",
                id="T01-1-000001",
                file_id="FILE-03",
                route="up",
                stream="file-03",
                epoch=0,
                payload=b"sealed",
                payload_digest="00",
                record_count=3,
                state="prepared",
                prepared_by="S101",
                prepared_at="2026-11-16T10:00:00+09:00",
            )
            before = connection.execute(sa.text("SELECT * FROM outbox")).all()
            AFTER.upgrade(connection)
            assert connection.execute(sa.text("SELECT * FROM outbox")).all() == before
            for table in NEW:
                assert connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar() == 0
    finally:
        lanes.close()
