"""The files that the municipal system gives to the terminal or the relay (FILE-02 … 09, 12 … 14).

What was not sent yet goes out, once; a file that is made again for the same business day is its
next edition. Each feeder gives the records of its file and marks the rows they came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, func, insert, select, update

from app.core.errors import UserError
from app.core.files import write_whole
from app.peers.municipality.mistakes import Mistake, in_bytes, in_records
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import (
    addressee,
    collection,
    disability,
    file_log,
    instalment,
    insured,
    movement,
    resident,
    tax,
)
from app.rules.calendar.days import day_of_75
from app.wire import records
from app.wire.codec import encode_file
from app.wire.files import FILES
from app.wire.frame import Frame
from app.wire.layout import columns

AHEAD = timedelta(days=62)
"""FILE-12 names those who reach 75 within about two months."""
DAILY = ("FILE-02", "FILE-07", "FILE-08", "FILE-09", "FILE-13", "FILE-14", "FILE-43")
MONTHLY = ("FILE-06", "FILE-12")


@dataclass(frozen=True, slots=True)
class Made:
    """One file that was written."""

    path: Path
    file_id: str
    edition: int
    count: int
    mistake: str = ""


def write_file(
    system: Municipality, file_id: str, out: Path, mistake: Mistake | None = None
) -> Made:
    """Write one file into ``out``, whole; with ``mistake`` as a system that errs would.

    Raises UserError ``municipality.no_feeder`` and ``municipality.out``.
    """
    feeder = FEEDERS.get(file_id)
    if feeder is None:
        raise UserError(
            "municipality.no_feeder",
            f"{file_id} は、市区町村システムが作るファイルではありません。",
            f"作れるもの：{'、'.join(FEEDERS)}",
        )
    if not out.is_dir():
        raise UserError(
            "municipality.out", f"置き場所 {out} がありません。", "--out で指定してください。"
        )
    with system.write() as connection:
        edition = _next_edition(connection, file_id, system.today)
        made_in = f"M-{file_id}-{system.today:%Y%m%d}-{edition}"
        rows = list(feeder(connection, system.today, system.code, made_in))
        kept = in_records(mistake, rows)
        frame = Frame(
            sender=f"M-{system.code}",
            municipality=system.code,
            business_on=system.today.isoformat(),
            edition=edition,
            made_at=system.clock.now().isoformat(timespec="seconds"),
        )
        charset = system.charset
        whole = encode_file(FILES[file_id], kept, system.codes, frame, charset)
        content = in_bytes(mistake, whole, charset.codec)
        path = out / f"{file_id}_{system.today:%Y%m%d}_{edition}.csv"
        connection.execute(
            insert(file_log).values(
                id=made_in,
                file_id=file_id,
                direction="out",
                business_on=frame.business_on,
                edition=edition,
                count=len(kept),
                name=path.name,
                digest=hashlib.sha256(content).hexdigest(),
                at=frame.made_at,
                mistake=str(mistake or ""),
                state="made",
            )
        )
        write_whole(path, content)
    return Made(path, file_id, edition, len(kept), str(mistake or ""))


def _next_edition(connection: Connection, file_id: str, day: date) -> int:
    """How often the file was made for this business day, and one more."""
    made = (
        select(func.count())
        .select_from(file_log)
        .where(
            file_log.c.file_id == file_id,
            file_log.c.direction == "out",
            file_log.c.business_on == day.isoformat(),
        )
    )
    return 1 + int(connection.execute(made).scalar() or 0)


def write_day(system: Municipality, out: Path) -> tuple[Made, ...]:
    """Every file that is due today: the daily ones, on the first of a month the monthly ones."""
    due = (*DAILY, *(MONTHLY if system.today.day == 1 else ()))
    return tuple(write_file(system, file_id, out) for file_id in due)


def _mark(connection: Connection, table: Table, made_in: str, *where: Any) -> None:
    connection.execute(update(table).where(table.c.made_in == "", *where).values(made_in=made_in))


def _filled(record: type[Any], row: Row[Any], **more: str) -> Any:
    """A record from a row's columns of the same names, and what is given."""
    values = {name: str(value) for name, value in row._mapping.items()}
    names = {column.name for column in columns(record)}
    return record(**{name: value for name, value in (values | more).items() if name in names})


