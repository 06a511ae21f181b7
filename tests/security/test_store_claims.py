"""The claims of DESIGN 4 "Keys", each tried by somebody who has what the claim gives them."""

from __future__ import annotations

import base64
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as outside_tool
from sqlalchemy import insert, select

from app.core.clock import JST, FixedClock
from app.core.errors import MadoguchiError
from app.core.paths import Paths
from app.rules.identifiers import my_number_check_digit
from app.security import vault
from app.security.keys import keyslots, my_number
from app.security.keys.my_number import FACTS, MyNumbers
from app.security.keys.sealing import SealError, open_under, open_with, subkey
from app.security.keys.slot_storage import read_slot_file, read_unauthenticated, write_slot_file
from app.security.keys.terminal_secret import TerminalSecret, new_terminal_secret
from db.tables.persons import person
from tests.support.keys import Founded, founded, prf_of, unlock
from tests.support.stores import add_person, new_store

NUMBER = "99900000001" + my_number_check_digit("99900000001")
CLOCK = FixedClock(datetime(2026, 11, 21, 9, 0, tzinfo=JST))


@dataclass(frozen=True)
class Terminal:
    """A terminal's files after a day's work, and the keys that must not be won from them."""

    paths: Paths
    keys: Founded


@pytest.fixture
def terminal(tmp_path) -> Terminal:
    """A001 has the number right, A002 has not."""
    keys = founded(number_holders=frozenset({"A001"}))
    paths, store = new_store(tmp_path / "T01", keys.data_key)
    write_slot_file(paths.slots, keys.file, keys.terminal)
    journal = vault.open_journal(paths, keys.data_key, create=True)
    journal.execute("CREATE TABLE line (body TEXT)")
    with store.update(FACTS, ("person", "my_number")) as work:
        add_person(work, "p1")
        MyNumbers(work, keys.number_key).put("person", "p1", NUMBER)
    vault.backup(store, paths, keys.data_key, keys.recovery.public, CLOCK, "daily")
    journal.close()
    store.close()
    return Terminal(paths, keys)


def code_of(call, *args):
    with pytest.raises(MadoguchiError) as refused:
        call(*args)
    return refused.value.code


