"""Ending a case, and ending the day (日締め): nothing that waits for somebody is forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from app.cases.drafts import CaseLine, erase_number, open_lines
from app.cases.state import CaseState, move, state_of
from app.core.errors import UserError
from app.security.acts.approval import Approval
from app.security.gate.gate import Draft, Gate, RowVersion, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from app.sync import outbox as outgoing
from db.tables.certificates import certificate
from db.tables.control import store_fact

CLOSED_ON = "day_closed_on"
"""The fact of the store that says up to which day the desk is closed (YYYY-MM-DD)."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class CloseCase:
    """Which refused case is over."""

    case_id: str


def close_case(gate: Gate, session: Session, case_id: str, version: int) -> None:
    """End a case that the union refused: what was keyed and the number are erased here, the
    decision remains (FLOW-1012, SEC-54).

    Raises UserError ``eligibility.no_case``, ``eligibility.not_refused``.
    """
    draft = gate.prepare(
        "eligibility.close_case",
        session,
        subject=Subject("case", case_id),
        content=CloseCase(case_id),
        versions=(RowVersion("case_file", case_id, version),),
    )
    with gate.act(draft) as work:
        if state_of(work, case_id) is not CaseState.REFUSED:
            raise UserError(
                "eligibility.not_refused",
                "却下された届出だけを、この操作で終えられます。",
                "受付の一覧から、今の状態を確かめてください。",
            )
        move(work, case_id, CaseState.CLOSED, draft="{}")
        erase_number(work, case_id)


@dataclass(frozen=True, slots=True)
class OpenThings:
    """What keeps a day from being closed, by ids: cases whose second look is open (SEC-13),
    cases whose sheet is not confirmed, numbers (発行番号) reserved and left, and sendings
    without the union's receipt (SEC-98)."""

    second_looks: tuple[str, ...]
    sheets: tuple[str, ...]
    numbers: tuple[str, ...]
    sendings: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """One line of Japanese for each kind that is open; empty when the day can be closed."""
        kinds = (
            ("二人目の確認が済んでいない受付", self.second_looks),
            ("用紙の確認が済んでいない受付", self.sheets),
            ("確保したまま発行していない番号", self.numbers),
            ("広域連合の受領が確かめられていない送信", self.sendings),
        )
        return tuple(f"{label} {len(ids)}件（{_some(ids)}）" for label, ids in kinds if ids)


def open_things(gate: Gate, session: Session, day: date) -> OpenThings:
    """What is still open of ``day`` and before."""
    with gate.view("eligibility.list_cases", session, subject=Subject("list", "day")) as work:
        found = _open_things(work, day)
        shown = (*found.second_looks, *found.sheets, *found.numbers, *found.sendings)
        work.note(shown=tuple(dict.fromkeys(shown)), query_kind="day", numbers=False)
    return found


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Which day is closed (YYYY-MM-DD)."""

    day: str


def prepare_close_day(gate: Gate, session: Session, day: date) -> Draft:
    """What a supervisor touches the key for.

    Raises UserError ``eligibility.day_open`` that lists what is open, and
    ``eligibility.day_future`` for a day that has not come.
    """
    if day > gate.now().date():
        raise UserError(
            "eligibility.day_future",
            "まだ来ていない日は締められません。",
            "今日か、締めていない前の日を選んでください。",
        )
    _refuse_open(open_things(gate, session, day), day)
    return gate.prepare(
        "eligibility.close_day",
        session,
        subject=Subject("list", day.isoformat()),
        content=CloseDay(day.isoformat()),
        sentence=f"{day.month}月{day.day}日の窓口を締めます。",
    )


def perform_close_day(gate: Gate, draft: Draft, approvals: tuple[Approval, ...]) -> None:
    """Close the day; refused like ``prepare_close_day`` when something has opened meanwhile."""
    with gate.act(draft, approvals) as work:
        content: CloseDay = work.content
        day = date.fromisoformat(content.day)
        _refuse_open(_open_things(work, day), day)
        known = work.scalar(select(store_fact.c.value).where(store_fact.c.name == CLOSED_ON))
        if known is not None and known >= content.day:
            raise UserError(
                "eligibility.day_closed",
                "その日は、すでに締められています。",
                "締める日を確かめてください。",
            )
        statement = insert(store_fact).values(name=CLOSED_ON, value=content.day)
        same = [store_fact.c.name]
        work.run(statement.on_conflict_do_update(index_elements=same, set_={"value": content.day}))


def _open_things(work: GateWork, day: date) -> OpenThings:
    last = f"{day.isoformat()}T99"
    lines = [line for line in open_lines(work) if line.opened_at <= last]
    reserved = (
        select(certificate.c.number)
        .where(certificate.c.state == "reserved", certificate.c.reserved_at <= last)
        .order_by(certificate.c.number)
    )
    return OpenThings(
        second_looks=_ids(line for line in lines if _sent_unlooked(line)),
        sheets=_ids(line for line in lines if line.sheet_open),
        numbers=tuple(row.number for row in work.all(reserved)),
        sendings=tuple(line.id for line in outgoing.open_lines(work) if line.prepared_at <= last),
    )


def _sent_unlooked(line: CaseLine) -> bool:
    return line.second_look_open and line.state is not CaseState.DRAFT


def _ids(lines: Iterable[CaseLine]) -> tuple[str, ...]:
    return tuple(line.id for line in lines)


def _refuse_open(found: OpenThings, day: date) -> None:
    if found.lines:
        raise UserError(
            "eligibility.day_open",
            f"{day.month}月{day.day}日の窓口は、まだ締められません。"
            + "、".join(found.lines)
            + "。",
            "受付の一覧から、残っているものを済ませてください。",
        )


def _some(ids: tuple[str, ...]) -> str:
    more = " ほか" if len(ids) > _SHOWN else ""
    return "、".join(ids[:_SHOWN]) + more
