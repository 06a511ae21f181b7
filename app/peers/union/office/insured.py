"""被保険者情報 (FILE-17): everybody of a municipality once, then whoever changed, and whom a
terminal may keep from then on because of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)

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
from app.peers.union.tables import coverage, down_item, filling, person, terminal
from app.wire.records import InsuredRecord
from app.wire.scope import Scope

DAILY = "FILE-17"
_AT_ONCE = 5_000

Which: TypeAlias = tuple[ColumnElement[bool], ...]
"""Which persons of a municipality."""


def deliver_changes(system: System, connection: Connection, municipality_code: str) -> int:
    """Seal for each terminal of the municipality the persons that changed since its last
    FILE-17 (all of them the first time), and whom it may keep from now on although nothing about
    them changed; returns how many containers were made."""
    last = connection.execute(
        select(func.max(person.c.touched)).where(person.c.municipality_code == municipality_code)
    ).scalar()
    made = 0
    for name in active_terminals(connection, municipality_code):
        if last is None or is_filled_now(connection, name):
            continue
        row = connection.execute(select(terminal).where(terminal.c.id == name)).one()
        others = [
            which
            for which in _newly_kept(system, connection, row)
            if any(True for _ in connection.execute(_of(municipality_code, *which).limit(1)))
        ]
        if row.delivered >= last and not others:
            continue
        records = chain(
            insured_records(system, connection, municipality_code, row.delivered),
            *(lines_of(system, connection, municipality_code, *which) for which in others),
        )
        deliver(system, connection, name, DAILY, records)
        connection.execute(update(terminal).where(terminal.c.id == name).values(delivered=last))
        made += 1
    return made


def _newly_kept(system: System, connection: Connection, row: Row[Any]) -> Iterator[Which]:
    """Who may rest in the terminal although nothing about them changed since ``row.delivered``
    (DESIGN 4): those who have come of age since its last FILE-17, and, of the households of
    whoever changed and is kept for their own sake, those kept for the household alone. That the
    terminal may have them already does no harm."""
    today = Scope.on(row.profile, system.today())
    if not row.delivered or not today.holds_by_household():
        return
    before = Scope.on(row.profile, _covered_on(connection, row.id)).born_by
    unchanged = person.c.touched <= row.delivered
    come_of_age = (person.c.birth_sort > before, person.c.birth_sort <= today.born_by)
    yield (unchanged, *come_of_age)
    other = person.alias()
    households = select(other.c.household_number).where(
        other.c.municipality_code == row.municipality,
        other.c.household_number != "",
        or_(
            other.c.touched > row.delivered,
            and_(other.c.birth_sort > before, other.c.birth_sort <= today.born_by),
        ),
        or_(other.c.birth_sort <= today.born_by, _has_coverage(other)),
    )
    yield (
        unchanged,
        person.c.state == "1",
        person.c.birth_sort > today.born_by,
        ~_has_coverage(person),
        person.c.household_number.in_(households),
    )


def _has_coverage(whose: FromClause) -> ColumnElement[bool]:
    return exists(select(coverage.c.id).where(coverage.c.person_id == whose.c.id))


def _covered_on(connection: Connection, terminal_id: str) -> date:
    """The day up to which a terminal was given whoever had come of age: that of its last
    FILE-17, and of the parts of a first load the one on which it began."""
    last = connection.execute(
        select(func.max(down_item.c.announced_at)).where(
            down_item.c.terminal == terminal_id, down_item.c.file_id == DAILY
        )
    ).scalar_one()
    first = connection.execute(select(filling).where(filling.c.terminal == terminal_id)).first()
    if first is not None and last <= first.sealed_at:
        last = min(last, first.begun_at)
    return datetime.fromisoformat(last).date()


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
        _of(municipality_code, *which)
        .order_by(person.c.household_number, person.c.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for block in rows.partitions(_AT_ONCE):
        yield from _lines(system, connection, block, insurer, day)


def _of(municipality_code: str, *which: ColumnElement[bool]) -> Select[Any]:
    return select(person).where(person.c.municipality_code == municipality_code, *which)


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
