"""Character sets of the peers: UTF-8, and the Shift_JIS family for municipal systems that need it.

What a character set cannot write becomes 〓 and a line on the character list (文字リスト), never
silence: a base with its selector is one character, so a variant that cannot be written is one too.
Reading, the same holds for a character of the peer's own (外字), which no Unicode character is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.core.tables import Tables

GETA = "〓"
"""What stands for a character that cannot be written; it is on every list of characters too."""

_OWN = re.compile("[\ue000-\uf8ff]")
_VARIATION = ("\ufe00", "\ufe0f", "\U000e0100", "\U000e01ef")


@dataclass(frozen=True, slots=True)
class Unmapped:
    """One character that could not be written or read as it is: line and column of the file, its
    code points (U+XXXX …), and what stands in its place."""

    line: int
    column: str
    signs: str
    put: str


@dataclass(frozen=True, slots=True)
class Charset:
    """One way of writing text as bytes. ``codec`` is Python's name for it; ``table`` says for a
    character of Unicode which other one stands in its place (a row of ``wire_characters``), and
    whether that is the same character (nobody is told) or a reduced one (on the list). ``own``
    says the same of the peer's own characters (外字, private use) when they are read."""

    id: str
    title: str
    codec: str
    writes_all: bool
    table: Mapping[str, tuple[str, bool]]
    own: Mapping[str, tuple[str, bool]] = field(default_factory=dict)

    def encode(self, text: str) -> bytes:
        """The bytes of a text that was ``written`` before."""
        return text.encode(self.codec)

    def decode(self, data: bytes) -> str:
        """The text of bytes. Raises UnicodeDecodeError."""
        return data.decode(self.codec)

    def lossy(self, data: bytes) -> str:
        """The text of bytes, a wrong byte as half of a surrogate pair: to name its line."""
        return data.decode(self.codec, "surrogateescape")

    def written(self, value: str) -> tuple[str, list[tuple[str, str]]]:
        """A value as it can be written, and (code points, what stands instead) of each
        character that is not written as it is."""
        if self.writes_all or self._can(value):
            return value, []
        kept, listed = [], []
        for cluster in _clusters(value):
            put, same = self._one(cluster)
            kept.append(put)
            if not same:
                listed.append((code_points(cluster), put))
        return "".join(kept), listed

    def has_own(self, text: str) -> bool:
        """Whether a character of the peer's own stands in a text that was read."""
        return not self.writes_all and _OWN.search(text) is not None

    def read(self, value: str) -> tuple[str, list[tuple[str, str]]]:
        """A value that was read as we keep it, and (code points, what stands instead) of each
        character that is not kept as it was."""
        if not self.has_own(value):
            return value, []
        kept, listed = [], []
        for sign in value:
            put, same = self.own.get(sign, (GETA, False)) if _OWN.match(sign) else (sign, True)
            kept.append(put)
            if not same:
                listed.append((code_points(sign), put))
        return "".join(kept), listed

    def _can(self, text: str) -> bool:
        try:
            text.encode(self.codec)
        except UnicodeEncodeError:
            return False
        return True

    def _one(self, cluster: str) -> tuple[str, bool]:
        found = self.table.get(cluster)
        if found is not None:
            return found
        return (cluster, True) if self._can(cluster) else (GETA, False)


UTF_8 = Charset("utf-8", "UTF-8", "utf-8", True, {})

CHARSETS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "cp932": "Shift_JIS（Windows-31J）",
    "shift_jis_2004": "Shift_JIS-2004（JIS X 0213）",
}
"""The character sets that a municipal system may have: Python's name and the title."""


def charset_of(tables: Tables, charset_id: str, day: date) -> Charset:
    """The charset of a peer with its table as it holds on a day. Raises KeyError for an id that
    is none of ``CHARSETS``."""
    title = CHARSETS[charset_id]
    if charset_id == UTF_8.id:
        return UTF_8
    rows = [row for row in tables["wire_characters"].rows(day) if row.text("charset") == charset_id]
    written = {
        row.text("signs"): (row.text("put"), row.flag("same"))
        for row in rows
        if row.text("way") == "write"
    }
    own = {
        row.text("signs"): (row.text("put"), row.flag("same"))
        for row in rows
        if row.text("way") == "read"
    }
    return Charset(charset_id, title, charset_id, False, written, own)


def code_points(text: str) -> str:
    """How a character is named on a list."""
    return " ".join(f"U+{ord(sign):04X}" for sign in text)


def _clusters(text: str) -> list[str]:
    """A base with its marks and selectors is one."""
    found: list[str] = []
    for sign in text:
        if found and _follows(sign):
            found[-1] += sign
        else:
            found.append(sign)
    return found


def _follows(sign: str) -> bool:
    low, high, first, last = _VARIATION
    if low <= sign <= high or first <= sign <= last:
        return True
    return unicodedata.combining(sign) != 0
