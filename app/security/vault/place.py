"""The data directory before anything is opened: whose it is, and that it is ours alone."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from app.core.errors import EnvironmentFault
from app.core.paths import Paths
from db import faults

_OTHERS = 0o077


class Lock:
    """The lock file of one data directory, held by this process until ``release``.

    The system gives it back when the process ends, however it ends.
    """

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def take_lock(paths: Paths) -> Lock:
    """Become the one process that has this store (DESIGN 5).

    Raises ``EnvironmentFault``: ``store.in_use``, ``store.read_only``, ``store.missing``.
    """
    try:
        handle = os.open(paths.lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except FileNotFoundError as cause:
        raise missing() from cause
    except OSError as cause:
        raise faults.read_only() from cause
    try:
        _lock(handle)
    except OSError as cause:
        os.close(handle)
        raise EnvironmentFault(
            "store.in_use",
            "この端末の保存データは、すでに別の窓（プロセス）が使っています。",
            "開いている窓口端末の画面を使ってください。見当たらないときは、"
            "ログオフしてからもう一度起動してください。",
        ) from cause
    return Lock(handle)


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


def sync_directory(directory: Path) -> None:
    """Make renames in ``directory`` durable."""
    if sys.platform == "win32":
        return  # a directory cannot be opened there; NTFS journals the rename itself
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove_database(path: Path) -> None:
    """Remove a database that was never put in force, with its log and index."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).unlink()


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
    if about.st_uid != os.getuid():
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


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
