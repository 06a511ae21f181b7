"""当初賦課: the yearly levy of a municipality, household by household of 賦課期日 (FLOW-405)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from app.core.errors import UserError
from app.peers.union.database import among
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.office.correcting import levied_in
from app.peers.union.office.levying import (
    PREMIUMS,
    Known,
    Levying,
    facts_of,
    keep,
    levies_of,
    year_rules,
)
from app.peers.union.office.persons import PersonRow
from app.peers.union.runs.blocks import Block
from app.peers.union.runs.pieces import Worked, YearlyRun
from app.peers.union.system import System
from app.peers.union.tables import coverage, fact
from app.rules.calendar.days import fiscal_period, fiscal_year
from app.rules.errors import RuleError
from app.wire.records import PremiumRecord

_HERE = "1"
_HEADS = "世帯 {} に、世帯主が {} 人います。保険料を計算していません。"


def _ready(system: System, day: date) -> None:
    """The levy is for 1 April of this fiscal year or the one before, and its tables are there."""
    year, this = fiscal_year(day), fiscal_year(system.today())
    if day != fiscal_period(year)[0] or not this - 1 <= year <= this:
        raise UserError(
            "union.run_day",
            f"当初賦課は4月1日の分だけを行います（指示された日は {day.isoformat()} です）。",
            f"{this}-04-01 のように、今年度か前の年度の4月1日を指定してください。",
        )
    year_rules(system, year)


def _whom(day: date) -> ColumnElement[bool]:
    """Whoever is insured on some day of the fiscal year."""
    first, last = (one.isoformat() for one in fiscal_period(fiscal_year(day)))
    ends = (coverage.c.lost_on == "") | (coverage.c.lost_on > first)
    return (coverage.c.acquired_on <= last) & ends


def _work(system: System, connection: Connection, run: Row[Any], block: Block) -> Worked:
    year = fiscal_year(date.fromisoformat(run.day))
    rules = year_rules(system, year)
    ids = [row.id for rows in block.households.values() for row in rows]
    levying = Levying(rules, Known(block.coverages, block.incomes, facts_of(connection, ids)))
    moved = _moved(connection, block, ids)
    there = levies_of(connection, block.whom, year)
    decided: list[tuple[int, int, PremiumRecord]] = []
    listed = 0
    for household, everybody in block.households.items():
        heads = [row for row in everybody if row.is_head and row.state == _HERE]
        if len(heads) > 1:
            detail = _HEADS.format(household, len(heads))
            listed += sum(_list(system, connection, "two_heads", row, detail) for row in heads)
            continue
        try:
            for row in everybody:
                if row.id in block.whom and household in moved:
                    found: Iterator[PremiumRecord] = levied_in(system, connection, rules, row)
                elif row.id in block.whom:
                    found = _levied(levying, row, everybody)
                else:
                    continue
                decided += [
                    (row.id, 1, replace(one, cause="first"))
                    for one in found
                    if one.insured_number not in there
                ]
        except RuleError as cause:
            named = [row for row in everybody if row.atena_number == cause.person] or everybody
            listed += _list(system, connection, "household_impossible", named[0], cause.message)
    return Worked(keep(system, connection, run.municipality, decided), listed)


def _levied(
    levying: Levying, row: PersonRow, everybody: Sequence[PersonRow]
) -> Iterator[PremiumRecord]:
    """The levies of somebody in whose household nobody ever came or went."""
    for covered, day in levying.due(row.id):
        members = [row]
        if row.state == _HERE:
            on = day.isoformat()
            members = [one for one in everybody if one.state == _HERE and one.birth_sort <= on]
        record = levying.record(row, covered, members, day)
        if record is not None:
            yield record


def _moved(connection: Connection, block: Block, ids: Sequence[int]) -> set[str]:
    """The households of the block to or from which somebody ever came or went, or somebody of
    which has come in only since: who belonged to them on a day is asked of the history."""
    first = [row for rows in block.households.values() for row in rows]
    of = {row.id: row.household_number for row in first}
    with_history = select(fact.c.person_id).where(
        among(fact.c.person_id, ids), fact.c.kind.in_(("household", "state"))
    )
    found = {of[one] for one in connection.execute(with_history).scalars()}
    began = [row for row in first if row.state_on and row.household_number not in found]
    found |= {row.household_number for row in began if row.state == _HERE and _late(row, block)}
    told = [fact.c.value.like(f'{{"household_number":"{number}"%') for number in block.households]
    left = select(fact.c.value).where(fact.c.kind == "household", or_(*told))
    for value in connection.execute(left).scalars():
        found.add(value.split('"', 4)[3])
    return found


def _late(row: PersonRow, block: Block) -> bool:
    """Whether somebody came after a coverage of the household had begun."""
    household = block.households[row.household_number]
    begins = [one.acquired_on for each in household for one in block.coverages.get(each.id, ())]
    return any(row.state_on > day for day in begins)


def _list(system: System, connection: Connection, cause: str, row: PersonRow, detail: str) -> int:
    entry = CheckEntry(cause, row.municipality_code, row.atena_number)
    return int(list_entry(system, connection, entry, detail))


RUN = YearlyRun("levy", "当初賦課", PREMIUMS, _ready, _whom, fiscal_year, _work)
"""The yearly levy."""
