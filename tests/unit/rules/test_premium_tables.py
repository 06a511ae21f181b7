"""Premium tables: all unions, a year without a row, and a new year by adding rows and no code."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.errors import UserError
from app.core.tables import Tables, load_tables, shipped_tables
from app.rules.calendar.days import fiscal_year
from app.rules.collection.tables import late_charge_rates
from app.rules.levy.premium import InsuredStatus, Part, assess
from app.rules.levy.tables import pension_deduction, premium_year
from app.rules.money import rate_from_percent
from tests.support.levy import last_day, single, tables, year_of
from tests.support.premium_appendix import UnionRates, appendix_a

ALL_UNIONS = [f"{number:02}" for number in range(1, 48)]


def refusal(union: str, fiscal_year: int) -> UserError:
    with pytest.raises(UserError) as caught:
        premium_year(tables(), union, fiscal_year)
    return caught.value


@pytest.mark.parametrize("line", appendix_a(), ids=lambda line: line.union)
def test_every_rate_of_every_union_is_that_of_appendix_a(line: UnionRates) -> None:
    table = tables()["premium_rates"]

    def printed(day: date, part: Part) -> tuple[int, Decimal] | None:
        row = table.find(day, union=line.union, part=part.value)
        return None if row is None else (row.number("per_capita"), row.rate("income_rate"))

    for day in (date(2024, 4, 1), date(2026, 3, 31)):
        assert printed(day, Part.MEDICAL) == (line.old_head, line.old_rate)
        assert printed(day, Part.CHILD) is None
    for day in (date(2026, 4, 1), date(2028, 3, 31)):
        assert printed(day, Part.MEDICAL) == (line.head, line.rate)
        assert printed(day, Part.CHILD) == (line.child_head, line.child_rate)


@pytest.mark.parametrize("fiscal_year", [2024, 2025, 2026])
def test_every_union_has_its_rates(fiscal_year: int) -> None:
    for union in ALL_UNIONS:
        year = premium_year(tables(), union, fiscal_year)
        parts = [rule.part for rule in year.parts]
        assert parts == ([Part.MEDICAL, Part.CHILD] if fiscal_year >= 2026 else [Part.MEDICAL])
        assert 40_000 < year.parts[0].rate.per_capita < 70_000
        assert 7_000 < year.parts[0].rate.income_rate < 12_000


@pytest.mark.parametrize(
    ("union", "r6", "r8", "child"),
    [  # DOMAIN Appendix A: first, last and some between
        ("01", (52_953, 11_790), (59_963, 11_610), (1_364, 280)),
        ("15", (44_200, 8_610), (49_200, 8_610), (1_354, 260)),
        ("23", (53_438, 11_130), (56_130, 10_480), (1_362, 250)),
        ("31", (52_138, 10_640), (52_138, 10_640), (1_363, 250)),
        ("47", (56_400, 11_600), (61_000, 10_810), (1_290, 260)),
    ],
)
def test_rates_as_published(
    union: str, r6: tuple[int, int], r8: tuple[int, int], child: tuple[int, int]
) -> None:
    old = year_of(union, 2024).parts[0].rate
    medical, kids = (rule.rate for rule in year_of(union, 2026).parts)
    assert (old.per_capita, old.income_rate) == r6
    assert (medical.per_capita, medical.income_rate) == r8
    assert (kids.per_capita, kids.income_rate) == child


def test_both_years_of_a_period_have_the_same_rates() -> None:
    for union in ALL_UNIONS:
        for row in tables()["premium_rates"].rows(date(2026, 4, 1), union=union):
            assert row.holds_on(date(2028, 3, 31))
            assert not row.holds_on(date(2028, 4, 1))


def test_rates_to_be_read_again_are_marked_and_the_mark_reaches_the_result() -> None:
    """The list of R8・9 is known at second hand; of R6・7 some unions' own pages were read."""
    marked = {
        row.text("union")
        for row in tables()["premium_rates"].rows(date(2026, 4, 1))
        if not row.confirmed
    }
    assert marked == set(ALL_UNIONS)
    used = assess(year_of("31", 2026), single(2_000_000)).unconfirmed
    assert "premium_rates" in {row.table for row in used}
    used = assess(year_of("23", 2024), single(2_000_000, 2024)).unconfirmed
    assert {"premium_rates", "premium_lower_rates"}.isdisjoint({row.table for row in used})


def test_the_doubt_about_miyazaki_stands_in_its_row() -> None:
    row = tables()["premium_rates"].at(date(2026, 4, 1), union="45", part="medical")
    assert (row.number("per_capita"), row.confirmed) == (56_300, False)
    assert "月額" in row.source


@pytest.mark.parametrize(
    ("year", "first", "later", "refund"),
    [
        (2014, 2_900, 9_200, 1_900),
        (2015, 2_800, 9_100, 1_800),
        (2016, 2_800, 9_100, 1_800),
        (2017, 2_700, 9_000, 1_700),
        (2018, 2_600, 8_900, 1_600),
        (2019, 2_600, 8_900, 1_600),
    ],
)
def test_late_charges_from_heisei_26_to_reiwa_1(
    year: int, first: int, later: int, refund: int
) -> None:
    rates = late_charge_rates(tables())[year]
    assert (rates.first, rates.later, rates.refund) == (first, later, refund)


