"""Records ⇄ bytes of a file (FILE-nn), strictly by layout (SEC-112).

The first line holds the column names; each record follows with every value in double quotes,
in the declared order, ended by a line feed. UTF-8 without a mark at the front. A value may
hold quotes (doubled), line ends and any selector; names are never normalised. A number, an
amount and kana have one form (``app.rules.values``): another spelling of the same value is read
as that. A file with one wrong value is refused whole, with line and column.

In a file of many kinds the first line names the head's columns, and every record is the head
followed by the columns of the body that its ``kind``, ``body`` and ``body_version`` name.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from app.core.errors import EnvironmentFault
from app.wire.files import FileSpec
from app.wire.layout import BodyLayout, Column, columns
from app.wire.values import REASONS, Check, Codes, check_of, mended

_MARK = "\ufeff"  # BOM
_END_MARK = "\x1a"  # Ctrl-Z, which programs of the DOS line still write
_BLOCK = 256 * 1024
_NAMES_BODY = ("kind", "body", "body_version")
_LONGEST_RECORD = 1024 * 1024  # a quote never closed would otherwise hold the rest of the file

_REASONS_OF_FORM = {
    "kind": "この種別は、このファイルでは扱えません",
    "body": "種別に合わない様式の本体が付いています",
    "body_version": "本体の様式の版が、受け取る側の知らない版です",
    "encoding": "UTF-8 として読めません（別の文字コードで保存されています）",
    "bom": "UTF-8 の目印（BOM）が付いています。BOM なしの UTF-8 で保存し直します",
    "end_mark": "古い形式の終端の記号（Ctrl-Z、16進 1A）が付いています",
    "header": "先頭の行の項目名が、取り決めと違います（項目の過不足か順序）",
    "quoting": "引用符の付け方が正しくありません",
    "columns": "項目の数が違います",
    "end": "最後の行が終わっていません",
}


_AGAIN = "ファイル全体を取り込んでいません。作成元に、取り決めどおりに作り直すよう伝えてください。"
_NEWER = (
    "ファイル全体を取り込んでいません。送る側と受け取る側のプログラムの版が違います。"
    "システム管理者に伝え、版をそろえてからもう一度送ってください。"
)
_REMEDIES = {"kind": _NEWER, "body_version": _NEWER}


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
            _REMEDIES.get(reason, _AGAIN),
        )
        self.reason = reason
        self.line = line
        self.column = column.name if column else ""


class Checker:
    """Checks a record's values by the columns of ``spec`` and of the body its head names."""

    def __init__(self, spec: FileSpec, codes: Codes) -> None:
        self._spec = spec
        self._codes = codes
        self._columns: dict[BodyLayout | None, tuple[Column, ...]] = {None: spec.columns}
        self._checks: dict[BodyLayout | None, tuple[tuple[Check, bool], ...]] = {
            None: self._checks_of(spec.columns)
        }
        names = [column.name for column in spec.columns]
        self._named = [names.index(name) for name in _NAMES_BODY] if spec.bodies else []

    def check(self, values: tuple[str, ...], line: int) -> tuple[str, ...]:
        """The values in their normal form. Raises FileRefused for the first wrong one."""
        layout = self.layout_of(values, line) if self._named else None
        if layout is not None and layout not in self._checks:
            self._columns[layout] = columns(layout.record)
            self._checks[layout] = self._checks_of(columns(layout.record))
        checks = self._checks[layout]
        if len(values) != len(checks):
            raise FileRefused(self._spec, "columns", line)
        for value, (check, required) in zip(values, checks, strict=True):
            if check(value) if value else required:
                return self._mended(layout, values, line)
        return values

    def layout_of(self, values: tuple[str, ...], line: int) -> BodyLayout | None:
        """The body that the head names; None where it stands alone. Raises FileRefused:
        ``kind`` (none of this file's), ``body`` (that of another kind, or none where one
        belongs), ``body_version`` (one that is not known here)."""
        if len(values) < len(self._spec.columns):
            raise FileRefused(self._spec, "columns", line)
        kind, body, version = (values[at] for at in self._named)
        known = self._spec.bodies.get(kind)
        if known is None:
            raise self._refused("kind", line, 0)
        if not body and not version and self._spec.bare:
            return None
        same = [layout for layout in known if layout.id == body]
        if not same:
            raise self._refused("body", line, 1)
        for layout in same:
            if str(layout.version) == version:
                return layout
        raise self._refused("body_version", line, 2)

    def _checks_of(self, declared: tuple[Column, ...]) -> tuple[tuple[Check, bool], ...]:
        return tuple((check_of(column, self._codes), column.required) for column in declared)

    def _refused(self, reason: str, line: int, named: int) -> FileRefused:
        return FileRefused(self._spec, reason, line, self._spec.columns[self._named[named]])

    def _mended(
        self, layout: BodyLayout | None, values: tuple[str, ...], line: int
    ) -> tuple[str, ...]:
        """The values with another spelling of a right one in its normal form, or which one is
        wrong and why; looked for again, because it is rare."""
        kept = list(values)
        declared = zip(self._columns[layout], self._checks[layout], strict=True)
        for at, (column, (check, required)) in enumerate(declared):
            if not kept[at] or check(kept[at]):
                kept[at] = mended(column, kept[at]) if kept[at] else ""
                reason = check(kept[at]) if kept[at] else ("required" if required else "")
                if reason:
                    raise FileRefused(self._spec, reason, line, column)
        return tuple(kept)


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
        values_of = {spec.record: attrgetter(*names)}
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(names)
        for record in records:
            self.count += 1
            made = type(record)
            if made not in values_of:
                values_of[made] = attrgetter(*(column.name for column in columns(made)))
            values = values_of[made](record)
            writer.writerow(checker.check(values, self.count + 1))
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
        kept = self._checker.check(values, line)
        self.count += 1
        self._take(line, kept)


