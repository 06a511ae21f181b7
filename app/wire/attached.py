"""Files that go with a list: the list and what it names, in one stream without compression (a tar
archive, POSIX.1-1988 ``ustar``), so that the other side opens it with what it has.

Nothing is held in memory but the member under way. Whoever reads believes nothing: ordinary files
with plain names only, each once.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from app.wire.refusals import ContainerCause, ContainerRefused

LIST = "list.csv"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.(csv|pdf)")
_BLOCK = tarfile.BLOCKSIZE


class Packing:
    """The members as one source of bytes, read in order (``app.wire.container.Source``)."""

    def __init__(self, members: Iterable[tuple[str, bytes]]) -> None:
        self._blocks = _blocks(members)
        self._held = bytearray()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most ``size``; empty at the end. What a member raises passes."""
        while size < 0 or len(self._held) < size:
            block = next(self._blocks, None)
            if block is None:
                break
            self._held += block
        count = len(self._held) if size < 0 else size
        given = bytes(self._held[:count])
        del self._held[:count]
        return given


def _blocks(members: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    for name, content in members:
        if _NAME.fullmatch(name) is None:
            raise ValueError("no name of a member")
        about = tarfile.TarInfo(name)
        about.size, about.mode = len(content), 0o600
        yield about.tobuf(tarfile.USTAR_FORMAT)
        yield content
        yield bytes(-len(content) % _BLOCK)
    yield bytes(2 * _BLOCK)


def members_of(source: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """Every member in order. Raises ContainerRefused ``container.body`` for anything else than
    ordinary files with plain names."""
    seen: set[str] = set()
    try:
        with tarfile.open(fileobj=source, mode="r|") as archive:
            for one in archive:
                if not one.isreg() or _NAME.fullmatch(one.name) is None or one.name in seen:
                    raise ContainerRefused(ContainerCause.BODY)
                seen.add(one.name)
                content = archive.extractfile(one)
                assert content is not None
                yield one.name, content.read()
    except tarfile.TarError as cause:
        raise ContainerRefused(ContainerCause.BODY) from cause
