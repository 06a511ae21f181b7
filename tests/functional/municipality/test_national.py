"""The national layout of standard-conforming systems by a table, and its refusal (ADD-08)."""

from __future__ import annotations

from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.errors import UserError
from app.peers.municipality import national
from app.peers.municipality.system import Municipality
from app.wire.files import FILES
from app.wire.layout import columns
from tests.support.sendings import sample
from tests.support.world import shared_tables

FILE = "FILE-03"


class Line:
    """A row of the table in a test."""

    def __init__(self, ours: str, theirs: str, values: tuple[str, ...] = ()) -> None:
        self.held = SimpleNamespace(file=FILE, ours=ours, theirs=theirs, values=values)

    def holds_on(self, _day: Any) -> bool:
        return True

    def into(self, _kind: Any) -> Any:
        return self.held


def table_of(**theirs: tuple[str, ...] | str) -> Any:
    """A table in which every column of ours has a name, but where it is given another one."""
    lines = []
    for column in columns(FILES[FILE].record):
        said = theirs.get(column.name, f"項目{column.name}")
        name, values = (said, ()) if isinstance(said, str) else (said[0], said[1:])
        lines.append(Line(column.name, name, tuple(values)))
    return {national.TABLE: SimpleNamespace(rows=lambda: lines)}


def theirs(**values: str) -> bytes:
    """One resident in their layout."""
    record = asdict(sample(FILE)[0]) | values
    head = ",".join(f"項目{name}" for name in record)
    line = ",".join(f'"{value}"' for value in record.values())
    return f"{head}\n{line}\n".encode("utf-8-sig")


@pytest.mark.req("ADD-08")
def test_the_shipped_table_refuses_what_it_has_no_source_for(here: Municipality) -> None:
    with pytest.raises(UserError) as refused:
        national.read_national(theirs(), FILE, shared_tables(), here.today, {})
    assert refused.value.code == "national.no_source"
    assert "氏名" in refused.value.message and "宛名番号" not in refused.value.message
    assert "national_columns" in refused.value.remedy


@pytest.mark.req("ADD-08")
def test_a_filled_table_turns_their_columns_and_codes_into_ours(here: Municipality) -> None:
    tables = table_of(sex=("項目sex", "01=1", "02=2"))
    data = theirs(sex="02")
    (record,) = national.read_national(data, FILE, tables, here.today, {})
    wanted = sample(FILE)[0]
    assert record.sex == "2" and record.name == wanted.name
    given = {"municipality_code": here.code}
    (record,) = national.read_national(data, FILE, tables, here.today, given)
    assert record.municipality_code == here.code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (theirs(sex="03"), "national.value"),
        (theirs().replace("項目name,".encode(), "名,".encode()), "national.header"),
    ],
)
def test_a_strange_value_or_head_is_refused_by_name(
    here: Municipality, data: bytes, code: str
) -> None:
    tables = table_of(sex=("項目sex", "01=1", "02=2"))
    with pytest.raises(UserError) as refused:
        national.read_national(data, FILE, tables, here.today, {})
    assert refused.value.code == code
    assert "項目" in refused.value.message


def test_what_the_table_names_is_marked_for_confirmation(here: Municipality) -> None:
    known = national.correspondence(shared_tables(), FILE, here.today)
    assert {one.theirs for one in known.values() if one.theirs} == {"宛名番号", "世帯番号"}
    assert all(row.unconfirmed for row in shared_tables()[national.TABLE].rows())
    missing = national.without_source(FILES["FILE-06"], {})
    assert missing == [one.label for one in columns(FILES["FILE-06"].record) if one.required]
