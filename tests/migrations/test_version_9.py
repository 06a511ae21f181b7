"""From version 8: the printing line is there and empty, and what was issued before is whole."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from app.core.paths import Paths
from app.security import vault
from app.security.vault.opening import make_lanes
from db.migrations import FOLDER, SHIPPED, Schema
from db.tables import printing
from tests.migrations.test_version_4 import put
from tests.support.stores import DATA_KEY, FOUNDING

AT = SHIPPED.versions.index("0009")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])
LATER = {"batch_part"}
TABLES = tuple(
    one.name
    for one in vars(printing).values()
    if isinstance(one, sa.Table) and one.name not in LATER
)


def test_papers_of_before_are_whole_and_may_be_posted(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    vault.create(paths, DATA_KEY, FOUNDING, BEFORE).close()
    lanes = make_lanes(paths.store, DATA_KEY)
    try:
        with lanes.writer.begin() as connection:
            put(
                connection,
                "decision",
                id="D",
                outcome="accepted",
                record="{}",
                digest="",
                received_at="x",
            )
            put(
                connection,
                "certificate",
                number="T01-1-20261120-00001",
                form_id="FORM-04",
                decision_id="D",
                person_id="P-1",
                state="issued",
                reserved_by="S101",
                reserved_at="2026-11-20T09:00:00+09:00",
            )
            AFTER.upgrade(connection)
            for name in TABLES:
                assert connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar() == 0
            put(
                connection,
                "mail_item",
                id="T01-1-1",
                certificate_number="T01-1-20261120-00001",
                person_id="P-1",
                method="recorded",
                state="waiting",
                prepared_by="S101",
                prepared_at="x",
            )
            row = connection.execute(sa.text("SELECT state, form_id FROM certificate")).one()
            assert tuple(row) == ("issued", "FORM-04")
    finally:
        lanes.close()
