"""Reading what was moved out (FILE-17, 19, 20, 43) into the municipal system's own tables.

A file is read whole or not at all; one that was read before (file, business day and edition, or
the same bytes) is refused, so that nothing is taken twice. From premiums the municipality makes its
instalments (期割), and from what is insured the resident register gets its lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from app.core.canon import canonical_json
from app.core.errors import EnvironmentFault, MadoguchiError, UserError
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import (
    address_exception,
    collection,
    file_log,
    instalment,
    insured,
    on_register,
    premium,
)
from app.rules.calendar.days import BusinessCalendar
from app.rules.collection.instalments import CollectionPattern, ordinary_plan, split
from app.rules.collection.tables import collection_pattern
from app.wire.codec import Decoder, record_maker
from app.wire.files import FILES
from app.wire.frame import Frame, layout_in


@dataclass(frozen=True, slots=True)
class WasRead:
    """One file that was read: records, and rows that it changed."""

    file_id: str
    count: int
    changed: int


def read_file(system: Municipality, path: Path) -> WasRead:
    """Read one file into the tables. Raises FileRefused, UserError ``municipality.unknown_file``,
    ``municipality.read_before``, ``municipality.other``; EnvironmentFault
    ``municipality.unreadable``. What was refused is written down."""
    file_id = path.name[:7]
    reader = READERS.get(file_id)
    if reader is None:
        raise UserError(
            "municipality.unknown_file",
            f"{path.name} は、市区町村システムが読むファイルではありません。",
            f"読めるもの：{'、'.join(READERS)}",
        )
    try:
        data = path.read_bytes()
    except OSError as cause:
        raise EnvironmentFault(
            "municipality.unreadable",
            f"{path} を読めません。",
            "ファイルの場所と権限を確かめてください。",
        ) from cause
    digest = hashlib.sha256(data).hexdigest()
    try:
        records, frame = _decode(system, file_id, data)
        with system.write() as connection:
            _refuse_again(connection, file_id, frame, digest)
            if frame is not None and frame.municipality != system.code:
                raise UserError(
                    "municipality.other",
                    f"{path.name} は、別の市区町村のファイルです。",
                    "渡す先を確かめてください。何も取り込んでいません。",
                )
            read_in = _log(connection, system, path.name, (file_id, frame, digest), len(records))
            changed = reader(system, connection, records, read_in)
    except MadoguchiError as fault:
        with system.write() as connection:
            _log(connection, system, path.name, (file_id, None, digest), 0, fault.code)
        raise
    return WasRead(file_id, len(records), changed)


def _decode(system: Municipality, file_id: str, data: bytes) -> tuple[list[Any], Frame | None]:
    spec = FILES[file_id]
    said = layout_in(spec, data)
    make, records = record_maker(said), []
    decoder = Decoder(
        said,
        system.codes,
        lambda _line, values: records.append(spec.lifted(make(values))),
        system.charset,
    )
    decoder.write(data)
    decoder.close()
    return records, decoder.frame


def _refuse_again(connection: Connection, file_id: str, frame: Frame | None, digest: str) -> None:
    read = (file_log.c.direction == "in", file_log.c.state == "read", file_log.c.file_id == file_id)
    same = file_log.c.digest == digest
    if frame is not None:
        same |= (file_log.c.business_on == frame.business_on) & (
            file_log.c.edition == frame.edition
        )
    if connection.execute(select(file_log.c.id).where(*read, same)).first() is not None:
        raise UserError(
            "municipality.read_before",
            f"この {file_id} は、すでに取り込まれています。",
            "訂正のときは、次の版（edition）を受け取ってください。",
        )


def _log(
    connection: Connection,
    system: Municipality,
    name: str,
    what: tuple[str, Frame | None, str],
    count: int,
    cause: str = "",
) -> str:
    file_id, frame, digest = what
    number = len(connection.execute(select(file_log.c.id)).all()) + 1
    log_id = f"R-{number:06d}"
    connection.execute(
        insert(file_log).values(
            id=log_id,
            file_id=file_id,
            direction="in",
            business_on=frame.business_on if frame else system.today.isoformat(),
            edition=frame.edition if frame else 0,
            count=count,
            name=name,
            digest=digest,
            at=system.clock.now().isoformat(timespec="seconds"),
            state="refused" if cause else "read",
            cause=cause,
        )
    )
    return log_id


def _insured(
    _system: Municipality, connection: Connection, records: Sequence[Any], read_in: str
) -> int:
    """FILE-17: a person's coverage as the union says it now, in place of what it said before."""
    changed = 0
    for record in records:
        key = (
            insured.c.atena_number == record.atena_number,
            insured.c.acquired_on == record.acquired_on,
        )
        line = canonical_json(asdict(record))
        known = connection.execute(select(insured.c.record).where(*key)).scalar()
        if known == line:
            continue
        connection.execute(delete(insured).where(*key))
        connection.execute(
            insert(insured).values(
                atena_number=record.atena_number,
                acquired_on=record.acquired_on,
                insured_number=record.insured_number,
                lost_on=record.lost_on,
                copay_ratio=record.copay_ratio,
                limit_class=record.limit_class,
                record=line,
                read_in=read_in,
            )
        )
        changed += 1
    return changed


