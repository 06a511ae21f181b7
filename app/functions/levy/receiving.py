"""FILE-20, 07, 08, 09 into the ledger: what they say of a person's premium (DATA-29, 30).

Each record is kept as it was said. What repeats is counted, what contradicts is kept apart and
listed, and nothing is written over (SEC-110); what the rules reckon otherwise is listed too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from sqlalchemy import insert, select

from app.core.canon import canonical_json
from app.core.tables import Tables
from app.functions.levy import findings
from app.functions.levy.account import CONTRADICTS, KEPT
from app.functions.levy.findings import Finder, Finding, Person
from app.sync.inbox import Applied, Handler, next_batch
from app.sync.work import EngineWork
from app.wire.files import FileSpec
from db.tables.cases import check_entry
from db.tables.money import premium_record
from db.tables.persons import atena, insured, person

READS = (
    "premium_record",
    "atena",
    "insured",
    "person.id",
    "person.birth_sort",
    "check_entry",
    "store_fact.profile",
)
WRITES = ("premium_record", "check_entry")

_BLOCK = 500
_NAMES = tuple(column.name for column in premium_record.c)
_NEWER_BY: Mapping[str, str] = {"FILE-07": "fixed_on", "FILE-09": "as_of"}
"""The column by which another word of the same key is a newer one. Where none is named, a key is
said once and another word contradicts the first."""


@dataclass(frozen=True, slots=True)
class _New:
    """A record that was not here yet."""

    line: int
    record: Any
    standing: str


def receiver(tables: Tables) -> Handler:
    """The handler of the four files (``levy.receive_premium``, ``levy.receive_collection``)."""

    def receive(work: EngineWork, spec: FileSpec, records: Iterable[Any]) -> Applied:
        if work.fact("profile") not in (None, "counter"):
            return Applied(0, sum(1 for _ in records))  # no income and no premium rests there
        return _Taking(work, spec, tables).take(records)

    return receive


class _Taking:
    """Takes one file, block by block, and counts."""

    def __init__(self, work: EngineWork, spec: FileSpec, tables: Tables) -> None:
        self._work = work
        self._spec = spec
        self._finder = Finder(spec, tables)
        self._batch = next_batch(work)
        self._listed = 0

    def take(self, records: Iterable[Any]) -> Applied:
        applied = repeated = 0
        numbered = enumerate(records, start=1)
        while block := list(islice(numbered, _BLOCK)):
            new = self._keep(block)
            applied += len(new)
            repeated += len(block) - len(new)
            self._find(new)
        if repeated:
            self._list([findings.repeats(self._spec, repeated)])
        return Applied(applied, repeated, self._listed)

    def _keep(self, block: list[tuple[int, Any]]) -> list[_New]:
        keys = [self._key(record) for _, record in block]
        known: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in self._work.all(
            select(premium_record.c.key, premium_record.c.record, premium_record.c.standing)
            .where(premium_record.c.file_id == self._spec.id, premium_record.c.key.in_(set(keys)))
            .order_by(premium_record.c.number)
        ):
            known[row.key].append((row.record, row.standing))
        new, rows = [], []
        for key, (line, record) in zip(keys, block, strict=True):
            text = canonical_json(asdict(record))
            before = known[key]
            if any(text == said for said, _ in before):
                continue
            standing = self._standing(record, [said for said, how in before if how == KEPT])
            before.append((text, standing))
            new.append(_New(line, record, standing))
            rows.append(self._row(key, len(before), new[-1], text))
        self._work.insert_rows(premium_record, _NAMES, rows)
        return new

    def _key(self, record: Any) -> str:
        return " ".join(getattr(record, name) for name in self._spec.key)

    def _row(self, key: str, number: int, new: _New, text: str) -> tuple[Any, ...]:
        record = new.record
        return (
            self._spec.id,
            key,
            number,
            record.municipality_code,
            record.atena_number,
            record.equivalent_year,
            text,
            new.standing,
            self._batch,
            new.line,
            self._work.at.isoformat(),
        )

    def _standing(self, record: Any, before: list[str]) -> str:
        """Whether a record may count beside what was said of its key before."""
        if not before:
            return KEPT
        newer_by = _NEWER_BY.get(self._spec.id)
        if newer_by is None:
            return CONTRADICTS
        days = {json.loads(text)[newer_by] for text in before}
        return CONTRADICTS if getattr(record, newer_by) in days else KEPT

    def _find(self, new: list[_New]) -> None:
        """What a person must look at of these records."""
        if not new:
            return
        here = self._persons(record.record for record in new)
        found = [
            one
            for each in new
            for one in self._finder.of_record(
                each.record,
                here.get((each.record.municipality_code, each.record.atena_number)),
                contradicts=each.standing == CONTRADICTS,
            )
        ]
        touched = {
            (one.record.municipality_code, one.record.atena_number, one.record.equivalent_year)
            for one in new
        }
        found += self._finder.of_accounts(self._work, touched, here)
        self._list(found)

    def _persons(self, records: Iterable[Any]) -> dict[tuple[str, str], Person]:
        numbers = {record.atena_number for record in records}
        rows = self._work.all(
            select(
                atena.c.municipality_code,
                atena.c.atena_number,
                atena.c.person_id,
                person.c.birth_sort,
                insured.c.insured_number,
                insured.c.acquired_on,
                insured.c.lost_on,
            )
            .join(person, person.c.id == atena.c.person_id)
            .outerjoin(insured, insured.c.person_id == atena.c.person_id)
            .where(atena.c.atena_number.in_(numbers))
            .order_by(insured.c.acquired_on)
        )
        found: dict[tuple[str, str], Person] = {}
        for row in rows:
            place = (row.municipality_code, row.atena_number)
            before = found.get(place) or Person(row.person_id, row.birth_sort, ())
            if row.insured_number:
                before = before.with_period(row.insured_number, row.acquired_on, row.lost_on)
            found[place] = before
        return found

    def _list(self, found: list[Finding]) -> None:
        """Put findings on the check list, each once as long as it is open."""
        details = {one.detail for one in found}
        there = {
            (row.cause, row.atena_number, row.detail)
            for some in _some(sorted(details))
            for row in self._work.all(
                select(check_entry.c.cause, check_entry.c.atena_number, check_entry.c.detail).where(
                    check_entry.c.disposition == "", check_entry.c.detail.in_(some)
                )
            )
        }
        for one in found:
            if (one.cause, one.atena_number, one.detail) in there:
                continue
            there.add((one.cause, one.atena_number, one.detail))
            self._listed += 1
            self._work.run(
                insert(check_entry).values(
                    id=self._work.new_id(),
                    origin="terminal",
                    cause=one.cause,
                    person_id=one.person_id or None,
                    municipality_code=one.municipality_code,
                    atena_number=one.atena_number,
                    detail=one.detail,
                    listed_at=self._work.at.isoformat(),
                )
            )


def _some(values: list[str]) -> Iterator[list[str]]:
    source = iter(values)
    while block := list(islice(source, _BLOCK)):
        yield block
