"""From version 10: no line vouches for its decisions, and names are found as they are seen."""

from __future__ import annotations

import sqlalchemy as sa

from db.migrations import FOLDER, SHIPPED, Schema
from db.tables.cases import decision
from db.tables.control import credential
from db.tables.persons import person
from tests.migrations.test_version_4 import put

AT = SHIPPED.versions.index("0011")
BEFORE, AFTER = Schema(FOLDER, SHIPPED.versions[:AT]), Schema(FOLDER, SHIPPED.versions[: AT + 1])


def test_what_was_there_is_kept(connection: sa.Connection) -> None:
    put(
        connection,
        "person",
        id="p1",
        kind="1",
        name="山\u202e田　太郎",
        kana="ヤマダ　タロウ",
        birth_written="昭和10年1月1日",
        birth_sort="1935-01-01",
        birth_precision="day",
        sex="1",
        state="1",
        name_key="山\u202e田太郎",
        kana_key="ヤマダタロウ",
    )
    put(
        connection,
        "decision",
        id="D1",
        outcome="accepted",
        record="{}",
        digest="00",
        received_at="",
    )
    put(
        connection,
        "staff",
        id="S1",
        name="職員",
        post="",
        valid_from="2026-04-01",
        valid_to="2027-03-31",
        password_set_on="2026-04-01",
    )
    put(
        connection,
        "credential",
        id=b"key",
        staff_id="S1",
        label="1",
        public_key=b"public",
        attestation=b"proof",
        aaguid="",
        attested="allowed",
        registered_by="S2",
        registered_at="",
    )
    AFTER.upgrade(connection)
    row = connection.execute(sa.select(person)).one()
    assert (row.name, row.name_key) == ("山\u202e田　太郎", "山田太郎")
    assert connection.execute(sa.select(decision.c.came_in)).scalar_one() == 0
    kept = connection.execute(sa.select(credential.c.attestation, credential.c.client_data)).one()
    assert bytes(kept.attestation) == b"proof" and not kept.client_data
