"""Sealed backups (SEC-160): under a fresh key that only the recovery key (復旧鍵) opens.

A backup is a folder: store and journal as they were at one moment, the slot file, and
``manifest.json``. Nothing in it opens with any person's factors or with the data key.
"""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.canon import canonical_json, digest_hex
from app.core.clock import Clock
from app.core.errors import EnvironmentFault
from app.core.files import put_in_place, write_fault, write_whole
from app.core.paths import Paths
from app.security.keys.sealing import SealError, open_with, random_key, seal_to
from app.security.vault.opening import (
    fresh_path,
    newer_schema,
    open_raw,
    read_identity,
    schema_version,
    translated,
    upgrade_file,
    write_fact,
)
from app.security.vault.place import remove_database, take_lock
from db.engine import Tuning
from db.migrations import SHIPPED, Schema
from db.work import Store

MANIFEST = "manifest.json"
_FORMAT = 1


LAST_BACKUP = "backup.last"
"""Fact of the store: when the last backup was made (ISO), absent while there is none."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: its folder, when and why it was made, and the store's epoch in it."""

    folder: Path
    made_at: str
    reason: str
    epoch: int


def backup(
    store: Store, paths: Paths, data_key: bytes, recovery_public: str, clock: Clock, reason: str
) -> Backup:
    """Back up the open store and its journal as of one moment between two acts.

    ``reason`` is a short word for the folder's name (``daily``, ``manual`` …). Acts wait
    meanwhile, views do not. Raises ``EnvironmentFault`` ``store.disk_full`` and the like; a
    part of a backup is never left under a backup's name.
    """
    with store.update((), ()):
        return write_backup(paths, data_key, recovery_public, clock, reason=reason)


def write_backup(
    paths: Paths, data_key: bytes, recovery_public: str, clock: Clock, *, reason: str
) -> Backup:
    """As ``backup``, for a caller that sees to it that nobody writes meanwhile."""
    moment = clock.now()
    final = _free_name(paths.backups / f"{moment:%Y%m%dT%H%M%S.%f}-{reason}")
    partial = final.with_name(f".{final.name}.partial")
    _remove_partials(paths)
    key = random_key()
    try:
        partial.mkdir(mode=0o700, parents=True)
        epoch = _copy_files(paths, data_key, partial, key)
        manifest = {
            "format": _FORMAT,
            "made_at": moment.isoformat(),
            "reason": reason,
            "epoch": epoch,
            "key": base64.b64encode(seal_to(recovery_public, key)).decode(),
            "files": {
                path.name: digest_hex(path.read_bytes()) for path in sorted(partial.iterdir())
            },
        }
        write_whole(partial / MANIFEST, canonical_json(manifest).encode())
        put_in_place(partial, final)
    except OSError as cause:
        raise write_fault(cause) from cause
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Backup(final, moment.isoformat(), reason, epoch)


def list_backups(paths: Paths) -> tuple[Backup, ...]:
    """The readable backups, oldest first."""
    found = []
    for folder in sorted(paths.backups.glob("*-*")):
        with contextlib.suppress(EnvironmentFault):
            found.append(read_backup(folder))
    return tuple(found)


def read_backup(folder: Path) -> Backup:
    """What a folder says of itself. Raises ``EnvironmentFault`` ``backup.damaged``."""
    manifest = _read_manifest(folder)
    return Backup(folder, manifest["made_at"], manifest["reason"], manifest["epoch"])


@dataclass(frozen=True, slots=True)
class PutBack:
    """How a backup comes back. With ``keep_journal`` the journal that lies here stays: it goes on
    from the backup's; ``epoch_over`` is the last epoch the union saw. ``facts`` are written, before
    the store stands in its place, into that of a counter that is enrolled: what it received since
    has to come again."""

    epoch_over: int = 0
    keep_journal: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


def restore(
    paths: Paths,
    folder: Path,
    recovery_private: bytes,
    data_key: bytes,
    how: PutBack = PutBack(),
    *,
    schema: Schema = SHIPPED,
) -> int:
    """Put a backup in the store's place under ``data_key``; gives the new epoch.

    The epoch rises above the backup's, above that of a store still readable here, and above
    ``how.epoch_over``, so no id is ever made twice (DESIGN 6). What
    lay there is kept beside, still encrypted, as ``*.replaced``. Raises ``EnvironmentFault``
    ``backup.damaged``, ``backup.wrong_key``, ``store.newer_schema``, ``store.in_use``.
    """
    manifest, key = _opened(folder, recovery_private)
    paths.make()
    lock = take_lock(paths)
    try:
        epoch = max(int(manifest["epoch"]), how.epoch_over, _known_epoch(paths, data_key)) + 1
        places = (paths.store,) if how.keep_journal else (paths.journal, paths.store)
        fresh = _copy_restored(places, folder, key, data_key)
        _renew(fresh_path(paths.store), data_key, epoch, how.facts, schema)
        for made, place in fresh:
            _set_aside(place)
            put_in_place(made, place)
        return epoch
    finally:
        lock.release()


def journal_goes_on(
    paths: Paths, folder: Path, recovery_private: bytes, data_keys: Sequence[bytes]
) -> bool:
    """Whether the journal that lies here opens with one of ``data_keys`` and holds every line of
    the backup's: then nothing that was done since is lost from it. Raises as ``restore``."""
    _, key = _opened(folder, recovery_private)
    try:
        last = _last_line(folder / paths.journal.name, key)
    except EnvironmentFault as cause:
        raise _damaged() from cause
    for data_key in data_keys:
        with contextlib.suppress(EnvironmentFault):
            return _has_line(paths.journal, data_key, last)
    return False


