"""One deterministic form of what an act is about, so that a touch can sign it (DESIGN 5)."""

from __future__ import annotations

import dataclasses
import hashlib
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
    return hashlib.sha256(salt + encode(value)).digest()


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
