"""What is left of the keys when the store closes, as far as Python lets us."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from app.security.vault.store_access import StoreAccess
from tests.support.founded import found_terminal
from tests.support.stores import DATA_KEY


def test_the_engine_does_not_lock_and_wipe_every_allocation(tmp_path: Path) -> None:
    """Decision 002.1: it costs every statement of a session and adds nothing to the keys, which lie
    in SQLCipher's own locked and wiped heap either way. Once on, it is on for the whole process,
    so every connection is asked."""
    from db import engine

    connection = engine.connect(tmp_path / "store.db", DATA_KEY, engine.Tuning(), create=True)
    ((on,),) = connection.execute("PRAGMA cipher_memory_security").fetchall()
    connection.close()
    assert str(on) == "0"


@pytest.mark.req("SEC-67")
def test_nobody_holds_the_data_key_after_the_store_is_closed(tmp_path: Path) -> None:
    terminal = found_terminal(tmp_path)
    login = terminal.login()
    terminal.enter(login, "S201")
    assert login.terminal is not None
    access: StoreAccess = login.terminal.access
    key = access.data_key
    assert len(key) == 32
    login.close()
    assert (access.data_key, access.number_key) == (b"", None)
    gc.collect()
    holders = [
        one for one in gc.get_referrers(key) if isinstance(one, dict | tuple | list | StoreAccess)
    ]
    assert holders == []
