"""The municipal system's own files: read and written in its character set, which is a setting of
the courier (文字コード). Inside a sealed file everything is UTF-8.

What the character set cannot write becomes 〓, and a character of the system's own (外字) that the
table does not know too: each stands on the character list (文字リスト) beside the file.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any, Protocol

from app.core.errors import UserError
from app.core.files import write_whole
from app.core.tables import Tables
from app.wire.characters import CHARSETS, UTF_8, Charset, Unmapped, charset_of
from app.wire.codec import Decoder, Encoding, record_maker
from app.wire.files import FileSpec
from app.wire.frame import Frame, layout_in
from app.wire.values import Codes

SETTING = "municipal.charset"
LIST = ".文字リスト.csv"
_BLOCK = 256 * 1024


@dataclass(frozen=True, slots=True)
class ReadPlain:
    """A plain file that was read whole: ``digest`` is SHA-256 of it as it lies there."""

    spec: FileSpec
    frame: Frame | None
    count: int
    digest: str
    unmapped: tuple[Unmapped, ...]


class Readable(Protocol):
    """What sealing reads."""

    def read(self, size: int = -1, /) -> bytes: ...


def read_charset(home: Path, tables: Tables, day: date) -> Charset:
    """The municipal system's character set, UTF-8 where none was set."""
    path = home / SETTING
    return charset_of(tables, path.read_text("ascii").strip(), day) if path.exists() else UTF_8


def set_charset(home: Path, charset_id: str) -> None:
    """Set it. Raises UserError ``courier.charset``."""
    if charset_id not in CHARSETS:
        raise UserError(
            "courier.charset",
            f"文字コード「{charset_id}」は使えません。",
            f"使えるもの：{'、'.join(CHARSETS)}",
        )
    write_whole(home / SETTING, f"{charset_id}\n".encode("ascii"))


def read_plain(path: Path, spec: FileSpec, codes: Codes, charset: Charset) -> ReadPlain:
    """Read a file whole by its layout. Raises FileRefused, OSError."""
    whole = hashlib.sha256()
    with path.open("rb") as source:
        spec = layout_in(spec, source.read(_BLOCK))
        source.seek(0)
        decoder = Decoder(spec, codes, lambda _line, _values: None, charset)
        while block := source.read(_BLOCK):
            whole.update(block)
            decoder.write(block)
    decoder.close()
    found = tuple(decoder.unmapped)
    return ReadPlain(spec, decoder.frame, decoder.count, whole.hexdigest(), found)


def for_sealing(source: IO[bytes], about: ReadPlain, codes: Codes, charset: Charset) -> Readable:
    """The bytes that are sealed: the file itself, or the same records in UTF-8."""
    if charset.writes_all:
        return source
    return Encoding(about.spec, _records(source, about, codes, charset), codes, about.frame)


def _records(source: IO[bytes], about: ReadPlain, codes: Codes, charset: Charset) -> Iterator[Any]:
    """The records of a file that was read before, unless it was changed since: then UserError."""
    rows: list[Sequence[str]] = []
    make, whole = record_maker(about.spec), hashlib.sha256()
    decoder = Decoder(about.spec, codes, lambda _line, values: rows.append(values), charset)
    while block := source.read(_BLOCK):
        whole.update(block)
        decoder.write(block)
        yield from map(make, rows)
        rows.clear()
    decoder.close()
    yield from map(make, rows)
    if whole.hexdigest() != about.digest:
        raise changed(str(source.name))


def for_the_system(
    plain: bytes, spec: FileSpec, codes: Codes, charset: Charset
) -> tuple[bytes, Decoder, tuple[Unmapped, ...]]:
    """A file that came, checked by its layout, in the municipal system's character set. Raises
    FileRefused."""
    rows: list[Sequence[str]] = []
    keep = not charset.writes_all
    decoder = Decoder(spec, codes, lambda _line, values: rows.append(values) if keep else None)
    decoder.write(plain)
    decoder.close()
    if charset.writes_all:
        return plain, decoder, ()
    made = Encoding(spec, map(record_maker(spec), rows), codes, decoder.frame, charset)
    written = made.read()
    return written, decoder, tuple(made.unmapped)


def write_list(path: Path, found: Sequence[Unmapped]) -> Path | None:
    """Put the character list beside a file; None where there is nothing to list. UTF-8 with a mark,
    so that a spreadsheet reads it."""
    if not found:
        return None
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("行", "項目", "文字（Unicode）", "代わりに置いた文字"))
    writer.writerows((one.line, one.column, one.signs, one.put) for one in found)
    target = path.with_name(path.name + LIST)
    write_whole(target, text.getvalue().encode("utf-8-sig"))
    return target


def changed(name: str) -> UserError:
    """The file is another one than that which was confirmed."""
    return UserError(
        "courier.changed",
        f"{name} の内容が、確かめたあとで変わっています。",
        "封をしていません。もう一度はじめから行ってください。",
    )
