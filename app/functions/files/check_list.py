"""FILE-24 確認リスト into the store: what the union found contradictory (SEC-108, SEC-110)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.core.tables import Tables
from app.sync.inbox import Applied, Handler
from app.sync.work import EngineWork
from app.wire.files import FileSpec
from app.wire.layout import columns
from app.wire.records import CheckRecord, ResidentRecord
from db.tables.cases import case_file, check_entry, delivered_list
from db.tables.persons import atena

_BLOCK = 500
_ADD = insert(check_entry).on_conflict_do_nothing(index_elements=["id"])
_LABELS = {column.name: column.label for column in columns(ResidentRecord)}


def receiver(tables: Tables) -> Handler:
    """The handler of FILE-24 (the function ``files.receive_check_list``): each line becomes an
    open entry of the list that its cause belongs to (``check_causes``), and each list is work
    with a due day (``delivered_lists``). A line that is here already keeps what was done with
    it."""

    def receive(work: EngineWork, spec: FileSpec, records: Iterable[CheckRecord]) -> Applied:
        lists = Lists(work, tables)
        applied = sum(_take(work, block, lists) for block in _blocks(records))
        lists.keep()
        return Applied(applied, 0, applied)

    return receive


class Lists:
    """The lists that come with one file, each written once with the count of its lines."""

    def __init__(self, work: EngineWork, tables: Tables) -> None:
        self._work = work
        self._tables = tables
        self._ids: dict[str, str] = {}
        self._counts: Counter[str] = Counter()

    def id_for(self, cause: str) -> str:
        """The list to which entries of a cause belong."""
        kind = self._kind(cause)
        if kind not in self._ids:
            self._ids[kind] = self._work.new_id()
        return self._ids[kind]

    def count(self, cause: str) -> None:
        """One entry of this cause was added."""
        self._counts[self._kind(cause)] += 1

    def keep(self) -> None:
        """Write the lists that have an entry."""
        today = self._work.at.date()
        table = self._tables["delivered_lists"]
        for kind, entries in self._counts.items():
            days = int(str(table.at(today, code=kind).values["days"]))
            self._work.run(
                insert(delivered_list).values(
                    id=self._ids[kind],
                    kind=kind,
                    title=table.label(kind, today),
                    arrived_at=self._work.at.isoformat(),
                    entries=entries,
                    due_on=self._work.business_days.add(today, days).isoformat(),
                )
            )

    def _kind(self, cause: str) -> str:
        row = self._tables["check_causes"].at(self._work.at.date(), code=cause)
        return str(row.values["list"])


def _take(work: EngineWork, block: list[CheckRecord], lists: Lists) -> int:
    """Add a block's entries; how many were not here yet."""
    owners, cases, added = _owners(work, block), _cases(work, block), 0
    for record in block:
        values = {
            "id": record.entry_id,
            "origin": "union",
            "cause": record.cause,
            "person_id": owners.get((record.municipality_code, record.atena_number)),
            "case_id": record.case_id if record.case_id in cases else None,
            "list_id": lists.id_for(record.cause),
            "municipality_code": record.municipality_code,
            "atena_number": record.atena_number,
            "detail": _detail(record),
            "listed_at": record.listed_at,
        }
        if work.run(_ADD, values):
            lists.count(record.cause)
            added += 1
    return added


def _detail(record: CheckRecord) -> str:
    """What the union says, and which items differ in the register's own words (SEC-110)."""
    items = "・".join(_LABELS.get(name, name) for name in record.items.split())
    return f"{record.detail}違う項目：{items}。" if items else record.detail


def _blocks(records: Iterable[CheckRecord]) -> Iterator[list[CheckRecord]]:
    source = iter(records)
    while block := list(islice(source, _BLOCK)):
        yield block


def _owners(work: EngineWork, block: list[CheckRecord]) -> dict[tuple[str, str], str]:
    numbers = {record.atena_number for record in block}
    rows = work.all(select(atena).where(atena.c.atena_number.in_(numbers)))
    return {(row.municipality_code, row.atena_number): row.person_id for row in rows}


def _cases(work: EngineWork, block: list[CheckRecord]) -> set[str]:
    ids = {record.case_id for record in block if record.case_id}
    return {row.id for row in work.all(select(case_file.c.id).where(case_file.c.id.in_(ids)))}
