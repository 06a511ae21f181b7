"""FILE-24 確認リスト into the store: what the union found contradictory (SEC-108, SEC-110)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.sync.inbox import Applied
from app.sync.work import EngineWork
from app.wire.files import FileSpec
from app.wire.layout import columns
from app.wire.records import CheckRecord, ResidentRecord
from db.tables.cases import case_file, check_entry
from db.tables.persons import atena

_BLOCK = 500
_ADD = insert(check_entry).on_conflict_do_nothing(index_elements=["id"])
_LABELS = {column.name: column.label for column in columns(ResidentRecord)}


def receive_check_list(work: EngineWork, spec: FileSpec, records: Iterable[CheckRecord]) -> Applied:
    """Apply FILE-24 (the function ``files.receive_check_list``): each line becomes an open
    entry. A line that is here already keeps what was done with it."""
    applied = 0
    for block in _blocks(records):
        owners = _owners(work, block)
        cases = _cases(work, block)
        for record in block:
            values = {
                "id": record.entry_id,
                "origin": "union",
                "cause": record.cause,
                "person_id": owners.get((record.municipality_code, record.atena_number)),
                "case_id": record.case_id if record.case_id in cases else None,
                "municipality_code": record.municipality_code,
                "atena_number": record.atena_number,
                "detail": _detail(record),
                "listed_at": record.listed_at,
            }
            applied += work.run(_ADD, values)
    return Applied(applied, 0, applied)


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
