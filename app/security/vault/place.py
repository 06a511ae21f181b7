"""The data directory before anything is opened: whose it is, and that it is ours alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.files import FileLock, lock_file, remove
from app.core.paths import Paths
from db import faults

_OTHERS = 0o077


def take_lock(paths: Paths) -> FileLock:
    """Become the one process that has this store (DESIGN 5).

    Raises ``EnvironmentFault``: ``store.in_use``, ``store.read_only``, ``store.missing``.
    """
    try:
        lock = lock_file(paths.lock)
    except FileNotFoundError as cause:
        raise missing() from cause
    except OSError as cause:
        raise faults.read_only() from cause
    if lock is None:
        raise EnvironmentFault(
            "store.in_use",
            "窓口端末のプログラムは、この端末ですでに起動しています。",
            "開いている窓口端末の画面を使ってください。見当たらないときは、"
            "ログオフしてからもう一度起動してください。",
        )
    return lock


def check_place(paths: Paths) -> None:
    """The directory and the store exist, belong to this OS account and are closed to others.

    Raises ``EnvironmentFault``: ``store.missing``, ``store.other_account``,
    ``store.open_to_others``, ``store.read_only``.
    """
    try:
        there = paths.store.is_file()
    except OSError as cause:
        raise _other_account() from cause
    if not there:
        raise missing()
    if sys.platform != "win32":
        for path in (paths.data, paths.store):
            _check_owner(path)
    if not (os.access(paths.data, os.W_OK) and os.access(paths.store, os.W_OK)):
        raise faults.read_only()


def remove_database(path: Path) -> None:
    """Remove a database that was never put in force, with its log and index."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        remove(path.with_name(path.name + suffix))


def log_left(path: Path) -> bool:
    """Whether a write-ahead log with content lies beside the database: it is in use, or its
    last user died."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def missing() -> EnvironmentFault:
    """The store's file is not there; nothing starts afresh by itself."""
    return EnvironmentFault(
        "store.missing",
        "保存データのファイルが見つかりません。",
        "端末を初期設定していないときは初期設定を、そうでないときは操作をやめて"
        "システム管理者に連絡し、バックアップから復旧してください。",
    )


def _check_owner(path: Path) -> None:
    about = path.stat()
    if sys.platform != "win32" and about.st_uid != os.getuid():
        raise _other_account()
    if about.st_mode & _OTHERS:
        raise EnvironmentFault(
            "store.open_to_others",
            f"{path.name} を、ほかのOSアカウントから読める設定になっています。",
            "システム管理者に連絡し、この端末専用のOSアカウントだけが使えるように"
            "アクセス権を直してください。",
        )


def _other_account() -> EnvironmentFault:
    return EnvironmentFault(
        "store.other_account",
        "この端末の保存データは、別のOSアカウントのものです。",
        "いったんログオフし、この端末専用のOSアカウントでログオンし直してください。",
    )
