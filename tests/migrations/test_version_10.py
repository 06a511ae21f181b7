"""From version 9: the rows of rights stay as they were, unsigned, and the control log is empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.core.paths import Paths
from app.security import vault
from app.security.vault.opening import make_lanes
from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put
from tests.support.stores import DATA_KEY, FOUNDING

AT = SHIPPED.versions.index("0010")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])
PERSON = {
    "id": "S201",
    "name": "責任 一郎",
    "post": "保険年金課",
    "valid_from": "2026-04-01",
    "valid_to": "2027-03-31",
    "password_set_on": "2026-11-02",
}
RIGHT = {
    "id": "T01-1-000001",
    "staff_id": "S201",
    "function_id": "admin.supervise",
    "access": "inquire",
    "valid_from": "2026-11-02",
    "valid_to": "2027-03-31",
    "state": "confirmed",
    "reason": "着任",
    "requested_by": "S202",
    "requested_at": "2026-11-02T09:00:00+09:00",
}
KEY = {
    "id": b"key",
    "staff_id": "S201",
    "label": "研修用",
    "public_key": b"cose",
    "attestation": b"",
    "aaguid": "",
    "attested": "allowed",
    "registered_by": "S202",
    "registered_at": "2026-11-02T09:00:00+09:00",
}
SETTING = {"name": "hours.to", "value": "20:00", "set_by": "S201", "set_at": "2026-11-02"}
ROWS: dict[str, dict[str, Any]] = {
    "staff": PERSON,
    "credential": KEY,
    "grant_row": RIGHT,
    "setting": SETTING,
}


def test_rows_from_before_stay_and_nobody_has_signed_for_them(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    vault.create(paths, DATA_KEY, FOUNDING, BEFORE).close()
    lanes = make_lanes(paths.store, DATA_KEY)
    try:
        with lanes.writer.begin() as connection:
            for table, row in ROWS.items():
                put(connection, table, **row)
            before = {
                one: list(connection.execute(sa.text(f"SELECT * FROM {one}"))) for one in ROWS
            }
            AFTER.upgrade(connection)
            for table, had in before.items():
                (has,) = connection.execute(sa.text(f"SELECT * FROM {table}")).all()
                assert (*had[0], 0) == tuple(has)
                assert has.signed_by == 0
            assert connection.execute(sa.text("SELECT count(*) FROM control_row")).scalar() == 0
    finally:
        lanes.close()