def _moved(connection: Connection) -> list[Row[Any]]:
    """Events that did not go out yet, with the person as now."""
    return list(
        connection.execute(
            select(movement, *(one for one in resident.columns if one.name != "atena_number"))
            .join(resident, resident.c.atena_number == movement.c.atena_number)
            .where(movement.c.made_in == "")
            .order_by(movement.c.number)
        )
    )


def _movements(
    record: type[Any], *kinds: str
) -> Callable[[Connection, date, str, str], Iterator[Any]]:
    def feed(connection: Connection, day: date, code: str, made_in: str) -> Iterator[Any]:
        for row in _moved(connection):
            if row.person_kind in kinds:
                yield _filled(
                    record,
                    row,
                    municipality_code=code,
                    serial=f"I-{row.number}",
                    linked_at=f"{day.isoformat()}T18:00:00+09:00",
                )
                _mark(connection, movement, made_in, movement.c.number == row.number)

    return feed


def _residents(connection: Connection, _day: date, code: str, made_in: str) -> Iterator[Any]:
    """FILE-03: each person with events of the day once, by the last of them; all persons where
    none was ever sent (一括)."""
    ever = select(func.count()).select_from(file_log).where(file_log.c.file_id == "FILE-03")
    if not connection.execute(ever).scalar():
        for row in connection.execute(select(resident).where(resident.c.person_kind != "3")):
            event_on = row.state_on or row.resident_since or row.birth_sort
            event = {"2": "move_out", "3": "death"}.get(row.state, "ex_officio_entry")
            yield _filled(
                records.ResidentRecord,
                row,
                municipality_code=code,
                event=event,
                event_on=event_on,
            )
    else:
        last = {row.atena_number: row for row in _moved(connection) if row.person_kind != "3"}
        for row in last.values():
            yield _filled(records.ResidentRecord, row, municipality_code=code)
    _mark(connection, movement, made_in)


def _unregistered(connection: Connection, _day: date, code: str, made_in: str) -> Iterator[Any]:
    for row in _moved(connection):
        if row.person_kind == "3":
            yield _filled(
                records.UnregisteredRecord,
                row,
                municipality_code=code,
                reason="other",
                event="changed",
                valid_from=row.resident_since or row.event_on,
            )
            _mark(connection, movement, made_in, movement.c.number == row.number)


def _incomes(connection: Connection, day: date, code: str, made_in: str) -> Iterator[Any]:
    """FILE-06: every income that changed since, of the insured and their households."""
    rows = connection.execute(
        select(tax, resident.c.household_number)
        .join(resident, resident.c.atena_number == tax.c.atena_number)
        .where(tax.c.made_in == "")
        .order_by(tax.c.atena_number)
    ).all()
    for row in rows:
        yield _filled(
            records.IncomeRecord,
            row,
            municipality_code=code,
            assessed_on=day.isoformat(),
        )
    _mark(connection, tax, made_in)


def _instalments(connection: Connection, _day: date, code: str, made_in: str) -> Iterator[Any]:
    rows = connection.execute(
        select(instalment)
        .where(instalment.c.made_in == "")
        .order_by(instalment.c.notice_number, instalment.c.period)
    ).all()
    for row in rows:
        yield _filled(
            records.InstalmentRecord,
            row,
            municipality_code=code,
            equivalent_year=row.levy_year,
        )
    _mark(connection, instalment, made_in)


def _collections(connection: Connection, _day: date, code: str, made_in: str) -> Iterator[Any]:
    rows = connection.execute(
        select(
            collection,
            instalment.c.atena_number,
            instalment.c.insured_number,
            instalment.c.levy_year,
            instalment.c.method,
        )
        .join(
            instalment,
            (instalment.c.notice_number == collection.c.notice_number)
            & (instalment.c.period == collection.c.period),
        )
        .where(collection.c.made_in == "")
        .order_by(collection.c.entry_id)
    ).all()
    for row in rows:
        yield _filled(
            records.CollectionRecord,
            row,
            municipality_code=code,
            equivalent_year=row.levy_year,
        )
    _mark(connection, collection, made_in)


