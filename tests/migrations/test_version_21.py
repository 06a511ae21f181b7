"""From version 20: nobody is held for anybody else yet; the persons stay as they were."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0021")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_the_persons_stay_and_a_word_stays_too(connection: sa.Connection) -> None:
    for at, key in enumerate(("P-1", "P-2"), 1):
        put(connection, "person", row_number=at, id=key, kind="1", name="田中　一郎",
            kana="タナカ　イチロウ", birth_written="昭和10年5月3日", birth_sort="1935-05-03",
            birth_precision="day", sex="1", state="1", name_key="田中一郎",
            kana_key="タナカイチロウ")  # fmt: skip
    AFTER.upgrade(connection)
    assert connection.execute(sa.text("SELECT count(*) FROM person")).scalar() == 2
    assert connection.execute(sa.text("SELECT count(*) FROM same_person")).scalar() == 0
    put(connection, "same_person", id="S-1", one_id="P-1", other_id="P-2", step="found",
        said_by="S101", at="2026-11-16T09:00:00+09:00", line=1)  # fmt: skip
    with pytest.raises(sa.exc.DatabaseError, match="followed by another"):
        connection.execute(sa.text("UPDATE same_person SET step = 'same'"))