def _exceptions(
    _system: Municipality, connection: Connection, records: Sequence[Any], read_in: str
) -> int:
    for record in records:
        key = (
            address_exception.c.atena_number == record.atena_number,
            address_exception.c.began_on == record.began_on,
        )
        connection.execute(delete(address_exception).where(*key))
        connection.execute(
            insert(address_exception).values(
                atena_number=record.atena_number,
                began_on=record.began_on,
                insured_number=record.insured_number,
                ended_on=record.ended_on,
                record=canonical_json(asdict(record)),
                read_in=read_in,
            )
        )
    return len(records)


def _premiums(
    system: Municipality, connection: Connection, records: Sequence[Any], read_in: str
) -> int:
    """FILE-20: the premium in place of the one before of that year, and its instalments."""
    calendar = BusinessCalendar.from_table(system.tables["closed_days"])
    for record in records:
        of_the_year = (
            premium.c.insured_number == record.insured_number,
            premium.c.levy_year == record.levy_year,
        )
        connection.execute(delete(premium).where(*of_the_year))
        connection.execute(
            insert(premium).values(
                levy_id=record.levy_id,
                atena_number=record.atena_number,
                insured_number=record.insured_number,
                levy_year=record.levy_year,
                amount=int(record.amount),
                record=canonical_json(asdict(record)),
                read_in=read_in,
            )
        )
        pattern = collection_pattern(system.tables, system.code, int(record.levy_year))
        _fix_instalments(connection, record, system.today, (pattern, calendar))
    return len(records)


def _fix_instalments(
    connection: Connection, record: Any, day: date, how: tuple[CollectionPattern, BusinessCalendar]
) -> None:
    """期割 of one premium. What was paid of the year already stays; the rest is spread over the
    periods that are left, or falls due at once when none is (随時期)."""
    pattern, calendar = how
    notice = f"N-{record.levy_year}-{record.insured_number}"
    mine = instalment.c.notice_number == notice
    before = connection.execute(select(instalment).where(mine).order_by(instalment.c.period)).all()
    paid = set(
        connection.execute(
            select(collection.c.period).where(collection.c.notice_number == notice)
        ).scalars()
    )
    left = [row for row in before if row.period not in paid]
    rest = max(0, int(record.amount) - sum(row.amount for row in before if row.period in paid))
    if left:
        for row, amount in zip(left, split(rest, len(left), pattern.unit), strict=True):
            connection.execute(
                update(instalment)
                .where(mine, instalment.c.period == row.period)
                .values(amount=amount, cause="changed", fixed_on=day.isoformat(), made_in="")
            )
        return
    start = max(day.month, pattern.months[0]) if day.month >= 4 else day.month
    last = max((row.period for row in before), default=0)
    plan = ordinary_plan(pattern, int(record.levy_year), rest, start, calendar).instalments
    for one in plan if not before else plan[:1]:
        connection.execute(
            insert(instalment).values(
                notice_number=notice,
                period=last + one.number if not before else last + 1,
                atena_number=record.atena_number,
                insured_number=record.insured_number,
                levy_year=record.levy_year,
                method="slip",
                month=f"{one.due:%Y-%m}",
                due_on=one.due.isoformat(),
                amount=one.amount if not before else rest,
                fixed_on=day.isoformat(),
                cause="changed" if before else "first",
            )
        )


def _register(
    _system: Municipality, connection: Connection, records: Sequence[Any], read_in: str
) -> int:
    """FILE-43 into the resident register (住民票に記載する)."""
    for record in records:
        values = {
            "insured_number": record.insured_number,
            "acquired_on": record.acquired_on,
            "lost_on": record.lost_on,
            "read_in": read_in,
        }
        mine = on_register.c.atena_number == record.atena_number
        if not connection.execute(update(on_register).where(mine).values(**values)).rowcount:
            connection.execute(
                insert(on_register).values(atena_number=record.atena_number, **values)
            )
    return len(records)


READERS: dict[str, Callable[[Municipality, Connection, Sequence[Any], str], int]] = {
    "FILE-17": _insured,
    "FILE-19": _exceptions,
    "FILE-20": _premiums,
    "FILE-43": _register,
}
