"""Temporary folders that do not outlive their run (研修): what a killed run left is cleared by the
next one.

Beside every folder lies a lock file, held as long as the folder is in use; the system lets go of it
with the process. A lock that can be taken therefore stands beside a leftover.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.core.files import FileLock, lock_file, remove

_LOCK = ".lock"


@contextmanager
def scratch_folder(prefix: str, place: Path | None = None) -> Iterator[Path]:
    """A folder ``prefix``… in ``place`` (else the account's temporary folder), readable by this
    account only, gone at the end; leftovers of killed runs with this prefix go first."""
    place = place or Path(tempfile.gettempdir())
    clear_leftovers(prefix, place)
    folder, lock = _locked_name(prefix, place)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        with suppress(OSError):  # another run was quicker
            remove(_lock_of(folder))


def clear_leftovers(prefix: str, place: Path) -> list[Path]:
    """Remove the account's own folders of this prefix that no run holds; those that went."""
    gone = []
    for marked in sorted(place.glob(f"{prefix}*{_LOCK}")):
        folder = marked.with_suffix("")
        if _of_another(marked) or _of_another(folder):
            continue
        with suppress(OSError):
            lock = lock_file(marked)
            if lock is None:
                continue
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
            remove(marked)
            gone.append(folder)
    return gone


def _lock_of(folder: Path) -> Path:
    return folder.with_name(folder.name + _LOCK)


def _locked_name(prefix: str, place: Path) -> tuple[Path, FileLock]:
    """A name that nobody has, with its lock taken. A lock just made may be taken for a leftover's
    before it is held; then another name is tried."""
    while True:
        folder = place / f"{prefix}{secrets.token_hex(4)}"
        lock = lock_file(_lock_of(folder))
        if lock is not None:
            return folder, lock


def _of_another(path: Path) -> bool:
    """Whether ``path`` is a link or belongs to another account; False where there is none."""
    if path.is_symlink():
        return True
    if sys.platform == "win32":
        return False
    else:  # noqa: RET505 - the branches are told apart by platform
        try:
            return path.lstat().st_uid != os.geteuid()
        except FileNotFoundError:
            return False
