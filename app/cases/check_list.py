"""確認リスト: what contradicts waits here for a person's disposition (SEC-108, SEC-109)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, exists, or_, select, update

from app.core.errors import UserError
from app.security.gate.gate import ActWork, Gate, RowVersion, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.items import HIDDEN_DETAIL
from db.tables.cases import case_file, check_entry, delivered_list
from db.tables.persons import atena, restriction

DISPOSITIONS = {"ok": "問題なし", "notified": "通知した", "remake": "再作成を依頼した"}
"""What may be recorded of one entry (SEC-109)."""


READS = ("check_entry", "restriction", "atena", "case_file.person_id")
"""What is asked to know whom an entry is about."""

_MEASURES = select(restriction.c.person_id).where(restriction.c.lifted_at == "")
_CARE = or_(
    check_entry.c.person_id.in_(_MEASURES),
    exists().where(
        atena.c.municipality_code == check_entry.c.municipality_code,
        atena.c.atena_number == check_entry.c.atena_number,
        atena.c.person_id.in_(_MEASURES),
    ),
    check_entry.c.case_id.in_(select(case_file.c.id).where(case_file.c.person_id.in_(_MEASURES))),
)


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One entry of the list; ``disposition`` is "" while it is open. ``hidden``: it is about a
    person under support measures, and nothing of them is in it."""

    id: str
    cause: str
    detail: str
    atena_number: str
    case_id: str
    listed_at: str
    disposition: str
    version: int
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SettleCheck:
    """Which entry is settled, and how."""

    entry_id: str
    disposition: str


@dataclass(frozen=True, slots=True)
class DeliveredList:
    """A list of the union (リスト処理): until its last line is done it is work, due on ``due_on``
    (ISO). ``kind`` is its code in ``delivered_lists``. Moments are "" for not yet."""

    id: str
    kind: str
    title: str
    arrived_at: str
    entries: int
    due_on: str
    opened_by: str
    opened_at: str
    closed_by: str
    closed_at: str


def open_list(gate: Gate, session: Session, list_id: str) -> DeliveredList:
    """Open a delivered list: who opened it first, and when, is recorded. Raises UserError
    ``cases.no_list``."""
    prepared = gate.prepare(
        "eligibility.open_list", session, subject=Subject("list", list_id), content=list_id
    )
    with gate.act(prepared) as work:
        work.run(
            update(delivered_list)
            .where(delivered_list.c.id == list_id, delivered_list.c.opened_at == "")
            .values(opened_by=work.staff_id, opened_at=work.at.isoformat())
        )
        return _list(work, list_id)


def _list(work: GateWork, list_id: str) -> DeliveredList:
    row = work.first(select(delivered_list).where(delivered_list.c.id == list_id))
    if row is None:
        raise UserError(
            "cases.no_list",
            "そのリストが、この端末に見つかりません。",
            "今日の仕事の一覧を読み直してください。",
        )
    return DeliveredList(
        row.id,
        row.kind,
        row.title,
        row.arrived_at,
        row.entries,
        row.due_on,
        row.opened_by,
        row.opened_at,
        row.closed_by,
        row.closed_at,
    )


def list_checks(
    gate: Gate, session: Session, *, open_only: bool = True, list_id: str = ""
) -> tuple[CheckLine, ...]:
    """The entries, oldest first, of one delivered list or of all. Of a person under
    support measures (支援措置) the list says that there is something and nothing of them: no
    number, no detail (DOMAIN 7.3)."""
    statement = select(check_entry, _CARE.label("care")).order_by(
        check_entry.c.listed_at, check_entry.c.id
    )
    if list_id:
        statement = statement.where(check_entry.c.list_id == list_id)
    if open_only:
        statement = statement.where(check_entry.c.disposition == "")
    with gate.view("eligibility.list_checks", session, subject=Subject("list", "checks")) as work:
        rows = work.all(statement)
        work.note(shown=tuple(row.id for row in rows), query_kind="checks", numbers=False)
    return tuple(_check_line(row) for row in rows)


def closed_entries(work: GateWork) -> set[str]:
    """The entries about a person under support measures; for an act, which reads everything."""
    return {row.id for row in work.all(select(check_entry.c.id).where(_CARE))}


def _check_line(row: Row[Any]) -> CheckLine:
    """A row is hidden too where the view itself kept its detail back (``db.shown``)."""
    hidden = bool(row.care) or row.detail == HIDDEN_DETAIL
    return CheckLine(
        row.id,
        row.cause,
        HIDDEN_DETAIL if hidden else row.detail,
        "" if hidden else row.atena_number,
        row.case_id or "",
        row.listed_at,
        row.disposition,
        row.version,
        hidden,
    )


def settle(gate: Gate, session: Session, line: CheckLine, disposition: str) -> None:
    """Record what was done about an entry, with the person and the time; with the last one its
    list is closed.

    Raises UserError ``cases.disposition`` for anything but the three dispositions.
    """
    if disposition not in DISPOSITIONS:
        raise UserError(
            "cases.disposition",
            "処理の種類が正しくありません。",
            "「問題なし」「通知した」「再作成を依頼した」から選んでください。",
        )
    prepared = gate.prepare(
        "eligibility.settle_check",
        session,
        subject=Subject("list", line.id),
        content=SettleCheck(line.id, disposition),
        versions=(RowVersion("check_entry", line.id, line.version),),
    )
    with gate.act(prepared) as work:
        work.run(
            update(check_entry)
            .where(check_entry.c.id == line.id)
            .values(
                disposition=disposition,
                disposed_by=work.staff_id,
                disposed_at=work.at.isoformat(),
                version=check_entry.c.version + 1,
            )
        )
        _close_if_done(work, line.id)


def _close_if_done(work: ActWork, entry_id: str) -> None:
    """A list none of whose lines is open is closed by whoever did the last one."""
    list_id = work.scalar(select(check_entry.c.list_id).where(check_entry.c.id == entry_id))
    waits = select(check_entry.c.id).where(
        check_entry.c.list_id == list_id, check_entry.c.disposition == ""
    )
    if list_id is None or work.first(waits) is not None:
        return
    work.run(
        update(delivered_list)
        .where(delivered_list.c.id == list_id, delivered_list.c.closed_at == "")
        .values(closed_by=work.staff_id, closed_at=work.at.isoformat())
    )
