"""Bringing a store to this program's version: sealed backup, copy, proof, swap (DESIGN 5)."""

from __future__ import annotations

from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.core.files import put_in_place
from app.core.paths import Paths
from app.security.vault.backups import copy_database, write_backup
from app.security.vault.checks import check_file
from app.security.vault.opening import (
    fresh_path,
    newer_schema,
    open_raw,
    schema_version,
    translated,
    upgrade_file,
)
from app.security.vault.place import (
    check_place,
    log_left,
    remove_database,
    take_lock,
)
from db import faults
from db.engine import Tuning
from db.migrations import SHIPPED, Schema


def migrate(
    paths: Paths,
    data_key: bytes,
    recovery_public: str,
    clock: Clock,
    schema: Schema = SHIPPED,
) -> str:
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
        if version not in schema.versions:
            raise newer_schema(version, schema)
        if version != schema.head:
            write_backup(paths, data_key, recovery_public, clock, reason="migration")
            _swap_migrated(paths, data_key, schema)
        return version
    finally:
        lock.release()


def _swap_migrated(paths: Paths, data_key: bytes, schema: Schema) -> None:
    fresh = fresh_path(paths.store)
    remove_database(fresh)
    try:
        copy_database(paths.store, data_key, fresh, data_key)
        upgrade_file(fresh, data_key, schema)
        problems = check_file(fresh, data_key, schema)
        if problems:
            raise EnvironmentFault(
                "store.migration_failed",
                "新しい版への移行が検査に合格しませんでした。元の保存データはそのまま残っています。",
                "前の版のプログラムに戻し、システム管理者に連絡してください。",
            )
        if log_left(paths.store):
            raise faults.io_error()  # a log of the old store would be read into the new one
        put_in_place(fresh, paths.store)
    finally:
        remove_database(fresh)
