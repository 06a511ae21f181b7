"""Records ⇄ bytes of a file (FILE-nn), strictly by layout (SEC-112).

The first line holds the column names; each record follows with every value in double quotes,
in the declared order, ended by a line feed. UTF-8 without a mark at the front. A value may
hold quotes (doubled), line ends and any selector; nothing is normalised. A file with one
wrong value is refused whole, with line and column.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

from app.core.errors import EnvironmentFault
from app.wire.files import FileSpec
from app.wire.layout import Column
from app.wire.values import REASONS, Check, Codes, check_of

_MARK = "\ufeff"  # BOM
_END_MARK = "\x1a"  # Ctrl-Z, which programs of the DOS line still write
_BLOCK = 256 * 1024
_LONGEST_RECORD = 1024 * 1024  # a quote never closed would otherwise hold the rest of the file

_REASONS_OF_FORM = {
    "encoding": "UTF-8 として読めません（別の文字コードで保存されています）",
    "bom": "UTF-8 の目印（BOM）が付いています。BOM なしの UTF-8 で保存し直します",
    "end_mark": "古い形式の終端の記号（Ctrl-Z、16進 1A）が付いています",
    "header": "先頭の行の項目名が、取り決めと違います（項目の過不足か順序）",
    "quoting": "引用符の付け方が正しくありません",
    "columns": "項目の数が違います",
    "end": "最後の行が終わっていません",
}


class FileRefused(EnvironmentFault):
    """A file that is not what its layout says; ``file.<reason>``. Nothing of it is taken.

    ``line`` counts from 1 (the line of column names); ``column`` is a column's name or "".
    The value itself is never in the message.
    """

    def __init__(self, spec: FileSpec, reason: str, line: int, column: Column | None = None):
        where = f"{line} 行目" + (f"「{column.label}」" if column else "")
        what = REASONS.get(reason) or _REASONS_OF_FORM[reason]
        super().__init__(
            f"file.{reason}",
            f"{spec.title}（{spec.id}）の{where}: {what}。",
            "ファイル全体を取り込んでいません。作成元に、取り決めどおりに作り直すよう"
            "伝えてください。",
        )
        self.reason = reason
        self.line = line
        self.column = column.name if column else ""


class Checker:
    """Checks a record's values by the columns of ``spec``."""

    def __init__(self, spec: FileSpec, codes: Codes) -> None:
        self._spec = spec
        self._columns = spec.columns
        self._checks: tuple[tuple[Check, bool], ...] = tuple(
            (check_of(column, codes), column.required) for column in self._columns
        )

    def check(self, values: tuple[str, ...], line: int) -> None:
        """Raises FileRefused for the first wrong value."""
        for value, (check, required) in zip(values, self._checks, strict=True):
            if check(value) if value else required:
                raise self._refusal(values, line)

    def _refusal(self, values: tuple[str, ...], line: int) -> FileRefused:
        """Which value was wrong, and why; looked for again, because it is rare."""
        for column, value, (check, required) in zip(
            self._columns, values, self._checks, strict=True
        ):
            reason = check(value) if value else ("required" if required else "")
            if reason:
                return FileRefused(self._spec, reason, line, column)
        raise AssertionError("a value was refused and is right")


class Encoding:
    """The bytes of a file, made while they are read: ``read(size)``; then ``count`` records.

    Every record is checked before it is written, so that no wrong file leaves.
    """

    def __init__(self, spec: FileSpec, records: Iterable[Any], codes: Codes) -> None:
        self.count = 0
        self._blocks = self._encode(spec, records, Checker(spec, codes))
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

    def _encode(self, spec: FileSpec, records: Iterable[Any], checker: Checker) -> Iterator[bytes]:
        names = [column.name for column in spec.columns]
        values_of = attrgetter(*names)
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(names)
        for record in records:
            values = values_of(record)
            self.count += 1
            checker.check(values, self.count + 1)
            writer.writerow(values)
            if text.tell() >= _BLOCK:
                yield text.getvalue().encode("utf-8")
                text.seek(0)
                text.truncate()
        yield text.getvalue().encode("utf-8")


