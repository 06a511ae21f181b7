"""Writing a store's file anew (消し跡の書き直し).

``secure_delete`` zeroes what is deleted, but where SQLite moved rows between pages earlier, a copy
of a row may stand in the room that a page does not use (measured: one row in five hundred of a
store that was filled in random order). A file that is written anew has only what is there.
"""

from __future__ import annotations

from pathlib import Path

from app.core.files import make_private, overwrite, put_in_place, remove, write_fault
from app.core.paths import Paths
from app.security.vault.opening import fresh_path, make_lanes, open_raw, read_identity, translated
from app.security.vault.place import remove_database
from db import faults
from db.engine import Tuning
from db.work import Store


def rewrite(paths: Paths, store: Store, data_key: bytes) -> None:
    """Write the open store's file anew; it stays open for its users, who wait meanwhile. No unit of
    work may be open in this thread. Killed at any moment, the one file or the other is whole in
    its place. Raises ``EnvironmentFault`` ``store.*``, ``disk.*``; then the store is as it was."""
    with store.paused() as resume:
        try:
            rewrite_file(paths.store, data_key)
        finally:
            resume(make_lanes(paths.store, data_key))


def rewrite_file(path: Path, data_key: bytes) -> None:
    """The same for a store that nobody has open."""
    fresh, former = fresh_path(path), path.with_name(path.name + ".former")
    remove_database(fresh)
    remove_database(former)
    try:
        _copy(path, fresh, data_key)
        make_private(fresh)
        path.replace(former)
        put_in_place(fresh, path)
        overwrite(former)
        remove(former)
    except OSError as cause:
        raise write_fault(cause) from cause
    finally:
        if not path.exists() and former.exists():
            put_in_place(former, path)
        remove_database(fresh)


def _copy(path: Path, fresh: Path, data_key: bytes) -> None:
    """A copy under the same key, proved to be the same store."""
    source = open_raw(path, data_key, Tuning())
    try:
        with translated(path):
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            source.execute("VACUUM INTO ?", (str(fresh),))
            there = read_identity(source)
    finally:
        source.close()
    made = open_raw(fresh, data_key, Tuning())
    try:
        with translated(fresh):
            if read_identity(made) != there:
                raise faults.damaged()
    finally:
        made.close()
