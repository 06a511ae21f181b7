"""From version 22: nothing waits sealed yet; who is registered is the municipal system's side."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0023")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_the_courier_stays_what_it_was(connection: sa.Connection) -> None:
    put(connection, "courier", id="C-1", name="見本市 住民情報", signing=b"s", receiving="age1",
        registered_by="S101", registered_at="2026-11-16T09:00:00+09:00")  # fmt: skip
    AFTER.upgrade(connection)
    assert connection.execute(sa.text("SELECT role FROM courier")).scalar() == "system"
    assert connection.execute(sa.text("SELECT count(*) FROM sealed_out")).scalar() == 0
    put(connection, "sealed_out", id="B-1-1", file_id="PAGE-01", about="B-1", to_id="C-1",
        epoch=1, sequence=1,
        record_count=9, digest="00", state="sealed", sealed_by="S101",
        confirmed_by="S102", sealed_at="2026-11-16T09:00:00+09:00")  # fmt: skip
    assert connection.execute(sa.text("SELECT received_on FROM sealed_out")).scalar() == ""
