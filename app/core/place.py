"""Is the place of the terminal's data one that keeps them whole?

A network drive loses what was said to be written when the line breaks, and locks nothing for
certain (sqlite.org, "SQLite Over a Network, Caveats and Considerations"). A folder that a service
copies elsewhere (OneDrive) holds files while it reads them, puts older ones back, and takes the
data out of the municipality's hands. Neither can be mended later, so the program does not start
there. Nothing here opens or writes a file of the terminal.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, Protocol

from app.core.errors import EnvironmentFault

DRIVE_REMOTE = 4  # learn.microsoft.com/windows/win32/api/fileapi, "GetDriveTypeW function"
CODE_PAGE_UTF8 = 65001  # …/win32/intl, "Code Page Identifiers"; GetACP of winnls.h

_SYNCED_BY = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "google drive": "Google ドライブ",
    "googledrive": "Google ドライブ",
    "icloud drive": "iCloud",
    "iclouddrive": "iCloud",
    "box": "Box",
}
"""Folders that such services make, by the name's beginning before " - " or "("."""
_SYNCED_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
"""Where OneDrive itself says that its folders lie, whatever they are called."""
_NETWORK_TYPES = frozenset(("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "davfs"))


class System(Protocol):
    """What is asked of this machine."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables of the process."""
        ...

    def pure(self, place: str) -> PurePath:
        """The path as this system reads it."""
        ...

    def is_remote(self, place: str) -> bool:
        """Whether the place lies on another machine."""
        ...

    def knows_every_sign(self) -> bool:
        """Whether a library that takes bytes gets the path as it is written."""
        ...


@dataclass(frozen=True)
class WindowsSystem:
    """Windows by its own calls. ``kernel`` gives kernel32.dll with ``GetDriveTypeW`` and
    ``GetACP``."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    kernel: Callable[[], Any] = field(
        default=lambda: getattr(ctypes, "WinDLL")("kernel32.dll")  # noqa: B009 - only there
    )

    def pure(self, place: str) -> PurePath:
        for prefix, stands_for in (("\\\\?\\UNC\\", "\\\\"), ("\\\\?\\", "")):
            if place.startswith(prefix):
                return PureWindowsPath(stands_for + place.removeprefix(prefix))
        return PureWindowsPath(place)

    def is_remote(self, place: str) -> bool:
        drive = self.pure(place).drive
        if drive.startswith("\\\\"):  # \\server\share
            return True
        ask = self.kernel().GetDriveTypeW
        ask.argtypes, ask.restype = [ctypes.c_wchar_p], ctypes.c_uint32
        return bool(drive) and int(ask(f"{drive}\\")) == DRIVE_REMOTE

    def knows_every_sign(self) -> bool:
        ask = self.kernel().GetACP
        ask.argtypes, ask.restype = [], ctypes.c_uint32
        return int(ask()) == CODE_PAGE_UTF8


@dataclass(frozen=True)
class PosixSystem:
    """Linux by its list of mounts."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    mounts: Path = Path("/proc/self/mounts")

    def pure(self, place: str) -> PurePath:
        return PurePosixPath(place)

    def is_remote(self, place: str) -> bool:
        try:
            lines = self.mounts.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        holding = ("", "")
        for _, folder, kind, *_ in (line.split(" ") for line in lines if line.count(" ") > 2):
            where = folder.replace("\\040", " ")
            if self.pure(place).is_relative_to(where) and len(where) >= len(holding[0]):
                holding = (where, kind)
        return holding[1] in _NETWORK_TYPES

    def knows_every_sign(self) -> bool:
        return True


def this_system() -> System:
    """The machine that runs."""
    if sys.platform == "win32":
        return WindowsSystem()
    else:  # noqa: RET505 - the branches are told apart by platform
        return PosixSystem()


def refuse_place(data: Path, system: System | None = None) -> None:
    """Raises EnvironmentFault ``place.network`` or ``place.synced`` when the data directory lies,
    or would lie, where data do not stay whole."""
    for fault in unfit(data, system or this_system()):
        raise fault


def unfit(data: Path, system: System) -> Iterator[EnvironmentFault]:
    """Why this is no place for the data, if it is none; also where a link leads is looked at."""
    written = str(data if system.pure(str(data)).is_absolute() else data.absolute())
    places = dict.fromkeys((written, os.path.realpath(data)))
    if any(system.is_remote(place) for place in places):
        yield EnvironmentFault(
            "place.network",
            f"データの置き場所（{data}）は、ネットワークの上にあります。"
            "回線が切れると保存したものが失われるため、ここでは始められません。",
            "この端末の中の場所を --data か MADOGUCHI_DATA で指定してください。指定しなければ、"
            "アカウントの決まった場所になります。データがすでにあるときは、消さずに"
            "システム管理者に連絡してください。",
        )
    service = next(filter(None, (_synced_by(place, system) for place in places)), "")
    if service:
        yield EnvironmentFault(
            "place.synced",
            f"データの置き場所（{data}）は、{service} が外へ写すフォルダーの中にあります。"
            "保存したものが古い内容に戻されたり外に出たりするため、ここでは始められません。",
            "写されない場所を --data か MADOGUCHI_DATA で指定してください。"
            f"データがすでにあるときは、消さずに、{service} の対象から外すよう"
            "システム管理者に連絡してください。",
        )


def badly_named(data: Path, system: System) -> bool:
    """Whether the path holds signs that this process's code page may lose on the way to a
    library: a user's name in kanji, say."""
    return not str(data).isascii() and not system.knows_every_sign()


def _synced_by(place: str, system: System) -> str:
    path = system.pure(place)
    for variable in _SYNCED_VARIABLES:
        root = system.environment.get(variable, "")
        if root and path.is_relative_to(system.pure(root)):
            return "OneDrive"
    for part in path.parts:
        name = part.partition(" - ")[0].partition("(")[0].strip().casefold()
        if name in _SYNCED_BY:
            return _SYNCED_BY[name]
    return ""
