"""初期登録: a new or replaced terminal is given everything of its municipality before it works.

The terminal asks, and each time the union seals one more part, household by household, so that
whoever belongs together lies in one container. That it is given anything was decided by the two
operators who approved its enrolment (SEC-114); they approved just this terminal and municipality.
What changes meanwhile follows as a change, after the last part. Both sides count.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from app.core.errors import UserError
from app.peers.union.line import control, enrolment
from app.peers.union.line.delivery import deliver
from app.peers.union.line.enrolment import Caller
from app.peers.union.line.taking_up import FILLED_WITH, fill_anew
from app.peers.union.office import holding
from app.peers.union.office.insured import DAILY, lines_of
from app.peers.union.system import System, log_act
from app.peers.union.tables import down_item, filling, person, share, terminal
from app.wire.protocol import FilledFile, Filling
from app.wire.statements import Settlement

PART = 20_000
"""Persons in one container at least; the last household may bring a few more."""

_AHEAD = 2
"""Parts that may wait for the terminal; it fetches one while the next lies ready."""

_MARK = "="
"""Stands before the household up to which it is sealed: a household may have no number."""


def go_on(system: System, caller: Caller) -> Filling:
    """Seal what may be sealed now; how far it is. Asked again at any moment, it goes on."""
    with system.database.write() as connection:
        row = _begun(system, connection, caller)
        while not row.sealed_at and _waiting(connection, caller.terminal) < _AHEAD:
            row = _seal_next(system, connection, caller, row)
    holding.tell(system, caller)
    with system.database.read() as connection:
        files = filled(connection, caller.terminal)
        more = not row.sealed_at or _was_refused(connection, row)
        position = control.last_place(connection, caller.municipality)
    return Filling(files, more=more, control=position)


def filled(connection: Connection, terminal_id: str) -> tuple[FilledFile, ...]:
    """What a terminal was given, file by file, and how much of it it acknowledged. What it
    refused counts as not given."""
    taken = down_item.c.settlement == Settlement.ACCEPTED.value
    rows = connection.execute(
        select(
            down_item.c.file_id,
            func.sum(down_item.c.records),
            func.coalesce(func.sum(down_item.c.records).filter(taken), 0),
        )
        .where(
            down_item.c.terminal == terminal_id,
            down_item.c.file_id.in_(FILLED_WITH),
            down_item.c.settlement != Settlement.REJECTED.value,
        )
        .group_by(down_item.c.file_id)
    )
    counts = {file_id: (int(sealed), int(known)) for file_id, sealed, known in rows}
    return tuple(FilledFile(one, *counts.get(one, (0, 0))) for one in FILLED_WITH)


def terminals(system: System) -> list[dict[str, object]]:
    """The register of terminals with both counts: what each was given and what it took."""
    found = enrolment.terminals(system)
    with system.database.read() as connection:
        for one in found:
            counts = filled(connection, str(one["id"]))
            one["given"] = sum(count.records for count in counts)
            one["acknowledged"] = sum(count.acknowledged for count in counts)
    return found


def again(system: System, operator: str, terminal_id: str) -> None:
    """Seal everything for a terminal once more, after a part that it could not take. Raises
    UserError ``union.not_filled`` for one that never asked to be filled."""
    with system.database.write() as connection:
        mine = filling.c.terminal == terminal_id
        if connection.execute(select(filling).where(mine)).first() is None:
            raise UserError(
                "union.not_filled",
                f"端末 {terminal_id} は、初期登録を求めていません。",
                "端末の番号を確かめてください。",
            )
        log_act(system, connection, operator, "fill", terminal_id)
        fill_anew(connection, terminal_id)


def _begun(system: System, connection: Connection, caller: Caller) -> Row[Any]:
    row = _row(connection, caller.terminal)
    if row is not None:
        return row
    last = connection.execute(
        select(func.max(person.c.touched)).where(person.c.municipality_code == caller.municipality)
    ).scalar()
    delivered = connection.execute(
        select(terminal.c.delivered).where(terminal.c.id == caller.terminal)
    ).scalar_one()
    position = connection.execute(select(func.max(down_item.c.position))).scalar()
    # Whoever was given everybody before, by a delivery of the day, is only counted.
    whole = bool(delivered) or last is None
    now = system.now()
    connection.execute(
        insert(filling).values(
            terminal=caller.terminal,
            household="",
            until=last or 0,
            position=position or 0,
            begun_at=now,
            sealed_at=now if whole else "",
        )
    )
    log_act(system, connection, caller.terminal, "fill", caller.terminal)
    return _known(connection, caller.terminal)


def _row(connection: Connection, terminal_id: str) -> Row[Any] | None:
    return connection.execute(select(filling).where(filling.c.terminal == terminal_id)).first()


def _known(connection: Connection, terminal_id: str) -> Row[Any]:
    return connection.execute(select(filling).where(filling.c.terminal == terminal_id)).one()


def _was_refused(connection: Connection, row: Row[Any]) -> bool:
    """Whether the terminal could not take a part: an operator lets it be filled again."""
    refused = select(down_item.c.id).where(
        down_item.c.terminal == row.terminal,
        down_item.c.file_id.in_(FILLED_WITH),
        down_item.c.position > row.position,
        down_item.c.settlement == Settlement.REJECTED.value,
    )
    return connection.execute(refused).first() is not None


def _waiting(connection: Connection, terminal_id: str) -> int:
    return connection.execute(
        select(func.count()).where(
            down_item.c.terminal == terminal_id,
            down_item.c.file_id == DAILY,
            down_item.c.acknowledged_at == "",
        )
    ).scalar_one()


def _seal_next(
    system: System,
    connection: Connection,
    caller: Caller,
    row: Row[Any],
) -> Row[Any]:
    """Seal the next part, or note that there is none."""
    last = _last_household(connection, caller.municipality, row.household)
    values: dict[str, str] = {"sealed_at": system.now()}
    if last is not None:
        values = {"household": _MARK + last}
        records = lines_of(
            system,
            connection,
            caller.municipality,
            *_after(row.household),
            person.c.household_number <= last,
            day=system.today().isoformat(),
        )
        deliver(system, connection, caller.terminal, DAILY, records)
    else:
        _seal_to_come(system, connection, caller)
        connection.execute(
            update(terminal).where(terminal.c.id == caller.terminal).values(delivered=row.until)
        )
    mine = filling.c.terminal == caller.terminal
    connection.execute(update(filling).where(mine).values(**values))
    return _known(connection, caller.terminal)


def _seal_to_come(system: System, connection: Connection, caller: Caller) -> None:
    """The parts say the share of today; whoever has a later one (from next August, say) follows
    with it, as a change."""
    later = select(share.c.person_id).where(share.c.copay_from > system.today().isoformat())
    mine = person.c.municipality_code == caller.municipality
    if connection.execute(select(person.c.id).where(mine, person.c.id.in_(later))).first():
        records = lines_of(system, connection, caller.municipality, person.c.id.in_(later))
        deliver(system, connection, caller.terminal, DAILY, records)


def _last_household(connection: Connection, municipality: str, after: str) -> str | None:
    """The last household of the next part; None where nobody is left."""
    of_them = (person.c.municipality_code == municipality, *_after(after))
    number = person.c.household_number
    found = connection.execute(
        select(number).where(*of_them).order_by(number).offset(PART - 1).limit(1)
    ).scalar()
    if found is None:
        found = connection.execute(select(func.max(number)).where(*of_them)).scalar()
    return found


def _after(household: str) -> tuple[ColumnElement[bool], ...]:
    last = household.removeprefix(_MARK)
    return (person.c.household_number > last,) if household else ()
