"""The stored versions give the declared tables; older stores migrate, newer are refused."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from app.security import vault
from app.security.vault.opening import make_lanes
from db import migrations
from db.tables import METADATA
from db.tables.history import HISTORY_GUARDS
from db.tables.money import PREMIUM_GUARDS
from db.tables.persons import NAME_GRAMS_DDL, NAME_GRAMS_SETTINGS
from db.tables.records import LEDGER_GUARDS
from tests.support.stores import DATA_KEY, open_store


def test_the_newest_version_is_the_declared_one(tmp_path):
    with open_store(tmp_path) as (paths, _):
        pass
    declared = create_engine("sqlite://")
    METADATA.create_all(declared)
    lanes = make_lanes(paths.store, DATA_KEY)
    try:
        with lanes.writer.connect() as stored, declared.connect() as wanted:
            context = MigrationContext.configure(stored, opts={"include_object": _is_declared})
            difference = compare_metadata(context, METADATA)
            assert difference == [], "write the next version in db/migrations/versions"
            for table in METADATA.tables:
                assert _columns(stored, table) == _columns(wanted, table)
    finally:
        lanes.close()


def _columns(connection, table):
    found = connection.exec_driver_sql(f"PRAGMA table_info({table})").fetchall()
    return {tuple(row)[1:] for row in found}


def _is_declared(_thing, name, kind, _reflected, _compared):
    return not (kind == "table" and name.startswith("name_grams"))


def test_the_name_index_is_the_declared_one():
    (module,) = _modules("0001")
    assert (NAME_GRAMS_DDL, *NAME_GRAMS_SETTINGS) == module.NAME_INDEX


def test_the_guards_of_history_are_the_declared_ones():
    (module,) = _modules("0002")
    assert module.GUARDS == HISTORY_GUARDS


def test_the_guard_of_the_ledgers_is_the_declared_one():
    (module,) = _modules("0016")
    assert module.GUARDS == LEDGER_GUARDS


def test_the_guard_of_the_premiums_is_the_declared_one():
    (module,) = _modules("0018")
    assert module.GUARDS == PREMIUM_GUARDS


def test_every_stored_version_is_known_and_they_form_one_line():
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(migrations.FOLDER))
    stored = [version.revision for version in script.walk_revisions()]
    assert tuple(reversed(stored)) == migrations.SHIPPED.versions


def _modules(revision):
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(migrations.FOLDER))
    return [script.get_revision(revision).module]


def test_verify_finds_a_missing_column(tmp_path):
    from app.security.vault.opening import open_raw
    from db.engine import Tuning

    with open_store(tmp_path) as (paths, _):
        pass
    connection = open_raw(paths.store, DATA_KEY, Tuning())
    connection.execute("ALTER TABLE person DROP COLUMN alias")
    connection.close()
    (finding,) = vault.verify(paths, DATA_KEY)
    assert "person" in finding


@pytest.mark.parametrize("version", ["0001x", "9999", ""])
def test_a_version_of_a_later_program_is_refused_with_its_own_message(tmp_path, version):
    from datetime import datetime

    from app.core.clock import JST, FixedClock
    from app.core.errors import EnvironmentFault
    from app.security.keys.sealing import new_pair
    from app.security.vault.opening import open_raw
    from db.engine import Tuning

    with open_store(tmp_path) as (paths, _):
        pass
    connection = open_raw(paths.store, DATA_KEY, Tuning())
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()
    before = paths.store.read_bytes()
    clock = FixedClock(datetime(2026, 11, 21, tzinfo=JST))
    for attempt in (
        lambda: vault.open_store(paths, DATA_KEY),
        lambda: vault.migrate(paths, DATA_KEY, new_pair().public, clock),
    ):
        with pytest.raises(EnvironmentFault) as refused:
            attempt()
        assert refused.value.code == "store.newer_schema"
        assert "更新" in refused.value.remedy
    assert paths.store.read_bytes() == before
    assert not list(paths.backups.iterdir())


def test_each_version_is_one_file_and_follows_the_one_before():
    from alembic.script import ScriptDirectory

    files = sorted((migrations.FOLDER / "versions").glob("[0-9]*.py"))
    assert tuple(file.name[:4] for file in files) == migrations.SHIPPED.versions
    scripts = ScriptDirectory(str(migrations.FOLDER))
    chain = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(chain)) == migrations.SHIPPED.versions
