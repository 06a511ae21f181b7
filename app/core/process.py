"""This process and those it starts, as the system sees them: signals, dumps, groups, ends.

The one place that knows what a system has of them. Windows has neither core dumps nor process
groups to kill nor SIGHUP, and nothing there waits in a pipe for a signal.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

_ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP")


def endings() -> tuple[int, ...]:
    """The signals by which this system asks a program to end."""
    return tuple(int(getattr(signal, name)) for name in _ENDINGS if hasattr(signal, name))


@contextmanager
def taking_endings(take: Callable[[int], None]) -> Iterator[None]:
    """In this block ``take`` gets the number of every signal that asks for the end, and nothing
    else happens of it. In the main thread only."""

    def came(number: int, _frame: FrameType | None) -> None:
        take(number)

    before = {number: signal.signal(number, came) for number in endings()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def waking() -> Iterator[int | None]:
    """A descriptor that can be read when a signal has come, so that who waits for it lets
    Python's handlers run; None on Windows. In the main thread only."""
    if sys.platform == "win32":
        yield None
    else:
        reading, writing = os.pipe()
        for end in (reading, writing):
            os.set_blocking(end, False)
        before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        try:
            yield reading
        finally:
            signal.set_wakeup_fd(before)
            os.close(reading)
            os.close(writing)


def hang_up() -> None:
    """Do to ourselves what a closed terminal does; nothing on Windows."""
    if sys.platform != "win32":
        signal.raise_signal(signal.SIGHUP)


def leave_no_core() -> None:
    """A crash writes no memory to disk, and no other process of the same account reads it: a core
    dump or a debugger would find what the store keeps sealed.

    Linux: both (PR_SET_DUMPABLE 0; root reads memory all the same). macOS: no core. Windows: the
    error reports are the deployment's (docs/deployment.md).
    """
    if sys.platform == "win32":
        return
    else:  # noqa: RET505 - the branches are told apart by platform
        import resource

        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
        if sys.platform == "linux":
            import ctypes

            ctypes.CDLL(None, use_errno=True).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


_SET_DUMPABLE = 4  # <linux/prctl.h>


def leaves_cores() -> bool:
    """Whether a crash would write memory to disk by this system's own limit."""
    if sys.platform == "win32":
        return False
    else:  # noqa: RET505 - the branches are told apart by platform
        import resource

        return resource.getrlimit(resource.RLIMIT_CORE)[0] != 0


def program_folder() -> Path:
    """The folder whose files are the program: the bundle's, else this tree's."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent
    return Path(__file__).resolve().parents[2]


def own_command(name: str) -> tuple[str, ...]:
    """How this program is started again for one of its commands, from ``program_folder()``."""
    if getattr(sys, "frozen", False):
        return (sys.executable, name)
    return (sys.executable, "-m", "app.main", name)


def start_apart(command: list[str]) -> subprocess.Popen[bytes]:
    """Start ``command``, which is given something on its standard input and tells only its exit
    code; it stands in a group of its own, without a window of its own. Raises ``OSError``.

    Nothing is read back: a helper that outlives the command would hold the pipe open.
    """
    own: dict[str, int | bool]
    if sys.platform == "win32":
        own = {"creationflags": subprocess.CREATE_NO_WINDOW}
    else:
        own = {"start_new_session": True}
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=program_folder(),
        **own,
    )


def end_apart(job: subprocess.Popen[bytes]) -> None:
    """End what ``start_apart`` started, and what that started, if they are still there."""
    if job.poll() is None:
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                job.kill()
            else:
                os.killpg(job.pid, signal.SIGKILL)
        job.wait()
    if job.stdin is not None:
        with contextlib.suppress(OSError):
            job.stdin.close()
