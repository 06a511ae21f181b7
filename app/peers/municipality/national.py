"""The national layout of standard-conforming systems (ADD-08): theirs into ours, by a table.

The correspondence of columns is data (``resources/tables/national_columns.toml``) and filled as far
as a source can be found. A file that lacks a required column of ours is refused with the names of
what is missing: nothing is guessed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import UserError
from app.core.tables import Tables
from app.wire.files import FILES, FileSpec
from app.wire.layout import columns

TABLE = "national_columns"


@dataclass(frozen=True, slots=True)
class Correspondence:
    """How one column of ours is found in theirs. ``values`` maps their codes to ours; empty:
    taken as it is."""

    ours: str
    theirs: str
    values: Mapping[str, str]


def correspondence(tables: Tables, file_id: str, day: date) -> dict[str, Correspondence]:
    """What the table says of a file, by our column's name."""
    rows = [row.into(_Line) for row in tables[TABLE].rows() if row.holds_on(day)]
    return {
        row.ours: Correspondence(row.ours, row.theirs, _pairs(row.values))
        for row in rows
        if row.file == file_id
    }


@dataclass(frozen=True, slots=True)
class _Line:
    file: str
    ours: str
    theirs: str
    values: tuple[str, ...]


def _pairs(values: tuple[str, ...]) -> dict[str, str]:
    """ "1=0" as their value and ours."""
    return {theirs: ours for theirs, _, ours in (one.partition("=") for one in values)}


def without_source(spec: FileSpec, known: Mapping[str, Correspondence]) -> list[str]:
    """The labels of our required columns that the table has no source for."""
    return [
        column.label
        for column in columns(spec.record)
        if column.required and not (column.name in known and known[column.name].theirs)
    ]


def read_national(
    data: bytes, file_id: str, tables: Tables, day: date, given: Mapping[str, str]
) -> tuple[Any, ...]:
    """The records of a file in the national layout; ``given`` are values that stand for the whole
    file (the municipality's code).

    Raises UserError ``national.no_source`` (the table cannot say where our columns are),
    ``national.header`` (the file lacks columns that it names), ``national.value`` (a code that
    the table has not).
    """
    spec = FILES[file_id]
    known = correspondence(tables, file_id, day) | {
        name: Correspondence(name, f"#{name}", {}) for name in given
    }
    missing = without_source(spec, known)
    if missing:
        raise UserError(
            "national.no_source",
            f"標準準拠システムの {spec.title}（{file_id}）は、まだ取り込めません。"
            f"次の項目の対応に出典がありません：{'、'.join(missing)}。",
            "全国共通レイアウトの資料で確かめ、対応表（national_columns）に加えてください。",
        )
    return tuple(_records(data, spec, known, given))


def _records(
    data: bytes, spec: FileSpec, known: Mapping[str, Correspondence], given: Mapping[str, str]
) -> Iterator[Any]:
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    wanted = {one.theirs for one in known.values() if one.theirs and not one.theirs.startswith("#")}
    lacking = sorted(wanted - set(reader.fieldnames or ()))
    if lacking:
        raise UserError(
            "national.header",
            f"{spec.title}（{spec.id}）に、見出し「{'」「'.join(lacking)}」がありません。",
            "作成元の標準準拠システムの版を確かめてください。何も取り込んでいません。",
        )
    names = [column.name for column in columns(spec.record)]
    for number, row in enumerate(reader, start=2):
        values = dict(given)
        for name in names:
            one = known.get(name)
            if one is None or name in given or not one.theirs:
                continue
            values[name] = _value(spec, one, row[one.theirs] or "", number)
        yield spec.record(**values)


def _value(spec: FileSpec, one: Correspondence, said: str, line: int) -> str:
    if not one.values or not said:
        return said
    try:
        return one.values[said]
    except KeyError as cause:
        raise UserError(
            "national.value",
            f"{spec.title}（{spec.id}）の {line} 行目「{one.theirs}」の値が、対応表にありません。",
            "対応表（national_columns）に値を加えるか、作成元に確かめてください。",
        ) from cause
