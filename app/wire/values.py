"""What one value of a file may be, by its column's declaration (SEC-112)."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import TypeAlias

from app.core.canon import canonical_json
from app.core.errors import UserError
from app.core.signs import SPACES, UNSEEN, spaced
from app.core.tables import Tables
from app.core.text import join_kana
from app.rules import identifiers
from app.rules.values import amounts, names, numbers
from app.wire.beyond import BEYOND
from app.wire.files import FILES
from app.wire.layout import Column, Kind
from app.wire.protocol import is_id

Codes: TypeAlias = Mapping[str, Collection[str]]
"""The codes that hold, by the name of their table."""

Check: TypeAlias = Callable[[str], str]
"""Why a value that is not empty is refused (a key of ``app.wire.faults.RULES``), or ""."""

_LONG_NUMBER = re.compile(r"[0-9]{11}")
# Tab, line feed and carriage return may stand in a text; they are quoted.
# Half of a pair (surrogate) is no character: UTF-8 has no bytes for it.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SEEN = re.compile(f"[^{re.escape(SPACES + UNSEEN)}]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:[+-][0-9]{2}:[0-9]{2}|Z)"
)


def code_sets(tables: Tables, day: date) -> dict[str, frozenset[str]]:
    """The codes of every table that a file's column names, as they hold on ``day``.

    Raises KeyError for a table that is not there: a mistake of ours, found by the tests.
    """
    named = {
        column.codes
        for spec in (*FILES.values(), *BEYOND.values())
        for column in spec.all_columns
        if column.codes
    }
    return {name: frozenset(str(code) for code in tables[name].codes(day)) for name in named}


def clusters(text: str) -> int:
    """How many characters a reader sees: a base with its marks and selectors is one."""
    return sum(1 for sign in text if unicodedata.category(sign) not in ("Mn", "Mc", "Me", "Cf"))


def check_of(column: Column, codes: Codes) -> Check:
    """The check of a column's values: only a normal form passes."""
    width = column.width
    match column.kind:
        case Kind.DIGITS:
            return _form(f"[0-9]{{{width}}}", "digits")
        case Kind.NUMBER:
            return _form(f"[0-9]{{1,{width}}}", "number")
        case Kind.YEN:
            return _form(f"(?=.{{1,{width}}}$)(?:{amounts.NORMAL.pattern})", "yen")
        case Kind.SIGNED:
            return _form(
                f"(?=-?[0-9]{{1,{width}}}$)(?:{amounts.NORMAL.pattern}|-[1-9][0-9]*)", "signed"
            )
        case Kind.YEAR:
            return _form("(?:19|20)[0-9]{2}", "year")
        case Kind.MONTH:
            return _form("(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])", "month")
        case Kind.HEX:
            return _form(f"[0-9a-f]{{{width}}}", "hex")
        case Kind.BYTES:
            return lambda value: _bytes(value, width)
        case Kind.RESIDENT:
            return _form(numbers.RESIDENT.pattern, "resident")
        case Kind.RESIDENTS:
            one = f"(?:{numbers.RESIDENT.pattern})"
            return _form(f"{one}(?: {one})*", "resident")
        case Kind.FACILITY:
            return _form(numbers.FACILITY.pattern, "facility")
        case Kind.PAPER:
            return _form(f"(?=.{{1,{width}}}$)(?:{numbers.PAPER.pattern})", "paper")
        case Kind.PHONE:
            return _form(numbers.PHONE.pattern, "phone")
        case Kind.MUNICIPALITY:
            return _municipality
        case Kind.TEXT:
            return lambda value: _text(value, width)
        case Kind.KANA:
            return lambda value: _kana(value, width)
        case Kind.DAY:
            return _day
        case Kind.MOMENT:
            return _moment
        case Kind.CODE:
            known = codes[column.codes]
            return lambda value: "" if value in known else "code"
        case Kind.FLAG:
            return lambda value: "" if value in ("0", "1") else "flag"
        case Kind.ID:
            return lambda value: _id(value, width)
        case Kind.JSON:
            return lambda value: "width" if len(value) > width else _json(value)


def mended(column: Column, value: str) -> str:
    """The normal form of a value that did not pass, where its kind has other spellings (a number
    without its zeros, a telephone number with hyphens, half-width kana); else ``value`` itself,
    which then does not pass again. What shows nothing (U+200B) is nothing."""
    if not _SEEN.search(value):
        return ""
    spelled = _SPELLED.get(column.kind)
    if spelled is None:
        return value
    try:
        return spelled(value, column)
    except UserError:
        return value


def _residents(value: str) -> str:
    return " ".join(numbers.atena_number(one, "").normal for one in value.split())


def _joined_kana(value: str) -> str:
    """Half-width and decomposed kana as the full-width ones; hiragana stays and is refused."""
    return "\u3000".join(join_kana(spaced(value)).split())


_SPELLED: Mapping[Kind, Callable[[str, Column], str]] = {
    Kind.RESIDENT: lambda value, column: numbers.atena_number(value, column.label).normal,
    Kind.RESIDENTS: lambda value, _: _residents(value),
    Kind.FACILITY: lambda value, column: numbers.facility_number(value, column.label).normal,
    Kind.PAPER: lambda value, column: numbers.paper_number(value, column.label).normal,
    Kind.PHONE: lambda value, column: numbers.phone(value, column.label).normal,
    Kind.YEN: lambda value, column: amounts.amount(value, column.label, column.width).normal,
    Kind.KANA: lambda value, _: _joined_kana(value),
}


def _form(pattern: str, reason: str) -> Check:
    form = re.compile(pattern)
    return lambda value: "" if form.fullmatch(value) else reason


@lru_cache(maxsize=4096)
def _municipality(value: str) -> str:
    try:
        return "" if identifiers.municipality_code(value) == value else "municipality"
    except UserError:
        return "municipality"


def _kana(value: str, width: int) -> str:
    if not names.KANA.fullmatch(value):
        return "kana"
    if len(value) <= width and "ァ" <= value[:1] <= "ヺ":
        return ""  # nearly every value: nothing but kana, and the first one is seen
    return _text(value, width)


def _text(value: str, width: int) -> str:
    if _CONTROL.search(value):
        return "control"
    # A first sign that is a kanji is seen; nearly every name and address begins so.
    if not "\u3400" <= value[:1] <= "\u9fff" and not _SEEN.search(value):
        return "required"
    # Never more clusters than code points, so most values need no counting.
    return "width" if len(value) > width and clusters(value) > width else ""


def _id(value: str, width: int) -> str:
    if len(value) > width:
        return "width"
    # A run of eleven digits could be somebody's number: no journal line would take it.
    return "" if is_id(value) and _LONG_NUMBER.search(value) is None else "id"


@lru_cache(maxsize=65536)
def _day(value: str) -> str:
    if not _DAY.fullmatch(value):
        return "day"
    try:
        date.fromisoformat(value)
    except ValueError:
        return "day"
    return ""


def _moment(value: str) -> str:
    if not _MOMENT.fullmatch(value):  # the library takes any sign for the T, and more
        return "moment"
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return "moment"
    return ""


def _bytes(value: str, width: int) -> str:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return "bytes"
    return "bytes" if len(value) > width else ""


def _json(value: str) -> str:
    try:
        return "" if canonical_json(json.loads(value)) == value else "json"
    except (ValueError, RecursionError):
        return "json"
