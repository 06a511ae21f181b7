"""Nothing of a person lies in clear on disk, in any encoding, at any moment (SEC-157)."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from app.core.clock import JST, FixedClock
from app.rules.identifiers import my_number_check_digit
from app.security import vault
from app.security.keys.my_number import FACTS, MyNumbers
from app.security.keys.sealing import new_pair, random_key
from db import search
from db.tables.persons import address
from tests.support.children import in_child, kill_after
from tests.support.plaintext_scan import ENCODINGS, scan
from tests.support.stores import DATA_KEY, new_store

NAME, KANA, PLACE = "秘匿 壽美惠", "ヒトク　スミエ", "見本市秘匿町一丁目"
NUMBER = "99900000002" + my_number_check_digit("99900000002")
PHONE = "0999876543"
TEXTS = (NAME, "秘匿壽美惠", "秘匿寿美恵", KANA, "ヒトク", PLACE, NUMBER, PHONE)
CLOCK = FixedClock(datetime(2026, 11, 21, 9, 0, tzinfo=JST))


def write_person(store, person_id):
    row = {
        "id": person_id,
        "kind": "1",
        "name": NAME,
        "kana": KANA,
        "phone": PHONE,
        "birth_written": "昭和10年5月3日",
        "birth_sort": "1935-05-03",
        "birth_precision": "day",
        "sex": "2",
        "state": "1",
    }
    place = {"municipality_code": "999991", "postal_code": "9999999", "kind": "current"}
    with store.update(FACTS, ("person", "address", "my_number")) as work:
        search.insert_persons(work, [row])
        work.run(insert(address).values(person_id=person_id, written=PLACE, **place))
        MyNumbers(work, DATA_KEY).put("person", person_id, NUMBER)


@pytest.fixture
def places(tmp_path, monkeypatch):
    """The data directory and every temporary one that the process could use."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for name in ("TMPDIR", "TMP", "TEMP", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return [tmp_path / "data", temporary]


def test_a_working_store_with_journal_log_backup_and_new_key(places):
    paths, store = new_store(places[0])
    journal = vault.open_journal(paths, DATA_KEY, create=True)
    journal.execute("CREATE TABLE line (body TEXT)")
    for number in range(50):
        write_person(store, f"p{number}")
        journal.execute("INSERT INTO line VALUES (?)", (NAME,))
    with store.view(search.READS) as work:
        # a sort too large for memory pages would go to a temporary file, were it allowed
        work.all(text("SELECT a.name, b.kana FROM person a, person b ORDER BY b.kana || a.name"))
        assert len(search.by_name(work, "秘匿").persons) == 50
    assert (paths.store.with_name("store.db-wal")).stat().st_size > 0
    assert scan(places, TEXTS) == []
    vault.backup(store, paths, DATA_KEY, new_pair().public, CLOCK, "daily")
    assert scan(places, TEXTS) == []
    vault.rekey(paths, store, journal, DATA_KEY, random_key())
    write_person(store, "later")
    store.idle()
    assert scan(places, TEXTS) == []
    journal.close()
    store.close()
    assert scan(places, TEXTS) == []


@pytest.mark.parametrize("point", range(4))
def test_after_a_kill(places, point):
    def work(step):
        _, store = new_store(places[0])
        for number in range(200):
            write_person(store, f"p{number}")
            step()

    kill_after(work, steps=5 + point * 3, then=point * 0.0007)
    assert scan(places, TEXTS) == []


def test_an_error_text_and_the_technical_log_hold_nothing(places, caplog):
    from db.faults import RowConflict

    _, store = new_store(places[0])
    write_person(store, "p1")
    with pytest.raises(RowConflict) as refused:
        write_person(store, "p1")
    store.close()
    told = f"{refused.value!r} {refused.value.__cause__} {caplog.text}"
    assert not [text for text in TEXTS if text in told]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_scanner_finds_what_is_there(tmp_path, encoding):
    noise = random_key() * 50
    (tmp_path / "deep").mkdir()
    hidden = tmp_path / "deep" / ".hidden"
    hidden.write_bytes(noise + "秘匿ヒトク12345".encode(encoding) + noise)
    found = scan([tmp_path], ("秘匿", "12345"))
    assert {finding.text for finding in found if finding.encoding == encoding} == {"秘匿", "12345"}
    assert all(finding.file == hidden for finding in found)
    assert scan([tmp_path], ("花子さん",)) == []


def test_the_scanner_refuses_what_would_prove_nothing(tmp_path):
    with pytest.raises(ValueError, match="too short"):
        scan([tmp_path], ("子",))
    with pytest.raises(ValueError, match="no such folder"):
        scan([tmp_path / "nowhere"], ("花子さん",))


def test_a_plain_store_would_be_found(tmp_path):
    """The same writing without a key: the scan sees it, so its silence elsewhere counts."""

    def plain():
        import sqlite3

        connection = sqlite3.connect(tmp_path / "plain.db")
        connection.execute("CREATE TABLE person (name TEXT)")
        connection.execute("INSERT INTO person VALUES (?)", (NAME,))
        connection.commit()

    in_child(plain)
    assert [finding.file.name for finding in scan([Path(tmp_path)], (NAME,))] == ["plain.db"]
