"""From version 16: a batch keeps its papers; nothing is known of the parts that it had built."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0017")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_a_batch_stays_and_its_parts_are_unknown(connection: sa.Connection) -> None:
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
    put(
        connection,
        "batch_item",
        batch_id="B-1",
        position=0,
        person_id="P-1",
        record="{}",
        number="T01-1-20260701-00001",
        state="built",
        part=1,
    )
    AFTER.upgrade(connection)
    row = connection.execute(sa.text("SELECT * FROM print_batch")).one()
    assert (row.id, row.state, row.sampled_by, row.seal, row.source_id) == (
        "B-1",
        "built",
        "S201",
        "",
        "",
    )
    assert connection.execute(sa.text("SELECT state FROM batch_item")).scalar() == "built"
    assert connection.execute(sa.text("SELECT count(*) FROM batch_part")).scalar() == 0
