"""Small files written whole: a reader sees the old content or the new, never a part."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
from pathlib import Path

from app.core.errors import EnvironmentFault

PRIVATE_MODE = 0o600


def write_whole(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content``, durable when this returns.

    The temporary file beside it is created with mode 0600 before a byte is written, synced,
    then renamed over ``path``; the directory is synced too. On any failure the old file is
    untouched. Raises ``EnvironmentFault``: ``disk.full``, ``disk.write_refused`` or
    ``disk.write_failed``.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write_synced(temporary, content)
        temporary.replace(path)
        _sync_directory(path.parent)
    except OSError as cause:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise write_fault(cause) from cause


def sweep_leftovers(path: Path) -> None:
    """Remove what writers of ``path`` left when they were killed. Call it at a start, when
    nobody else writes ``path``. Raises ``EnvironmentFault`` ``disk.*``."""
    try:
        for leftover in path.parent.glob(f".{path.name}.*.tmp"):
            leftover.unlink(missing_ok=True)
    except OSError as cause:
        raise write_fault(cause) from cause


def _write_synced(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, PRIVATE_MODE)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _sync_directory(directory: Path) -> None:
    if sys.platform == "win32":
        return  # a directory cannot be opened there; NTFS journals the rename itself
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_fault(cause: OSError) -> EnvironmentFault:
    """The fault that tells a full disk from a refused and from a broken one."""
    if cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return EnvironmentFault(
            "disk.full",
            "ディスクの空きが足りず、保存できませんでした。前の内容はそのまま残っています。",
            "不要なファイルを片付けるか、システム管理者に連絡し、もう一度操作してください。",
        )
    if cause.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return EnvironmentFault(
            "disk.write_refused",
            "保存先に書き込む権限がなく、保存できませんでした。",
            "この端末専用のOSアカウントでログオンしているか確かめ、システム管理者に連絡してください。",
        )
    return EnvironmentFault(
        "disk.write_failed",
        "ディスクへの書き込みに失敗し、保存できませんでした。前の内容はそのまま残っています。",
        "もう一度操作し、続くときはシステム管理者に連絡してください。",
    )
