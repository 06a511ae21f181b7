"""Bringing a store to this program's version: sealed backup, copy, proof, swap (DESIGN 5)."""

from __future__ import annotations

from pathlib import Path

from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.core.paths import Paths
from app.security.vault.backups import copy_database, write_backup
from app.security.vault.checks import check_file
from app.security.vault.opening import (
    fresh_path,
    newer_schema,
    open_raw,
    schema_version,
    translated,
)
from app.security.vault.place import check_place, remove_database, sync_directory, take_lock
from db import engine
from db.engine import Tuning
from db.migrations import HEAD, VERSIONS, upgrade


def migrate(paths: Paths, data_key: bytes, recovery_public: str, clock: Clock) -> str:
    """Migrate the closed store to this program's version; gives the version it had.

    Nothing happens to a store that is up to date. A backup sealed to the recovery key comes
    first; then a copy is migrated, proved whole and put in the old one's place. A crash at
    any point leaves the old store or the new one. Raises the faults of ``open_store``, and
    ``store.migration_failed`` when the migrated copy does not prove itself.
    """
    check_place(paths)
    lock = take_lock(paths)
    try:
        connection = open_raw(paths.store, data_key, Tuning())
        try:
            with translated(paths.store):
                version = schema_version(connection)
        finally:
            connection.close()
        if version not in VERSIONS:
            raise newer_schema(version)
        if version != HEAD:
            write_backup(paths, data_key, recovery_public, clock, reason="migration")
            _swap_migrated(paths, data_key)
        return version
    finally:
        lock.release()


def upgrade_file(path: Path, data_key: bytes) -> None:
    """Run the missing versions on the database at ``path``, in one transaction."""
    made = engine.make_engine(path, data_key, Tuning(), write=True)
    try:
        with translated(path), made.connect() as connection, connection.begin():
            upgrade(connection)
    finally:
        made.dispose()


def _swap_migrated(paths: Paths, data_key: bytes) -> None:
    fresh = fresh_path(paths.store)
    remove_database(fresh)
    try:
        copy_database(paths.store, data_key, fresh, data_key)
        upgrade_file(fresh, data_key)
        problems = check_file(fresh, data_key)
        if problems:
            raise EnvironmentFault(
                "store.migration_failed",
                "新しい版への移行が検査に合格しませんでした。元の保存データはそのまま残っています。",
                "前の版のプログラムに戻し、システム管理者に連絡してください。",
            )
        # the old store was closed by its last connection, so nothing of it lies in a log
        fresh.replace(paths.store)
        sync_directory(paths.data)
    finally:
        remove_database(fresh)
