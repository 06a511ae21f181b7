"""確認リスト (FILE-24): what contradicts is listed, never overwritten (SEC-108, SEC-110)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.peers.union.line.delivery import active_terminals, deliver
from app.peers.union.system import System, next_value
from app.peers.union.tables import check_entry
from app.wire.records import CheckRecord

NUMBER_BLANK = "個人番号が空白です。"
"""The one sentence for a blank number, whoever left it blank: a person is listed for it once."""


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """One contradiction: ``cause`` is a code of ``check_causes``, ``items`` column names."""

    cause: str
    municipality_code: str
    atena_number: str
    items: tuple[str, ...] = ()
    insured_number: str = ""


def list_entry(
    system: System, connection: Connection, entry: CheckEntry, detail: str, *, case_id: str = ""
) -> bool:
    """Put a contradiction on the list, once for the same cause, items and words; True when it
    is new.

    ``detail`` holds no 個人番号.
    """
    items = " ".join(entry.items)
    there = connection.execute(
        select(check_entry.c.id).where(
            check_entry.c.cause == entry.cause,
            check_entry.c.municipality_code == entry.municipality_code,
            check_entry.c.atena_number == entry.atena_number,
            check_entry.c["items"] == items,
            check_entry.c.detail == detail,
        )
    ).first()
    if there is not None:
        return False
    connection.execute(
        insert(check_entry).values(
            id=f"{system.setup.id}-C-{next_value(connection, 'check_entry'):06d}",
            cause=entry.cause,
            municipality_code=entry.municipality_code,
            atena_number=entry.atena_number,
            insured_number=entry.insured_number,
            case_id=case_id,
            items=items,
            detail=detail,
            listed_at=system.now(),
        )
    )
    return True


def tell_other(system: System, connection: Connection, owner: Row[Any]) -> None:
    """Two municipalities say the same number of somebody: the other one has it on its list too,
    and at once. Neither is told whom the other means."""
    entry = CheckEntry("number_elsewhere", owner.municipality_code, owner.atena_number)
    if list_entry(system, connection, entry, "同じ個人番号が、別の市区町村の方にあります。"):
        deliver_list(system, connection, owner.municipality_code)


def deliver_list(system: System, connection: Connection, municipality_code: str) -> int:
    """Seal the entries not yet delivered for every terminal of the municipality."""
    rows = connection.execute(
        select(check_entry)
        .where(
            check_entry.c.municipality_code == municipality_code,
            check_entry.c.delivered_in == "",
        )
        .order_by(check_entry.c.id)
    ).all()
    terminals = active_terminals(connection, municipality_code)
    if not rows or not terminals:
        return 0
    records = [
        CheckRecord(
            entry_id=row.id,
            cause=row.cause,
            municipality_code=row.municipality_code,
            atena_number=row.atena_number,
            insured_number=row.insured_number,
            case_id=row.case_id,
            items=row._mapping["items"],
            detail=row.detail,
            listed_at=row.listed_at,
        )
        for row in rows
    ]
    items = [deliver(system, connection, name, "FILE-24", records) for name in terminals]
    connection.execute(
        update(check_entry)
        .where(check_entry.c.id.in_([row.id for row in rows]))
        .values(delivered_in=" ".join(items))
    )
    return len(rows)
