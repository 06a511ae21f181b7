"""Taking a municipality's file in (SYS-01): whatever FILES sends up is checked against what the
union knows, held, and what contradicts goes to the check list.

A file whose records change persons or cases has its own taker below; every other one is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from app.core.errors import UserError
from app.peers.union.line.enrolment import Caller
from app.peers.union.office import collecting, correcting, daily, decisions, incomes
from app.peers.union.office.check_list import (
    NUMBER_BLANK,
    CheckEntry,
    deliver_list,
    list_entry,
    tell_other,
)
from app.peers.union.office.holding import hold
from app.peers.union.office.persons import PersonRow, find_person, number_of, owner_of, put_number
from app.peers.union.system import System, log_act
from app.peers.union.tables import coverage, file_taken
from app.rules.identifiers import IdentifierError, my_number
from app.wire.container import Header
from app.wire.files import FILES, FileSpec, Route
from app.wire.frame import Frame
from app.wire.layout import columns

Taker = Callable[[System, Connection, Caller, Header, tuple[Any, ...], str], None]
"""Takes the records of a file that its sender made at the moment named last."""


def take_and_hold(
    system: System,
    connection: Connection,
    caller: Caller,
    header: Header,
    records: tuple[Any, ...],
    made_at: str = "",
) -> None:
    """Hold a file's records and list what contradicts the persons known here (SEC-108, 110)."""
    spec = FILES[header.file_id]
    _must_be_theirs(spec, caller.municipality, records)
    hold(connection, spec, caller.municipality, records, caller.terminal, header.id)
    if spec.route is Route.UP:
        for record in records:
            _check(system, connection, spec, record)
        if spec.id in FOLLOWS:
            FOLLOWS[spec.id](system, connection, records)
        deliver_list(system, connection, caller.municipality)


OWN: Mapping[str, Taker] = {
    "FILE-01": decisions.receive,
    "FILE-03": daily.receive,
    "FILE-05": daily.receive,
    "FILE-10": decisions.receive,
    "FILE-11": decisions.receive,
}
"""The files whose records decide cases or change persons."""


def _incomes(system: System, connection: Connection, records: tuple[Any, ...]) -> None:
    changed = incomes.take(system, connection, records)
    correcting.correct_incomes(system, connection, changed)


FOLLOWS: Mapping[str, Callable[[System, Connection, tuple[Any, ...]], object]] = {
    "FILE-06": _incomes,
    "FILE-07": collecting.check_instalments,
    "FILE-08": collecting.check_collected,
    "FILE-09": collecting.check_collected,
}
"""What follows from a file that is held, beside the check against the persons known here."""


def takers(files: Mapping[str, FileSpec]) -> dict[str, Taker]:
    """What becomes of each file that a terminal may send."""
    return {
        spec.id: OWN.get(spec.id, take_and_hold)
        for spec in files.values()
        if not spec.unspecified and (spec.id in OWN or spec.route in (Route.UP, Route.SHARED))
    }


TAKERS = takers(FILES)


def note_taken(
    system: System, connection: Connection, caller: Caller, header: Header, frame: Frame
) -> None:
    """A business day's edition of a file is taken once per municipality, whoever sends it.

    Raises UserError ``union.other_municipality`` for another's file, ``union.taken`` for one that
    is here already.
    """
    if frame.municipality != caller.municipality:
        raise _other_municipality()
    key = {
        "municipality": caller.municipality,
        "file_id": header.file_id,
        "sender": frame.sender,
        "business_on": frame.business_on,
        "edition": frame.edition,
    }
    there = connection.execute(
        select(file_taken).where(*(file_taken.c[name] == value for name, value in key.items()))
    ).first()
    if there is not None:
        raise _taken_before(there, header)
    connection.execute(
        insert(file_taken).values(
            **key,
            terminal=caller.terminal,
            upload=header.id,
            digest=header.body.plain_digest,
            taken_at=system.now(),
            records=header.count,
        )
    )
    log_act(
        system,
        connection,
        caller.terminal,
        "file_taken",
        header.file_id,
        business_on=frame.business_on,
        edition=frame.edition,
        records=header.count,
    )


