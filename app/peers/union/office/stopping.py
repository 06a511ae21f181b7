"""A resident file that takes away too many people at once is stopped, and two officials are asked.

Nothing of it is taken meanwhile and nothing is lost: it waits sealed, because it holds 個人番号,
and so does every later file of the municipality, so that they are taken in their order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import pyrage
from sqlalchemy import Connection, LargeBinary, Row, func, insert, select, update

from app.core.errors import UserError
from app.peers.union.system import System, log_act, next_value
from app.peers.union.tables import person, stopped_file
from app.wire.files import FILES

Apply = Callable[[System, Connection, str, tuple[Any, ...], str], Any]

LET_GO, DISCARD = "let_go", "discard"
REGISTER = ("FILE-03", "FILE-05")
"""What the register says, once a day or by the relay (自動連携)."""

_HERE = "1"
_AT_ONCE = 500


def is_stopped(
    system: System,
    connection: Connection,
    municipality: str,
    records: Sequence[Any],
    made_at: str,
) -> bool:
    """Set a file aside that is to wait for two officials; whether it was."""
    leaving, residents = _leaving(connection, municipality, records)
    if not _waiting(connection, municipality) and not _too_many(system, leaving, residents):
        return False
    said = {"made_at": made_at, "records": [asdict(record) for record in records]}
    plain = json.dumps(said, ensure_ascii=False).encode()
    own = pyrage.x25519.Recipient.from_str(system.keys.receiving)
    stopped = next_value(connection, "stopped_file")
    connection.execute(
        insert(stopped_file).values(
            id=stopped,
            municipality=municipality,
            file_id=file_of(records),
            records=len(records),
            leaving=leaving,
            residents=residents,
            stopped_at=system.now(),
            sealed=pyrage.encrypt(plain, [own]),
        )
    )
    log_act(system, connection, municipality, "stop_file", str(stopped), records=len(records))
    return True


def file_of(records: Sequence[Any]) -> str:
    """In which file records of the register came; without any it is the daily one."""
    kinds = {spec.record: spec.id for spec in FILES.values()}
    return kinds[type(records[0])] if records else REGISTER[0]


def stopped(system: System) -> list[dict[str, Any]]:
    """The files that wait, the oldest first, and those that were settled."""
    columns = [one for one in stopped_file.c if not isinstance(one.type, LargeBinary)]
    with system.database.read() as connection:
        rows = connection.execute(select(*columns).order_by(stopped_file.c.id))
        return [dict(row._mapping) for row in rows]


def settle_stopped(
    system: System, operator: str, number: int, wanted: str, apply: Apply
) -> dict[str, Any]:
    """One official's word on the oldest file that waits, the second's takes effect: it is taken as
    it stands (``LET_GO``), or never (``DISCARD``). What waited behind it is then taken, up to the
    next file that takes too many away.

    Raises UserError ``union.not_stopped``, ``union.same_operator``, ``union.other_wish``."""
    with system.database.write() as connection:
        row = _oldest(connection, number)
        if not row.first_operator:
            _note(connection, number, first_operator=operator, wanted=wanted)
        else:
            _must_agree(row, operator, wanted)
            values = {"second_operator": operator, "settled_at": system.now()}
            _note(connection, number, **values, sealed=b"")
            if wanted == LET_GO:
                apply(system, connection, row.municipality, *_content(system, row))
            _go_on(system, connection, row.municipality, apply)
        log_act(system, connection, operator, "settle_stopped", str(number), wanted=wanted)
    return next(one for one in stopped(system) if one["id"] == number)


def _go_on(system: System, connection: Connection, municipality: str, apply: Apply) -> None:
    """Take the files that only waited for their turn."""
    for row in connection.execute(_of(municipality)).all():
        records, made_at = _content(system, row)
        if _too_many(system, *_leaving(connection, municipality, records)):
            return
        values = {"settled_at": system.now(), "wanted": LET_GO, "sealed": b""}
        _note(connection, row.id, **values)
        apply(system, connection, municipality, records, made_at)


def _leaving(connection: Connection, municipality: str, records: Sequence[Any]) -> tuple[int, int]:
    """How many who live here the file takes away, and how many live here."""
    here = (person.c.municipality_code == municipality, person.c.state == _HERE)
    gone = [one.atena_number for one in records if one.state != _HERE]
    leaving = 0
    for start in range(0, len(gone), _AT_ONCE):
        block = set(gone[start : start + _AT_ONCE])
        counted = select(func.count()).where(*here, person.c.atena_number.in_(block))
        leaving += connection.execute(counted).scalar_one()
    if not leaving:
        return 0, 0
    return leaving, connection.execute(select(func.count()).where(*here)).scalar_one()


def _too_many(system: System, leaving: int, residents: int) -> bool:
    row = system.tables["daily_stops"].at(system.today())
    return leaving >= row.number("at_least") and leaving * 100 >= residents * row.number("percent")


def _of(municipality: str) -> Any:
    return (
        select(stopped_file)
        .where(stopped_file.c.municipality == municipality, stopped_file.c.settled_at == "")
        .order_by(stopped_file.c.id)
    )


def _waiting(connection: Connection, municipality: str) -> bool:
    return connection.execute(_of(municipality).limit(1)).first() is not None


def _oldest(connection: Connection, number: int) -> Row[Any]:
    row = connection.execute(select(stopped_file).where(stopped_file.c.id == number)).first()
    first = None if row is None else connection.execute(_of(row.municipality)).first()
    if row is None or first is None or first.id != number:
        raise UserError(
            "union.not_stopped",
            "この番号のファイルは、確認を待つ一番古いファイルではありません。",
            "stopped の一覧で、待っているファイルの番号を確かめてください。古いものから決めます。",
        )
    return first


def _must_agree(row: Row[Any], operator: str, wanted: str) -> None:
    if row.first_operator == operator:
        raise UserError(
            "union.same_operator",
            "一人目として確かめた本人は、二人目になれません。",
            "別の操作者が確かめてください。",
        )
    if row.wanted != wanted:
        raise UserError(
            "union.other_wish",
            "一人目の操作者は、別の扱いを選んでいます。",
            "どちらにするか二人で話し合い、同じ扱いを選んでください。何も行っていません。",
        )


def _note(connection: Connection, number: int, **values: Any) -> None:
    connection.execute(update(stopped_file).where(stopped_file.c.id == number).values(**values))


def _content(system: System, row: Row[Any]) -> tuple[tuple[Any, ...], str]:
    """The records, and when their file was made."""
    own = pyrage.x25519.Identity.from_str(system.keys.receiving_identity)
    record = FILES[row.file_id].record
    said = json.loads(pyrage.decrypt(row.sealed, [own]))
    if isinstance(said, list):  # set aside by the version before, which kept the records alone
        said = {"made_at": row.stopped_at, "records": said}
    return tuple(record(**one) for one in said["records"]), said["made_at"]
