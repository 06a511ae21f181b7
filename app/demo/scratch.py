"""Temporary folders that do not outlive their run (研修): what a killed run left is cleared by the
next one.

A folder is in use as long as somebody holds the lock on it, which the kernel lets go of with the
process. It gets its name only when it is locked, so that no other run can take it for a leftover.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAMELESS_SECONDS = 3600.0


@contextmanager
def scratch_folder(prefix: str, place: Path | None = None) -> Iterator[Path]:
    """A folder ``prefix``… in ``place`` (else the account's temporary folder), readable by this
    account only, gone at the end; leftovers of killed runs with this prefix go first."""
    place = place or Path(tempfile.gettempdir())
    clear_leftovers(prefix, place)
    nameless = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=place))
    held = os.open(nameless, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder = nameless.rename(place / nameless.name[1:])
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(held)


def clear_leftovers(prefix: str, place: Path) -> list[Path]:
    """Remove the account's own folders of this prefix that no run holds; those that went."""
    gone = []
    for folder in sorted(place.glob(f"{prefix}*")):
        if _is_ours(folder) and _let_go(folder):
            gone.append(folder)
    for folder in place.glob(f".{prefix}*"):  # killed between making and naming
        if _is_ours(folder) and time.time() - folder.stat().st_mtime > _NAMELESS_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
            gone.append(folder)
    return gone


def _is_ours(folder: Path) -> bool:
    try:
        about = folder.lstat()
    except FileNotFoundError:  # another run was quicker
        return False
    return folder.is_dir() and not folder.is_symlink() and about.st_uid == os.geteuid()


def _let_go(folder: Path) -> bool:
    """Remove ``folder`` under its lock, so that of two runs one does it."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return False
    finally:
        os.close(held)
    return True
