"""Records ⇄ bytes of a file (FILE-nn), strictly by layout (SEC-112).

A line of column names, then the records, every value in double quotes, in the declared order,
ended by a line feed; a framed file has a head before and a trailer behind (``app.wire.frame``).
A value may hold quotes (doubled), line ends and any selector; names are never normalised. A
number, an amount and kana have one form (``app.rules.values``): another spelling of the same value
is read as that. A file with one wrong value is refused whole, with all its faults.

In a file of many kinds the line of names holds the head's columns, and every record is the head
followed by the columns of the body that its ``kind``, ``body`` and ``body_version`` name.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, TypeAlias

from app.wire import frame as framing
from app.wire.characters import UTF_8, Charset, Unmapped
from app.wire.checking import Checker, ColumnChecks
from app.wire.encoding import Encoding
from app.wire.faults import KEPT, FileFault, FileRefused
from app.wire.frame import Frame, layout_in
from app.wire.layout import Column, columns
from app.wire.spec import FileSpec
from app.wire.values import Codes, check_of

__all__ = [
    "Decoder",
    "Encoding",
    "FileRefused",
    "decode_file",
    "encode_file",
    "record_from",
    "record_maker",
]

_MARK = "\ufeff"  # BOM
_END_MARK = "\x1a"  # Ctrl-Z, which programs of the DOS line still write
_BLOCK = 64 * 1024
_LONGEST_RECORD = 1024 * 1024  # a quote never closed would otherwise hold the rest of the file
_NAMES_BODY = ("body", "body_version")
# Tab, line feed and carriage return may stand in a text.
_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_LONGEST_TRAILER = 256  # bytes; the trailer is the last line and known only at the end

_RECORD = "\x1e"  # one of ``_CONTROLS``
_RECORD_ENDS = f'","{_RECORD}","'

Take = Callable[[int, Sequence[str]], None]
Block: TypeAlias = list[list[str]]
"""The values of some records, by column."""


class Decoder:
    """Takes a file's bytes as they come and gives its records on, with bounded memory.

    ``take(line, values)`` gets each record's values in column order, already checked, as long as
    nothing was found wrong. Call ``close`` at the end: it raises FileRefused with every fault of
    the file. Where a fault lets nothing behind it be read (a quote out of place) ``write`` raises
    it at once. ``count`` is the number of right records so far, ``frame`` what the head says.
    """

    def __init__(self, spec: FileSpec, codes: Codes, take: Take, charset: Charset = UTF_8) -> None:
        self.count = 0
        self.frame: Frame | None = None
        self.unmapped: list[Unmapped] = []
        self._spec = spec
        self._codes = codes
        self._charset = charset
        self._names = [column.name for column in spec.columns]
        self._checker = Checker(spec, codes)
        # the quick way tells records by the signs between two values
        plain = not spec.bodies and len(self._names) > 1
        self._quick = ColumnChecks(spec, codes) if plain else None
        self._take = take
        self._held: list[bytes] = []
        self._held_size = 0
        self._line = 0  # physical lines read so far
        self._records = 0  # right or wrong
        self._digest = hashlib.sha256()
        self._names_seen = False
        self._ended = False
        self._faults: list[FileFault] = []
        self._found = 0  # faults, those that are not kept included

    def write(self, data: bytes) -> int:
        """Take the next bytes."""
        self._held.append(data)
        self._held_size += len(data)
        if self._held_size >= _BLOCK:
            self._drain()
        return len(data)

    def close(self) -> None:
        """The end of the file."""
        rest = self._drain()
        rest, trailer = self._without_trailer(rest)
        self._rest(rest)
        if not self._names_seen:
            self._note(
                FileFault.at(1, "head" if self._spec.framed and not self.frame else "header")
            )
        elif self._spec.framed:
            self._close_frame(trailer)
        if self._faults:
            raise FileRefused(self._spec, tuple(self._faults), self._found)

    # -- pieces --------------------------------------------------------------------------------

    def _drain(self) -> bytes:
        """Read the records that are whole; what is left is held, and given back."""
        data = b"".join(self._held)
        limit = max(0, len(data) - _LONGEST_TRAILER) if self._spec.framed else len(data)
        cut = data.rfind(b"\n", 0, limit) + 1
        begun = self._begin(data[:cut])
        if begun == cut or not self._at_once(data[begun:cut]):
            cut = max(begun, _whole(data, limit))
            self._piece(data[begun:cut])
        rest = data[cut:]
        self._held, self._held_size = [rest], len(rest)
        if len(rest) > _LONGEST_RECORD:
            # A quote that is never closed runs on; the fault is where it was opened.
            self._rest(rest)
            self._stop(FileFault.at(self._line + 1, "quoting"))
        return rest

    def _without_trailer(self, rest: bytes) -> tuple[bytes, bytes]:
        """What is left at the end, and the trailer that stands in its last line."""
        mark = b'"' + framing.END.encode() + b'",'
        if not self._spec.framed:
            return rest, b""
        start = rest.rfind(b"\n" + mark) + 1
        if start or rest.startswith(mark):
            return rest[:start], rest[start:]
        return rest, b""

    def _rest(self, rest: bytes) -> None:
        """The last records; every way in which a file can end wrongly has its name."""
        cut = _whole(rest, len(rest))
        self._piece(rest[:cut])
        rest = rest[cut:]
        if not rest:
            return
        line = self._line + 1
        if self._unreadable(rest, line):
            return
        text = self._charset.decode(rest)
        if "\n" in text and text.count('"') % 2:
            for number, one in enumerate(text.split("\n")[:-1], start=line):
                self._marked(one, number)
            self._stop(FileFault.at(line, "quoting"))
        self._note(FileFault.at(line, "end_mark" if text.startswith(_END_MARK) else "end"))

    def _close_frame(self, trailer: bytes) -> None:
        """The trailer says that the file is whole."""
        line = self._line + 1
        if not trailer:
            if not self._ended and not self._found:
                self._note(FileFault.at(line, "trailer"))
            return
        try:
            text = self._charset.decode(trailer)
            rows = list(csv.reader(text.split("\n"), strict=True))
        except (csv.Error, UnicodeDecodeError):
            self._note(FileFault.at(line, "trailer"))
            return
        if not text.endswith("\n"):
            self._note(FileFault.at(line, "end"))
        elif text.count("\n") > 1:
            self._note(FileFault.at(line + 1, "after_end"))
        else:
            try:
                framing.check_trailer(
                    self._spec, rows[0], line, self._records, self._digest.hexdigest()
                )
            except FileRefused as wrong:
                self._note(*wrong.faults)

    def _piece(self, data: bytes) -> None:
        """Whole lines in which every quote is closed."""
        data = data[self._begin(data) :]
        if data:
            self._digest.update(data)
            self._one_by_one(data)

    def _begin(self, data: bytes) -> int:
        """Read what stands before the records, where it was not read yet; how many bytes it is."""
        begun = 0
        while not self._names_seen and begun < len(data):
            end = data.find(b"\n", begun) + 1 or len(data)
            self._digest.update(data[begun:end])
            self._first_lines(data[begun:end])
            begun = end
        return begun

    def _first_lines(self, data: bytes) -> None:
        """The head, and the line of names. Raises FileRefused: without them nothing is known."""
        number = self._line + 1
        if self._unreadable(data, number):
            self._stop()
        text = self._charset.decode(data)
        if self._marked(text, number):
            self._stop()
        try:
            (values,) = list(csv.reader([text], strict=True)) or [[]]
        except csv.Error:
            self._stop(FileFault.at(number, "quoting"))
        if self._spec.framed and self.frame is None:
            try:
                self.frame = framing.read_head(self._spec, values, self._rule)
            except FileRefused as wrong:
                self._stop(*wrong.faults)
            if self._spec.unspecified:
                self._stop(FileFault.at(number, "unspecified"))
        elif values != self._names:
            self._stop(FileFault.at(number, "header"))
        else:
            self._names_seen = True
        self._line = number

    def _rule(self, column: Column, value: str) -> str:
        return check_of(column, self._codes)(value)

    # -- records -------------------------------------------------------------------------------

    def _at_once(self, data: bytes) -> bool:
        """Read lines a column at a time. False, and nothing done, where something in them needs
        reading sign by sign: a sign of control, a wrong number of fields, a quote out of place."""
        if self._quick is None or data[:1] != b'"' or data[-2:] != b'"\n':
            return False
        if len(data.translate(None, _CONTROLS)) != len(data):
            return False
        try:
            text = self._charset.decode(data)
        except UnicodeDecodeError:
            return False
        if self._charset.has_own(text):
            return False
        block = _columns_in(text, self._quick.texts)
        if block is None:
            return False
        doubtful = self._quick.doubtful(block)
        if any('"' in "".join(block[at]) for at in doubtful if not self._quick.texts[at]):
            return False
        self._digest.update(data)
        lines = _line_numbers(self._line + 1, block, data.count(b"\n"))
        if doubtful:
            self._look_at(doubtful, block, lines)
        count = len(block[0])
        self._records += count
        self._line += data.count(b"\n")
        if not self._found:
            self.count += count
            take = self._take
            for line, values in zip(lines, zip(*block, strict=True), strict=True):
                take(line, values)
        return True

    def _look_at(self, doubtful: list[int], block: Block, lines: Sequence[int]) -> None:
        """Each value of the columns that were not found right as a whole."""
        found = []
        for at in doubtful:
            column, values = self._spec.columns[at], block[at]
            for number, (line, value) in enumerate(zip(lines, values, strict=True)):
                values[number], rule = self._checker.one(at, value)
                if rule:
                    found.append(FileFault.at(line, rule, column))
        self._note(*sorted(found, key=lambda fault: fault.line))

    def _one_by_one(self, data: bytes) -> None:
        """Read a piece record by record, each fault with its place."""
        before = self._line
        try:
            text, lossy = self._charset.decode(data), False
        except UnicodeDecodeError:
            text, lossy = self._charset.lossy(data), True
        lines = text.split("\n")
        lines.pop()
        reader = csv.reader((line + "\n" for line in lines), strict=True)
        read = 0
        try:
            for values in reader:
                number = before + read + 1
                physical = lines[read : reader.line_num]
                read = reader.line_num
                if lossy and self._lossy_lines(physical, number):
                    self._records += 1
                elif not self._marked(physical[0], number):
                    self._one(values, number)
        except csv.Error:
            number = before + reader.line_num
            first, physical = before + read + 1, lines[read : reader.line_num]
            named = (lossy and self._lossy_lines(physical, first)) or self._marked(
                physical[0], first
            )
            self._stop(*(() if named else (FileFault.at(number, "quoting"),)))
        self._line = before + len(lines)

    def _one(self, values: list[str], line: int) -> None:
        if self._ended:
            return
        if self._spec.framed and values and values[0] == framing.END:
            # A trailer is the last line; here something stands behind it.
            self._ended = True
            self._note(FileFault.at(line + 1, "after_end"))
            return
        self._records += 1
        faults: list[FileFault] = []
        kept = self._checker.examine(self._read(values, line), line, faults)
        self._note(*faults)
        if not self._found:
            self.count += 1
            self._take(line, kept)

    def _read(self, values: list[str], line: int) -> list[str]:
        """The values with the peer's own characters as we keep them; what has none is listed."""
        if self._charset.writes_all:
            return values
        kept = []
        for at, value in enumerate(values):
            read, missing = self._charset.read(value)
            name = self._names[at] if at < len(self._names) else ""
            self.unmapped += [Unmapped(line, name, signs, put) for signs, put in missing]
            kept.append(read)
        return kept

    # -- faults --------------------------------------------------------------------------------

    def _note(self, *faults: FileFault) -> None:
        self._found += len(faults)
        self._faults += faults[: KEPT - len(self._faults)]

    def _stop(self, *faults: FileFault) -> Any:
        """Nothing behind this can be read with certainty."""
        self._note(*faults)
        raise FileRefused(self._spec, tuple(self._faults), self._found)

    def _marked(self, line: str, number: int) -> bool:
        """A sign of the editor or of the operating system before a record, called by its name."""
        for mark, rule in ((_MARK, "bom"), (_END_MARK, "end_mark")):
            if line.startswith(mark):
                self._note(FileFault.at(number, rule))
                return True
        return False

    def _unreadable(self, data: bytes, first: int) -> bool:
        """Note the lines that are no text of the charset; whether there are any."""
        try:
            self._charset.decode(data)
        except UnicodeDecodeError:
            return self._lossy_lines(self._charset.lossy(data).split("\n"), first)
        return False

    def _lossy_lines(self, lines: Sequence[str], first: int) -> bool:
        wrong = [number for number, line in enumerate(lines, start=first) if _has_surrogate(line)]
        self._note(*(FileFault.at(number, "encoding") for number in wrong))
        return bool(wrong)


