"""Is anything of these texts on disk? Reads every byte of every file under given folders."""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932")
"""How a text of ours could lie on disk; UTF-8 also covers what ASCII writes."""

SHORTEST = 4
"""Bytes below which a pattern would be found by chance in random bytes."""


@dataclass(frozen=True)
class Finding:
    """A text found in clear: where, and in which encoding."""

    file: Path
    text: str
    encoding: str
    offset: int


def scan(folders: Iterable[Path], texts: Iterable[str]) -> list[Finding]:
    """Every text found in any file below ``folders``, sockets and links aside.

    A text that an encoding cannot write is not looked for in it. Raises ``ValueError`` for a
    text too short to be told from chance, and for a folder that is not there: a scan of
    nothing would find nothing.
    """
    patterns = _patterns(texts)
    found: list[Finding] = []
    for folder in folders:
        if not folder.is_dir():
            raise ValueError(f"no such folder: {folder}")
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink() and file.stat().st_size:
                found += _scan_file(file, patterns)
    return found


def _patterns(texts: Iterable[str]) -> list[tuple[str, str, bytes]]:
    patterns = []
    for text in texts:
        for encoding in ENCODINGS:
            try:
                pattern = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            if len(pattern) < SHORTEST:
                raise ValueError(f"too short to look for: {text!r}")
            patterns.append((text, encoding, pattern))
    return patterns


def _scan_file(file: Path, patterns: list[tuple[str, str, bytes]]) -> list[Finding]:
    with file.open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as view:
        hits = ((text, encoding, view.find(pattern)) for text, encoding, pattern in patterns)
        return [Finding(file, text, encoding, at) for text, encoding, at in hits if at >= 0]
