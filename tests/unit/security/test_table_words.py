"""What a package changes is said in the words of the office, for every column and value."""

from __future__ import annotations

import re

import pytest

from app.core.table_checks import Column
from app.core.tables import Replaced, Table, load_tables, shipped_tables
from app.functions.admin.table_packages import _changes
from app.functions.admin.table_words import OF_OTHERS, RowWords, column_name, names
from app.wire.table_package import OF_THE_PROGRAM
from tests.support.table_packages import shipped

TABLES = load_tables(shipped_tables())
OURS = {name: table for name, table in TABLES.items() if name not in OF_THE_PROGRAM}


def _values(column: Column, table: Table) -> set[str]:
    """What a text column holds or may hold, where it is a word of ours."""
    if not column.type.startswith("text") or column.references or column.name in OF_OTHERS:
        return set()
    found = set(column.one_of or ())
    for row in table.rows():
        value = row.values[column.name]
        found |= set(value) if isinstance(value, tuple) else {value}
    return {
        one
        for one in found
        if isinstance(one, str) and re.search("[a-z]{2}", one) and one.isascii()
    }


def test_every_column_has_a_name_of_its_own_in_its_table_and_no_name_is_left_over() -> None:
    for table in OURS.values():
        told = [column_name(table.name, column) for column in table.columns]
        assert all(not one.isascii() for one in told), (table.name, told)
        assert len(set(told)) == len(told), (table.name, told)
    used = {column for table in OURS.values() for column in table.columns}
    assert set(names()["every"]) == used
    for named, columns in names()["of"].items():
        assert isinstance(columns, dict) and set(columns) <= set(OURS[named].columns)


def test_every_fixed_value_has_words_and_no_word_is_left_over() -> None:
    values = {
        value
        for table in OURS.values()
        for column in table.columns.values()
        for value in _values(column, table)
    }
    assert set(names()["values"]) == values


def test_no_row_shows_our_own_names() -> None:
    """Of all rows of all tables: a truth value, a fixed value or a missing one is never told as
    the program writes it."""
    for table in OURS.values():
        words = RowWords(table, TABLES)
        for row in table.rows():
            for name, value in words.fields(row).items():
                assert value and value not in ("True", "False", "None"), (table.name, name)
            assert words.where(row)


@pytest.mark.req("SEC-40")
def test_a_changed_code_is_told_with_its_label() -> None:
    content = shipped("union_practices").replace('= "post_later"', '= "provisional"')
    after = load_tables(shipped_tables(), Replaced(1, {"union_practices": content}))
    (change,) = _changes(TABLES, after)
    hokkaido = next(line for line in change.lines if "（01）" in line)
    assert hokkaido.startswith("変更　北海道後期高齢者医療広域連合")
    assert "所得が未確認のときの扱い 後日郵送 → 見込みで決定" in hokkaido