def _taken_before(there: Row[Any], header: Header) -> UserError:
    same = there.digest == header.body.plain_digest
    what = "同じ内容の" if same else "内容の違う"
    return UserError(
        "union.taken",
        f"業務日 {there.business_on} の第 {there.edition} 版は、{there.taken_at[:16]} に端末"
        f" {there.terminal} から{what}ファイルを受け取っています。",
        "同じものなら、送る必要はありません。直したものなら、次の版として作り直して送ってください。",
    )


def _other_municipality() -> UserError:
    return UserError(
        "union.other_municipality",
        "別の市区町村の分が入っています。",
        "ファイル全体を取り込んでいません。作成元に確かめてください。",
    )


def _must_be_theirs(spec: FileSpec, municipality: str, records: Iterable[Any]) -> None:
    names = {column.name for column in columns(spec.record)}
    if "municipality_code" not in names:
        return
    if any(record.municipality_code != municipality for record in records):
        raise _other_municipality()


def _check(system: System, connection: Connection, spec: FileSpec, record: Any) -> None:
    """One record against the person of its 宛名番号: nothing here is overwritten by it."""
    names = {column.name: column for column in columns(spec.record)}
    if "atena_number" not in names:
        return
    found = find_person(connection, record.municipality_code, record.atena_number)
    if any(column.my_number for column in names.values()):
        _number(system, connection, record, found)
    if found is None:
        if "insured_number" in names and record.insured_number:
            _list(system, connection, record, "not_in_register", _NOT_HERE.format(spec.title))
        return
    if "insured_number" in names and record.insured_number:
        numbers = connection.execute(
            select(coverage.c.insured_number).where(coverage.c.person_id == found.id)
        ).scalars()
        if record.insured_number not in set(numbers):
            detail = f"{spec.title}の被保険者番号が、この宛名番号の方の番号ではありません。"
            _list(system, connection, record, "insured_elsewhere", detail)
    if "birth_sort" in names and record.birth_sort != found.birth_sort:
        detail = f"{spec.title}の生年月日が、登録と違います。"
        _list(system, connection, record, "birth_differs", detail, ("birth_sort",))


_NOT_HERE = "{}の宛名番号の方が、標準システムに登録されていません。"


def _number(system: System, connection: Connection, record: Any, found: PersonRow | None) -> None:
    """SEC-108: a blank, wrong, changed or elsewhere tied number is listed, a first one kept."""
    if not record.my_number:
        _list(system, connection, record, "number_blank", NUMBER_BLANK)
        return
    try:
        my_number(record.my_number)
    except IdentifierError:
        _list(system, connection, record, "number_invalid", "個人番号の検査数字が合いません。")
        return
    owner = owner_of(connection, record.my_number)
    if owner is not None and (found is None or owner.id != found.id):
        if owner.municipality_code != record.municipality_code:
            tell_other(system, connection, owner)
        detail = "同じ個人番号が、別の宛名番号の方にあります。"
        _list(system, connection, record, "number_elsewhere", detail)
        return
    if found is None:
        return
    before = number_of(connection, found.id)
    if before and before != record.my_number:
        detail = "個人番号が、以前に登録された番号と違います。"
        _list(system, connection, record, "number_differs", detail)
    elif not before:
        put_number(connection, found.id, record.my_number)


def _list(
    system: System,
    connection: Connection,
    record: Any,
    cause: str,
    detail: str,
    items: tuple[str, ...] = (),
) -> None:
    entry = CheckEntry(
        cause,
        record.municipality_code,
        record.atena_number,
        items,
        getattr(record, "insured_number", ""),
    )
    list_entry(system, connection, entry, detail, case_id=getattr(record, "case_id", ""))
