"""Files on a medium: listing, opening, writing whole, wiping. Nothing there is believed.

Only ordinary files of our own folders are touched: a link or a device in their place is refused,
because a stick can hold what points into the machine.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.core.files import make_new, open_ordinary, overwrite, remove, sync_directory
from app.sync.media.faults import media_fault, media_refusal
from app.sync.media.port import Attached
from app.wire.container import MAGIC

FOLDER = "MADOGUCHI"
INCOMING, OUTGOING = "in", "out"
SEALED = ".mdg"
PART = ".part"
MOST_LISTED = 200
_BLOCK = 256 * 1024
_FILE_ID = re.compile(r"((?:FILE|PAGE)-[0-9]{2})(?:[_.]|$)")


@dataclass(frozen=True, slots=True)
class OnMedium:
    """One file as it lies there. ``file_id`` is what its name says ("" when it says nothing)."""

    folder: str
    name: str
    size: int
    file_id: str
    sealed: bool


def listed(attached: Attached, folder: str) -> tuple[OnMedium, ...]:
    """The files of one of our folders, by name; what is no ordinary file is left out. Raises
    EnvironmentFault ``media.*``."""
    found: list[OnMedium] = []
    try:
        place = _place(attached, folder)
        if place is None:
            return ()
        with os.scandir(place) as entries:
            for entry in entries:
                if len(found) == MOST_LISTED:
                    break
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    size = entry.stat(follow_symlinks=False).st_size
                    sealed = entry.name.endswith(SEALED)
                    known = _FILE_ID.match(entry.name)
                    found.append(
                        OnMedium(folder, entry.name, size, known[1] if known else "", sealed)
                    )
    except OSError as cause:
        raise media_fault(cause) from cause
    return tuple(sorted(found, key=lambda one: one.name))


@contextmanager
def opened(attached: Attached, folder: str, name: str) -> Iterator[BinaryIO]:
    """One file for reading. Raises UserError ``media.no_file``, ``media.strange_file``,
    EnvironmentFault ``media.*`` for what reading falls over."""
    try:
        source = open_ordinary(_inside(attached, folder, name))
    except FileNotFoundError as cause:
        raise media_refusal("no_file") from cause
    except OSError as cause:
        if cause.errno == errno.ELOOP:
            raise media_refusal("strange_file") from cause
        raise media_fault(cause) from cause
    with source:
        try:
            yield source
        except OSError as cause:
            raise media_fault(cause) from cause


def path_of(attached: Attached, folder: str, name: str) -> Path:
    """Where a file stands, for a scanner of this machine. Raises UserError ``media.no_file``,
    ``media.strange_file``, EnvironmentFault ``media.*``."""
    with opened(attached, folder, name):
        pass
    return _inside(attached, folder, name)


def digest_of(attached: Attached, folder: str, name: str) -> str:
    """SHA-256 (hex) of one file. Raises as ``opened``."""
    whole = hashlib.sha256()
    with opened(attached, folder, name) as source:
        while block := source.read(_BLOCK):
            whole.update(block)
    return whole.hexdigest()


def is_sealed(attached: Attached, folder: str, name: str) -> bool:
    """Whether the file begins as a container does, whatever it is called. Raises as ``opened``."""
    with opened(attached, folder, name) as source:
        return source.read(len(MAGIC)) == MAGIC


def write_file(
    attached: Attached,
    folder: str,
    name: str,
    write: Callable[[BinaryIO], object],
    *,
    going_on: Callable[[], None] = lambda: None,
) -> str:
    """Write a file whole: under another name first, synced, read back, then put in place; its
    SHA-256 (hex). On any failure nothing of it stays. Raises UserError ``media.read_only``,
    EnvironmentFault ``media.*``."""
    if attached.read_only:
        raise media_refusal("read_only")
    temporary: Path | None = None
    try:
        place = _make(attached, folder)
        temporary = place / f".{name}.{secrets.token_hex(4)}{PART}"
        with make_new(temporary) as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
            out.seek(0)
            whole = hashlib.sha256()
            while block := out.read(_BLOCK):
                going_on()
                whole.update(block)
        temporary.replace(place / name)
        sync_directory(place)
        return whole.hexdigest()
    except BaseException as cause:
        if temporary is not None:
            _sweep_one(temporary)
        if isinstance(cause, OSError):
            raise media_fault(cause) from cause
        raise


def sweep_parts(attached: Attached, folder: str) -> int:
    """Wipe what a writing or a wipe that was cut short left in one of our folders; how many.
    Raises EnvironmentFault ``media.*``."""
    gone = 0
    try:
        place = _place(attached, folder)
        if place is None or attached.read_only:
            return 0
        for path in sorted(place.glob(f".*{PART}")):
            if path.is_file() and not path.is_symlink():
                overwrite(path)
                remove(path)
                gone += 1
        if gone:
            sync_directory(place)
    except OSError as cause:
        raise media_fault(cause) from cause
    return gone


def wipe(attached: Attached, folder: str, name: str) -> bool:
    """Overwrite a file and remove it; False when it was not there any more.

    It takes another name first, so that one half overwritten is known as such and finished by
    ``sweep_parts``. Overwriting flash is best effort: the device may keep the old cells (DESIGN 6).
    Raises
    UserError ``media.read_only``, ``media.strange_file``, ``media.still_there``,
    EnvironmentFault ``media.*``.
    """
    if attached.read_only:
        raise media_refusal("read_only")
    try:
        path = _inside(attached, folder, name)
        if not path.exists() and not path.is_symlink():
            return False
        if path.is_symlink() or not path.is_file():
            raise media_refusal("strange_file")
        going = path.with_name(f".{name}.{secrets.token_hex(4)}{PART}")
        path.replace(going)
        sync_directory(path.parent)
        overwrite(going)
        remove(going)
        sync_directory(path.parent)
        if path.exists() or going.exists():
            raise media_refusal("still_there")
    except OSError as cause:
        raise media_fault(cause) from cause
    return True


def _sweep_one(path: Path) -> None:
    """Take a part away again; the medium may be gone, then the next wipe takes it."""
    with contextlib.suppress(OSError):
        overwrite(path)
    with contextlib.suppress(OSError):
        remove(path)


def _place(attached: Attached, folder: str) -> Path | None:
    """One of our folders, if it is there and a folder. Raises OSError for a medium that is gone."""
    if not attached.mount.is_dir():
        raise FileNotFoundError(str(attached.mount))
    ours = attached.mount / FOLDER
    place = ours / folder if folder else ours
    for one in (ours, place):
        if one.is_symlink() or not one.is_dir():
            return None
    return place


def _make(attached: Attached, folder: str) -> Path:
    if not attached.mount.is_dir():
        raise FileNotFoundError(str(attached.mount))
    ours = attached.mount / FOLDER
    place = ours / folder if folder else ours
    for one in (ours, place):
        if one.is_symlink():
            raise media_refusal("strange_file")
        one.mkdir(mode=0o700, exist_ok=True)
    return place


def _inside(attached: Attached, folder: str, name: str) -> Path:
    if not name or Path(name).name != name or name in (".", ".."):
        raise media_refusal("no_file")
    place = _place(attached, folder)
    if place is None:
        raise media_refusal("no_file")
    return place / name
