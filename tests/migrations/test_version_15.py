"""From version 14: who was restricted stays so, and nobody of them is open."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0015")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_measures_stay_and_nobody_is_open(connection: sa.Connection) -> None:
    put(
        connection,
        "person",
        id="P-1",
        kind="1",
        name="髙橋　タケ",
        kana="タカハシ　タケ",
        birth_written="昭和10年5月3日",
        birth_sort="1935-05-03",
        birth_precision="day",
        sex="2",
        state="1",
        name_key="",
        kana_key="",
    )
    put(
        connection,
        "restriction",
        id="R-1",
        person_id="P-1",
        kind="support_measure",
        from_on="2026-04-01",
        until_on="2027-03-31",
    )
    AFTER.upgrade(connection)
    held = connection.execute(sa.text("SELECT * FROM restriction")).one()
    assert (held.kind, held.until_on, held.lifted_at) == ("support_measure", "2027-03-31", "")
    opened = connection.execute(sa.text("SELECT count(*) FROM restriction_opening"))
    assert opened.scalar() == 0
