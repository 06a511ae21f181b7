"""From version 13: acts go on as they were, and none waits for a second person yet."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from app.core.paths import Paths
from app.security import vault
from app.security.vault.opening import make_lanes
from db.migrations import FOLDER, SHIPPED, Schema
from db.tables.control import put_off_act
from tests.migrations.test_version_4 import put
from tests.support.stores import DATA_KEY, FOUNDING

AT = SHIPPED.versions.index("0014")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_what_was_done_stays_and_nothing_waits(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    vault.create(paths, DATA_KEY, FOUNDING, BEFORE).close()
    lanes = make_lanes(paths.store, DATA_KEY)
    with lanes.writer.begin() as connection:
        put(
            connection,
            "act",
            nonce="00" * 16,
            function_id="admin.change_office",
            staff_id="S201",
            journal_line=7,
            at="2026-11-16T09:00:00+09:00",
            salt=b"salt",
        )
        AFTER.upgrade(connection)
        assert connection.execute(sa.text("SELECT journal_line FROM act")).scalar() == 7
        assert connection.execute(sa.select(put_off_act)).all() == []
    lanes.close()
