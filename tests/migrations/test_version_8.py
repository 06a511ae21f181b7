"""From version 7: cases stand alone in their sitting, files set aside wait for a disposition."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0008")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_what_was_there_stays_and_nothing_is_settled_by_itself(connection: sa.Connection) -> None:
    put(
        connection,
        "case_file",
        id="T01-1-1",
        kind="move_in",
        state="waiting",
        opened_by="S101",
        opened_at="2026-11-16T09:00:00+09:00",
        draft='{"name":"見本"}',
    )
    put(
        connection,
        "inbox",
        id="union-1",
        file_id="FILE-16",
        stream="down:FILE-16",
        epoch=1,
        sequence=1,
        size=9,
        state="quarantined",
        cause="別の種別の決定です。",
        announced_at="2026-11-16T09:30:00+09:00",
    )
    AFTER.upgrade(connection)
    case = connection.execute(sa.text("SELECT * FROM case_file")).one()
    assert (case.draft, case.state) == ('{"name":"見本"}', "waiting")
    assert (case.payer_id, case.sitting, case.begun_from) == (None, "", "")
    file = connection.execute(sa.text("SELECT * FROM inbox")).one()
    assert (file.cause, file.state) == ("別の種別の決定です。", "quarantined")
    assert (file.disposition, file.disposed_by, file.disposed_at) == ("", "", "")