def every_byte(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_stolen_disk_opens_nothing(terminal):
    paths, keys = terminal.paths, terminal.keys
    assert code_of(read_slot_file, paths.slots, None) == "keyslots.keyring_lost"
    content = every_byte(paths.data)
    for secret in (keys.data_key, keys.number_key, keys.terminal.secret, keys.recovery.private):
        for form in (secret, secret.hex().encode(), base64.b64encode(secret)):
            assert form not in content
    file = read_unauthenticated(paths.slots)
    for sealed in (file.recovery[0].sealed, file.recovery_number_key):
        with pytest.raises(SealError):
            open_with(prf_of("the thief's key").secret, sealed)


@pytest.mark.parametrize("with_keyring", [False, True])
def test_a_copied_file_with_the_right_password_opens_nothing(terminal, with_keyring):
    file = read_slot_file(terminal.paths.slots, terminal.keys.terminal)
    secret = terminal.keys.terminal if with_keyring else new_terminal_secret("T01")
    for prf in (prf_of("another key"), None):
        code = code_of(keyslots.unlock, file, secret, "A001", "pw-A001", prf)
        assert code == "login.wrong_key"


@pytest.mark.parametrize("name", ["T01", "T02"])
def test_a_copied_file_on_another_terminal_opens_nothing(terminal, tmp_path, name):
    copy = Paths(tmp_path / "copy")
    shutil.copytree(terminal.paths.data, copy.data)
    other = new_terminal_secret(name)
    expected = "keyslots.tampered" if name == "T01" else "keyslots.other_terminal"
    assert code_of(read_slot_file, copy.slots, other) == expected
    # and past the check, with the right person, password and key, the seals do not open
    file = read_slot_file(copy.slots, terminal.keys.terminal)
    code = code_of(keyslots.unlock, file, other, "A001", "pw-A001", prf_of("key-A001"))
    assert code == "keyslots.tampered"


def test_a_leaver_with_everything_opens_nothing_written_after_the_departure(terminal):
    paths, keys = terminal.paths, terminal.keys
    kept_by_the_leaver = read_slot_file(paths.slots, keys.terminal)  # and a copy of the keyring
    stays = unlock(keys, "A001", kept_by_the_leaver)
    opened = vault.open_with(paths, stays.keys, kept_by_the_leaver, keys.terminal)
    journal = vault.open_journal(paths, opened.data_key)
    held = vault.Rotated(opened.slots, opened.data_key)
    new = vault.rotate(paths, opened.store, journal, held, keys.terminal, leaving=("A002",))
    with opened.store.update((), ("person",)) as work:
        add_person(work, "p2", name="退職後 花子")
    journal.execute("INSERT INTO line VALUES ('after')")
    public = keys.recovery.public
    backup = vault.backup(opened.store, paths, new.data_key, public, CLOCK, "after")
    journal.close()
    opened.store.close()

    leaver = unlock(keys, "A002", kept_by_the_leaver)
    old = [*leaver.keys.data_keys.values(), leaver.person.pair.private, leaver.person.held_secret]
    for folder in (paths.data, backup.folder):
        for name in (paths.store.name, paths.journal.name):
            for key in old:
                with pytest.raises(outside_tool.DatabaseError):
                    _with_outside_tool(folder / name, key, "SELECT * FROM sqlite_master")
    file = read_slot_file(paths.slots, keys.terminal)
    assert code_of(unlock, keys, "A002", file) == "login.unknown_staff"
    for private in old:
        for entry in file.recovery:
            with pytest.raises(SealError):
                open_with(private, entry.sealed)


def _with_outside_tool(path, key, sql):
    connection = outside_tool.connect(str(path))
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


@pytest.mark.req("SEC-52", "SEC-53")
def test_a_clerks_own_slot_with_an_outside_tool_shows_no_number(terminal):
    paths, keys = terminal.paths, terminal.keys
    clerk = unlock(keys, "A002")
    assert clerk.keys.number_key is None
    ((_, data_key),) = clerk.keys.newest_first()
    (row,) = _with_outside_tool(
        paths.store, data_key, "SELECT owner_kind, owner_id, sealed, search_index FROM my_number"
    )
    assert row[:2] == ("person", "p1"), "the tool reads the table: the seal is what protects"
    sealed, index = bytes(row[2]), bytes(row[3])
    assert NUMBER.encode() not in sealed + index
    owned = [data_key, clerk.person.pair.private, clerk.person.held_secret]
    derived = [subkey(key, "my number index") for key in owned]
    for key in (*owned, *derived):
        sealer = my_number._Sealer(key)
        assert sealer.index(NUMBER) != index
        with pytest.raises(MadoguchiError):
            sealer.open(my_number.Owner("person", "p1"), sealed)
    holder = keys.file.find("A001")
    assert holder is not None
    assert holder.number_key is not None
    with pytest.raises(SealError):
        _open_someone_elses(keys.terminal, clerk, holder.number_key)
    # whoever has the right opens it
    assert unlock(keys, "A001").keys.number_key == keys.number_key


def _open_someone_elses(terminal: TerminalSecret, clerk, sealed):
    label = "number key store-1 A001"
    inner = open_under(terminal.key_for("number key"), sealed, label)
    return open_with(clerk.person.pair.private, inner)


@pytest.mark.req("SEC-157")
def test_an_erased_person_is_in_no_page_even_for_who_has_the_key(tmp_path):
    """A forensic look at every decrypted page, free ones too: first there, then gone."""
    from app.core.text import search_key
    from db import search
    from tests.support.forensics import decrypted

    keys = founded()
    paths, store = new_store(tmp_path, keys.data_key)
    row = {
        "kind": "1",
        "birth_written": "昭和10年5月3日",
        "birth_sort": "1935-05-03",
        "birth_precision": "day",
        "sex": "1",
        "state": "1",
    }
    rows = [
        {**row, "id": f"p{n}", "name": f"見本 {n}", "kana": "ミホン", "phone": f"0250{n:06d}"}
        for n in range(300)
    ]
    gone = {**row, "id": "gone", "name": "消去 壽美惠", "kana": "ショウキョ", "phone": "0999123456"}
    with store.update((), search.WRITES) as work:
        search.insert_persons(work, [*rows[:150], gone, *rows[150:]])
    assert store.idle()
    # the index leaves out what a term has in common with the one before: its second half stays
    tokens = [search._token(character) for character in "去美恵"]
    traces = [gone["name"], search_key(gone["name"]), gone["kana"], gone["phone"], *tokens]
    before = decrypted(paths.store, keys.data_key)
    assert [trace for trace in traces[:4] if trace.encode() not in before] == []
    assert tokens[0].encode() in before
    with store.update((), search.WRITES) as work:
        assert search.delete_person(work, "gone")
    assert store.idle()
    after = decrypted(paths.store, keys.data_key)
    assert [trace for trace in traces if trace.encode() in after] == []
    assert "見本 299".encode() in after
    assert not paths.store.with_name("store.db-wal").stat().st_size
    with store.view(search.READS) as work:
        assert len(search.by_name(work, "見本").persons) == search.SHOWN
        assert work.first(select(person.c.id).where(person.c.id == "gone")) is None
    store.close()


@pytest.mark.req("SEC-157")
def test_an_erased_number_is_in_no_page(tmp_path):
    from db.tables.persons import my_number as table
    from tests.support.forensics import decrypted

    keys = founded()
    paths, store = new_store(tmp_path, keys.data_key)
    with store.update(FACTS, ("my_number",)) as work:
        MyNumbers(work, keys.number_key).put("person", "p1", NUMBER)
        sealed = bytes(work.scalar(select(table.c.sealed)))
        other = {"owner_kind": "person", "owner_id": "p2", "search_index": b"i"}
        work.run(insert(table).values(**other, sealed=b"s", key_generation=1))
    store.idle()
    assert sealed in decrypted(paths.store, keys.data_key)
    with store.update(FACTS, ("my_number",)) as work:
        MyNumbers(work, keys.number_key).remove("person", "p1")
    store.idle()
    assert sealed not in decrypted(paths.store, keys.data_key)
    store.close()