def encode_file(spec: FileSpec, records: Iterable[Any], codes: Codes) -> bytes:
    """The bytes of a small file. Raises FileRefused."""
    return Encoding(spec, records, codes).read()


def decode_file(spec: FileSpec, data: bytes, codes: Codes) -> tuple[Any, ...]:
    """The records of a small file, as the spec's dataclasses. Raises FileRefused."""
    records: list[Any] = []
    make = record_maker(spec)
    decoder = Decoder(spec, codes, lambda _, values: records.append(make(values)))
    decoder.write(data)
    decoder.close()
    return tuple(records)


def record_maker(spec: FileSpec) -> Callable[[Iterable[str]], Any]:
    """Makes records from checked values in column order."""
    plain, names = spec.record, [column.name for column in spec.columns]
    if not spec.bodies:
        return lambda values: plain(**dict(zip(names, values, strict=True)))
    made = {(one.id, str(one.version)): one.record for one in spec.layouts}
    at = [names.index(name) for name in _NAMES_BODY[1:]]

    def make(values: Iterable[str]) -> Any:
        given = tuple(values)
        record = made.get((given[at[0]], given[at[1]]), plain)
        return record(**dict(zip((item.name for item in columns(record)), given, strict=True)))

    return make


def record_from(spec: FileSpec, values: Mapping[str, str]) -> Any:
    """A record from its values by name, as a store keeps them. One that was kept before bodies
    had names is the only one there was then: the first of the file."""
    if spec.bodies and "body" not in values:
        kind, layouts = next(iter(spec.bodies.items()))
        first = layouts[0]
        bare = spec.bare and values.get("outcome") != "accepted"
        named = (
            {"body": "", "body_version": ""}
            if bare
            else {"body": first.id, "body_version": str(first.version)}
        )
        values = {"kind": kind, **values, **named}
    made = {(one.id, str(one.version)): one.record for one in spec.layouts}
    record = made.get((values.get("body", ""), values.get("body_version", "")), spec.record)
    return record(
        **{item.name: values[item.name] for item in columns(record) if item.name in values}
    )


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
