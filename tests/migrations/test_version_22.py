"""From version 21: the control log stays as it is, and no row has a place among many desks yet."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0022")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_the_log_stays_and_every_row_waits_for_its_place(connection: sa.Connection) -> None:
    put(connection, "control_row", number=1, hash=b"h", body=b"row")
    AFTER.upgrade(connection)
    assert connection.execute(sa.text("SELECT body FROM control_row")).scalar() == b"row"
    assert connection.execute(sa.text("SELECT count(*) FROM control_place")).scalar() == 0
