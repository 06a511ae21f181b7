"""From version 17: the premium ledger begins empty, and nothing in it is written over."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0018")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_the_ledger_of_premiums_begins_empty_and_keeps_what_was_said(
    connection: sa.Connection,
) -> None:
    put(
        connection,
        "print_batch",
        id="B-1",
        judged_year=2026,
        form_id="FORM-04",
        state="built",
        made_by="S201",
        made_at="2026-07-01T10:00:00+09:00",
        source_digest="00",
        sampled_by="S201",
    )
    AFTER.upgrade(connection)
    assert connection.execute(sa.text("SELECT id FROM print_batch")).scalar() == "B-1"
    assert connection.execute(sa.text("SELECT count(*) FROM premium_record")).scalar() == 0
    put(connection, "premium_record", file_id="FILE-20", key="U15-1-1", number=1,
        municipality_code="152994", atena_number="000000000004567", year="2026", record="{}",
        standing="kept", batch=1, line=1, arrived_at="2026-11-16T09:00:00+09:00")  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError, match="not written over"):
        connection.execute(sa.text("UPDATE premium_record SET record = '{}'"))
