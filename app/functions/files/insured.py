"""FILE-17 被保険者情報 into the store: persons, households, addresses, eligibility.

What is new is inserted, what changed is changed, what contradicts goes to the check list
(確認リスト) and changes nothing (SEC-108, SEC-110). Blocks of records keep the memory flat;
the whole file is one transaction of the engine's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.sql.base import Executable

from app.functions.files.decided import ADDRESS, PERIOD, Decided
from app.functions.files.known import load
from app.functions.files.scope import Scope
from app.sync.inbox import Applied, next_batch
from app.sync.work import EngineWork
from app.wire.files import FileSpec
from app.wire.records import InsuredRecord
from db import search
from db.tables.cases import check_entry
from db.tables.control import store_fact
from db.tables.persons import address, atena, household, household_member, insured, restriction
from db.work import Work

BLOCK = 1000
"""Records looked up and written together."""
_IDS_AT_ONCE = 1000


def receive_insured(work: EngineWork, spec: FileSpec, records: Iterable[InsuredRecord]) -> Applied:
    """Apply FILE-17 (the function ``files.receive_insured``). ``records`` is gone through
    twice: those held for their own sake first, then members of their households."""
    profile = work.scalar(select(store_fact.c.value).where(store_fact.c.name == "profile"))
    scope = Scope.on(str(profile or "counter"), work.at.date())
    writer = _Writer(work, next_batch(work))
    others = 0
    for block in _blocks(records):
        held = [record for record in block if scope.holds(record)]
        writer.apply(held)
        others += len(block) - len(held)
    if others and not scope.holds_by_household():
        writer.dropped += others
    elif others:
        for block in _blocks(record for record in records if not scope.holds(record)):
            writer.apply(block, members_only=True)
    return Applied(writer.applied, writer.dropped, writer.listed, search.WATERMARK)


def _blocks(records: Iterable[InsuredRecord]) -> Iterator[list[InsuredRecord]]:
    source = iter(records)
    while block := list(islice(source, BLOCK)):
        yield block


class _Writer:
    """Decides and writes block by block."""

    def __init__(self, work: EngineWork, batch: int) -> None:
        self.applied = 0
        self.dropped = 0
        self.listed = 0
        self._work = work
        # The gate's unit of work has the calls of db.work.Work, narrowed to what is declared.
        self._store = cast("Work", work)
        self._batch = batch
        self._ids = _fresh_ids(work)

    def apply(self, block: list[InsuredRecord], *, members_only: bool = False) -> None:
        """Write one block; with ``members_only`` those whose household is held here."""
        known = load(self._work, block)
        if members_only:
            wanted = [
                r for r in block if (r.municipality_code, r.household_number) in known.households
            ]
            self.dropped += len(block) - len(wanted)
            block = wanted
        decided = Decided(known, self._batch, self._work.at, self._ids)
        # A person's periods come in order, so that the end of one is known before the next.
        for record in sorted(block, key=attrgetter("acquired_on")):
            if decided.take(record):
                self.applied += 1
        self.listed += len(decided.checks)
        self._write(decided)

    def _write(self, decided: Decided) -> None:
        """Write what one block decided, table by table, persons first."""
        search.insert_persons(self._store, decided.new_persons.values())
        for person_id, changed in decided.changed_persons.items():
            search.update_person(self._store, person_id, {**changed, "batch": self._batch})
        self._insert(atena, decided.atena)
        self._run(_CURRENT, [_number(*item) for item in decided.renumbered.items()])
        self._insert(household, decided.households)
        self._run(_LEAVE, [_of(row, "person_id", "municipality_code") for row in decided.moved])
        self._insert(household_member, decided.members.values())
        self._insert(address, decided.new_addresses.values())
        self._run(_ADDRESS, [_address(row) for row in decided.changed_addresses.values()])
        self._insert(insured, decided.new_periods.values())
        self._run(_PERIOD, [_period(row) for row in decided.changed_periods.values()])
        self._insert(restriction, decided.new_restrictions)
        self._run(_LONGER, decided.longer_restrictions)
        self._insert(check_entry, decided.checks)

    def _insert(self, table: Table, rows: Collection[dict[str, Any]]) -> None:
        """Rows of one table fill the same columns, in the order of the first."""
        if rows:
            names = tuple(next(iter(rows)))
            self._work.insert_rows(table, names, list(map(itemgetter(*names), rows)))

    def _run(self, statement: Executable, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._work.run(statement, rows)


def _fresh_ids(work: EngineWork) -> Iterator[str]:
    """Ids without end; few are left over, and no query is made for each."""
    while True:
        yield from work.new_ids(_IDS_AT_ONCE)


_LEAVE = delete(household_member).where(
    household_member.c.person_id == bindparam("of_person_id"),
    household_member.c.municipality_code == bindparam("of_municipality_code"),
)
_CURRENT = (
    update(atena)
    .where(
        atena.c.municipality_code == bindparam("of_municipality_code"),
        atena.c.atena_number == bindparam("of_atena_number"),
    )
    .values(current=bindparam("in_use"))
)
_ADDRESS = (
    update(address)
    .where(address.c.person_id == bindparam("of_person_id"), address.c.kind == "current")
    .values(version=address.c.version + 1)
)
_PERIOD = (
    update(insured)
    .where(
        insured.c.insured_number == bindparam("of_insured_number"),
        insured.c.acquired_on == bindparam("of_acquired_on"),
    )
    .values(version=insured.c.version + 1)
)
_LONGER = (
    update(restriction)
    .where(restriction.c.id == bindparam("of_id"))
    .values(until_on=bindparam("until"), version=restriction.c.version + 1)
)


def _of(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """The key of a row, under names that are no columns (SQLAlchemy reserves those)."""
    return {f"of_{name}": row[name] for name in names}


def _number(key: tuple[str, str], in_use: bool) -> dict[str, Any]:
    return {"of_municipality_code": key[0], "of_atena_number": key[1], "in_use": in_use}


def _address(row: dict[str, Any]) -> dict[str, Any]:
    return {**_of(row, "person_id"), **{name: row[name] for name in ADDRESS}}


def _period(row: dict[str, Any]) -> dict[str, Any]:
    values = {name: row[name] for name in (*PERIOD, "provisional", "batch")}
    return {**_of(row, "insured_number", "acquired_on"), **values}