def _whole(data: bytes, limit: int) -> int:
    """Where the last line feed before ``limit`` ends that lies outside of every value."""
    cut = data.rfind(b"\n", 0, limit) + 1
    odd = data.count(b'"', 0, cut) % 2
    while cut and odd:
        earlier = data.rfind(b"\n", 0, cut - 1) + 1
        odd = (odd + data.count(b'"', earlier, cut)) % 2
        cut = earlier
    return cut


def _columns_in(text: str, texts: Sequence[bool]) -> Block | None:
    """The values of whole lines without a sign of control, by column; ``texts`` tells for each
    column whether it may hold quotes. None for what only reading sign by sign can tell.

    Every quote belongs to the ends of the text, to one of the separators at which it is split, or
    stands doubled in a value of a text: then splitting is the same as reading. So None where one
    stands alone in a text; in any other column a quote is the caller's to find. ``_RECORD`` is a
    sign of control, and as many were put as there are ends of records: they are where the columns
    say that they are, and nowhere else.
    """
    width, inner = len(texts), text[1:-2]
    marked = inner.replace('"\n"', _RECORD_ENDS)
    put, split = (len(marked) - len(inner)) // (len(_RECORD_ENDS) - 3), marked.split('","')
    ends = split[width :: width + 1]
    count = len(ends) + 1
    if len(split) != count * (width + 1) - 1 or not ends.count(_RECORD) == put == count - 1:
        return None
    block = [split[at :: width + 1] for at in range(width)]
    for values, may in zip(block, texts, strict=True):
        if may and '"' in "".join(values) and not _undouble(values):
            return None
    return block


