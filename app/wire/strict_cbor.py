"""Frozen dataclasses ⇄ deterministic CBOR, strictly: what is not declared is refused.

A body is a map from field names to values. Field types may be ``str``, ``int``, ``bytes``,
``bool``, another such dataclass, or ``tuple[X, ...]`` of one of these. Equal values have
equal bytes, so a signature over the bytes is a signature over the values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import cbor2

from app.core.errors import EnvironmentFault

T = TypeVar("T")
_INT_BITS = 64
"""No database column takes a longer number, sign included; none takes the character NUL."""


class MalformedBody(EnvironmentFault):
    """Bytes from the line that are not the declared body (``wire.malformed``)."""

    def __init__(self, kind: str, what: str) -> None:
        super().__init__(
            "wire.malformed",
            f"通信の内容（{kind}）が取り決めた形式と違います: {what}。",
            "何も取り込んでいません。もう一度送受信し、繰り返すときはシステム管理者に"
            "この文を伝えてください。",
        )


@lru_cache(maxsize=256)
def _hints(kind: type[Any]) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {item.name: hints[item.name] for item in dataclasses.fields(kind)}


def encode(body: Any) -> bytes:
    """The one CBOR encoding of a body."""
    return cbor2.dumps(_plain(body), canonical=True)


def decode(kind: type[T], data: bytes) -> T:
    """The body of ``kind`` in ``data``; raises MalformedBody for anything else.

    Missing or unknown fields, other types, bytes after the end and any encoding but the
    deterministic one are refused.
    """
    try:
        raw = cbor2.loads(data)
    except Exception as cause:  # cbor2 raises a dozen kinds, ValueError and EOFError among them
        raise MalformedBody(kind.__name__, "読み取れません") from cause
    body = _typed(kind.__name__, kind, raw)
    if encode(body) != data:
        raise MalformedBody(kind.__name__, "書き方が一通りの形になっていません")
    assert isinstance(body, kind)
    return body


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(getattr(value, name)) for name in _hints(type(value))}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    # A StrEnum travels as its text.
    return str(value) if isinstance(value, str) else value


def _typed(place: str, kind: Any, raw: Any) -> Any:
    if get_origin(kind) is tuple:
        if not isinstance(raw, list):
            raise MalformedBody(place, "並びではありません")
        item = get_args(kind)[0]
        return tuple(_typed(place, item, value) for value in raw)
    if dataclasses.is_dataclass(kind):
        assert isinstance(kind, type)
        hints = _hints(kind)
        if not isinstance(raw, dict) or set(raw) != set(hints):
            raise MalformedBody(place, "項目の過不足があります")
        values = {name: _typed(f"{place}.{name}", hint, raw[name]) for name, hint in hints.items()}
        return kind(**values)
    if type(raw) is not kind and not (kind is not int and _is_text_enum(kind, raw)):
        raise MalformedBody(place, "値の種類が違います")
    if _is_text_enum(kind, raw):
        try:
            return kind(raw)
        except ValueError as cause:
            raise MalformedBody(place, "知らない値です") from cause
    if (isinstance(raw, int) and raw.bit_length() >= _INT_BITS) or (
        isinstance(raw, str) and "\0" in raw
    ):
        raise MalformedBody(place, "扱えない大きさか文字の値です")
    return raw


def _is_text_enum(kind: Any, raw: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, str) and kind is not str and type(raw) is str