@pytest.mark.parametrize(
    ("table", "columns", "last"),
    [
        ("premium_own_cuts", ("permille",), 0),  # above the last end: nothing
        ("basic_deductions", ("amount",), 0),
        ("pension_deductions", ("percent", "deduction"), 1),  # one more: without an end
        ("salary_deductions", ("percent", "deduction"), 1),
    ],
)
def test_every_bracket_has_its_figures(table: str, columns: tuple[str, ...], last: int) -> None:
    rows = tables()[table].rows()
    assert rows
    for row in rows:
        ends = row.numbers("up_to")
        assert list(ends) == sorted(set(ends))
        for column in columns:
            assert len(row.numbers(column)) == len(ends) + last


class TestWhatIsMissingIsRefused:
    def test_a_union_that_does_not_exist(self) -> None:
        error = refusal("48", 2026)
        assert error.code == "premium.no_union"
        assert "48" in error.message

    def test_a_union_without_a_rate_in_that_year(self) -> None:
        error = refusal("23", 2023)
        assert error.code == "premium.no_rate"
        assert "23" in error.message
        assert "令和5年度" in error.message

    def test_a_rate_with_a_fourth_decimal_is_never_rounded(self) -> None:
        assert rate_from_percent(Decimal("8.613")) == 8_613
        with pytest.raises(ValueError, match="three decimals"):
            rate_from_percent(Decimal("8.6135"))

    def test_pension_deduction_of_a_year_before_the_table(self) -> None:
        with pytest.raises(UserError) as caught:
            pension_deduction(tables(), 2019, is_65=True)
        assert caught.value.code == "tables.no_row"


NEW_ROWS = {
    "premium_rates": """
[[row]]
union = "15"
part = "medical"
valid_from = {start}
per_capita = 50_001
income_rate = 8.755
[[row]]
union = "15"
part = "child"
valid_from = {start}
per_capita = 1_500
income_rate = 0.30
""",
    "premium_ceilings": """
[[row]]
part = "medical"
valid_from = {start}
ceiling = 870_000
source = "新しい年度（試験）"
[[row]]
part = "child"
valid_from = {start}
ceiling = 22_000
source = "新しい年度（試験）"
""",
    "premium_reductions": """
[[row]]
valid_from = {start}
five_per_head = 320_000
two_per_head = 580_000
""",
    "premium_salaried_lines": """
[[row]]
valid_from = {start}
salary_line = 650_000
source = "新しい年度（試験）"
confirmed = true
""",
    "premium_reduction_shares": """
[[row]]
part = "medical"
valid_from = {start}
seven = 710
source = "新しい年度（試験）"
[[row]]
part = "child"
valid_from = {start}
seven = 690
source = "新しい年度（試験）"
""",
}


NEW_YEAR = 1 + max(
    fiscal_year(last_day(name, **({"union": "15"} if name == "premium_rates" else {})))
    for name in NEW_ROWS
)
"""The first fiscal year that no table covers."""


def with_rows_of_a_new_year(folder: Path, *, without: str = "") -> Tables:
    """The shipped tables and rows after their last ones, those of ``without`` left out."""
    copy = folder / "tables"
    shutil.copytree(shipped_tables(), copy)
    for name, rows in NEW_ROWS.items():
        if name != without:
            file = copy / f"{name}.toml"
            key = {"union": "15"} if name == "premium_rates" else {}
            start = last_day(name, **key) + timedelta(days=1)
            text = file.read_text(encoding="utf-8") + rows.format(start=start)
            file.write_text(text, encoding="utf-8")
    return load_tables(copy)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("premium_rates", "premium.no_rate"),
        ("premium_ceilings", "premium.no_ceiling"),
        ("premium_reductions", "premium.no_reduction"),
        ("premium_salaried_lines", "tables.no_row"),
        ("premium_reduction_shares", "premium.no_reduction_share"),
    ],
)
def test_each_table_that_forgot_the_new_year_is_its_own_refusal(
    table: str, code: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as caught:
        premium_year(with_rows_of_a_new_year(tmp_path, without=table), "15", NEW_YEAR)
    assert caught.value.code == code


def test_a_new_year_needs_rows_and_no_line_of_code(tmp_path: Path) -> None:
    """A change of law is a new row (issue 3, item 8)."""
    known = with_rows_of_a_new_year(tmp_path)
    year = premium_year(known, "15", NEW_YEAR)
    status = InsuredStatus(date(2020, 1, 1))
    result = assess(year, single(3_000_000, NEW_YEAR, insured=status)).persons[0]
    assert [part.income_based for part in result.parts] == [1_470_000 * 8_755 // 100_000, 4_410]
    assert result.amount == (50_001 + 128_698) // 100 * 100 + (1_500 + 4_410) // 100 * 100
    poor = assess(year, single(1_530_000, NEW_YEAR, insured=status)).persons[0]
    assert [part.per_capita for part in poor.parts] == [50_001 * 29 // 100, 1_500 * 31 // 100]
    rich = assess(year, single(20_000_000, NEW_YEAR, insured=status)).persons[0]
    assert rich.amount == 870_000 + 22_000
    assert premium_year(known, "15", 2026) == year_of("15", 2026)