def _last_line(journal: Path, key: bytes) -> tuple[int, bytes]:
    """The newest line's number and hash; (0, b"") of an empty journal."""
    connection = open_raw(journal, key, Tuning())
    try:
        with translated(journal):
            found = connection.execute(
                "SELECT number, hash FROM line ORDER BY number DESC LIMIT 1"
            ).fetchone()
    finally:
        connection.close()
    return (int(found[0]), bytes(found[1])) if found else (0, b"")


def _has_line(journal: Path, key: bytes, wanted: tuple[int, bytes]) -> bool:
    connection = open_raw(journal, key, Tuning())
    try:
        with translated(journal):
            query = "SELECT hash FROM line WHERE number = ?"
            found = connection.execute(query, (wanted[0],)).fetchone()
    finally:
        connection.close()
    return found is not None and bytes(found[0]) == wanted[1]


def _opened(folder: Path, recovery_private: bytes) -> tuple[dict[str, Any], bytes]:
    """A whole backup's manifest and its key."""
    manifest = _read_manifest(folder)
    _check_files(folder, manifest)
    try:
        key = open_with(recovery_private, base64.b64decode(manifest["key"]))
    except (SealError, ValueError) as cause:
        raise EnvironmentFault(
            "backup.wrong_key",
            "この復旧鍵では、選んだバックアップを開けません。",
            "復旧鍵の3枚のうち2枚が、このバックアップを取ったときのものか確かめてください。",
        ) from cause
    return manifest, key


def copy_database(source: Path, source_key: bytes, target: Path, target_key: bytes) -> None:
    """Copy a database page by page; the copy is encrypted under ``target_key``."""
    reading = open_raw(source, source_key, Tuning())
    try:
        writing = open_raw(target, target_key, Tuning(), create=True)
        try:
            with translated(target):
                reading.backup(writing)
        finally:
            writing.close()
    finally:
        reading.close()


def _free_name(folder: Path) -> Path:
    """``folder``, or with a number behind it when a backup of that moment is there."""
    free, number = folder, 2
    while free.exists():
        free = folder.with_name(f"{folder.name}-{number}")
        number += 1
    return free


def _copy_files(paths: Paths, data_key: bytes, folder: Path, key: bytes) -> int:
    copy_database(paths.store, data_key, folder / paths.store.name, key)
    if paths.journal.exists():
        copy_database(paths.journal, data_key, folder / paths.journal.name, key)
    if paths.slots.exists():
        write_whole(folder / paths.slots.name, paths.slots.read_bytes())
    copy = folder / paths.store.name
    return _epoch_of(copy, key)


def _copy_restored(
    places: Sequence[Path], folder: Path, key: bytes, data_key: bytes
) -> list[tuple[Path, Path]]:
    """Copy a backup's files beside their places, in this order: the store comes last."""
    made = []
    for place in places:
        source = folder / place.name
        if source.exists():
            fresh = fresh_path(place)
            remove_database(fresh)
            copy_database(source, key, fresh, data_key)
            made.append((fresh, place))
    return made


def _renew(
    store: Path, data_key: bytes, epoch: int, facts: Mapping[str, str], schema: Schema
) -> None:
    """Give the restored store its new epoch, an enrolled counter's the other facts too, and this
    program's version."""
    connection = open_raw(store, data_key, Tuning())
    try:
        with translated(store):
            version = schema_version(connection)
            if version not in schema.versions:
                raise newer_schema(version, schema)
            write_fact(connection, "epoch", str(epoch))
            for name, value in facts.items() if _is_enrolled_counter(connection) else ():
                write_fact(connection, name, value)
    finally:
        connection.close()
    if version != schema.head:
        upgrade_file(store, data_key, schema)


def _is_enrolled_counter(connection: Any) -> bool:
    query = "SELECT name, value FROM store_fact WHERE name IN ('line.terminal', 'profile')"
    found = dict(connection.execute(query).fetchall())
    return "line.terminal" in found and found.get("profile") != "relay"


def _known_epoch(paths: Paths, data_key: bytes) -> int:
    try:
        return _epoch_of(paths.store, data_key) if paths.store.exists() else 0
    except EnvironmentFault:
        return 0  # damaged, or under another key: that is why a backup is restored


def _epoch_of(path: Path, key: bytes) -> int:
    connection = open_raw(path, key, Tuning())
    try:
        with translated(path):
            return read_identity(connection).epoch
    finally:
        connection.close()


def _set_aside(place: Path) -> None:
    aside = place.with_name(place.name + ".replaced")
    remove_database(aside)
    for suffix in ("", "-wal", "-shm"):
        old = place.with_name(place.name + suffix)
        if old.exists():
            old.replace(aside.with_name(aside.name + suffix))


def _remove_partials(paths: Paths) -> None:
    for left in paths.backups.glob(".*.partial"):
        shutil.rmtree(left, ignore_errors=True)


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != _FORMAT or not isinstance(manifest["files"], dict):
            raise ValueError
        return {**manifest, "epoch": int(manifest["epoch"])}
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise _damaged() from cause


def _check_files(folder: Path, manifest: dict[str, Any]) -> None:
    for name, digest in manifest["files"].items():
        try:
            content = (folder / Path(name).name).read_bytes()
        except OSError as cause:
            raise _damaged() from cause
        if digest_hex(content) != digest:
            raise _damaged()


def _damaged() -> EnvironmentFault:
    return EnvironmentFault(
        "backup.damaged",
        "バックアップが壊れているか、足りないファイルがあります。",
        "別の日のバックアップを選んでください。",
    )
