"""The folder of one test run: whatever the run writes lies in it, and what is dear to make is
made in it once for all workers.

It lies in memory where there is enough: the product makes every act durable before it goes on,
and a test run does so a hundred thousand times. The product's calls are the same; only the
disk is quicker. Set MADOGUCHI_TEST_PLACE to a folder to have it elsewhere.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.demo.scratch import scratch_folder

_ROOM = "MADOGUCHI_TEST_ROOM"
_PLACE = "MADOGUCHI_TEST_PLACE"
_PREFIX = "madoguchi-tests-"
_FAILED = "madoguchi-failed-tests"
_MEMORY = Path("/dev/shm")
_NEEDED = 1 << 30  # a run keeps what failed and what is in use: some hundred MB
_SPARED = 3 << 30  # what must be left of the machine's memory

_room = ExitStack()

shared = ExitStack()
"""What this process starts once for all its tests (servers, keyrings); closed at its end."""


def enter_room(place: Path | None = None) -> Path:
    """Make the room of this run in ``place`` (else in memory where there is enough), its
    temporary folder from now on, for children too."""
    folder = _room.enter_context(scratch_folder(_PREFIX, place or _place()))
    folder.chmod(0o711)  # the database server's own account passes through
    os.environ[_ROOM] = os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    return folder


def leave_room(*, keep: bool) -> Path | None:
    """Remove the room. ``keep``: what pytest left of the failed tests is moved to the ordinary
    temporary folder, in place of what an earlier run left there; gives where."""
    folder = Path(os.environ.pop(_ROOM))
    os.environ.pop("TMPDIR", None)
    tempfile.tempdir = None
    kept = None
    left = sorted(folder.glob("pytest-of-*/pytest-*"))
    if keep and left:
        kept = Path(tempfile.gettempdir()) / _FAILED
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(left[-1], kept, symlinks=True, ignore=_sockets)
    _room.close()
    return kept


def once(name: str, build: Callable[[Path], None]) -> Path:
    """The folder ``name`` as ``build`` fills it, built by whichever worker needs it first.

    Nobody writes in it afterwards: who wants to, copies it. A build that fails is begun anew by
    the next.
    """
    shared = _shared_folder() / "once"
    shared.mkdir(mode=0o700, exist_ok=True)
    place, done = shared / name, shared / f"{name}.done"
    with _one_at_a_time(shared / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(mode=0o700)
            build(place)
            done.touch()
    return place


def _shared_folder() -> Path:
    """The run's room; outside a test run (benchmarks, which measure the disk) one on disk."""
    if _ROOM not in os.environ:
        enter_room(Path(tempfile.gettempdir()))
        atexit.register(leave_room, keep=False)
    return Path(os.environ[_ROOM])


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _place() -> Path:
    asked = os.environ.get(_PLACE)
    if asked:
        return Path(asked)
    return _MEMORY if _memory_is_enough() else Path(tempfile.gettempdir())


def _memory_is_enough() -> bool:
    try:
        about = os.statvfs(_MEMORY)
        account = Path("/proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return False
    free = int(account.partition("MemAvailable:")[2].split()[0]) * 1024
    return (
        about.f_bavail * about.f_frsize >= _NEEDED
        and free >= _SPARED
        and not about.f_flag & os.ST_NOEXEC  # some tests run commands that they wrote
        and os.access(_MEMORY, os.W_OK)
    )


def _sockets(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_socket()]
