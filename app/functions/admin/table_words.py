"""A row of a table in a supervisor's words: what a package changes is read by two persons who know
the ordinance and not our columns (docs/decisions/023)."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from datetime import date

from app.core.paths import RESOURCES
from app.core.table_checks import Column
from app.core.tables import Row, Table, Tables

OF_OTHERS = frozenset({"code", "grade", "stock", "charset", "ours", "theirs", "signs", "put"})
"""Columns whose values are codes of files and forms: told as they stand there."""
NAMES_FILE = RESOURCES / "texts" / "table_columns.toml"


@functools.cache
def names() -> Mapping[str, Mapping[str, object]]:
    """The file of names: ``every``, ``of`` and ``values``."""
    with NAMES_FILE.open("rb") as file:
        return tomllib.load(file)


def column_name(table: str, column: str) -> str:
    """What a column is called; its own name where the list has none."""
    own = names()["of"].get(table)
    found = own.get(column) if isinstance(own, dict) else None
    return str(found or names()["every"].get(column, column))


class RowWords:
    """The words for rows of one table. ``tables`` are those that hold with it, for the labels of
    codes that it refers to."""

    def __init__(self, table: Table, tables: Tables) -> None:
        self._table = table
        self._tables = tables

    def where(self, row: Row) -> str:
        """Which row: its key and from when it holds."""
        columns = self._table.columns
        key = "・".join(self._value(columns[one], row.values[one]) for one in self._table.key)
        begin = f"{_day(row.valid_from)}から" if row.valid_from else "はじめから"
        return f"{key}（{begin}）" if key else begin

    def fields(self, row: Row) -> dict[str, str]:
        """Name and value of every field, with end, source and confirmation."""
        told = {
            column_name(self._table.name, name): self._value(self._table.columns[name], value)
            for name, value in row.values.items()
        }
        return {
            **told,
            "終わり": _day(row.valid_to) if row.valid_to else "なし",
            "根拠": row.source,
            "確認": "確認済" if row.confirmed else "確認待ち",
        }

    def _value(self, column: Column, value: object) -> str:
        if isinstance(value, tuple):
            return "・".join(self._value(column, one) for one in value) or "なし"
        if isinstance(value, bool):
            return "はい" if value else "いいえ"
        if isinstance(value, date):
            return _day(value)
        if isinstance(value, int) and column.name != "base_year":
            return f"{value:,}"
        if column.references and isinstance(value, str):
            return self._label(column.references, value)
        if value in (None, ""):
            return "なし"
        return str(value if column.name in OF_OTHERS else names()["values"].get(str(value), value))

    def _label(self, table: str, code: str) -> str:
        """A code with its label, whenever that held; what it refers to may just go."""
        for row in self._tables[table].rows():
            if row.values.get(self._tables[table].key[0]) == code:
                label = row.values.get("label")
                return f"{label}（{code}）" if label else code
        return code


def _day(day: date) -> str:
    return f"{day:%Y-%m-%d}"
