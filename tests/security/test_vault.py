"""The vault: making, opening, changing the key, backing up, restoring, checking."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from app.core.clock import JST, FixedClock
from app.core.errors import EnvironmentFault
from app.core.paths import Paths
from app.security import vault
from app.security.keys import keyslots
from app.security.keys.sealing import new_pair, random_key
from app.security.keys.slot_storage import read_slot_file, write_slot_file
from db.tables.persons import person
from tests.support.keys import founded, unlock
from tests.support.stores import DATA_KEY, FOUNDING, add_person, new_store, open_store

CLOCK_START = datetime(2026, 11, 21, 9, 0, tzinfo=JST)


def code_of(call, *args, **kwargs):
    with pytest.raises(EnvironmentFault) as refused:
        call(*args, **kwargs)
    assert refused.value.remedy
    return refused.value.code


def people(store):
    with store.view(("person",)) as work:
        return {row.id for row in work.all(select(person.c.id))}


def put(store, person_id):
    with store.update((), ("person",)) as work:
        add_person(work, person_id)


def line(journal, text):
    journal.execute("CREATE TABLE IF NOT EXISTS line (number INTEGER PRIMARY KEY, body TEXT)")
    journal.execute("INSERT INTO line(body) VALUES (?)", (text,))


def lines(journal):
    return [row[0] for row in journal.execute("SELECT body FROM line").fetchall()]


def test_a_store_opens_again_with_its_key_and_no_other(tmp_path):
    paths, store = new_store(tmp_path)
    put(store, "p1")
    store.close()
    store = vault.open_store(paths, DATA_KEY)
    assert people(store) == {"p1"}
    assert (store.identity.terminal, store.identity.epoch) == ("T01", 1)
    assert store.identity.training
    store.close()
    assert code_of(vault.open_store, paths, random_key()) == "store.wrong_key"
    with pytest.raises(ValueError, match="32 bytes"):
        vault.open_store(paths, b"short")


def test_founding_twice_is_refused_and_changes_nothing(tmp_path):
    with open_store(tmp_path) as (paths, store):
        put(store, "p1")
    assert code_of(vault.create, paths, random_key(), FOUNDING) == "store.exists"
    store = vault.open_store(paths, DATA_KEY)
    assert people(store) == {"p1"}
    store.close()


def test_a_founding_that_was_cut_short_starts_over(tmp_path):
    paths = Paths(tmp_path)
    paths.make()
    paths.store.with_name("store.db.new").write_bytes(b"half made")
    store = vault.create(paths, DATA_KEY, FOUNDING)
    assert people(store) == set()
    store.close()
    assert not paths.store.with_name("store.db.new").exists()


def test_one_process_has_the_store(tmp_path):
    with open_store(tmp_path) as (paths, _):
        assert code_of(vault.open_store, paths, DATA_KEY) == "store.in_use"
    vault.open_store(paths, DATA_KEY).close()


def test_rekey_keeps_store_and_journal_open_for_their_users(tmp_path):
    new_key = random_key()
    with open_store(tmp_path) as (paths, store):
        journal = vault.open_journal(paths, DATA_KEY, create=True)
        line(journal, "before")
        put(store, "p1")
        vault.rekey(paths, store, journal, DATA_KEY, new_key)
        put(store, "p2")
        line(journal, "after")
        assert people(store) == {"p1", "p2"}
        assert lines(journal) == ["before", "after"]
        journal.close()
    assert code_of(vault.open_store, paths, DATA_KEY) == "store.wrong_key"
    assert code_of(vault.open_journal, paths, DATA_KEY) == "store.wrong_key"
    assert vault.verify(paths, new_key) == ()


def test_rekey_waits_for_nobody_in_a_journal_transaction(tmp_path):
    with open_store(tmp_path) as (paths, store):
        journal = vault.open_journal(paths, DATA_KEY, create=True)
        journal.execute("BEGIN IMMEDIATE")
        args = (paths, store, journal, DATA_KEY, random_key())
        assert code_of(vault.rekey, *args) == "store.busy"
        journal.execute("ROLLBACK")
        put(store, "p1")
        journal.close()


@pytest.mark.req("SEC-42")
def test_rotation_shuts_the_leaver_out_and_lets_the_others_in(tmp_path):
    place = founded()
    paths, store = new_store(tmp_path, place.data_key)
    write_slot_file(paths.slots, place.file, place.terminal)
    old = vault.Rotated(place.file, place.data_key)
    rotated = vault.rotate(paths, store, None, old, place.terminal, leaving=("A002",))
    put(store, "written after the departure")
    store.close()

    slots = read_slot_file(paths.slots, place.terminal)
    assert slots == rotated.slots
    assert slots.generations == (2,)
    stays = unlock(place, "A001", slots)
    opened = vault.open_with(paths, stays.keys, slots, place.terminal)
    assert people(opened.store) == {"written after the departure"}
    opened.store.close()
    leaver = unlock(place, "A002", place.file)  # with a copy of the old slot file
    assert code_of(vault.open_store, paths, leaver.keys.data_keys[1]) == "store.wrong_key"


@pytest.mark.parametrize("already", ["nothing", "journal", "both"])
def test_a_change_of_key_cut_short_is_finished_at_the_next_opening(tmp_path, already):
    place = founded()
    paths, store = new_store(tmp_path, place.data_key)
    journal = vault.open_journal(paths, place.data_key, create=True)
    line(journal, "kept")
    put(store, "p1")
    journal.close()
    store.close()
    begun, new_key = keyslots.begin_rotation(place.file, place.terminal, ("A002",))
    write_slot_file(paths.slots, begun, place.terminal)
    if already in ("journal", "both"):
        _rekey_alone(paths.journal, place.data_key, new_key)
    if already == "both":
        _rekey_alone(paths.store, place.data_key, new_key)

    keys = unlock(place, "A001", begun).keys
    opened = vault.open_with(paths, keys, begun, place.terminal)
    assert opened.data_key == new_key
    assert opened.slots.generations == (2,)
    assert read_slot_file(paths.slots, place.terminal) == opened.slots
    assert people(opened.store) == {"p1"}
    journal = vault.open_journal(paths, new_key)
    assert lines(journal) == ["kept"]
    journal.close()
    opened.store.close()


def _rekey_alone(path, old_key, new_key):
    from app.security.vault import rotation

    rotation._rekey_file(path, old_key, new_key)


@pytest.mark.req("SEC-160")
def test_a_backup_opens_with_the_recovery_key_only_and_restores_with_a_new_epoch(tmp_path):
    recovery = new_pair()
    clock = FixedClock(CLOCK_START)
    with open_store(tmp_path / "data") as (paths, store):
        journal = vault.open_journal(paths, DATA_KEY, create=True)
        line(journal, "line 1")
        put(store, "p1")
        made = vault.backup(store, paths, DATA_KEY, recovery.public, clock, "daily")
        put(store, "after the backup")
        journal.close()
    assert [found.folder for found in vault.list_backups(paths)] == [made.folder]
    assert code_of(vault.open_journal, Paths(made.folder), DATA_KEY) == "store.wrong_key"
    other = new_pair().private
    new_key = random_key()
    assert code_of(vault.restore, paths, made.folder, other, new_key) == "backup.wrong_key"
    epoch = vault.restore(paths, made.folder, recovery.private, new_key)
    assert epoch == 2
    store = vault.open_store(paths, new_key)
    assert people(store) == {"p1"}
    with store.update((), ()) as work:
        assert work.new_id().startswith("T01-2-")
    store.close()
    journal = vault.open_journal(paths, new_key)
    assert lines(journal) == ["line 1"]
    journal.close()
    assert vault.verify(paths, new_key) == ()


def test_the_epoch_rises_above_the_one_here_and_the_one_the_union_saw(tmp_path):
    recovery = new_pair()
    clock = FixedClock(CLOCK_START)
    with open_store(tmp_path / "data") as (paths, store):
        made = vault.backup(store, paths, DATA_KEY, recovery.public, clock, "daily")
    assert vault.restore(paths, made.folder, recovery.private, DATA_KEY) == 2
    assert vault.restore(paths, made.folder, recovery.private, DATA_KEY) == 3
    assert (
        vault.restore(paths, made.folder, recovery.private, DATA_KEY, vault.PutBack(epoch_over=9))
        == 10
    )


@pytest.mark.parametrize("name", ["store.db", "manifest.json"])
def test_a_damaged_backup_is_refused_and_the_store_stays(tmp_path, name):
    recovery = new_pair()
    with open_store(tmp_path / "data") as (paths, store):
        put(store, "p1")
        clock = FixedClock(CLOCK_START)
        made = vault.backup(store, paths, DATA_KEY, recovery.public, clock, "daily")
    target = made.folder / name
    content = bytearray(target.read_bytes())
    content[-1] ^= 1
    target.write_bytes(content)
    args = (paths, made.folder, recovery.private, DATA_KEY)
    assert code_of(vault.restore, *args) == "backup.damaged"
    store = vault.open_store(paths, DATA_KEY)
    assert people(store) == {"p1"}
    store.close()


def test_verify_names_a_flipped_bit(tmp_path):
    with open_store(tmp_path) as (paths, store):
        put(store, "p1")
    assert vault.verify(paths, DATA_KEY) == ()
    content = bytearray(paths.store.read_bytes())
    content[4096 * 5 + 100] ^= 1
    paths.store.write_bytes(content)
    (finding,) = vault.verify(paths, DATA_KEY)
    assert "改ざん" in finding
