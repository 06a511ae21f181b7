"""pytest plugin: the product's file calls obey the rules of Windows (``make windows-rules``).

What is open can be neither removed nor replaced; a rename never overwrites; names are
case-blind, and those that Windows refuses are refused; a path has at most 240 characters; a file
descriptor is text unless ``O_BINARY`` was asked for; what is locked cannot be read through another
descriptor; there is no fork; a file opened as text without an encoding is cp932. A folder is not
renamed while a file in it is open. The module for processes goes Windows' way: nothing waits in
a pipe for a signal, no process group is killed, and of the signals only those of Windows are there.
Only calls that come from ``app``, ``db`` and ``forms`` are held to the rules. Each breach is
counted and the test fails, even where the product catches the error.
"""

from __future__ import annotations

import builtins
import collections
import errno
import io
import os
import signal
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
_PRODUCT = tuple(str(ROOT / room) + os.sep for room in ("app", "db", "forms"))
_NOT_THE_COUNTER = tuple(str(ROOT / "app" / room) + os.sep for room in ("peers", "demo"))
LONGEST_PATH = 240
BINARY = 1 << 29
"""Stands for ``os.O_BINARY``, which this system does not have."""

breaches: collections.Counter[str] = collections.Counter()
_real: dict[str, Any] = {
    name: getattr(os, name)
    for name in ("open", "write", "replace", "rename", "unlink", "mkdir", "fork")
}
_real_open = builtins.open
_text_descriptors: set[int] = set()
_locked: dict[int, tuple[int, int]] = {}
"""Descriptors that hold a lock, and which file each of them is."""
_SIGNALS_THERE = ("SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM")
_CALLS_THERE = ("signal", "getsignal", "raise_signal", "set_wakeup_fd", "SIG_DFL", "SIG_IGN")
"""What ``signal`` has on Windows (docs.python.org, "signal.signal": on Windows only with these)."""


