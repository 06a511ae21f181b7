"""The table loader believes nothing that is not declared, sourced and free of holes."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault
from app.core.tables import NoRowError, Tables, load_tables, shipped_tables

HEAD = """
[table]
name = "lines"
title = "基準額"
key = ["union"]
gaps = false
[table.columns]
union = { type = "text", references = "unions" }
amount = { type = "int", min = 0 }
rate = { type = "decimal", optional = true }
months = { type = "int[]", optional = true, min = 1, max = 12 }
[table.defaults]
source = "試験"
confirmed = true
"""
ROWS = """
[[row]]
valid_from = 2024-04-01
valid_to = 2026-03-31
union = "15"
amount = 100
rate = 8.61
months = [7, 8]
[[row]]
valid_from = 2026-04-01
union = "15"
amount = 200
confirmed = false
"""
UNIONS = """
[table]
name = "unions"
title = "広域連合"
key = ["code"]
gaps = false
[table.columns]
code = { type = "text", pattern = '\\d{2}' }
label = { type = "text" }
[[row]]
code = "15"
label = "新潟県後期高齢者医療広域連合"
source = "試験"
confirmed = true
"""


def replace_key(text: str, folder: Path) -> Tables:
    """The same rows, found by two columns."""
    return load(folder, text.replace('key = ["union"]', 'key = ["union", "amount"]'))


def load(folder: Path, lines: str) -> Tables:
    (folder / "unions.toml").write_text(UNIONS, encoding="utf-8")
    (folder / "lines.toml").write_text(lines, encoding="utf-8")
    return load_tables(folder)


def test_a_row_is_found_on_both_border_days_of_its_period(tmp_path: Path) -> None:
    lines = load(tmp_path, HEAD + ROWS)["lines"]
    assert lines.at(date(2024, 4, 1), union="15").number("amount") == 100
    assert lines.at(date(2026, 3, 31), union="15").number("amount") == 100
    assert lines.at(date(2026, 4, 1), union="15").number("amount") == 200
    assert lines.at(date(2100, 1, 1), union="15").number("amount") == 200


def test_values_are_exact_typed_and_cannot_be_changed(tmp_path: Path) -> None:
    row = load(tmp_path, HEAD + ROWS)["lines"].at(date(2024, 4, 1), union="15")
    assert row.rate("rate") == Decimal("8.61")
    assert row.numbers("months") == (7, 8)
    with pytest.raises(TypeError):
        row.text("amount")
    with pytest.raises(TypeError):
        row.values["amount"] = 1  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        row.confirmed = False  # type: ignore[misc]


def test_an_optional_value_may_be_absent(tmp_path: Path) -> None:
    head = HEAD.replace(
        "[table.defaults]",
        'note = { type = "text", optional = true }\nsince = { type = "date", optional = true }\n'
        'steps = { type = "int", optional = true }\n[table.defaults]',
    )
    filled = ROWS.replace("rate = 8.61", 'note = "a"\nsince = 2020-01-01\nsteps = 3', 1)
    lines = load(tmp_path, head + filled)["lines"]
    full, empty = lines.at(date(2024, 4, 1), union="15"), lines.at(date(2026, 4, 1), union="15")
    assert full.text_or_none("note") == "a"
    assert full.day_or_none("since") == date(2020, 1, 1)
    assert full.number_or_none("steps") == 3
    assert empty.text_or_none("note") is None
    assert empty.day_or_none("since") is None
    assert empty.number_or_none("steps") is None


def test_a_row_fills_a_dataclass_once_for_loops(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True)
    class Line:
        amount: int
        rate: Decimal | None

    @dataclass(frozen=True, slots=True)
    class Other:
        nothing: int

    row = load(tmp_path, HEAD + ROWS)["lines"].at(date(2026, 4, 1), union="15")
    assert row.into(Line) == Line(200, None)
    with pytest.raises(TypeError, match="nothing"):
        row.into(Other)


@pytest.mark.parametrize(("day", "union"), [(date(2024, 3, 31), "15"), (date(2026, 4, 1), "99")])
def test_no_row_is_a_refusal_that_names_table_key_and_day(
    tmp_path: Path, day: date, union: str
) -> None:
    with pytest.raises(NoRowError) as refused:
        load(tmp_path, HEAD + ROWS)["lines"].at(day, union=union)
    error = refused.value
    assert error.code == "tables.no_row"
    assert (error.table, error.key, error.day) == ("lines", {"union": union}, day)
    assert "基準額" in error.message
    assert f"{day:%Y-%m-%d}" in error.message
    assert union in error.message


def test_codes_labels_and_unconfirmed_rows(tmp_path: Path) -> None:
    tables = load(tmp_path, HEAD + ROWS)
    day = date(2026, 11, 20)
    assert tables["unions"].codes(day) == ("15",)
    assert tables["unions"].label("15", day).startswith("新潟県")
    assert tables["unions"].has("15")
    assert not tables["unions"].has("16")
    assert [row.number("amount") for row in tables.unconfirmed()] == [200]
    with pytest.raises(NoRowError):
        tables["unions"].label("16", day)
    with pytest.raises(TypeError):
        tables["lines"].at(day)
    several = replace_key(HEAD + ROWS, tmp_path)
    with pytest.raises(TypeError, match="not a code table"):
        several["lines"].codes(day)


@pytest.mark.parametrize(
    ("cause", "find", "replace", "named"),
    [
        ("syntax", "amount = 200", "amount = = 200", "lines.toml"),
        ("head", 'name = "lines"', 'name = "line"', "lines.toml"),
        ("head", "gaps = false", "gap = false", "gap"),
        ("head", "gaps = false", "gaps = 0", "gaps"),
        ("head", 'title = "基準額"', "title = 1", "title"),
        ("head", 'key = ["union"]', 'key = ["region"]', "key"),
        ("head", '"int", min', '"integer", min', "amount"),
        ("head", "min = 0", "mni = 0", "amount"),
        ("head", "amount = {", "valid_from = {", "valid_from"),
        ("head", 'source = "試験"', 'origin = "試験"', "defaults"),
        ("head", "gaps = false", 'gaps = false\ncovers_from = "2024-04-01"', "covers_from"),
        ("head", "gaps = false", "gaps = false\ncovers_to = 2024-04-01T00:00:00", "covers_to"),
        ("columns", "amount = 200", "amount = 200\nextra = 1", "extra"),
        ("columns", "amount = 200", "", "2 行目"),
        ("columns", "confirmed = true", "", "confirmed"),
        ("columns", 'source = "試験"', 'source = " "', "source"),
        ("type", "min = 0", "one_of = [100]", "200"),
        ("type", '"unions" }', '"unions", pattern = "16" }', "15"),
        ("type", "amount = 200", "amount = true", "amount"),
        ("type", "amount = 200", 'amount = "200"', "amount"),
        ("type", "amount = 200", "amount = -1", "-1"),
        ("type", "[7, 8]", "[7, 13]", "13"),
        ("type", "[7, 8]", '["7"]', "months"),
        ("period", "valid_to = 2026-03-31", "valid_to = 2024-03-31", "1 行目"),
        ("period", "valid_to = 2026-03-31", "valid_to = 20260331", "valid_to"),
        ("overlap", "valid_from = 2026-04-01", "valid_from = 2026-03-31", "2 行目"),
        ("overlap", "valid_to = 2026-03-31", "", "2 行目"),
        ("gap", "valid_from = 2026-04-01", "valid_from = 2026-04-02", "2 行目"),
        ("gap", "gaps = false", "gaps = false\ncovers_from = 2024-03-31", "2024-03-31"),
        ("gap", "amount = 200", "amount = 200\nvalid_to = 2027-03-31", "2030-03-31"),
        ("reference", 'union = "15"\namount = 200', 'union = "16"\namount = 200', "16"),
        ("reference", 'references = "unions"', 'references = "union"', "union"),
    ],
)
def test_a_broken_file_is_refused_with_its_own_cause(
    tmp_path: Path, cause: str, find: str, replace: str, named: str
) -> None:
    good = HEAD + ROWS
    if named == "2030-03-31":
        good = good.replace("gaps = false", "gaps = false\ncovers_to = 2030-03-31")
    assert find in good
    load(tmp_path, good)
    with pytest.raises(EnvironmentFault) as refused:
        load(tmp_path, good.replace(find, replace, 1))
    assert refused.value.code == f"tables.{cause}"
    assert named in refused.value.message
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("cause", "text"),
    [
        ("head", ROWS),
        ("head", HEAD.replace("gaps = false", "gaps = false\ngap = true")),
        ("head", HEAD[: HEAD.index("[table.columns]")]),
        ("head", HEAD + ROWS + "[other]\n"),
        ("head", HEAD + '[row]\nunion = "15"\namount = 100\n'),
        ("head", HEAD[: HEAD.index("[table.defaults]")].replace("key", "defaults = 1\nkey")),
        ("gap", HEAD.replace("gaps = false", "gaps = false\ncovers_from = 2024-04-01")),
        ("gap", HEAD.replace("gaps = false", "gaps = false\ncovers_to = 2024-04-01")),
    ],
)
def test_rows_that_are_none_are_not_taken_for_an_empty_table(
    tmp_path: Path, cause: str, text: str
) -> None:
    with pytest.raises(EnvironmentFault) as refused:
        load(tmp_path, text)
    assert refused.value.code == f"tables.{cause}"


def test_rows_are_chosen_by_day_and_by_any_column(tmp_path: Path) -> None:
    lines = load(tmp_path, HEAD + ROWS)["lines"]
    amounts = {
        None: [100, 200],
        date(2024, 3, 31): [],
        date(2024, 4, 1): [100],
        date(2026, 3, 31): [100],
        date(2026, 4, 1): [200],
    }
    for day, expected in amounts.items():
        assert [row.number("amount") for row in lines.rows(day)] == expected
    assert [row.number("amount") for row in lines.rows(amount=200)] == [200]
    assert lines.rows(union="16") == ()


def test_gaps_may_be_allowed_and_then_refuse_the_day_in_between(tmp_path: Path) -> None:
    text = (
        (HEAD + ROWS)
        .replace("gaps = false", "gaps = true")
        .replace("valid_from = 2026-04-01", "valid_from = 2026-04-02")
    )
    lines = load(tmp_path, text)["lines"]
    assert lines.find(date(2026, 4, 1), union="15") is None
    assert lines.find(date(2026, 4, 2), union="15") is not None


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(EnvironmentFault) as refused:
            load_tables(folder)
        assert refused.value.code == "tables.missing"


def test_every_shipped_table_loads_and_tells_its_sources() -> None:
    tables = load_tables(shipped_tables())
    assert len(tables) > 0
    assert all(row.source for table in tables.values() for row in table.rows())
