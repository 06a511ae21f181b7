"""支援措置: who is shown as 取扱注意 (DOMAIN 7.3).

A measure does not end by itself: past its last day the person stays 取扱注意 until it is
lifted by an act that a supervisor approves.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert, select, update

from app.core.errors import UserError
from app.persons.history import Line, current_lines
from app.persons.judging import Change
from app.persons.memory import Memory, Source
from app.rules.calendar.axes import Span, whole
from app.security.acts.approval import Approval
from app.security.control.beside import SUPPORT
from app.security.control.deeds import LiftSupport, MarkSupport
from app.security.gate.gate import ActWork, Gate, PreparedAct, Subject
from app.security.staff.session import Session
from db.tables.persons import person, restriction

Lines = dict[Line, tuple[Span, ...]]


def prepare_mark(
    gate: Gate, session: Session, person_id: str, from_on: date, until_on: date
) -> PreparedAct:
    """Put a person under support measures. Raises UserError ``persons.support_days`` when the
    last day is before the first."""
    if until_on < from_on:
        raise UserError(
            "persons.support_days",
            "支援措置の終了日が開始日より前です。",
            "通知の期間を確かめて入れ直してください。",
            field="until_on",
        )
    return gate.prepare(
        "persons.mark_support",
        session,
        subject=Subject("person", person_id),
        content=MarkSupport(person_id, from_on.isoformat(), until_on.isoformat()),
        sentence="この方に取扱注意（支援措置）を付けます。氏名と生年月日のほかは表示されなくなります。",
    )


def perform_mark(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> str:
    """Write the measure; gives its id. Raises UserError ``persons.unknown``,
    ``persons.support_already``."""
    with gate.act(prepared, approvals) as work:
        content: MarkSupport = work.content
        _require_person(work, content.person_id)
        if _open(work, content.person_id):
            raise UserError(
                "persons.support_already",
                "この方には、すでに取扱注意が付いています。",
                "期間を変えるときは、解除してから付け直してください。",
            )
        signed = work.control
        restriction_id = next(
            id_ for id_, one in signed.measures.items() if one.signed_by == signed.head.number
        )
        before = _lines(work, content.person_id)
        work.run(
            insert(restriction).values(
                id=restriction_id,
                person_id=content.person_id,
                kind=SUPPORT,
                from_on=content.from_on,
                until_on=content.until_on,
            )
        )
        _remember(work, content.person_id, before)
        return restriction_id


def prepare_lift(gate: Gate, session: Session, person_id: str) -> PreparedAct:
    """Lift a person's support measures: the operator's touch and a supervisor's."""
    return gate.prepare(
        "persons.lift_support",
        session,
        subject=Subject("person", person_id),
        content=LiftSupport(person_id),
        sentence="この方の取扱注意（支援措置）を外します。住所と番号が再び表示されます。",
    )


def perform_lift(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> None:
    """Lift all measures of the person. Raises UserError ``persons.unknown``,
    ``persons.support_none``."""
    with gate.act(prepared, approvals) as work:
        content: LiftSupport = work.content
        _require_person(work, content.person_id)
        if not _open(work, content.person_id):
            raise UserError(
                "persons.support_none",
                "この方には取扱注意が付いていません。",
                "検索し直して、正しい方を選んでください。",
            )
        before = _lines(work, content.person_id)
        lifted_at = work.control.lifts[content.person_id][-1]
        work.run(
            update(restriction)
            .where(restriction.c.person_id == content.person_id, restriction.c.lifted_at == "")
            .values(lifted_at=lifted_at, version=restriction.c.version + 1)
        )
        _remember(work, content.person_id, before)


def _lines(work: ActWork, person_id: str) -> Lines:
    """The person's restrictions as the store states them now."""
    row = work.one(select(person).where(person.c.id == person_id))
    return current_lines(work, {person_id: row}, frozenset(("restriction",)))[person_id]


def _remember(work: ActWork, person_id: str, before: Lines) -> None:
    """What an act changed of the restrictions, with who did it."""
    source = Source("act", str(work.line), work.staff_id, work.at.isoformat())
    Memory(work, source).remember(
        [
            Change(person_id, line, before.get(line, whole(())), spans)
            for line, spans in _lines(work, person_id).items()
        ]
    )


def is_restricted(work: ActWork, person_id: str) -> bool:
    """Whether the person is shown as 取扱注意."""
    return _open(work, person_id)


def _open(work: ActWork, person_id: str) -> bool:
    rows = select(restriction.c.id)
    rows = rows.where(restriction.c.person_id == person_id, restriction.c.lifted_at == "")
    return work.first(rows) is not None


def _require_person(work: ActWork, person_id: str) -> None:
    if work.first(select(person.c.id).where(person.c.id == person_id)) is None:
        raise unknown_person()


def unknown_person() -> UserError:
    """No such person in this store."""
    return UserError("persons.unknown", "その方の情報が見つかりません。", "検索し直してください。")