def _caller() -> str:
    """The line of the product that called, "" when the call is not the counter's own."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(_PRODUCT):
            if name.startswith(_NOT_THE_COUNTER):
                return ""
            return f"{Path(name).relative_to(ROOT)}:{frame.f_lineno} {frame.f_code.co_name}"
        frame = frame.f_back
    return ""


def _breach(what: str, where: str, path: object, winerror: int) -> PermissionError:
    breaches[f"{what} at {where}"] += 1
    return PermissionError(errno.EACCES, f"[WinError {winerror}] {what}", str(path))


def is_open(path: object) -> bool:
    """Whether this process holds the file open (by ``/proc/self/fd``)."""
    try:
        there = Path(path).stat()  # type: ignore[arg-type]
    except OSError:
        return False
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            held = descriptor.stat()
        except OSError:
            continue
        if (held.st_dev, held.st_ino) == (there.st_dev, there.st_ino):
            return True
    return False


def _open_inside(folder: object) -> bool:
    """Whether this process holds a file open that lies in the folder."""
    place = str(Path(os.fspath(folder)).resolve()) + os.sep  # type: ignore[call-overload]
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            held = str(descriptor.readlink())
        except OSError:
            continue
        if held.startswith(place):
            return True
    return False


def _check_unlocked(path: object, where: str) -> None:
    """A file whose lock another descriptor holds gives no byte to this one."""
    try:
        there = Path(path).stat()  # type: ignore[arg-type]
    except (OSError, TypeError):
        return
    for descriptor, file in list(_locked.items()):
        try:
            held = os.fstat(descriptor)
        except OSError:  # closed, and the lock given back with it
            del _locked[descriptor]
            continue
        if (held.st_dev, held.st_ino) != file:
            del _locked[descriptor]  # closed, and the number given to another file
        elif file == (there.st_dev, there.st_ino):
            raise _breach("a locked file is read", where, path, 33)


def _check_name(path: object, where: str) -> None:
    from app.core.files import is_file_name

    text = os.fspath(path)  # type: ignore[call-overload]
    if isinstance(text, bytes):
        text = os.fsdecode(text)
    place = Path.cwd() / text
    if not is_file_name(place.name):
        raise _breach(f"a name that Windows refuses: {place.name!r}", where, path, 123)
    if len(str(place)) > LONGEST_PATH + len(str(ROOT.anchor)) + 120:  # pytest's folders are long
        raise _breach("a path that is too long", where, path, 206)
    if place.parent.is_dir() and not place.exists():
        for other in place.parent.iterdir():
            if other.name.casefold() == place.name.casefold():
                raise _breach(f"differs from {other.name} by its case only", where, path, 183)


def _open(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
    where = _caller()
    if where and isinstance(path, (str, os.PathLike)) and not Path(path).is_dir():
        if flags & os.O_CREAT:
            _check_name(path, where)
        descriptor: int = _real["open"](path, flags & ~BINARY, mode, **more)
        if not flags & BINARY and flags & (os.O_WRONLY | os.O_RDWR):
            _text_descriptors.add(descriptor)
        else:
            _text_descriptors.discard(descriptor)
        return descriptor
    direct = sys._getframe(1).f_code  # ``shutil`` opens folders here, and not on Windows
    if where and direct.co_filename.startswith(_PRODUCT) and direct.co_name != "sync_directory":
        raise _breach("a directory is opened", where, path, 5)
    opened: int = _real["open"](path, flags & ~BINARY, mode, **more)
    return opened


def _write(descriptor: int, data: Any) -> int:
    if descriptor in _text_descriptors:
        _real["write"](descriptor, bytes(data).replace(b"\n", b"\r\n"))
        return len(data)
    written: int = _real["write"](descriptor, data)
    return written


def _replace(source: Any, target: Any, **more: Any) -> None:
    if where := _caller():
        _check_name(target, where)
        for path in (source, target):
            if is_open(path):
                raise _breach("an open file is replaced", where, path, 32)
        _check_folder(source, target, where)
    _real["replace"](source, target, **more)


def _check_folder(source: Any, target: Any, where: str) -> None:
    if Path(source).is_dir():
        if Path(target).exists():
            raise _breach("a folder is put over what is there", where, target, 5)
        if _open_inside(source):
            raise _breach("a folder with an open file is moved", where, source, 32)


def _rename(source: Any, target: Any, **more: Any) -> None:
    if where := _caller():
        _check_name(target, where)
        if Path(target).exists():
            breaches[f"a rename onto what is there at {where}"] += 1
            raise FileExistsError(errno.EEXIST, "[WinError 183]", str(target))
        if is_open(source):
            raise _breach("an open file is renamed", where, source, 32)
        _check_folder(source, target, where)
    _real["rename"](source, target, **more)


def _unlink(path: Any, **more: Any) -> None:
    if not more and (where := _caller()) and is_open(path):
        raise _breach("an open file is removed", where, path, 32)
    _real["unlink"](path, **more)


def _mkdir(path: Any, *arguments: Any, **more: Any) -> None:
    if where := _caller():
        _check_name(path, where)
    _real["mkdir"](path, *arguments, **more)


def _open_text(file: Any, mode: str = "r", *arguments: Any, **more: Any) -> Any:
    where = _caller()
    if where and set(mode) & set("r+"):
        _check_unlocked(file, where)
    given = arguments[1] if len(arguments) > 1 else more.get("encoding")
    if where and "b" not in mode and given in (None, "locale"):  # pathlib says "locale" itself
        breaches[f"text without an encoding at {where}"] += 1
        arguments = (arguments[0], "cp932", *arguments[2:]) if len(arguments) > 1 else arguments
        if len(arguments) < 2:
            more["encoding"] = "cp932"
    return _real_open(file, mode, *arguments, **more)


def _no_fork() -> int:
    if where := _caller():
        raise _breach("fork", where, "", 50)
    child: int = _real["fork"]()
    return child


_PATCHES: dict[str, Any] = {
    "open": _open,
    "write": _write,
    "replace": _replace,
    "rename": _rename,
    "unlink": _unlink,
    "remove": _unlink,
    "mkdir": _mkdir,
    "fork": _no_fork,
}


def put_on() -> None:
    """Let the rules hold from now on, in this process."""
    os.O_BINARY = BINARY  # type: ignore[attr-defined]
    for name, rule in _PATCHES.items():
        setattr(os, name, rule)
    builtins.open = _open_text
    io.open = _open_text
    import app.core.files as files
    import app.core.process as process

    files._BINARY = BINARY
    lock = files._lock

    def _lock_and_note(handle: int) -> None:
        lock(handle)
        about = os.fstat(handle)
        _locked[handle] = (about.st_dev, about.st_ino)

    files._lock = _lock_and_note
    there = types.SimpleNamespace(
        platform="win32", executable=sys.executable, stdin=sys.stdin, frozen=False
    )
    process.sys = there  # type: ignore[attr-defined, assignment]
    names = {name: getattr(signal, name) for name in (*_SIGNALS_THERE, *_CALLS_THERE)}
    process.signal = types.SimpleNamespace(**names)  # type: ignore[attr-defined, assignment]
    subprocess.CREATE_NO_WINDOW = 0  # type: ignore[attr-defined]  # Popen takes no other here


@pytest.fixture(autouse=True)
def windows_rules() -> Iterator[None]:
    """Fails the test in which a rule was broken."""
    breaches.clear()
    yield
    assert not breaches, f"Windows would refuse: {dict(breaches)}"


def pytest_configure() -> None:
    put_on()
