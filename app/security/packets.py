"""Packets on disk (封をした資料): one file of the age format, sealed under words that are shown
once to whoever makes it. Any age program opens it; ``madoguchi open-packet`` proves it too."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pyrage

from app.core.errors import EnvironmentFault, UserError
from app.core.files import whole_file, write_fault
from app.core.packet import Packet, read_packet

SUFFIX = ".zip.age"
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Signs that nobody takes for another; 20 of them are 99 bits."""


@dataclass(frozen=True, slots=True)
class SealedPacket:
    """Where it lies and the words that open it."""

    path: Path
    words: str = field(repr=False)


def check_folder(folder: Path, name: str) -> Path:
    """The file that ``name`` will be in ``folder``. Raises UserError ``packet.folder``,
    ``packet.exists`` before anything is gathered."""
    if not folder.is_dir():
        raise UserError(
            "packet.folder",
            f"保存先のフォルダー {folder} がありません。",
            "あるフォルダーを入れてください。まだ何も作っていません。",
            field="folder",
        )
    path = folder / f"{name}{SUFFIX}"
    if path.exists():
        raise UserError(
            "packet.exists",
            f"{path.name} は、すでにあります。前のファイルは変えていません。",
            "別のフォルダーを指定するか、1分待ってやり直してください。",
            field="folder",
        )
    return path


def write_packet(path: Path, packet: Packet) -> SealedPacket:
    """Seal and write it, whole or not at all. Raises EnvironmentFault ``disk.*``."""
    signs = [secrets.choice(_SIGNS) for _ in range(20)]
    words = "-".join("".join(signs[at : at + 5]) for at in range(0, 20, 5))
    sealed = bytes(pyrage.passphrase.encrypt(packet.as_zip(), words))
    with whole_file(path) as out:
        out(sealed)
    return SealedPacket(path, words)


def open_packet(path: Path, words: str) -> Packet:
    """Raises EnvironmentFault ``packet.unreadable``, ``packet.damaged``; UserError
    ``packet.words`` for words that do not open it."""
    try:
        sealed = path.read_bytes()
    except OSError as cause:
        raise EnvironmentFault(
            "packet.unreadable",
            f"{path} を読めません。",
            "ファイルの場所を確かめてください。",
        ) from cause
    try:
        plain = bytes(pyrage.passphrase.decrypt(sealed, words.strip().lower()))
    except (pyrage.DecryptError, ValueError) as cause:
        raise UserError(
            "packet.words",
            "この合言葉では開けません。",
            "作ったときに出た合言葉（4組20字）と、ファイルを確かめてください。",
        ) from cause
    return read_packet(plain)


def lay_out(packet: Packet, folder: Path) -> None:
    """The packet's files in a new folder. Raises UserError ``packet.exists``, EnvironmentFault
    ``disk.*``."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError as cause:
        raise UserError(
            "packet.exists",
            f"{folder} は、すでにあります。",
            "まだないフォルダーの名前を指定してください。",
        ) from cause
    except OSError as cause:
        raise write_fault(cause) from cause
    for name, content in packet.files.items():
        with whole_file(folder / name) as out:
            out(content)
