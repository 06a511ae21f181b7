"""From version 23: what waits to be confirmed stays, and has no records drawn of it."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0024")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_a_sending_that_waits_stays(connection: sa.Connection) -> None:
    put(connection, "outbox", id="T01-1-000001", file_id="FILE-06", route="up", stream="FILE-06",
        epoch=0, payload=b"sealed", payload_digest="0" * 64, record_count=2, state="prepared",
        prepared_by="S101", prepared_at="2026-11-16T09:00:00+09:00")  # fmt: skip
    AFTER.upgrade(connection)
    (row,) = connection.execute(sa.text("SELECT id, state, payload FROM outbox"))
    assert tuple(row) == ("T01-1-000001", "prepared", b"sealed")
    assert connection.execute(sa.text("SELECT count(*) FROM sending_sample")).scalar() == 0
    put(connection, "sending_sample", outbox_id="T01-1-000001", place=1, record="{}")
