"""所得・課税情報 (FILE-06): what a municipality assessed, as share and premium reckon with it.

The judgement reads the figures of 負担区分判定, the levy the incomes by kind; both come from the
same line. A line of a year that cannot be meant, or with an amount that cannot be, is named on the
check list and changes nothing; the others are taken.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select

from app.core.canon import canonical_json
from app.core.tables import NoRowError
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.office.rejudging import rejudge_incomes
from app.peers.union.system import System
from app.peers.union.tables import former_atena, income, person
from app.rules.calendar.days import fiscal_year, judgement_period
from app.rules.copay.facts import CopayTerms, IncomeFacts, copay_terms, income_facts
from app.rules.errors import RuleError
from app.rules.income import (
    IncomeRule,
    Incomes,
    SalaryDeduction,
    check_incomes,
    salary_adjustment,
    salary_income,
)
from app.rules.levy.tables import premium_year, salary_deduction
from app.wire.records import IncomeRecord

UNDECLARED = "undeclared"
"""申告の状態 of somebody who declared nothing."""

_ELSEWHERE = "other_municipality"
_TAXED = {"taxed": True, "per_capita": True, "untaxed": False}
_AMOUNTS = tuple(name for name in Incomes.__slots__ if name in IncomeRecord.__dataclass_fields__)
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Year:
    """The rules of one tax year."""

    terms: CopayTerms
    rule: IncomeRule
    salary: SalaryDeduction


def take(
    system: System, connection: Connection, records: Sequence[IncomeRecord]
) -> set[tuple[int, int]]:
    """Keep the incomes of a file; the shares of whose income is known otherwise are judged anew
    (所得更正). Gives whose, and of which year.

    Raises NoRowError or RuleError for the present year as long as its tables are not there."""
    years: dict[int, _Year | None] = {}
    changed: set[tuple[int, int]] = set()
    for start in range(0, len(records), _AT_ONCE):
        block = records[start : start + _AT_ONCE]
        rows: dict[tuple[int, int], dict[str, Any]] = {}
        persons = _persons(connection, block)
        for record in block:
            person_id = persons.get(record.atena_number)
            if person_id is None or not _may_be(system, connection, record):
                continue
            year = int(record.tax_year)
            if year not in years:
                years[year] = _rules(system, year)
            try:
                values = _values(record, years[year])
            except RuleError as cause:
                _list(system, connection, record, "income_impossible", cause.message)
                continue
            if values is not None:
                rows[person_id, year] = {"person_id": person_id, "year": year, **values}
        changed |= _put(connection, rows)
    rejudge_incomes(system, connection, changed)
    return changed


def kept_incomes(assessed: str) -> Incomes:
    """The incomes by kind that ``income.assessed`` keeps."""
    return Incomes(**json.loads(assessed))


def _persons(connection: Connection, block: Sequence[IncomeRecord]) -> dict[str, int]:
    """Who has these atena numbers in the municipality of the file, former ones included."""
    mine, numbers = block[0].municipality_code, [record.atena_number for record in block]
    found: dict[str, int] = {}
    for table, key in ((former_atena, former_atena.c.person_id), (person, person.c.id)):
        rows = connection.execute(
            select(table.c.atena_number, key).where(
                table.c.municipality_code == mine, table.c.atena_number.in_(numbers)
            )
        )
        found |= {atena: int(person_id) for atena, person_id in rows}
    return found


def _may_be(system: System, connection: Connection, record: IncomeRecord) -> bool:
    """A year that is not over yet has no income, and one long past no assessment any more."""
    this = fiscal_year(system.today())
    back = system.tables["income_file_years"].at(system.today()).number("back")
    if this - back <= int(record.tax_year) <= this:
        return True
    detail = (
        f"所得・課税情報の課税年度が {record.tax_year} です。"
        f"{this - back} 年度から {this} 年度までの分ではありません。"
    )
    _list(system, connection, record, "income_year", detail)
    return False


def _rules(system: System, year: int) -> _Year | None:
    """None for a year long past that no table holds: its incomes are kept for the levy alone."""
    first = judgement_period(year)[0]
    tables = system.shelf.on(max(first, system.today())).tables
    try:
        terms = copay_terms(tables, first)
        rule = premium_year(tables, system.setup.prefecture, year).income
        return _Year(terms, rule, salary_deduction(tables, year))
    except (NoRowError, RuleError):
        if year >= fiscal_year(system.today()):
            raise
        return None


def _values(record: IncomeRecord, year: _Year | None) -> dict[str, Any] | None:
    """The columns of ``income``; None where the line only says that another municipality knows.
    Raises RuleError for an amount that cannot be."""
    if record.state == _ELSEWHERE and record.taxed not in _TAXED:
        return None
    if record.state == UNDECLARED:
        return {"origin": UNDECLARED, **asdict(IncomeFacts()), "assessed": ""} | _children(record)
    incomes = Incomes(**{name: _yen(getattr(record, name)) for name in _AMOUNTS})
    check_incomes(record.atena_number, incomes)
    facts = IncomeFacts() if year is None else _facts(record, incomes, year)
    said = {name: value for name, value in asdict(incomes).items() if value}
    return {"origin": "tax", **asdict(facts), "assessed": canonical_json(said)} | _children(record)


def _facts(record: IncomeRecord, incomes: Incomes, year: _Year) -> IncomeFacts:
    before = salary_income(year.salary, incomes.salary_revenue) + incomes.family_salary
    taken_off = salary_adjustment(year.salary, before, incomes.pension)
    known = income_facts(
        year.terms,
        year.rule,
        incomes,
        taxed=_TAXED.get(record.taxed, False),
        taxable_income=_yen(record.taxable),
        revenue=_yen(record.revenue),
        salary_adjustment=min(taken_off, max(0, before - incomes.salary)),
    )
    untaxed = record.taxed == "untaxed"
    return IncomeFacts(
        taxed=_TAXED.get(record.taxed),
        taxable_income=known.taxable_income if record.taxable or untaxed else None,
        revenue=known.revenue if record.revenue else None,
        pension_other=known.pension_other,
        base_income=known.base_income,
        income_zero=known.income_zero,
    )


def _children(record: IncomeRecord) -> dict[str, int]:
    return {"younger": _yen(record.children_under_16), "older": _yen(record.children_16_to_18)}


def _yen(text: str) -> int:
    return int(text or 0)


def _put(
    connection: Connection, rows: dict[tuple[int, int], dict[str, Any]]
) -> set[tuple[int, int]]:
    """Whose income of which year has changed."""
    if not rows:
        return set()
    keys = [(income.c.person_id == one) & (income.c.year == year) for one, year in rows]
    before = {
        (row["person_id"], row["year"]): dict(row)
        for row in connection.execute(select(income).where(or_(*keys))).mappings()
    }
    new = {key: _as_kept(row) for key, row in rows.items()}
    new = {key: row for key, row in new.items() if before.get(key) != row}
    for year in {year for _, year in new}:
        ids = [one for one, of in new if of == year]
        gone = (income.c.year == year, income.c.person_id.in_(ids))
        connection.execute(delete(income).where(*gone))
    if new:
        connection.execute(insert(income), list(new.values()))
    return set(new)


def _as_kept(row: dict[str, Any]) -> dict[str, Any]:
    flags = ("taxed", "income_zero")
    return row | {name: None if row[name] is None else int(row[name]) for name in flags}


def _list(
    system: System, connection: Connection, record: IncomeRecord, cause: str, detail: str
) -> None:
    entry = CheckEntry(cause, record.municipality_code, record.atena_number, ("tax_year",),
                       record.insured_number)  # fmt: skip
    list_entry(system, connection, entry, detail)
