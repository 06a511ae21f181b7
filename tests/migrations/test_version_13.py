"""From version 12: what was accepted before can be asked back, and nothing is."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0013")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_sendings_stay_as_they_were_and_none_is_asked_back(connection: sa.Connection) -> None:
    put(
        connection,
        "outbox",
        id="T01-1-7",
        file_id="FILE-13",
        route="up",
        stream="file-13",
        epoch=1,
        payload=b"",
        payload_digest="00",
        record_count=3,
        state="accepted",
        prepared_by="S101",
        prepared_at="2026-11-16T09:00:00+09:00",
    )
    AFTER.upgrade(connection)
    row = connection.execute(sa.text("SELECT state, record_count FROM outbox")).one()
    assert tuple(row) == ("accepted", 3)
    assert connection.execute(sa.text("SELECT count(*) FROM recall")).scalar() == 0
