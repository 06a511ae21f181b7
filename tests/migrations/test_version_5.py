"""From version 4: who might open and send cases may open and send the one kind there was."""

from __future__ import annotations

import sqlalchemy as sa

from app.catalog import CATALOG
from app.functions.eligibility.kinds.move_in import MOVE_IN
from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0005")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])
RIGHTS = {
    "eligibility.open_case": MOVE_IN.opening,
    "eligibility.send_notification": MOVE_IN.sending,
    "eligibility.send_unregistered": MOVE_IN.supervised_sending,
    "eligibility.load_case": "eligibility.load_case",
}


def test_the_rights_go_on_for_the_one_kind(connection: sa.Connection) -> None:
    put(
        connection,
        "staff",
        id="S101",
        name="窓口 花子",
        post="",
        valid_from="2026-04-01",
        valid_to="2027-03-31",
        password_set_on="2026-04-01",
    )
    for number, function_id in enumerate(RIGHTS):
        put(
            connection,
            "grant_row",
            id=f"T01-1-g{number}",
            staff_id="S101",
            function_id=function_id,
            access="update",
            valid_from="2026-04-01",
            valid_to=f"2027-01-{number + 10}",
            state="confirmed",
            reason="窓口",
            requested_by="S201",
            requested_at="2026-04-01T09:00:00+09:00",
            confirmed_by="S202",
        )
    AFTER.upgrade(connection)
    rows = connection.execute(
        sa.text("SELECT function_id, valid_to, state, confirmed_by FROM grant_row ORDER BY id")
    ).all()
    assert [tuple(row) for row in rows] == [
        (after, f"2027-01-{number + 10}", "confirmed", "S202")
        for number, after in enumerate(RIGHTS.values())
    ]
    assert set(RIGHTS.values()) <= set(CATALOG)
