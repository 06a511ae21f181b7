"""Files that could not be taken in (取り込めなかったファイル): each stays until a person says what
became of it (SEC-108, SEC-109). What a later file brings settles nothing: what the one set aside
held may stand in no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Select, select, update

from app.core.errors import UserError
from app.core.tables import Tables
from app.security.gate.gate import Gate, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from app.sync.states import Incoming
from app.wire.files import FILES
from db.tables.exchange import inbox

SHOW = "files.show_set_aside"
DISPOSE = "files.dispose"


@dataclass(frozen=True, slots=True)
class SetAside:
    """One file: when it came (ISO), why it was not taken, and what was done (a code of
    ``file_dispositions``, "" while nobody did), by whom and when."""

    id: str
    file_id: str
    title: str
    came_at: str
    count: int
    cause: str
    disposition: str
    disposed_by: str
    disposed_at: str


@dataclass(frozen=True, slots=True)
class DisposeFile:
    """Which file is settled, and how."""

    id: str
    disposition: str


def open_ones() -> Select[tuple[object, ...]]:
    """The files that still wait for somebody."""
    return select(inbox).where(inbox.c.state == Incoming.QUARANTINED, inbox.c.disposition == "")


def show(gate: Gate, session: Session, item_id: str) -> SetAside:
    """One file that was set aside. Raises UserError ``files.not_set_aside``."""
    with gate.view(SHOW, session, subject=Subject("file", item_id)) as work:
        row = _row(work, item_id)
    return SetAside(
        row.id,
        row.file_id,
        FILES[row.file_id].title,
        row.announced_at,
        row.record_count,
        row.cause,
        row.disposition,
        row.disposed_by,
        row.disposed_at,
    )


def dispositions(tables: Tables, day: date) -> tuple[tuple[str, str], ...]:
    """Code and words of what may be recorded."""
    table = tables["file_dispositions"]
    return tuple((str(code), table.label(code, day)) for code in table.codes(day))


def dispose(gate: Gate, session: Session, item_id: str, how: str, tables: Tables) -> None:
    """Record what became of a file, with the person and the time.

    Raises UserError ``files.disposition`` for a code that is none of ``file_dispositions``,
    ``files.not_set_aside``, and ``files.disposed`` for a file that somebody settled meanwhile.
    """
    if how not in dict(dispositions(tables, gate.now().date())):
        raise UserError(
            "files.disposition",
            "処理の種類が正しくありません。",
            "表示された処理から選んでください。",
        )
    prepared = gate.prepare(
        DISPOSE, session, subject=Subject("file", item_id), content=DisposeFile(item_id, how)
    )
    with gate.act(prepared) as work:
        content: DisposeFile = work.content
        _row(work, content.id)
        changed = work.run(
            update(inbox)
            .where(inbox.c.id == content.id, inbox.c.disposition == "")
            .values(
                disposition=content.disposition,
                disposed_by=work.staff_id,
                disposed_at=work.at.isoformat(),
            )
        )
        if changed != 1:
            raise UserError(
                "files.disposed",
                "このファイルの処理は、すでに記録されています。",
                "今日の仕事の一覧を読み直してください。",
            )


def _row(work: GateWork, item_id: str) -> Row[tuple[object, ...]]:
    row = work.first(
        select(inbox).where(inbox.c.id == item_id, inbox.c.state == Incoming.QUARANTINED)
    )
    if row is None:
        raise UserError(
            "files.not_set_aside",
            "そのファイルは、取り込めなかったファイルではありません。",
            "今日の仕事の一覧を読み直してください。",
        )
    return row
