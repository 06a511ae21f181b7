"""From version 11: entries belong to no list and stay open; what was refused waits for a word."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0012")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_entries_stay_as_they_were_and_nothing_is_settled(connection: sa.Connection) -> None:
    put(
        connection,
        "check_entry",
        id="U15-1-000101",
        origin="union",
        cause="number_blank",
        detail="個人番号が空白です。",
        listed_at="2026-11-16T06:00:00+09:00",
    )
    put(
        connection,
        "outbox",
        id="T01-1-7",
        file_id="FILE-03",
        route="up",
        stream="up:FILE-03",
        epoch=1,
        payload=b"",
        payload_digest="00",
        record_count=3,
        state="rejected",
        prepared_by="S101",
        prepared_at="2026-11-16T09:00:00+09:00",
        last_cause="件数が違います",
    )
    AFTER.upgrade(connection)
    entry = connection.execute(sa.text("SELECT * FROM check_entry")).one()
    assert (entry.detail, entry.disposition, entry.list_id) == ("個人番号が空白です。", "", None)
    sending = connection.execute(sa.text("SELECT * FROM outbox")).one()
    assert (sending.last_cause, sending.disposition) == ("件数が違います", "")
    assert connection.execute(sa.text("SELECT count(*) FROM delivered_list")).scalar() == 0
