"""From version 19: no paper of the union is kept yet; what was before stays."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0020")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_papers_of_the_union_begin_empty(connection: sa.Connection) -> None:
    put(connection, "premium_record", file_id="FILE-20", key="U15-1-1", number=1,
        municipality_code="152994", atena_number="000000000004567", year="2026", record="{}",
        standing="kept", batch=1, line=1, arrived_at="2026-11-16T09:00:00+09:00")  # fmt: skip
    AFTER.upgrade(connection)
    assert connection.execute(sa.text("SELECT key FROM premium_record")).scalar() == "U15-1-1"
    assert connection.execute(sa.text("SELECT count(*) FROM union_paper")).scalar() == 0
    put(connection, "union_paper", id="U15-1-9", title="一覧", kind="list", made_on="2026-11-13",
        due_on="", pages=1, media_type="pdf", digest="00", content=b"%PDF",
        arrived_at="2026-11-16T09:00:00+09:00")  # fmt: skip
    assert connection.execute(sa.text("SELECT content FROM union_paper")).scalar() == b"%PDF"
