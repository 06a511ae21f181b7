"""Every trouble of the store has its own cause, its own words and a way out (DESIGN 4)."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.errors import EnvironmentFault, MadoguchiError
from app.core.paths import Paths
from app.security import vault
from app.security.keys.sealing import random_key
from db import faults
from db.tables.persons import person
from tests.support.children import in_child
from tests.support.stores import DATA_KEY, add_person, open_store

NOBODY = 65534


def code_of(call, *args):
    with pytest.raises(EnvironmentFault) as refused:
        call(*args)
    return refused.value.code


@pytest.fixture
def closed(tmp_path):
    """The paths of a closed store with a hundred persons in it."""
    with open_store(tmp_path) as (paths, store), store.update((), ("person",)) as work:
        for number in range(100):
            add_person(work, f"p{number}", alias="x" * 500)
    return paths


def count(store):
    with store.view(("person",)) as work:
        return work.scalar(select(func.count()).select_from(person))


def test_a_missing_file_never_starts_afresh(closed):
    closed.store.unlink()
    assert code_of(vault.open_store, closed, DATA_KEY) == "store.missing"
    assert not closed.store.exists()


def test_a_missing_journal_never_starts_afresh(closed):
    assert code_of(vault.open_journal, closed, DATA_KEY) == "journal.missing"
    assert not closed.journal.exists()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 500, b"\0" * 8192])
def test_a_file_that_is_no_store(closed, content):
    closed.store.write_bytes(content)
    assert code_of(vault.open_store, closed, DATA_KEY) == "store.wrong_key"
    assert closed.store.read_bytes() == content


def test_a_plain_sqlite_file_is_no_store(closed):
    import sqlite3

    closed.store.unlink()
    plain = sqlite3.connect(closed.store)
    plain.execute("CREATE TABLE person(id)")
    plain.commit()
    plain.close()
    closed.store.chmod(0o600)
    assert code_of(vault.open_store, closed, DATA_KEY) == "store.wrong_key"


def test_a_wrong_key(closed):
    assert code_of(vault.open_store, closed, random_key()) == "store.wrong_key"


def test_a_flipped_bit_is_damage_when_its_page_is_read(closed):
    content = bytearray(closed.store.read_bytes())
    for page in range(len(content) // 4096 - 10, len(content) // 4096):
        content[page * 4096 + 50] ^= 1
    closed.store.write_bytes(content)
    store = vault.open_store(closed, DATA_KEY)
    try:
        assert code_of(_read_all, store) == "store.damaged"
        assert code_of(_read_all, store) == "store.damaged"
    finally:
        store.close()


def _read_all(store):
    with store.view(("person",)) as work:
        return work.all(select(person))


def test_a_truncated_file_is_damage(closed):
    content = closed.store.read_bytes()
    closed.store.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    assert code_of(_open_and_read, closed) == "store.damaged"


def _open_and_read(paths):
    store = vault.open_store(paths, DATA_KEY)
    try:
        _read_all(store)
    finally:
        store.close()


def test_another_process_has_it(closed):
    store = vault.open_store(closed, DATA_KEY)
    try:
        assert in_child(lambda: code_of(vault.open_store, closed, DATA_KEY)) == "store.in_use"
    finally:
        store.close()
    in_child(lambda: vault.open_store(closed, DATA_KEY).close())


def test_a_dead_process_leaves_no_lock(closed):
    def die():
        vault.open_store(closed, DATA_KEY)
        os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        die()
    os.waitpid(child, 0)
    store = vault.open_store(closed, DATA_KEY)
    assert count(store) == 100
    store.close()


def test_a_full_disk_undoes_the_act_and_the_store_goes_on(closed):
    store = vault.open_store(closed, DATA_KEY)
    try:
        _limit_pages(store, 0)
        assert code_of(_write_much, store) == "store.disk_full"
        assert count(store) == 100
        _limit_pages(store, 100_000)
        _write_much(store)
        assert count(store) == 500
    finally:
        store.close()


def _limit_pages(store, pages):
    with store._lanes.writer.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute(f"PRAGMA max_page_count = {pages or 1}")


def _write_much(store):
    with store.update((), ("person",)) as work:
        for number in range(400):
            add_person(work, f"new{number}", alias="y" * 500)


def test_a_refused_write_undoes_the_act_and_the_store_goes_on(closed):
    def limited():
        store = vault.open_store(closed, DATA_KEY)
        resource.setrlimit(resource.RLIMIT_FSIZE, (65536, resource.RLIM_INFINITY))
        first = code_of(_write_much, store)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        _write_much(store)
        counted = count(store)
        store.close()
        return first, counted

    assert in_child(limited) == ("store.io_error", 500)
    assert vault.verify(closed, DATA_KEY) == ()


def test_a_refused_write_on_a_full_disk_is_called_a_full_disk(closed, monkeypatch):
    full = shutil._ntuple_diskusage(10**9, 10**9, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)

    class Refused(Exception):
        sqlite_errorcode = 778  # SQLITE_IOERR_WRITE

    assert faults.translate(Refused(), closed.store).code == "store.disk_full"


def test_a_rekey_without_room_leaves_the_old_key_in_force(closed):
    def limited():
        store = vault.open_store(closed, DATA_KEY)
        size = closed.store.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, resource.RLIM_INFINITY))
        code = code_of(vault.rekey, closed, store, None, DATA_KEY, random_key())
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        alive = store.is_open and count(store) == 100
        store.close()
        return code, alive

    code, alive = in_child(limited)
    assert code == "store.io_error"
    assert alive
    assert vault.verify(closed, DATA_KEY) == ()


@pytest.fixture
def ordinary():
    """Runs a call as an ordinary OS account that owns a copy of the store."""
    folder = Path(tempfile.mkdtemp(prefix="madoguchi-test-"))

    def run(paths, prepare, call):
        shutil.copytree(paths.data, folder / "data")
        mine = Paths(folder / "data")
        prepare(mine)
        if os.getuid() != 0:
            return in_child(lambda: call(mine))
        for path in (folder, mine.data, *mine.data.rglob("*")):
            os.chown(path, NOBODY, NOBODY)

        def as_nobody():
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            return call(mine)

        return in_child(as_nobody)

    yield run
    for path in (folder / "data", *(folder / "data").rglob("*")):
        path.chmod(0o700)
    shutil.rmtree(folder)


def opened_code(paths):
    return code_of(vault.open_store, paths, DATA_KEY)


def test_an_ordinary_account_opens_its_own_store(closed, ordinary):
    def counted(paths):
        store = vault.open_store(paths, DATA_KEY)
        try:
            return count(store)
        finally:
            store.close()

    assert ordinary(closed, lambda paths: None, counted) == 100


@pytest.mark.parametrize("target", ["data", "store"])
def test_a_place_that_cannot_be_written(closed, ordinary, target):
    def shut(paths):
        path = getattr(paths, target)
        path.chmod(0o500 if path.is_dir() else 0o400)

    assert ordinary(closed, shut, opened_code) == "store.read_only"


def test_a_folder_that_cannot_be_entered(closed, ordinary):
    assert ordinary(closed, lambda paths: paths.data.chmod(0), opened_code) == "store.other_account"


def test_another_account_is_told_so(closed, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: closed.store.stat().st_uid + 1)
    assert opened_code(closed) == "store.other_account"


@pytest.mark.parametrize("target", ["data", "store"])
def test_a_store_that_others_can_read_is_not_used(closed, target):
    getattr(closed, target).chmod(0o755)
    assert opened_code(closed) == "store.open_to_others"


def test_every_file_of_the_store_is_closed_to_others(tmp_path):
    with open_store(tmp_path / "data") as (paths, store):
        vault.open_journal(paths, DATA_KEY, create=True).close()
        with store.update((), ("person",)) as work:
            add_person(work, "p1")
        files = [path for path in paths.data.rglob("*") if path.is_file()]
        assert len(files) >= 4
        assert {path.stat().st_mode & 0o077 for path in (paths.data, *files)} == {0}


def test_every_fault_has_its_own_code_message_and_way_out():
    made = [
        make()
        for make in (
            faults.disk_full,
            faults.io_error,
            faults.busy,
            faults.damaged,
            faults.wrong_key,
            faults.read_only,
            faults.unreachable,
            faults.out_of_memory,
            faults.closed,
        )
    ]
    assert len({fault.code for fault in made}) == len({fault.message for fault in made}) == 9
    for fault in made:
        assert isinstance(fault, MadoguchiError)
        assert _is_japanese(fault.message)
        assert _is_japanese(fault.remedy)


def _is_japanese(text):
    return text.endswith("。") and any("\u3041" <= character <= "\u3096" for character in text)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (5, "store.busy"),
        (6, "store.busy"),
        (7, "store.out_of_memory"),
        (8, "store.read_only"),
        (10, "store.io_error"),
        (11, "store.damaged"),
        (13, "store.disk_full"),
        (14, "store.unreachable"),
        (19, "store.conflict"),
        (23, "store.undeclared"),
        (26, "store.wrong_key"),
        (1, "store.statement"),
        (5 | 3 << 8, "store.busy"),
    ],
)
def test_each_result_of_the_engine_has_its_cause(tmp_path, result, code):
    class EngineError(Exception):
        sqlite_errorcode = result

    assert faults.translate(EngineError(), tmp_path / "store.db").code == code
