"""Killed at any moment: nothing lost, nothing doubled, nothing half applied (DESIGN 9)."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.core.clock import JST, FixedClock
from app.security import vault
from app.security.keys.sealing import new_pair
from app.security.keys.slot_storage import read_slot_file, write_slot_file
from db.migrations import FOLDER, SHIPPED, Schema
from db.tables.control import setting
from db.tables.persons import person
from tests.support.children import kill_after, killed_at_rename
from tests.support.keys import founded, unlock
from tests.support.soak import tries
from tests.support.stores import DATA_KEY, FOUNDING, add_person, new_store

UPDATE_POINTS = tries(20, 10_000)
KEY_POINTS = tries(12, 400)
WAL_HEAD, FRAME = 32, 24 + 4096
ACTS = 4
CLOCK = FixedClock(datetime(2026, 11, 21, 9, 0, tzinfo=JST))


def write_on(paths, data_key):
    """One act after another, each of two rows; a step is told after its commit."""

    def work(step):
        store = vault.open_store(paths, data_key)
        for _ in range(1000):
            with store.update((), ("person", "setting")) as one:
                made = one.new_id()
                add_person(one, made, alias="x" * 300)
                values = {"value": made, "set_by": "s", "set_at": "t"}
                one.run(insert(setting).values(name=f"of {made}", **values))
            step()

    return work


def contents(store):
    with store.view(("person", "setting")) as work:
        people = {row.id for row in work.all(select(person.c.id))}
        told = {row.value for row in work.all(select(setting.c.value))}
    return people, told


@pytest.mark.parametrize("point", range(UPDATE_POINTS))
def test_updates(tmp_path, point):
    paths, store = new_store(tmp_path)
    store.close()
    finished = kill_after(write_on(paths, DATA_KEY), steps=point % 7, then=point % 200 * 0.00037)
    store = vault.open_store(paths, DATA_KEY)
    people, told = contents(store)
    assert people == told, "an act was applied by half"
    assert finished <= len(people) <= finished + 1, "an act was lost or doubled"
    assert people == {f"T01-1-{number:06d}" for number in range(1, len(people) + 1)}
    store.close()
    assert vault.verify(paths, DATA_KEY) == ()


def test_a_power_cut_at_every_frame_of_the_log(tmp_path):
    """The log as the disk had it when the power went: cut after every frame and inside it."""
    paths, store = new_store(tmp_path / "data")
    copy = vault_paths(tmp_path / "copy")
    for _ in range(ACTS):
        with store.update((), ("person", "setting")) as work:
            made = work.new_id()
            add_person(work, made, alias="x" * 300)
            values = {"value": made, "set_by": "s", "set_at": "t"}
            work.run(insert(setting).values(name=f"of {made}", **values))
    base, log = paths.store.read_bytes(), paths.store.with_name("store.db-wal").read_bytes()
    store.close()
    copy.make()
    counts = []
    for cut in range(0, len(log) + 1, FRAME // 2):
        for left in copy.data.glob("store.db*"):
            left.unlink()
        copy.store.write_bytes(base)
        copy.store.chmod(0o600)
        copy.store.with_name("store.db-wal").write_bytes(log[: WAL_HEAD + cut])
        store = vault.open_store(copy, DATA_KEY)
        people, told = contents(store)
        store.close()
        assert people == told, "an act was applied by half"
        counts.append(len(people))
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, ACTS)
    assert set(counts) == set(range(ACTS + 1)), "every act has a moment at which it is whole"


def test_changes_of_key_killed_one_after_another(tmp_path):
    """Each child opens (finishing what was cut short), then rotates, and is killed somewhere;
    whoever stays opens everything with exactly the key that the slot file names."""
    place = founded()
    paths, store = new_store(tmp_path, place.data_key)
    with store.update((), ("person",)) as work:
        for number in range(400):
            add_person(work, f"p{number}", alias="x" * 400)
    store.close()
    write_slot_file(paths.slots, place.file, place.terminal)
    seen = set()

    def rotate(step):
        slots = read_slot_file(paths.slots, place.terminal)
        keys = unlock(place, "A001", slots).keys
        opened = vault.open_with(paths, keys, slots, place.terminal)
        journal = vault.open_journal(paths, opened.data_key, create=True)
        step()
        held = vault.Rotated(opened.slots, opened.data_key)
        vault.rotate(paths, opened.store, journal, held, place.terminal)
        step()

    def one_key_opens():
        slots = read_slot_file(paths.slots, place.terminal)
        seen.add(len(slots.generations))
        keys = unlock(place, "A001", slots).keys
        fits = [key for key in keys.data_keys.values() if _opens(paths.store, key)]
        assert len(fits) == 1, "not exactly one key opens the store"
        return keys, slots

    for point in range(KEY_POINTS):
        kill_after(rotate, steps=1 if point % 4 else 0, then=point % 40 * 0.0031)
        one_key_opens()
    renames = 0
    while killed_at_rename(lambda: rotate(lambda: None), renames + 1):
        renames += 1
        one_key_opens()
    keys, slots = one_key_opens()

    opened = vault.open_with(paths, keys, slots, place.terminal)
    with opened.store.view(("person",)) as work:
        assert len(work.all(select(person.c.id))) == 400
    opened.store.close()
    assert len(opened.slots.generations) == 1
    assert vault.verify(paths, opened.data_key) == ()
    assert renames and seen == {1, 2}, "no child died between the two generations"


def _opens(path, key):
    from app.core.errors import EnvironmentFault
    from app.security.vault.opening import open_raw
    from db.engine import Tuning

    try:
        open_raw(path, key, Tuning()).close()
    except EnvironmentFault as fault:
        assert fault.code == "store.wrong_key"
        return False
    return True


@pytest.fixture(scope="module")
def next_schema(tmp_path_factory) -> Schema:
    """The shipped versions and one more, which changes every person."""
    folder = tmp_path_factory.mktemp("schema") / "migrations"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (
        '"""Marks every person."""\n\nfrom alembic import op\n\n'
        'revision = "9001"\ndown_revision = "{}"\nbranch_labels = None\ndepends_on = None\n\n\n'
        "def upgrade() -> None:\n"
        "    op.execute(\"UPDATE person SET alias = 'migrated'\")\n"
    )
    (folder / "versions" / "9001_marks.py").write_text(text.format(SHIPPED.head))
    return Schema(folder, (*SHIPPED.versions, "9001"))


def aliases(store):
    with store.view(("person",)) as work:
        return {row.alias for row in work.all(select(person.c.alias))}


def test_migration_with_a_sealed_backup_first(tmp_path, next_schema):
    recovery = new_pair()
    paths, store = new_store(tmp_path)
    with store.update((), ("person",)) as work:
        add_person(work, "p1", alias="before")
    store.close()
    with pytest.raises(Exception, match=r"store\.older_schema"):
        vault.open_store(paths, DATA_KEY, next_schema)
    had = vault.migrate(paths, DATA_KEY, recovery.public, CLOCK, next_schema)
    assert had == SHIPPED.head
    store = vault.open_store(paths, DATA_KEY, next_schema)
    assert aliases(store) == {"migrated"}
    store.close()
    (backup,) = vault.list_backups(paths)
    assert backup.reason == "migration"
    # the older program refuses the newer store, and the backup takes it back
    with pytest.raises(Exception, match=r"store\.newer_schema"):
        vault.open_store(paths, DATA_KEY)
    vault.restore(paths, backup.folder, recovery.private, DATA_KEY)
    store = vault.open_store(paths, DATA_KEY)
    assert aliases(store) == {"before"}
    store.close()
    # restoring into the newer program migrates on the way
    vault.restore(paths, backup.folder, recovery.private, DATA_KEY, schema=next_schema)
    store = vault.open_store(paths, DATA_KEY, next_schema)
    assert aliases(store) == {"migrated"}
    store.close()


def test_migrating_twice_does_nothing(tmp_path):
    paths, store = new_store(tmp_path)
    store.close()
    assert vault.migrate(paths, DATA_KEY, new_pair().public, CLOCK) == SHIPPED.head
    assert vault.list_backups(paths) == ()


def test_a_migration_that_fails_leaves_the_old_store(tmp_path, next_schema):
    broken = tmp_path / "broken"
    shutil.copytree(next_schema.folder, broken)
    module = broken / "versions" / "9001_marks.py"
    module.write_text(module.read_text().replace("UPDATE person", "UPDATE nothing"))
    paths, store = new_store(tmp_path / "data")
    store.close()
    with pytest.raises(Exception, match=r"store\.statement"):
        vault.migrate(
            paths, DATA_KEY, new_pair().public, CLOCK, Schema(broken, next_schema.versions)
        )
    vault.open_store(paths, DATA_KEY).close()
    assert not paths.store.with_name("store.db.new").exists()


@pytest.mark.parametrize("point", range(8))
def test_migrations_killed(tmp_path, point, next_schema):
    paths, store = new_store(tmp_path)
    with store.update((), ("person",)) as work:
        for number in range(200):
            add_person(work, f"p{number}", alias="before")
    store.close()
    recovery = new_pair().public

    def migrate(step):
        vault.migrate(paths, DATA_KEY, recovery, CLOCK, next_schema)
        step()

    kill_after(migrate, steps=0, then=0.004 + point * 0.012)
    vault.migrate(paths, DATA_KEY, recovery, CLOCK, next_schema)
    store = vault.open_store(paths, DATA_KEY, next_schema)
    assert aliases(store) == {"migrated"}
    with store.view(("person",)) as work:
        assert len(work.all(select(person.c.id))) == 200
    store.close()
    assert not [left for left in Path(paths.backups).iterdir() if left.name.endswith(".partial")]
    assert vault.list_backups(paths)


def test_a_founding_killed_leaves_nothing_or_a_store(tmp_path):
    for point in range(6):
        folder = tmp_path / str(point)
        paths = vault_paths(folder)

        def create(step, paths=paths):
            vault.create(paths, DATA_KEY, FOUNDING)
            step()

        kill_after(create, steps=0, then=0.002 + point * 0.02)
        if paths.store.exists():
            vault.open_store(paths, DATA_KEY).close()
        else:
            vault.create(paths, DATA_KEY, FOUNDING).close()


def vault_paths(folder):
    from app.core.paths import Paths

    return Paths(folder)
