"""賦課の更正: a premium that was decided is reckoned again, by month, because a coverage began or
ended or an income is known otherwise (FLOW-405; DOMAIN 4.6, 4.9).

How long an increase and a decrease are possible, from the first due day of the year, says the
table ``limitation_periods``: a decrease of the years up to 2014 has no limit (高確法160条の2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, delete, func, select

from app.peers.union.database import among
from app.peers.union.office import history
from app.peers.union.office.check_list import CheckEntry, list_entry
from app.peers.union.office.levying import Known, Levying, facts_of, keep, levies_of, year_rules
from app.peers.union.office.persons import PersonRow, coverages_of, get_person
from app.peers.union.office.rejudging import lived_in, members_on, places_of
from app.peers.union.system import System
from app.peers.union.tables import income, instalment, levy, levy_due, person, yearly_run
from app.rules.calendar.days import fiscal_period, fiscal_year
from app.rules.collection.limitation import limitation
from app.rules.collection.tables import limitation_rule
from app.rules.errors import RuleError
from app.rules.levy.premium import PremiumYear
from app.wire.records import PremiumRecord

_OWN = {"levy_id", "cause", "decided_on", "previous_amount", "household_number"}
"""What may differ between two levies that say the same."""

_FIRST_DUE = (7, 31)
"""The first 納期限 of ordinary collection, where no instalment of the person is known."""


def levied_in(
    system: System, connection: Connection, rules: PremiumYear, row: PersonRow
) -> Iterator[PremiumRecord]:
    """The levies of one person, each over the household that was hers on its 賦課期日. Raises
    RuleError for a household that cannot be assessed."""
    year = rules.fiscal_year
    covered = Levying(rules, Known(coverages_of(connection, [row.id]), {}, {}))
    for one, day in covered.due(row.id):
        seen = history.as_of(connection, row.id, min(day, system.today()), system.today())
        number = seen.get(("household", ""), {}).get("household_number", row.household_number)
        place = (row.municipality_code, number)
        rows = lived_in(connection, place)
        members = members_on(system, connection, place, rows, day.isoformat())
        if row.id not in {each.id for each in members}:
            members = [row]  # 住所地特例: nobody here is of that household
        ids = [each.id for each in members]
        known = select(income).where(among(income.c.person_id, ids), income.c.year == year)
        incomes = {each.person_id: each for each in connection.execute(known)}
        facts = facts_of(connection, ids)
        levying = Levying(rules, Known(coverages_of(connection, ids), incomes, facts))
        record = levying.record(row, one, members, day)
        if record is not None:
            yield record


def correct_incomes(
    system: System, connection: Connection, changed: Iterable[tuple[int, int]]
) -> int:
    """Reckon again the premiums of everybody of the households of persons (and tax years) of whom
    an income is known otherwise; how many have changed."""
    again: dict[tuple[int, int], None] = {}
    for person_id, year in sorted(changed):
        for place in places_of(connection, person_id):
            if _is_levied(connection, place[0], year, place[1]):
                for row in lived_in(connection, place):
                    again[row.id, year] = None
    return sum(correct(system, connection, one, year, "income") for one, year in again)


def correct_waiting(system: System, connection: Connection, municipality: str) -> int:
    """Reckon again the premiums of whoever's coverage has changed since the last daily run; how
    many have changed."""
    ids = list(
        connection.execute(
            select(levy_due.c.person_id)
            .join(person, person.c.id == levy_due.c.person_id)
            .where(person.c.municipality_code == municipality)
            .order_by(levy_due.c.person_id)
        ).scalars()
    )
    changed = 0
    this = fiscal_year(system.today())
    for person_id in ids:
        earlier = select(levy.c.levy_year).where(levy.c.person_id == person_id).distinct()
        years = {this, *connection.execute(earlier).scalars()}
        row = get_person(connection, person_id)
        for year in sorted(years):
            if _is_levied(connection, municipality, year, row.household_number):
                changed += correct(system, connection, person_id, year, "")
    connection.execute(delete(levy_due).where(among(levy_due.c.person_id, ids)))
    return changed


def correct(system: System, connection: Connection, person_id: int, year: int, cause: str) -> int:
    """Reckon the premiums of one person and year again; how many have changed. ``cause`` is a code
    of ``levy_causes``, "" for what the coverage itself says."""
    row = get_person(connection, person_id)
    there = levies_of(connection, [person_id], year)
    try:
        now = {one.insured_number: one for one in levied_in(
            system, connection, year_rules(system, year), row)}  # fmt: skip
    except RuleError as error:
        _list(system, connection, row, "household_impossible", error.message)
        return 0
    decided = []
    for insured, (number, before) in there.items():
        after = now.pop(insured, None) or _nothing(before)
        if _content(after) == _content(before):
            continue
        if is_lapsed(system, connection, before, int(after.amount)):
            detail = f"{year}年度の保険料は、賦課の期間制限を過ぎたため変えていません。"
            _list(system, connection, row, "levy_lapsed", detail)
            continue
        why = cause or ("lost" if int(after.months) < int(before.months)
                        else "corrected")  # fmt: skip
        after = replace(after, cause=why, previous_amount=before.amount)
        decided.append((person_id, number + 1, after))
    decided += [(person_id, 1, replace(one, cause=cause or "acquired")) for one in now.values()]
    return keep(system, connection, row.municipality_code, decided)


def _nothing(before: PremiumRecord) -> PremiumRecord:
    """A premium of no month: the person was never insured in the year after all."""
    yen = ("medical_per_capita", "medical_reduced", "medical_income", "medical",
           "child_per_capita", "child_reduced", "child_income", "child")  # fmt: skip
    zero = {name: "0" if getattr(before, name) else "" for name in yen}
    return replace(before, months="0", amount="0", **zero)


def _content(record: PremiumRecord) -> dict[str, str]:
    names = PremiumRecord.__dataclass_fields__.keys() - _OWN
    return {name: getattr(record, name) for name in names}


def is_lapsed(system: System, connection: Connection, before: PremiumRecord, after: int) -> bool:
    """Whether the change comes too late: counted from the first due day of the year."""
    claim = "levy_increase" if after > int(before.amount) else "levy_decrease"
    first_due = _first_due(connection, before)
    rule = limitation_rule(system.tables, claim, first_due)
    return limitation(rule, first_due).is_lapsed(system.today())


def _first_due(connection: Connection, record: PremiumRecord) -> date:
    mine = select(func.min(instalment.c.due_on)).where(
        instalment.c.insured_number == record.insured_number,
        instalment.c.levy_year == record.levy_year,
    )
    known = connection.execute(mine).scalar()
    return date.fromisoformat(known) if known else date(int(record.levy_year), *_FIRST_DUE)


def _is_levied(connection: Connection, municipality: str, year: int, household: str) -> bool:
    """Whether the yearly levy has been over this household."""
    run = select(func.count()).where(
        yearly_run.c.kind == "levy",
        yearly_run.c.municipality == municipality,
        yearly_run.c.day == fiscal_period(year)[0].isoformat(),
        (yearly_run.c.finished_at != "") | (yearly_run.c.household >= f"={household}"),
    )
    return bool(connection.execute(run).scalar())


def _list(system: System, connection: Connection, row: PersonRow, cause: str, detail: str) -> None:
    entry = CheckEntry(cause, row.municipality_code, row.atena_number)
    list_entry(system, connection, entry, detail)
