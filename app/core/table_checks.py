"""What a table file must satisfy before it is believed (the checks behind ``tables``)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from app.core.errors import EnvironmentFault

Value: TypeAlias = str | int | bool | date | Decimal | tuple[str, ...] | tuple[int, ...] | None
Period: TypeAlias = tuple[date | None, date | None, str, bool]

ROW_OWN = frozenset({"valid_from", "valid_to", "source", "confirmed"})
_TYPES: Mapping[str, type] = {
    "text": str,
    "int": int,
    "bool": bool,
    "date": date,
    "decimal": Decimal,
}
_HEAD_KEYS = frozenset(
    {"name", "title", "key", "gaps", "covers_from", "covers_to", "columns", "defaults"}
)
_COLUMN_KEYS = frozenset({"type", "optional", "one_of", "min", "max", "pattern", "references"})


@dataclass(frozen=True, slots=True)
class Column:
    """One declared column and what its values must satisfy."""

    name: str
    type: str
    optional: bool
    one_of: tuple[object, ...] | None
    least: int | Decimal | None
    most: int | Decimal | None
    pattern: str | None
    references: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """The declared shape of one table file."""

    file: str
    name: str
    title: str
    key: tuple[str, ...]
    gaps: bool
    covers_from: date | None
    covers_to: date | None
    columns: Mapping[str, Column]
    defaults: Mapping[str, object]


def row_place(file: str, number: int) -> str:
    """How a row is named in messages: file and number, counted from 1 in file order."""
    return f"{file} の {number} 行目の [[row]]"


def fault(cause: str, place: str, what: str) -> EnvironmentFault:
    """An EnvironmentFault ``tables.<cause>`` that names the place and says what to do."""
    return EnvironmentFault(
        f"tables.{cause}",
        f"コード表 {place}: {what}",
        "最近この表を書き換えたときはその行を直し、そうでなければプログラムを入れ直してください。",
    )


def read_head(file: Path, document: Mapping[str, object]) -> Head:
    """The head of a parsed file; raises ``tables.head`` for anything not declared rightly."""
    raw = document.get("table")
    unknown = set(document) - {"table", "row"}
    if not isinstance(raw, dict) or unknown:
        raise fault(
            "head", file.name, f"[table] がないか、知らない項目 {sorted(unknown)} があります。"
        )
    if set(raw) - _HEAD_KEYS:
        raise fault("head", file.name, f"知らない宣言 {sorted(set(raw) - _HEAD_KEYS)} があります。")
    if raw.get("name") != file.stem:
        raise fault("head", file.name, "name がファイル名と違います。")
    if not isinstance(raw.get("title"), str) or not isinstance(raw.get("gaps"), bool):
        raise fault("head", file.name, "title（文字）と gaps（true / false）が要ります。")
    columns_raw = raw.get("columns")
    if not isinstance(columns_raw, dict) or not columns_raw:
        raise fault("head", file.name, "[table.columns] がありません。")
    columns = {name: _read_column(file.name, name, spec) for name, spec in columns_raw.items()}
    key = raw.get("key")
    if not isinstance(key, list) or any(name not in columns for name in key):
        raise fault("head", file.name, "key は宣言した列の名前を並べてください。")
    defaults = raw.get("defaults", {})
    if not isinstance(defaults, dict) or set(defaults) - ROW_OWN - set(columns):
        raise fault("head", file.name, "[table.defaults] に宣言されていない列があります。")
    for bound in ("covers_from", "covers_to"):
        if bound in raw and not _is_kind(raw[bound], date):
            raise fault("head", file.name, f"{bound} は日付（例 2026-08-01）で書いてください。")
    rows = document.get("row", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise fault("head", file.name, "行は [[row]] で始めてください。")
    return Head(
        file.name,
        str(raw["name"]),
        str(raw["title"]),
        tuple(key),
        bool(raw["gaps"]),
        raw.get("covers_from"),
        raw.get("covers_to"),
        columns,
        defaults,
    )


def _read_column(file: str, name: str, spec: object) -> Column:
    if not isinstance(spec, dict) or set(spec) - _COLUMN_KEYS:
        raise fault("head", file, f"列 {name} の宣言が正しくありません。")
    if name in ROW_OWN or not name.isidentifier():
        raise fault("head", file, f"列の名前 {name} は使えません。")
    kind = spec.get("type")
    if kind not in _TYPES and kind not in ("text[]", "int[]"):
        raise fault("head", file, f"列 {name} の型「{kind}」は知りません。")
    one_of = spec.get("one_of")
    return Column(
        name,
        str(kind),
        bool(spec.get("optional", False)),
        None if one_of is None else tuple(one_of),
        spec.get("min"),
        spec.get("max"),
        spec.get("pattern"),
        spec.get("references"),
    )


def read_row_values(
    head: Head, number: int, raw: Mapping[str, object]
) -> tuple[dict[str, Value], Period]:
    """Typed values and period of one row; raises columns, type or period faults."""
    place = row_place(head.file, number)
    unknown = set(raw) - ROW_OWN - set(head.columns)
    if unknown:
        raise fault("columns", place, f"宣言されていない列 {sorted(unknown)} があります。")
    values: dict[str, Value] = {}
    for column in head.columns.values():
        if column.name not in raw:
            if not column.optional or column.name in head.key:
                raise fault("columns", place, f"列 {column.name} がありません。")
            values[column.name] = None
        else:
            values[column.name] = _checked_value(place, column, raw[column.name])
    return values, _read_period(place, raw)


def _read_period(place: str, raw: Mapping[str, object]) -> Period:
    bounds = []
    for name in ("valid_from", "valid_to"):
        bound = raw.get(name)
        if bound is not None and not _is_kind(bound, date):
            raise fault("period", place, f"{name} は日付（例 2026-08-01）で書いてください。")
        bounds.append(bound)
    start, end = bounds
    if isinstance(start, date) and isinstance(end, date) and end < start:
        raise fault("period", place, "valid_to が valid_from より前です。")
    source, confirmed = raw.get("source"), raw.get("confirmed")
    if not isinstance(source, str) or not source.strip():
        raise fault("columns", place, "source（根拠）がありません。")
    if not isinstance(confirmed, bool):
        raise fault("columns", place, "confirmed（true / false）がありません。")
    return (
        start if isinstance(start, date) else None,
        end if isinstance(end, date) else None,
        source,
        confirmed,
    )


def _is_kind(value: object, kind: type) -> bool:
    # bool is an int and datetime is a date for Python, but not in a table.
    if kind is int:
        return type(value) is int
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, kind)


def _checked_value(place: str, column: Column, raw: object) -> Value:
    if column.type.endswith("[]"):
        kind = _TYPES[column.type[:-2]]
        if not isinstance(raw, list) or not all(_is_kind(item, kind) for item in raw):
            raise fault("type", place, f"列 {column.name} は {column.type} でなければなりません。")
        for item in raw:
            _check_limits(place, column, item)
        return tuple(raw)
    if column.type == "decimal" and _is_kind(raw, int):
        raw = Decimal(str(raw))
    if not _is_kind(raw, _TYPES[column.type]):
        raise fault("type", place, f"列 {column.name} は {column.type} でなければなりません。")
    _check_limits(place, column, raw)
    assert isinstance(raw, (str, int, bool, date, Decimal))
    return raw


def _check_limits(place: str, column: Column, value: object) -> None:
    if column.one_of is not None and value not in column.one_of:
        raise fault("type", place, f"列 {column.name} に使えない値「{value}」があります。")
    if isinstance(value, (int, Decimal)) and (
        (column.least is not None and value < column.least)
        or (column.most is not None and value > column.most)
    ):
        raise fault("type", place, f"列 {column.name} の {value} は範囲の外です。")
    if column.pattern is not None and (
        not isinstance(value, str) or re.fullmatch(column.pattern, value) is None
    ):
        raise fault("type", place, f"列 {column.name} の「{value}」は書式に合いません。")


def check_coverage(
    head: Head, rows: Sequence[tuple[Mapping[str, Value], date | None, date | None]]
) -> None:
    """No two rows of a key overlap; no gap between or before and after where none may be."""
    by_key: dict[tuple[Value, ...], list[tuple[date, date, int]]] = {}
    for number, (values, start, end) in enumerate(rows, start=1):
        key = tuple(values[column] for column in head.key)
        by_key.setdefault(key, []).append((start or date.min, end or date.max, number))
    if not by_key and (head.covers_from is not None or head.covers_to is not None):
        raise fault("gap", head.file, "期間を宣言した表に、行が1つもありません。")
    for key, periods in by_key.items():
        periods.sort()
        for (_, end, earlier), (start, _, later) in pairwise(periods):
            if start <= end:
                raise fault(
                    "overlap",
                    row_place(head.file, later),
                    f"キー {key} の期間が {earlier} 行目と重なっています。",
                )
            if not head.gaps and start != end + timedelta(days=1):
                raise fault(
                    "gap",
                    row_place(head.file, later),
                    f"キー {key} の期間が {earlier} 行目との間で途切れています。",
                )
        first, last = periods[0], periods[-1]
        if head.covers_from is not None and first[0] > head.covers_from:
            raise fault(
                "gap",
                row_place(head.file, first[2]),
                f"キー {key} に {head.covers_from} の行がありません。",
            )
        if head.covers_to is not None and last[1] < head.covers_to:
            raise fault(
                "gap",
                row_place(head.file, last[2]),
                f"キー {key} に {head.covers_to} の行がありません。",
            )
