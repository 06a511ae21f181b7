"""From version 18: what the ledgers hold stays, and nobody is known as erased."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0019")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_the_ledgers_stay_and_nobody_is_erased(connection: sa.Connection) -> None:
    entry = {"id": "E-1", "record_id": "E-1", "ledger": "questions", "step": "received"}
    moment = "2026-11-16T09:00:00+09:00"
    put(connection, "ledger_entry", **entry, cells="{}", written_by="S101", at=moment, line=7)
    AFTER.upgrade(connection)
    assert connection.execute(sa.text("SELECT id FROM ledger_entry")).scalar() == "E-1"
    for name in ("erasure", "erasure_item", "erased"):
        assert connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar() == 0
