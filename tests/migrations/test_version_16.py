"""From version 15: the ledgers begin empty, and what is written in them is not written over."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0016")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_the_ledgers_begin_empty_and_keep_what_is_written(connection: sa.Connection) -> None:
    put(connection, "restriction_opening", id="O-1", person_id="P-1", staff_id="S201",
        session_id="s", reason="r", opened_at="2026-11-16T09:00:00+09:00",
        until_at="2026-11-16T10:00:00+09:00")  # fmt: skip
    AFTER.upgrade(connection)
    assert connection.execute(sa.text("SELECT id FROM restriction_opening")).scalar() == "O-1"
    assert connection.execute(sa.text("SELECT count(*) FROM ledger_entry")).scalar() == 0
    put(connection, "ledger_entry", id="E-1", record_id="E-1", ledger="questions", step="received",
        cells="{}", written_by="S101", at="2026-11-16T09:00:00+09:00", line=7)  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError, match="corrected by another"):
        connection.execute(sa.text("UPDATE ledger_entry SET cells = 'x'"))
