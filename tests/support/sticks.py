"""Sticks as folders with serials of their own: what the machine's list of media gives in a test."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.sync.media.desk import MediaDesk
from app.sync.media.files import FOLDER, INCOMING
from app.sync.media.port import Attached
from app.sync.media.scan import Verdict
from app.wire.container import ContainerPlace
from app.wire.files import FILES
from tests.support.framed import FRAME, encode_file
from tests.support.line import CODES
from tests.support.parties import Party, container
from tests.support.sendings import sample


@dataclass
class Stick:
    """One stick: a serial and a folder. ``pull`` takes it out, ``put`` in again."""

    serial: str
    mount: Path
    plugged: bool = True
    read_only: bool = False

    @property
    def attached(self) -> Attached:
        return Attached(self.serial, self.mount, "見本メモリ", self.read_only)

    def path(self, folder: str, name: str) -> Path:
        return self.mount / FOLDER / folder / name

    def put_file(self, name: str, data: bytes, folder: str = INCOMING) -> Path:
        path = self.path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def names(self, folder: str = INCOMING) -> list[str]:
        place = self.mount / FOLDER / folder
        return sorted(path.name for path in place.iterdir()) if place.is_dir() else []

    def pull(self) -> None:
        """The stick is out: its mount is empty, as the system leaves it."""
        if self.plugged:
            self.mount.rename(self.mount.with_name(self.mount.name + ".out"))
            self.plugged = False

    def put(self) -> None:
        if not self.plugged:
            self.mount.with_name(self.mount.name + ".out").rename(self.mount)
            self.plugged = True

    def copied_to(self, other: Stick) -> None:
        """A byte copy of everything on this stick onto another one."""
        shutil.copytree(self.mount, other.mount, dirs_exist_ok=True)


@dataclass
class Sticks:
    """The machine's list."""

    sticks: list[Stick] = field(default_factory=list)

    def attached(self) -> tuple[Attached, ...]:
        return tuple(one.attached for one in self.sticks if one.plugged)


class Scanner:
    """Says what a test wants."""

    def __init__(self, *, clean: bool = True) -> None:
        self.clean = clean
        self.seen: list[Path] = []

    def scan(self, path: Path) -> Verdict:
        self.seen.append(path)
        return Verdict(self.clean, "clamdscan")


def stick_in(folder: Path, serial: str = "AA-0001") -> Stick:
    """A fresh stick."""
    mount = folder / f"stick-{serial}"
    mount.mkdir()
    return Stick(serial, mount)


class CourierSide:
    """The other end: seals to the terminal with places that follow each other."""

    def __init__(self, terminal: Party, archive: Party, name: str = "C-152994") -> None:
        self.me = Party(name)
        self.terminal = terminal
        self.archive = archive
        self._places: dict[str, ContainerPlace] = {}
        self.made = 0

    def sealed(
        self, file_id: str = "FILE-03", records: Any = None, edition: int = 1, **other: Any
    ) -> bytes:
        """A container with these records (the sample's by default)."""
        records = sample(file_id) if records is None else records
        plain = encode_file(FILES[file_id], records, CODES, replace(FRAME, edition=edition))
        return self.sealed_plain(file_id, plain, len(records), **other)

    def sealed_plain(self, file_id: str, plain: bytes, count: int, **other: Any) -> bytes:
        stream = file_id.lower()
        place = self._places.get(stream, ContainerPlace(1, 1, ""))
        self.made += 1
        data = container(
            self.me,
            self.terminal,
            self.archive,
            plain,
            file_id=file_id,
            idempotency_id=f"{self.me.name}-1-{self.made:06d}",
            place=place,
            count=count,
            **other,
        )
        digest = hashlib.sha256(data).hexdigest()
        self._places[stream] = ContainerPlace(1, place.sequence + 1, digest)
        return data


def desk_with(*sticks: Stick, scanner: Any = None) -> MediaDesk:
    """A desk of these sticks."""
    return MediaDesk(Sticks(list(sticks)), scanner)