class Decoder:
    """Takes a file's bytes as they come and gives its records on, with bounded memory.

    ``take(line, values)`` gets each record's values in column order, already checked. Call
    ``close`` at the end. ``write`` and ``close`` raise FileRefused; ``count`` is the number
    of records so far.
    """

    def __init__(
        self, spec: FileSpec, codes: Codes, take: Callable[[int, tuple[str, ...]], None]
    ) -> None:
        self.count = 0
        self._spec = spec
        self._names = [column.name for column in spec.columns]
        self._checker = Checker(spec, codes)
        self._take = take
        self._text = codecs.getincrementaldecoder("utf-8")("strict")
        self._held: list[str] = []
        self._held_size = 0
        self._line = 0  # physical lines given to the parser so far
        self._header_seen = False

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        self._held.append(self._decoded(data, final=False))
        self._held_size += len(data)
        if self._held_size >= _BLOCK:
            self._drain(final=False)
        return len(data)

    def close(self) -> None:
        """The end of the file."""
        self._held.append(self._decoded(b"", final=True))
        self._drain(final=True)
        if not self._header_seen:
            raise FileRefused(self._spec, "header", 1)

    def _decoded(self, data: bytes, *, final: bool) -> str:
        try:
            return self._text.decode(data, final)
        except UnicodeDecodeError as cause:
            # What was read well before the wrong byte counts too: the held text and this block's.
            before = sum(text.count("\n") for text in self._held)
            before += cause.object[: cause.start].count(b"\n")
            raise FileRefused(self._spec, "encoding", self._line + before + 1) from cause

    def _drain(self, *, final: bool) -> None:
        """Parse the records that are whole; a record is whole when its quotes are even."""
        whole, rest = _whole_records("".join(self._held))
        self._held, self._held_size = [rest], len(rest)
        self._parse(whole)
        # A quote that is never closed runs on to the end; the fault is where it was opened.
        if len(rest) > _LONGEST_RECORD or (final and "\n" in rest):
            raise FileRefused(self._spec, "quoting", self._line + 1)
        if final and rest:
            reason = "end_mark" if rest.startswith(_END_MARK) else "end"
            raise FileRefused(self._spec, reason, self._line + 1)

    def _parse(self, whole: list[str]) -> None:
        started, before = self._line, 0
        reader = csv.reader(whole, strict=True)
        try:
            for values in reader:
                self._refuse_mark(whole[before], started + before + 1)
                self._one(tuple(values), started + before + 1)
                before = reader.line_num
        except csv.Error as cause:
            self._refuse_mark(whole[before], started + before + 1)
            raise FileRefused(self._spec, "quoting", started + reader.line_num) from cause
        self._line = started + len(whole)

    def _refuse_mark(self, line: str, number: int) -> None:
        """A sign of the editor or of the operating system before a record, called by its name."""
        for mark, reason in ((_MARK, "bom"), (_END_MARK, "end_mark")):
            if line.startswith(mark):
                raise FileRefused(self._spec, reason, number)

    def _one(self, values: tuple[str, ...], line: int) -> None:
        if not self._header_seen:
            if list(values) != self._names:
                raise FileRefused(self._spec, "header", line)
            self._header_seen = True
            return
        if len(values) != len(self._names):
            raise FileRefused(self._spec, "columns", line)
        self._checker.check(values, line)
        self.count += 1
        self._take(line, values)


def encode_file(spec: FileSpec, records: Iterable[Any], codes: Codes) -> bytes:
    """The bytes of a small file. Raises FileRefused."""
    return Encoding(spec, records, codes).read()


def decode_file(spec: FileSpec, data: bytes, codes: Codes) -> tuple[Any, ...]:
    """The records of a small file, as the spec's dataclass. Raises FileRefused."""
    records: list[Any] = []
    decoder = Decoder(spec, codes, lambda _, values: records.append(record_of(spec, values)))
    decoder.write(data)
    decoder.close()
    return tuple(records)


def record_of(spec: FileSpec, values: Iterable[str]) -> Any:
    """The record with these values in column order."""
    names = (column.name for column in spec.columns)
    return spec.record(**dict(zip(names, values, strict=True)))


def _whole_records(text: str) -> tuple[list[str], str]:
    """Physical lines up to the last whole record, and the rest.

    Only the line feed ends a line: NEL and other separators are part of a name's text.
    """
    lines = text.split("\n")
    rest = lines.pop()
    whole, odd = 0, False
    for number, line in enumerate(lines, start=1):
        odd ^= line.count('"') % 2 == 1
        if not odd:
            whole = number
    open_lines = lines[whole:]
    ended = [line + "\n" for line in lines[:whole]]
    return ended, "".join(line + "\n" for line in open_lines) + rest
