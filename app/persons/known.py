"""What the store already knows of the persons in one block of records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from app.wire.records import InsuredRecord
from db.tables.cases import check_entry
from db.tables.persons import address, atena, household, household_member, insured, person
from db.tables.persons import restriction as restriction_table
from db.work import ReadRows

Key = tuple[str, str]


@dataclass(slots=True)
class Known:
    """Rows of the store, kept current while a block is decided.

    ``atena`` maps (municipality, atena number) to a person id; ``current`` a person id to the
    atena number in use; ``persons`` a person id to the person's columns; ``insured`` (insured
    number, acquired on) to that row's columns; ``listed`` holds what stands open on the check
    list (cause, municipality, atena number, case id).
    """

    atena: dict[Key, str] = field(default_factory=dict)
    current: dict[str, Key] = field(default_factory=dict)
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    insured: dict[Key, dict[str, Any]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    periods: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    addresses: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: dict[str, dict[Key, dict[str, Any]]] = field(default_factory=dict)
    households: set[Key] = field(default_factory=set)
    restrictions: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    listed: set[tuple[str, str, str, str]] = field(default_factory=set)

    def periods_of(self, person_id: str) -> list[dict[str, Any]]:
        """The person's periods of eligibility."""
        return self.periods.get(person_id, [])

    def owner_of(self, insured_number: str) -> str:
        """Who has this insured number, "" for nobody."""
        return self.owners.get(insured_number, "")

    def add_period(self, row: dict[str, Any]) -> None:
        """Take a period of eligibility in."""
        self.insured[(row["insured_number"], row["acquired_on"])] = row
        self.owners[row["insured_number"]] = row["person_id"]
        self.periods.setdefault(row["person_id"], []).append(row)

    def remove_period(self, key: Key) -> None:
        """Take a period of eligibility out; who has its number stays."""
        row = self.insured.pop(key)
        self.periods[row["person_id"]].remove(row)


READS = (
    "person",
    "atena",
    "insured",
    "household",
    "household_member",
    "address",
    "restriction",
    "check_entry",
)
"""What ``load`` reads."""


def atena_numbers(record: InsuredRecord) -> list[str]:
    """The record's present and past atena numbers."""
    return [record.atena_number, *record.former_atena.split()]


def load(work: ReadRows, block: Sequence[InsuredRecord], persons: Collection[str] = ()) -> Known:
    """Everything known of the block's persons, and of those of these ids, in a handful of
    queries."""
    known = Known()
    numbers = {number for record in block for number in atena_numbers(record)}
    for row in work.all(select(atena).where(atena.c.atena_number.in_(numbers))):
        known.atena[(row.municipality_code, row.atena_number)] = row.person_id
    ids = {*known.atena.values(), *persons}
    insured_numbers = {record.insured_number for record in block if record.insured_number}
    for row in work.all(
        select(insured).where(
            or_(insured.c.insured_number.in_(insured_numbers), insured.c.person_id.in_(ids))
        )
    ):
        known.add_period(dict(row._mapping))
    households = {record.household_number for record in block}
    for row in work.all(select(household).where(household.c.household_number.in_(households))):
        known.households.add((row.municipality_code, row.household_number))
    for row in work.all(
        select(
            check_entry.c.cause,
            check_entry.c.municipality_code,
            check_entry.c.atena_number,
            check_entry.c.case_id,
        ).where(check_entry.c.atena_number.in_(numbers), check_entry.c.disposition == "")
    ):
        place = (row.municipality_code, row.atena_number)
        known.listed.add((row.cause, *place, row.case_id or ""))
    if ids:
        _load_persons(work, ids, known)
    return known


def _load_persons(work: ReadRows, ids: set[str], known: Known) -> None:
    for row in work.all(select(person).where(person.c.id.in_(ids))):
        known.persons[row.id] = dict(row._mapping)
    for row in work.all(select(atena).where(atena.c.person_id.in_(ids), atena.c.current)):
        known.current[row.person_id] = (row.municipality_code, row.atena_number)
    for row in work.all(
        select(address).where(address.c.person_id.in_(ids), address.c.kind == "current")
    ):
        known.addresses[row.person_id] = dict(row._mapping)
    for row in work.all(select(household_member).where(household_member.c.person_id.in_(ids))):
        members = known.members.setdefault(row.person_id, {})
        members[(row.municipality_code, row.household_number)] = dict(row._mapping)
    for row in work.all(
        select(restriction_table).where(
            restriction_table.c.person_id.in_(ids), restriction_table.c.lifted_at == ""
        )
    ):
        known.restrictions.setdefault(row.person_id, []).append(dict(row._mapping))
