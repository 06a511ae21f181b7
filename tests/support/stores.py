"""Stores for tests: real SQLCipher files in a directory of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from app.core.paths import Paths
from app.security import vault
from db.tables.persons import person
from db.work import Store, Work
from tests.support.room import once

DATA_KEY = bytes(range(32))
FOUNDING = vault.Founding(store_id="store-1", terminal="T01", training=True)


def new_store(folder: Path, data_key: bytes = DATA_KEY) -> tuple[Paths, Store]:
    """A fresh open store of terminal T01 in ``folder``: with the usual key, a copy of one."""
    paths = Paths(folder)
    if data_key != DATA_KEY:
        return paths, vault.create(paths, data_key, FOUNDING)
    shutil.copytree(_template(), paths.data, dirs_exist_ok=True)
    return paths, vault.open_store(paths, data_key)


def _template() -> Path:
    return once("store", lambda folder: vault.create(Paths(folder), DATA_KEY, FOUNDING).close())


@contextmanager
def open_store(folder: Path, data_key: bytes = DATA_KEY) -> Iterator[tuple[Paths, Store]]:
    """A fresh store, closed at the end."""
    paths, store = new_store(folder, data_key)
    try:
        yield paths, store
    finally:
        store.close()


def person_values(person_id: str, **changed: Any) -> dict[str, Any]:
    """One person's row; every column that must be filled is."""
    values = {
        "id": person_id,
        "kind": "1",
        "name": "見本 太郎",
        "kana": "ミホン タロウ",
        "birth_written": "昭和10年5月3日",
        "birth_sort": "1935-05-03",
        "birth_precision": "day",
        "sex": "1",
        "state": "1",
        "name_key": "見本太郎",
        "kana_key": "ミホンタロ",
    }
    return {**values, **changed}


def add_person(work: Work, person_id: str, **changed: Any) -> None:
    """Insert one person without the name index."""
    work.run(insert(person).values(**person_values(person_id, **changed)))