def _undouble(values: list[str]) -> bool:
    """Write doubled quotes as one each. False where a quote stands alone."""
    for at, value in enumerate(values):
        if '"' in value:
            if '"' in value.replace('""', ""):
                return False
            values[at] = value.replace('""', '"')
    return True


def _line_numbers(first: int, block: Block, feeds: int) -> Sequence[int]:
    """The physical line on which each record begins; ``feeds`` are all line feeds, those between
    quotes too."""
    count = len(block[0])
    if feeds == count:
        return range(first, first + count)
    longer = (sum(value.count("\n") for value in values) for values in zip(*block, strict=True))
    before = accumulate(longer, initial=0)
    return [first + at + more for at, more in zip(range(count), before, strict=False)]


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in text)


def encode_file(
    spec: FileSpec,
    records: Iterable[Any],
    codes: Codes,
    frame: Frame | None = None,
    charset: Charset = UTF_8,
) -> bytes:
    """The bytes of a small file. Raises FileRefused."""
    return Encoding(spec, records, codes, frame, charset).read()


def decode_file(spec: FileSpec, data: bytes, codes: Codes) -> tuple[Any, ...]:
    """The records of a small file, as the spec's dataclasses; of an older version, which the
    file's own head tells, as the newest. Raises FileRefused."""
    records: list[Any] = []
    said = layout_in(spec, data)
    make = record_maker(said)
    decoder = Decoder(said, codes, lambda _, values: records.append(spec.lifted(make(values))))
    decoder.write(data)
    decoder.close()
    return tuple(records)


def record_maker(spec: FileSpec) -> Callable[[Iterable[str]], Any]:
    """Makes records from checked values in column order."""
    plain, names = spec.record, [column.name for column in spec.columns]
    if not spec.bodies:
        return lambda values: plain(**dict(zip(names, values, strict=True)))
    made = {(one.id, str(one.version)): one.record for one in spec.layouts}
    at = [names.index(name) for name in _NAMES_BODY]

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
