"""Records → the bytes of a file, made as they are asked for; what they look like stands in
``app.wire.codec``."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import Any

from app.wire import frame as framing
from app.wire.characters import UTF_8, Charset, Unmapped
from app.wire.checking import Checker
from app.wire.faults import refused
from app.wire.frame import Frame
from app.wire.layout import columns, values_of
from app.wire.spec import FileSpec
from app.wire.values import Codes

_BLOCK = 64 * 1024


class Encoding:
    """The bytes of a file, made while they are read: ``read(size)``; then ``count`` records.

    Every record is checked before it is written, so that no wrong file leaves. A framed file
    needs its ``frame``. What ``charset`` cannot write becomes 〓 and stands in ``unmapped``.
    """

    def __init__(
        self,
        spec: FileSpec,
        records: Iterable[Any],
        codes: Codes,
        frame: Frame | None = None,
        charset: Charset = UTF_8,
    ) -> None:
        if spec.unspecified:
            raise refused(spec, "unspecified", 1)
        if spec.framed != (frame is not None):
            raise ValueError(f"{spec.id}: a framed file has a frame, another one has none")
        self.count = 0
        self.unmapped: list[Unmapped] = []
        self._spec = spec
        self._frame = frame
        self._charset = charset
        self._blocks = self._encode(records, Checker(spec, codes))
        self._held = b""
        self._at = 0  # how much of what is held was read already

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes (all for -1), empty at the end. Raises FileRefused."""
        while size < 0 or len(self._held) - self._at < size:
            block = next(self._blocks, None)
            if block is None:
                break
            self._held, self._at = self._held[self._at :] + block, 0
        end = len(self._held) if size < 0 else self._at + size
        data = self._held[self._at : end]
        self._at += len(data)
        return data

    def _encode(self, records: Iterable[Any], checker: Checker) -> Iterator[bytes]:
        spec = self._spec
        names = [column.name for column in spec.columns]
        readers = {spec.record: values_of(names)}
        digest = hashlib.sha256()
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        if self._frame is not None:
            writer.writerow(framing.head_values(spec, self._frame))
        if names:
            writer.writerow(names)
        for record in records:
            self.count += 1
            made = type(record)
            if made not in readers:
                readers[made] = values_of([column.name for column in columns(made)])
            line = self.count + (2 if self._frame else 1)
            values = checker.check(readers[made](record), line)
            if not self._charset.writes_all:
                values = self._written(values, line)
            writer.writerow(values)
            if text.tell() >= _BLOCK:
                yield self._bytes(text, digest)
        if self._frame is None:
            yield self._bytes(text, digest)
            return
        yield self._bytes(text, digest)
        writer.writerow(framing.trailer_values(self.count, digest.hexdigest()))
        yield self._bytes(text, digest)

    def _bytes(self, text: io.StringIO, digest: Any) -> bytes:
        block = self._charset.encode(text.getvalue())
        digest.update(block)
        text.seek(0)
        text.truncate()
        return block

    def _written(self, values: tuple[str, ...], line: int) -> tuple[str, ...]:
        """The values as the charset has them; what it has not is listed."""
        kept = []
        for at, value in enumerate(values):
            sent, missing = self._charset.written(value)
            column = self._spec.columns[at] if at < len(self._spec.columns) else None
            name = column.name if column else ""
            self.unmapped += [Unmapped(line, name, signs, put) for signs, put in missing]
            kept.append(sent)
        return tuple(kept)
