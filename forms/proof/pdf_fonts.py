"""The fonts inside a PDF, read from its objects by our own few lines (not by what wrote them).

Reads the plain structure that this house writes: one cross reference table, no object streams,
Flate and ASCII85 filters. Anything else is refused, which fails the proof.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_SPACE = re.compile(rb"(?:[\s\x00]|%[^\r\n]*)*")
_TOKEN = re.compile(rb"<<|>>|\[|\]|/[^\s<>\[\]()/%{}]*|<[0-9A-Fa-f\s]*>|[^\s<>\[\]()/%{}]+")
_REFERENCE = re.compile(rb"(\d+)\s+(\d+)\s+R\b")
_FONT = re.compile(rb"/Type\s*/Font\b")
_ROOT = re.compile(rb"/Root\s+(\d+)\s+\d+\s+R")
_BLOCK = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_ENTRY = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")


class UnreadablePdfError(Exception):
    """The file is not built as expected; the text says where."""


@dataclass(frozen=True, slots=True)
class Reference:
    """``12 0 R``."""

    number: int


@dataclass(frozen=True, slots=True)
class FontInPdf:
    """One font of the document. ``program`` is None when it is not embedded.

    ``glyphs`` gives the glyph in the program for every code that has a text in ``texts``.
    """

    name: str
    program: bytes | None
    texts: dict[int, str]
    glyphs: dict[int, int]


class PdfObjects:
    """The numbered objects of a file."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._parsed: dict[int, Any] = {}
        self._places = dict(self._read_places())

    def fonts(self) -> Iterator[FontInPdf]:
        """All fonts; one that is not an embedded Type 0 font comes without a program."""
        for number in self._places:
            if not _FONT.search(self._raw(number)):
                continue
            entry = self.get(Reference(number))
            if not isinstance(entry, dict) or entry.get("Type") != "/Font":
                continue
            if entry.get("Subtype") == "/Type0":
                yield self._composite_font(entry)
            elif entry.get("Subtype") != "/CIDFontType2":
                yield FontInPdf(str(entry.get("BaseFont", "?"))[1:], None, {}, {})

    def pages(self) -> list[Any]:
        """The pages in order, as the catalogue names them."""
        root = _ROOT.search(self._content)
        if root is None:
            raise UnreadablePdfError("Root")
        catalogue = self.get(Reference(int(root[1])))
        return [self.get(page) for page in self.get(self.get(catalogue["Pages"])["Kids"])]

    def _raw(self, number: int) -> bytes:
        """The bytes of an object without its stream's content."""
        place = self._places[number]
        end = self._content.find(b"endobj", place)
        stream = self._content.find(b"stream", place, end)
        return self._content[place : end if stream < 0 else stream]

    def font(self, reference: Any) -> FontInPdf:
        """The font behind a reference of a page's resources."""
        entry = self.get(reference)
        if not isinstance(entry, dict) or entry.get("Subtype") != "/Type0":
            return FontInPdf(str(reference), None, {}, {})
        return self._composite_font(entry)

    def get(self, value: Any) -> Any:
        """The object itself, if ``value`` is a reference; a stream comes as (dict, bytes)."""
        if not isinstance(value, Reference):
            return value
        if value.number not in self._parsed:
            self._parsed[value.number] = self._read(value)
        return self._parsed[value.number]

    def _read(self, value: Reference) -> Any:
        place = self._places.get(value.number)
        if place is None:
            raise UnreadablePdfError(f"object {value.number}")
        header = re.compile(rb"\s*\d+\s+\d+\s+obj").match(self._content, place)
        if header is None:
            raise UnreadablePdfError(f"object {value.number}")
        parsed, end = self._parse(header.end())
        stream = re.compile(rb"\s*stream\r?\n").match(self._content, end)
        if stream is None:
            return parsed
        length = int(self.get(parsed["Length"]))
        return parsed, self._content[stream.end() : stream.end() + length]

    def stream(self, value: Any) -> bytes:
        """The content of a stream object, its filters undone."""
        entry = self.get(value)
        if not isinstance(entry, tuple):
            raise UnreadablePdfError("stream")
        head, content = entry
        filters = head.get("Filter", [])
        for name in filters if isinstance(filters, list) else [filters]:
            if name == "/ASCII85Decode":
                content = base64.a85decode(content.strip().removesuffix(b"~>"))
            elif name == "/FlateDecode":
                content = zlib.decompress(content)
            else:
                raise UnreadablePdfError(str(name))
        return bytes(content)

    def _composite_font(self, entry: dict[str, Any]) -> FontInPdf:
        name = str(entry["BaseFont"])[1:]
        descendant = self.get(self.get(entry["DescendantFonts"])[0])
        descriptor = self.get(descendant.get("FontDescriptor"))
        if not isinstance(descriptor, dict) or "FontFile2" not in descriptor:
            return FontInPdf(name, None, {}, {})
        to_glyph = self.stream(descendant["CIDToGIDMap"])
        glyphs = struct.unpack(f">{len(to_glyph) // 2}H", to_glyph)
        texts = {
            int(code, 16): bytes.fromhex(text.decode("ascii")).decode("utf-16-be")
            for block in _BLOCK.findall(self.stream(entry["ToUnicode"]))
            for code, text in _ENTRY.findall(block)
        }
        return FontInPdf(
            name,
            self.stream(descriptor["FontFile2"]),
            texts,
            {code: glyphs[code] for code in texts if code < len(glyphs)},
        )

    def _read_places(self) -> Iterator[tuple[int, int]]:
        start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", self._content)
        if start is None:
            raise UnreadablePdfError("startxref")
        lines = iter(self._content[int(start[1]) :].splitlines())
        if next(lines, b"").strip() != b"xref":
            raise UnreadablePdfError("xref")
        for line in lines:
            section = line.split()
            if len(section) != 2:
                return
            first, count = int(section[0]), int(section[1])
            for number in range(first, first + count):
                place, _, kind = next(lines).split()[:3]
                if kind == b"n":
                    yield number, int(place)

    def _parse(self, at: int) -> tuple[Any, int]:
        at = self._skip(at)
        if self._content[at : at + 1] == b"(":
            return self._parse_string(at)
        reference = _REFERENCE.match(self._content, at)
        if reference is not None:
            return Reference(int(reference[1])), reference.end()
        token = _TOKEN.match(self._content, at)
        if token is None:
            raise UnreadablePdfError(f"byte {at}")
        if token[0] == b"<<":
            return self._parse_dictionary(token.end())
        if token[0] == b"[":
            return self._parse_array(token.end())
        return token[0].decode("latin-1"), token.end()

    def _parse_dictionary(self, at: int) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        while True:
            at = self._skip(at)
            if self._content.startswith(b">>", at):
                return found, at + 2
            key, at = self._parse(at)
            found[str(key)[1:]], at = self._parse(at)

    def _parse_array(self, at: int) -> tuple[list[Any], int]:
        found: list[Any] = []
        while True:
            at = self._skip(at)
            if self._content.startswith(b"]", at):
                return found, at + 1
            value, at = self._parse(at)
            found.append(value)

    def _parse_string(self, at: int) -> tuple[bytes, int]:
        depth, place = 0, at
        while place < len(self._content):
            sign = self._content[place : place + 1]
            place += 2 if sign == b"\\" else 1
            depth += {b"(": 1, b")": -1}.get(sign, 0)
            if depth == 0:
                return self._content[at + 1 : place - 1], place
        raise UnreadablePdfError(f"string at byte {at}")

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._content, at)
        return at if found is None else found.end()
