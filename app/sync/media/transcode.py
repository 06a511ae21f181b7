"""From a file that came to a file that goes: decoded, checked, encoded anew and sealed, in one
stream. Nothing plain touches a disk, and the memory is that of a few hundred records.

Decoding pushes and sealing pulls, so the decoding runs in a thread of its own and hands blocks of
records over.
"""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from app.sync.media.drawn import Drawn
from app.wire.characters import UTF_8, Charset, Unmapped
from app.wire.codec import Decoder, Encoding, record_maker
from app.wire.container import BodyFacts, Sink, seal_body
from app.wire.files import FileSpec
from app.wire.frame import Frame
from app.wire.values import Codes

Feed = Callable[[Sink], object]
"""Writes the plain bytes of a file into what it is given."""

_Block: TypeAlias = "list[Sequence[str]] | BaseException | None"
_BLOCK = 500
_AHEAD = 8
_PATIENCE = 0.2


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it comes: its declaration, what gives its bytes, the codes that hold, its
    character set; ``passed`` is told how many records went through, and may stop it by raising."""

    spec: FileSpec
    feed: Feed
    codes: Codes
    charset: Charset = UTF_8
    passed: Callable[[int], None] = lambda _count: None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file sealed anew as ``file_id`` in ``version`` of its layout. ``read`` counts the records
    that came, ``count`` those that go; ``frame`` is what its head says, where it has one;
    ``unmapped`` are the characters that could not be kept as they came, ``drawn`` some records
    with their places."""

    facts: BodyFacts
    body: bytes
    count: int
    read: int
    version: int
    frame: Frame | None
    file_id: str
    unmapped: tuple[Unmapped, ...] = ()
    drawn: tuple[tuple[int, Any], ...] = ()


def transcode(
    source: Source,
    receiver: str,
    archive: str,
    *,
    target: FileSpec | None = None,
    keep: Callable[[Any], Any | None] = lambda record: record,
) -> Sealed:
    """Seal what ``source`` gives to ``receiver`` and ``archive``, as ``target`` (the same file by
    default). ``keep`` gives each record as it goes, None for one that stays behind.

    Raises FileRefused for the first value against the layout, and what its feed raises.
    """
    stream = _Records(source)
    try:
        drawn = Drawn()
        going = drawn.passing(kept for record in stream if (kept := keep(record)) is not None)
        frame = stream.frame()
        going_as = target or source.spec
        encoding, body = Encoding(going_as, going, source.codes, frame), io.BytesIO()
        facts = seal_body(encoding, body, receiver, archive)
        return Sealed(
            facts,
            body.getvalue(),
            encoding.count,
            stream.read,
            going_as.version,
            frame,
            going_as.id,
            stream.unmapped,
            drawn.records(),
        )
    finally:
        stream.stop()


class _Records:
    """The records of a file that is decoded in another thread."""

    def __init__(self, source: Source) -> None:
        self.read = 0
        self._passed = source.passed
        self._make = record_maker(source.spec)
        self._blocks: queue.Queue[_Block] = queue.Queue(_AHEAD)
        self._first: list[_Block] = []
        self._stopped = threading.Event()
        self._held: list[Sequence[str]] = []
        self._decoder = Decoder(source.spec, source.codes, self._take, source.charset)
        self._thread = threading.Thread(target=self._run, args=(source.feed,), daemon=True)
        self._thread.start()

    def frame(self) -> Frame | None:
        """What the head says: known once the first records are. Raises what reading raised."""
        first = self._blocks.get()
        if isinstance(first, BaseException):
            raise first
        self._first = [first]
        return self._decoder.frame

    @property
    def unmapped(self) -> tuple[Unmapped, ...]:
        """The characters that could not be kept, once everything is read."""
        return tuple(self._decoder.unmapped)

    def __iter__(self) -> Iterator[Any]:
        while True:
            block = self._first.pop() if self._first else self._blocks.get()
            if block is None:
                return
            if isinstance(block, BaseException):
                raise block
            self.read += len(block)
            self._passed(self.read)
            for values in block:
                yield self._make(values)

    def stop(self) -> None:
        """Nobody asks any more; the thread ends before this returns."""
        self._stopped.set()
        self._thread.join()

    def _run(self, feed: Feed) -> None:
        try:
            feed(self._decoder)
            self._decoder.close()
            if self._held:
                self._put(self._held)
            self._put(None)
        except _Stopped:
            return
        except BaseException as problem:  # handed to who reads, whatever it is
            self._put(problem)

    def _take(self, _line: int, values: Sequence[str]) -> None:
        self._held.append(values)
        if len(self._held) == _BLOCK:
            block, self._held = self._held, []
            self._put(block)

    def _put(self, block: _Block) -> None:
        while True:
            try:
                self._blocks.put(block, timeout=_PATIENCE)
                return
            except queue.Full:
                if self._stopped.is_set():
                    if isinstance(block, BaseException):
                        return
                    raise _Stopped from None


class _Stopped(Exception):
    """The reader has gone away."""
