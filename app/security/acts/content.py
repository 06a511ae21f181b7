"""One deterministic form of what an act is about, so that a touch can sign it (DESIGN 5)."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import cbor2


def encode(value: object) -> bytes:
    """Deterministic CBOR of plain values and (nested) frozen dataclasses.

    Taken: text, integers, booleans, None, bytes, days and aware moments (as ISO text),
    ``Decimal`` (as text), enumerations (their value), tuples, lists, mappings with text
    keys, frozen dataclasses (with their class name, so that two kinds of content with the
    same fields differ). Anything else, a float above all, raises ``TypeError``: it would not
    have one form.
    """
    return cbor2.dumps(_plain(value), canonical=True)


def salted_digest(salt: bytes, value: object) -> bytes:
    """SHA-256(salt ‖ content). Whoever erases content and salt leaves the digest mute."""
    return digest_of(salt, encode(value))


def digest_of(salt: bytes, encoded: bytes) -> bytes:
    """The same over content that is encoded already, as a verifier of kept bytes needs it."""
    return hashlib.sha256(salt + encoded).digest()


def decode(encoded: bytes) -> Any:
    """The plain form of what ``encode`` wrote. Raises ``ValueError`` for other bytes."""
    try:
        return cbor2.loads(encoded)
    except (cbor2.CBORDecodeError, TypeError, ValueError, OverflowError) as cause:
        raise ValueError("not the bytes of signed content") from cause


def read_as(kinds: Mapping[str, type], plain: Any) -> Any:
    """A dataclass out of its plain form: one of ``kinds``, by the name it carries.

    Raises ``ValueError`` for another name, for a field too many or too few (one that has a default
    may be missing: who signed knew none), and for a value that is not of its field's type.
    """
    if not isinstance(plain, list) or len(plain) != 2 or plain[0] not in kinds:
        raise ValueError("not one of the contents that may stand here")
    return _read(kinds[plain[0]], plain)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value)
    if value is None or isinstance(value, str | int | bytes):
        return value
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("a moment in signed content has an offset")
        return ["moment", value.isoformat()]
    if isinstance(value, date):
        return ["day", value.isoformat()]
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("mappings in signed content have text keys")
        return {key: _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        if not value.__dataclass_params__.frozen:  # type: ignore[attr-defined]
            raise TypeError(f"{type(value).__name__} is not frozen and cannot be signed")
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return [type(value).__name__, fields]
    raise TypeError(f"{type(value).__name__} has no deterministic form to sign")


@functools.cache
def _fields_of(kind: type) -> Mapping[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


@functools.cache
def _needed(kind: type) -> frozenset[str]:
    """The fields that content signed by any version has; one with a default came later."""
    fields = dataclasses.fields(kind)
    return frozenset(one.name for one in fields if one.default is dataclasses.MISSING)


def _read(wanted: Any, plain: Any) -> Any:
    if wanted in (str, int, bytes, bool):
        if type(plain) is not wanted:
            raise ValueError(f"{wanted.__name__} is wanted")
        return plain
    if wanted in (date, datetime):
        return _read_time(wanted, plain)
    if typing.get_origin(wanted) is tuple:
        if not isinstance(plain, list):
            raise ValueError("a row of values is wanted")
        return tuple(_read(typing.get_args(wanted)[0], one) for one in plain)
    if isinstance(wanted, types.UnionType):
        kinds = {one.__name__: one for one in typing.get_args(wanted)}
        return read_as(kinds, plain)
    fields = _fields_of(wanted)
    if not isinstance(plain, list) or len(plain) != 2 or plain[0] != wanted.__name__:
        raise ValueError(f"{wanted.__name__} is wanted")
    given = plain[1]
    if not isinstance(given, dict) or not _needed(wanted) <= given.keys() <= fields.keys():
        raise ValueError(f"{wanted.__name__} has other fields")
    return wanted(**{name: _read(fields[name], value) for name, value in given.items()})


def _read_time(wanted: type, plain: Any) -> Any:
    mark = "moment" if wanted is datetime else "day"
    if not isinstance(plain, list) or len(plain) != 2 or plain[0] != mark:
        raise ValueError(f"a {mark} is wanted")
    if not isinstance(plain[1], str):
        raise ValueError(f"a {mark} is text")
    return datetime.fromisoformat(plain[1]) if wanted is datetime else date.fromisoformat(plain[1])
