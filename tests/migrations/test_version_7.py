"""From version 6: what was prepared then keeps the version of its layout."""

from __future__ import annotations

import sqlalchemy as sa

from app.wire.files import FILES
from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0007")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])
SENT = {"FILE-01": 2, "FILE-10": 1, "FILE-03": 1}
CAME = {"FILE-16": 2, "FILE-17": 1, "FILE-21": 1, "FILE-24": 1}


def test_what_waits_keeps_the_version_in_which_it_was_prepared(connection: sa.Connection) -> None:
    for number, file_id in enumerate(SENT):
        put(
            connection,
            "outbox",
            id=f"T01-1-{number}",
            file_id=file_id,
            route="up",
            stream=file_id.lower(),
            epoch=0,
            payload=b"sealed",
            payload_digest="00",
            record_count=1,
            state="prepared",
            prepared_by="S101",
            prepared_at="2026-11-20T09:00:00+09:00",
        )
    for number, file_id in enumerate(CAME):
        put(
            connection,
            "inbox",
            id=f"U15-1-{number}",
            file_id=file_id,
            stream=file_id.lower(),
            epoch=1,
            sequence=1,
            size=1,
            state="staged",
            announced_at="2026-11-20T09:00:00+09:00",
        )
    AFTER.upgrade(connection)
    for table, versions in (("outbox", SENT), ("inbox", CAME)):
        rows = connection.execute(sa.text(f"SELECT file_id, layout_version FROM {table}"))
        assert {row.file_id: row.layout_version for row in rows} == versions
        assert all(version in FILES[one].versions for one, version in versions.items())
    kept = connection.execute(sa.text("SELECT payload, edition, business_on FROM outbox")).all()
    assert {tuple(row) for row in kept} == {(b"sealed", 0, "")}
