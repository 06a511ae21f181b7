"""Opening, locking, replacing and syncing files: the one place that knows what the system wants.

A file is private to the terminal's own OS account from its first byte, binary, and durable when
a call returns. Windows differs in what this module hides: an open file can neither be replaced
nor removed, a scanner may hold a file for a moment, a directory cannot be synced, and a file is
text unless it is opened as binary.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from app.core.errors import EnvironmentFault

PRIVATE_MODE = 0o600
HELD_SECONDS = 5.0
"""How long a file that another program holds (a virus scanner) is waited for."""

_BINARY = getattr(os, "O_BINARY", 0)
_NOT_INHERITED = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
_NOT_FOLLOWED = getattr(os, "O_NOFOLLOW", 0)
_NOT_WAITED = getattr(os, "O_NONBLOCK", 0)  # a pipe without a writer would hold us for ever
_NOISE = 256 * 1024
_HELD_BY_OTHERS = (5, 32, 33)  # ERROR_ACCESS_DENIED, _SHARING_VIOLATION, _LOCK_VIOLATION
_FIRST_WAIT, _LONGEST_WAIT = 0.02, 0.5
_DEVICES = frozenset(
    (
        *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"),
        *(f"{device}{number}" for device in ("COM", "LPT") for number in range(10)),
    )
)
_NEVER_IN_NAMES = frozenset('<>:"/\\|?*')


class FileLock:
    """A lock file held by this process until ``release``. The system gives it back when the
    process ends, however it ends."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        """Give the lock back; a second call does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def write_whole(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content``: a reader sees the old content or the new, never a part.

    The temporary file beside it is private before a byte is written, synced, then put over
    ``path``; the directory is synced too. On any failure the old file is untouched. Raises
    ``EnvironmentFault``: ``disk.full``, ``disk.write_refused``, ``disk.held`` or
    ``disk.write_failed``.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write_new(temporary, content)
        put_in_place(temporary, path)
    except OSError as cause:
        with contextlib.suppress(OSError):
            remove(temporary)
        raise write_fault(cause) from cause


@contextmanager
def whole_file(path: Path) -> Iterator[Callable[[bytes], object]]:
    """Write a long file piece by piece: under its name it is whole or not there. The block gets
    the writing; when it raises, nothing is left. Raises ``EnvironmentFault`` ``disk.*``."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NOT_INHERITED
    try:
        try:
            with os.fdopen(os.open(temporary, flags, PRIVATE_MODE), "wb") as out:
                yield out.write
                out.flush()
                os.fsync(out.fileno())
            put_in_place(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    except OSError as cause:
        raise write_fault(cause) from cause


def sweep_leftovers(path: Path) -> None:
    """Remove what writers of ``path`` left when they were killed. Call it at a start, when
    nobody else writes ``path``. Raises ``EnvironmentFault`` ``disk.*``."""
    try:
        for leftover in path.parent.glob(f".{path.name}.*.tmp"):
            remove(leftover)
    except OSError as cause:
        raise write_fault(cause) from cause


def append_synced(path: Path, data: bytes) -> None:
    """Add ``data`` at the end of ``path``, made private when it is not there; durable when this
    returns. Raises ``OSError``."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _BINARY | _NOT_INHERITED
    handle = os.open(path, flags, PRIVATE_MODE)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def open_ordinary(path: Path) -> BinaryIO:
    """A file that others may have put there, for reading: no link is followed, and what is no
    ordinary file (a device, a pipe) is not opened for its content. Raises ``OSError`` (``ELOOP``
    for these)."""
    handle = os.open(path, os.O_RDONLY | _NOT_FOLLOWED | _BINARY | _NOT_INHERITED | _NOT_WAITED)
    source = os.fdopen(handle, "rb")
    if path.is_symlink() or not stat.S_ISREG(os.fstat(handle).st_mode):
        source.close()
        raise OSError(errno.ELOOP, "no ordinary file", str(path))
    return source


def make_new(path: Path) -> BinaryIO:
    """A new file that is private from its first byte, for writing and reading back. Raises
    ``OSError``, ``FileExistsError`` for one that is there."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NOT_FOLLOWED | _BINARY | _NOT_INHERITED
    return os.fdopen(os.open(path, flags, PRIVATE_MODE), "w+b")


def overwrite(path: Path) -> None:
    """Write random bytes over the whole of an ordinary file, durably, and empty it. What a device
    keeps in old cells is beyond us. Raises ``OSError``."""
    flags = os.O_RDWR | _NOT_FOLLOWED | _BINARY | _NOT_INHERITED
    with os.fdopen(os.open(path, flags), "r+b", buffering=0) as out:
        left = os.fstat(out.fileno()).st_size
        while left > 0:
            block = secrets.token_bytes(min(left, _NOISE))
            out.write(block)
            left -= len(block)
        os.fsync(out.fileno())
        out.truncate(0)
        os.fsync(out.fileno())


def put_in_place(fresh: Path, target: Path) -> None:
    """Let ``fresh`` take the name ``target``, whatever file was there; durable when this returns.

    Both must be closed; a folder takes only a name that is free. What another program holds is
    waited for. Raises ``OSError``.
    """
    patiently(lambda: fresh.replace(target))
    sync_directory(target.parent)


def remove(path: Path) -> None:
    """Remove a file that nobody here has open; one that is not there is no fault. One that
    another program holds is waited for. Raises ``OSError``."""
    patiently(lambda: path.unlink(missing_ok=True))


def patiently(
    step: Callable[[], object],
    *,
    pause: Callable[[float], None] = time.sleep,
    seconds: float = HELD_SECONDS,
) -> None:
    """Do ``step`` again while another program holds the file, for at most ``seconds``.

    Only Windows reports such a hold (``winerror``); anything else is raised at once.
    """
    wait, waited = _FIRST_WAIT, 0.0
    while True:
        try:
            step()
            return
        except OSError as cause:
            if getattr(cause, "winerror", None) not in _HELD_BY_OTHERS or waited >= seconds:
                raise
        pause(wait)
        waited += wait
        wait = min(wait * 2, _LONGEST_WAIT)


def lock_file(path: Path) -> FileLock | None:
    """Take the lock file at ``path``; None while another process has it. Raises ``OSError``."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY | _NOT_INHERITED, PRIVATE_MODE)
    try:
        _lock(handle)
    except OSError:
        os.close(handle)
        return None
    return FileLock(handle)


def sync_directory(directory: Path) -> None:
    """Make renames in ``directory`` durable."""
    if sys.platform != "win32":  # there NTFS journals the rename itself
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_private(path: Path) -> None:
    """Let nobody but this OS account read or write ``path``; on Windows the folder's own access
    list says so (docs/deployment.md)."""
    if sys.platform != "win32":
        path.chmod(PRIVATE_MODE)


def is_file_name(name: str) -> bool:
    """Whether ``name`` can name a file on every system: no device name, no sign that Windows
    refuses, no dot or blank at its end."""
    stem = name.partition(".")[0].rstrip(" ").upper()
    plain = all(sign >= " " and sign not in _NEVER_IN_NAMES for sign in name)
    return bool(name) and plain and stem not in _DEVICES and name[-1] not in ". "


def may_write(folder: Path) -> bool:
    """Whether this account may make a file in ``folder``: by trying, because Windows answers
    ``os.access`` without its access lists."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def write_fault(cause: OSError) -> EnvironmentFault:
    """The fault that tells a full disk from one that is refused, held or broken."""
    if cause.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return EnvironmentFault(
            "disk.full",
            "ディスクの空きが足りず、保存できませんでした。前の内容はそのまま残っています。",
            "不要なファイルを片付けるか、システム管理者に連絡し、もう一度操作してください。",
        )
    if getattr(cause, "winerror", None) in _HELD_BY_OTHERS[1:]:
        return EnvironmentFault(
            "disk.held",
            "ほかのプログラム（ウイルス対策など）がファイルを使っていて、保存できませんでした。"
            "前の内容はそのまま残っています。",
            "少し待ってからもう一度操作し、続くときは、保存先をウイルス対策の対象から外すよう"
            "システム管理者に連絡してください。",
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


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NOT_INHERITED
    handle = os.open(path, flags, PRIVATE_MODE)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
