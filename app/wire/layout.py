"""How a record's fields are declared: once, as the columns of a frozen dataclass.

All values are text, zero padded where they are numbers; an absent value is the empty string.
``columns(Record)`` gives the ordered declaration from which codec, checks and the interface
book are derived (FILE-nn, SEC-112).

Where one file carries many kinds, its record is the common head, and what a kind has to say is a
subclass of it: the head's columns come first in the line, the body's follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, TypeAlias


class Kind(StrEnum):
    """What a column's text may be."""

    DIGITS = "digits"  # exactly ``width`` digits
    NUMBER = "number"  # a whole number of at most ``width`` digits, yen or counts
    TEXT = "text"  # any characters, at most ``width`` clusters
    KANA = "kana"  # full-width katakana, one full-width space between words
    RESIDENT = "resident"  # 宛名番号, 世帯番号: 15 digits
    RESIDENTS = "residents"  # several of them, joined by a space
    MUNICIPALITY = "municipality"  # 市区町村コード with its check digit
    FACILITY = "facility"  # digits and capital letters
    PAPER = "paper"  # digits, capital letters and hyphens
    PHONE = "phone"  # all digits of a telephone number
    YEN = "yen"  # an amount of 0 or more, without leading zeros
    SIGNED = "signed"  # an amount that may be negative, "-" in front
    YEAR = "year"  # a fiscal year, four digits
    MONTH = "month"  # YYYY-MM
    DAY = "day"  # YYYY-MM-DD, a day of the calendar
    MOMENT = "moment"  # ISO moment with offset
    CODE = "code"  # a value of the code table ``codes``
    FLAG = "flag"  # 0 or 1
    ID = "id"  # an identifier made by a terminal or the union
    JSON = "json"  # canonical JSON
    HEX = "hex"  # exactly ``width`` hexadecimal digits, small
    BYTES = "bytes"  # Base64 of at most ``width`` signs


KIND_NAMES: Mapping[str, str] = {
    Kind.DIGITS: "数字（固定長）",
    Kind.NUMBER: "数（最大桁）",
    Kind.TEXT: "文字（最大字数）",
    Kind.KANA: "全角カタカナ（最大字数）",
    Kind.RESIDENT: "番号（数字15桁、先頭を0で埋める）",
    Kind.RESIDENTS: "番号（数字15桁）を空白で並べる",
    Kind.MUNICIPALITY: "全国地方公共団体コード（検査数字つき6桁）",
    Kind.FACILITY: "番号（数字と英大文字）",
    Kind.PAPER: "番号（数字と英大文字、ハイフン）",
    Kind.PHONE: "電話番号（市外局番からの数字。国外は + と国番号から）",
    Kind.YEN: "金額（円、先頭に0を付けない）",
    Kind.SIGNED: "金額（円、負の額は頭に -）",
    Kind.YEAR: "年度（西暦4桁）",
    Kind.MONTH: "年月 YYYY-MM",
    Kind.DAY: "日 YYYY-MM-DD",
    Kind.MOMENT: "日時 ISO 8601（時差つき）",
    Kind.CODE: "コード",
    Kind.FLAG: "0 / 1",
    Kind.ID: "番号（最大長）",
    Kind.JSON: "構造（JSON）",
    Kind.HEX: "検査値（16進の小文字、固定長）",
    Kind.BYTES: "Base64（最大長）",
}
"""What each kind is called in the interface book and beside a fault."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a file: label for the interface book, kind, width, obligation."""

    name: str
    label: str
    kind: Kind
    width: int
    required: bool = False
    codes: str = ""
    my_number: bool = False  # holds 個人番号


def column(
    label: str,
    kind: Kind,
    width: int = 0,
    *,
    required: bool = False,
    codes: str = "",
    my_number: bool = False,
) -> Any:
    """Declare a record's field; required ones have no default."""
    metadata = {
        "label": label,
        "kind": kind,
        "width": width,
        "required": required,
        "codes": codes,
        "my_number": my_number,
    }
    if required:
        return field(metadata=metadata)
    return field(default="", metadata=metadata)


def values_of(names: Sequence[str]) -> Callable[[Any], tuple[str, ...]]:
    """What reads a record's values of these names, in their order, of one name too."""
    if len(names) != 1:
        read: Callable[[Any], tuple[str, ...]] = attrgetter(*names) if names else lambda _: ()
        return read
    one = attrgetter(names[0])
    return lambda record: (one(record),)


def columns(record: type[Any]) -> tuple[Column, ...]:
    """The record's columns in file order."""
    known = _KNOWN.get(record)
    if known is None:
        known = _KNOWN[record] = tuple(_columns(record))
    return known


_KNOWN: dict[type[Any], tuple[Column, ...]] = {}
"""A record's columns never change; reading them anew for every record would be slow."""


def _columns(record: type[Any]) -> Iterator[Column]:
    for item in fields(record):
        meta = item.metadata
        yield Column(
            name=item.name,
            label=meta["label"],
            kind=meta["kind"],
            width=meta["width"],
            required=meta["required"],
            codes=meta["codes"],
            my_number=meta["my_number"],
        )


@dataclass(frozen=True, slots=True)
class BodyLayout:
    """The layout of a body: ``id`` and ``version`` stand in the head of every line that has it.

    ``record`` is a subclass of the file's head; its own columns are the body.
    """

    id: str
    version: int
    title: str
    record: type[Any]

    def new(self, **values: str) -> Any:
        """A record of this layout: ``values`` by column name, of the head and of the body."""
        return self.record(body=self.id, body_version=str(self.version), **values)

    def own_columns(self, head: type[Any]) -> tuple[Column, ...]:
        """The body's columns, those after ``head``'s."""
        return columns(self.record)[len(columns(head)) :]


Bodies: TypeAlias = Mapping[str, tuple[BodyLayout, ...]]
"""Which bodies may stand under a head, by the kind that the head names; oldest first. Several
versions count side by side; the newest is the one that is written."""