def _arrears(connection: Connection, day: date, code: str, _made_in: str) -> Iterator[Any]:
    """FILE-09: what is unpaid after its day, whole every time: the state on the day."""
    paid: dict[tuple[str, int], int] = {}
    for row in connection.execute(select(collection)):
        key = (row.notice_number, row.period)
        paid[key] = paid.get(key, 0) + row.amount
    rows = connection.execute(
        select(instalment)
        .where(instalment.c.due_on < day.isoformat())
        .order_by(instalment.c.notice_number, instalment.c.period)
    ).all()
    for row in rows:
        left = row.amount - paid.get((row.notice_number, row.period), 0)
        if left > 0:
            yield _filled(
                records.ArrearsRecord,
                row,
                municipality_code=code,
                equivalent_year=row.levy_year,
                unpaid=str(left),
                state="demanded" if row.demanded else "open",
                demanded_on=row.demanded,
                as_of=day.isoformat(),
            )


def _reaching(connection: Connection, day: date, code: str, _made_in: str) -> Iterator[Any]:
    """FILE-12: those who reach 75 within about two months, from which insurance."""
    rows = connection.execute(
        select(resident)
        .where(resident.c.state == "1", resident.c.birth_sort != "")
        .order_by(resident.c.birth_sort)
    )
    for row in rows:
        reaches = day_of_75(date.fromisoformat(row.birth_sort))
        if day < reaches <= day + AHEAD:
            yield _filled(
                records.AgeReachedRecord,
                row,
                municipality_code=code,
                reaches_on=reaches.isoformat(),
                former_insurance="unknown",
                was_dependant="0",
                former_exception="0",
                exempt="0",
            )


def _addressees(connection: Connection, _day: date, code: str, made_in: str) -> Iterator[Any]:
    rows = connection.execute(
        select(addressee, resident.c.name, resident.c.kana)
        .join(resident, resident.c.atena_number == addressee.c.atena_number)
        .where(addressee.c.made_in == "")
        .order_by(addressee.c.number)
    ).all()
    for row in rows:
        yield _filled(
            records.AddresseeRecord, row, municipality_code=code, send_from=row.changed_on
        )
    _mark(connection, addressee, made_in)


def _disabled(connection: Connection, _day: date, code: str, made_in: str) -> Iterator[Any]:
    rows = connection.execute(
        select(disability, *(one for one in resident.columns if one.name != "atena_number"))
        .join(resident, resident.c.atena_number == disability.c.atena_number)
        .where(disability.c.made_in == "")
        .order_by(disability.c.atena_number)
    ).all()
    for row in rows:
        yield _filled(records.DisabilityRecord, row, municipality_code=code)
    _mark(connection, disability, made_in)


def _register(connection: Connection, _day: date, code: str, made_in: str) -> Iterator[Any]:
    """FILE-43: the insured person's number and days for the resident register, as the union said
    them; of each person the newest coverage."""
    newest: dict[str, Row[Any]] = {}
    rows = connection.execute(
        select(insured).where(insured.c.insured_number != "").order_by(insured.c.acquired_on)
    ).all()
    for row in rows:
        newest[row.atena_number] = row
    for row in newest.values():
        if row.made_in == "":
            yield _filled(records.RegisterRecord, row, municipality_code=code)
    _mark(connection, insured, made_in)


FEEDERS: dict[str, Callable[[Connection, date, str, str], Iterator[Any]]] = {
    "FILE-02": _movements(records.MovementRecord, "1", "2", "3"),
    "FILE-03": _residents,
    "FILE-04": _unregistered,
    "FILE-05": _movements(records.LinkedRecord, "1", "2", "3"),
    "FILE-06": _incomes,
    "FILE-07": _instalments,
    "FILE-08": _collections,
    "FILE-09": _arrears,
    "FILE-12": _reaching,
    "FILE-13": _addressees,
    "FILE-14": _disabled,
    "FILE-43": _register,
}
