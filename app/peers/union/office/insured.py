"""被保険者情報 (FILE-17): everybody of a municipality once, then whoever changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, func, select, update

from app.peers.union.line.delivery import active_terminals, deliver
from app.peers.union.office import history
from app.peers.union.office.persons import (
    PersonRow,
    coverages_of,
    former_atena_of,
    shares_of,
    touched_since,
)
from app.peers.union.system import System
from app.peers.union.tables import filling, person, terminal
from app.wire.records import InsuredRecord

DAILY = "FILE-17"
_AT_ONCE = 5_000


def deliver_changes(system: System, connection: Connection, municipality_code: str) -> int:
    """Seal for each terminal of the municipality the persons that changed since its last
    FILE-17 (all of them the first time); returns how many containers were made."""
    last = connection.execute(
        select(func.max(person.c.touched)).where(person.c.municipality_code == municipality_code)
    ).scalar()
    made = 0
    for name in active_terminals(connection, municipality_code):
        since = connection.execute(
            select(terminal.c.delivered).where(terminal.c.id == name)
        ).scalar_one()
        if last is None or since >= last or is_filled_now(connection, name):
            continue
        records = insured_records(system, connection, municipality_code, since)
        deliver(system, connection, name, DAILY, records)
        connection.execute(update(terminal).where(terminal.c.id == name).values(delivered=last))
        made += 1
    return made


def insured_records(
    system: System, connection: Connection, municipality_code: str, since: int
) -> Iterator[InsuredRecord]:
    """The lines of all persons changed after ``since``; a coverage each, at least one line."""
    insurer = _insurer(system, municipality_code)
    while rows := touched_since(connection, municipality_code, since):
        since = rows[-1].touched
        yield from _lines(system, connection, rows, insurer)


def lines_of(
    system: System,
    connection: Connection,
    municipality_code: str,
    *which: ColumnElement[bool],
    day: str = "",
) -> Iterator[InsuredRecord]:
    """The lines of the persons of a municipality that ``which`` says, household by household,
    with the share that holds on ``day``, or with the last one."""
    insurer = _insurer(system, municipality_code)
    rows = connection.execute(
        select(person)
        .where(person.c.municipality_code == municipality_code, *which)
        .order_by(person.c.household_number, person.c.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for block in rows.partitions(_AT_ONCE):
        yield from _lines(system, connection, block, insurer, day)


def is_filled_now(connection: Connection, terminal_id: str) -> bool:
    """Whether parts of its first load are still to be sealed: changes follow after the last."""
    still = select(filling.c.terminal).where(
        filling.c.terminal == terminal_id, filling.c.sealed_at == ""
    )
    return connection.execute(still).first() is not None


def _insurer(system: System, municipality_code: str) -> str:
    return (
        system.tables["municipalities"]
        .at(system.today(), code=municipality_code)
        .text("insurer_number")
    )


def _lines(
    system: System,
    connection: Connection,
    rows: Sequence[PersonRow],
    insurer: str,
    day: str = "",
) -> Iterator[InsuredRecord]:
    ids = [row.id for row in rows]
    coverages, shares = coverages_of(connection, ids), shares_of(connection, ids, day)
    former = former_atena_of(connection, ids)
    events = history.last_events(connection, ids)
    told = system.codes["resident_events"]
    for row in rows:
        event, event_on = events.get(row.id, ("", ""))
        person_values = _person_values(row, " ".join(former.get(row.id, ())))
        # what a case brought has its kind for a reason, and no 異動事由 of the register
        person_values |= {"event": event if event in told else "", "event_on": event_on}
        covered = coverages.get(row.id, [])
        if not covered:
            yield InsuredRecord(**person_values)
        for item in covered:
            values = {
                "insured_number": item.insured_number,
                "insurer_number": insurer,
                "acquired_on": item.acquired_on,
                "acquisition_reason": item.acquisition_reason,
                "lost_on": item.lost_on,
                "loss_reason": item.loss_reason,
            }
            held = shares.get(row.id)
            if held is not None and not item.lost_on:
                values |= {
                    "copay_ratio": str(held.copay_ratio),
                    "copay_from": held.copay_from,
                    "limit_class": held.limit_class,
                    "limit_from": held.limit_from,
                    "provisional": str(held.provisional),
                }
            yield InsuredRecord(**person_values, **values)


def _person_values(row: PersonRow, former: str) -> dict[str, str]:
    return {
        "municipality_code": row.municipality_code,
        "atena_number": row.atena_number,
        "former_atena": former,
        "household_number": row.household_number,
        "relation": row.relation,
        "is_head": str(row.is_head),
        "person_kind": row.person_kind,
        "name": row.name,
        "kana": row.kana,
        "alias": row.alias,
        "alias_kana": row.alias_kana,
        "birth_written": row.birth_written,
        "birth_sort": row.birth_sort,
        "birth_precision": row.birth_precision,
        "sex": row.sex,
        "phone": row.phone,
        "state": row.state,
        "state_on": row.state_on if row.state != "1" else "",
        "postal_code": row.postal_code,
        "address": row.address,
        "building": row.building,
        "support_measure": "1" if row.support_from else "0",
        "support_from": row.support_from,
        "support_until": row.support_until,
    }
