"""支援措置: who is shown as 取扱注意 (DOMAIN 7.3).

A measure does not end by itself: past its last day the person stays 取扱注意 until it is
lifted by an act that a supervisor approves. Whoever can look at persons can set a provisional one
(仮支援措置) at once, because it only adds. Somebody with the right opens a restricted person for
some minutes and a reason (一時解除); it closes by itself. What is hidden meanwhile stands in
``db.shown``, what may not leave the counter in ``app.security.gate.restricted``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, insert, select, update

from app.core.errors import UserError
from app.persons.history import Line, current_lines
from app.persons.judging import Change
from app.persons.memory import Memory, Source
from app.persons.same import joined
from app.persons.stopping import pull_restricted
from app.rules.calendar import days
from app.rules.calendar.axes import Span, whole
from app.security.acts.approval import Approval
from app.security.control.deeds import LiftSupport, MarkProvisional, MarkSupport
from app.security.control.effects import support_already
from app.security.control.state import PROVISIONAL, SUPPORT, Measure
from app.security.gate.gate import ActWork, Gate, PreparedAct, Subject
from app.security.gate.work import GateWork
from app.security.staff.session import Session
from db.tables.persons import person, restriction, restriction_opening
from db.work import ReadRows

OPEN_FOR = timedelta(minutes=15)
"""How long a person stays open who was opened (一時解除)."""

Lines = dict[Line, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class OpenSupport:
    """Who is opened to this session, and why (a code of ``support_openings``)."""

    person_id: str
    reason: str
    session_id: str


@dataclass(frozen=True, slots=True)
class CloseSupport:
    """Who is closed again before the time."""

    person_id: str
    session_id: str


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
    """Write the measure; gives its id. It takes the place of a provisional one, and of one that
    ends within a month (延長), without a moment in between. Raises UserError ``persons.unknown``,
    ``persons.support_already``."""
    with gate.act(prepared, approvals) as work:
        content: MarkSupport = work.content
        _require_person(work, content.person_id)
        if not may_be_replaced(work, content.person_id):
            raise support_already()
        return _put(work)


def prepare_provisional(gate: Gate, session: Session, person_id: str) -> PreparedAct:
    """Put a person under a provisional measure (仮支援措置) now: one's own touch is enough."""
    return gate.prepare(
        "persons.mark_provisional",
        session,
        subject=Subject("person", person_id),
        content=MarkProvisional(person_id),
        sentence="この方に取扱注意（仮支援措置）をすぐに付けます。氏名と生年月日のほかは表示されず、"
        "印刷・電話での回答・代理人への対応も止まります。",
    )


def perform_provisional(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> str:
    """Write the provisional measure; gives its id. Raises UserError ``persons.unknown``,
    ``persons.support_already``."""
    with gate.act(prepared, approvals) as work:
        content: MarkProvisional = work.content
        _require_person(work, content.person_id)
        if is_restricted(work, content.person_id):
            raise support_already()
        return _put(work)


def _put(work: ActWork) -> str:
    """Write the measure that the act's deed made, in the place of those that were there; gives
    its id."""
    signed = work.control
    restriction_id, measure = next(
        (id_, one) for id_, one in signed.measures.items() if one.signed_by == signed.head.number
    )
    person_id = measure.person_id
    before = _lines(work, person_id)
    if is_restricted(work, person_id):
        _end_all(work, person_id)
    else:
        pull_restricted(work, (person_id,))
    _insert(work, restriction_id, measure)
    _remember(work, person_id, before)
    _put_on_the_same(work, measure)
    return restriction_id


def _put_on_the_same(work: ActWork, measure: Measure) -> None:
    """Whoever is this person under another number (同一人) is hidden with her."""
    for other in joined(work, measure.person_id)[1:]:
        if not is_restricted(work, other):
            before = _lines(work, other)
            pull_restricted(work, (other,))
            _insert(work, work.new_id(), replace(measure, person_id=other))
            _remember(work, other, before)


def decided(work: ActWork, person_id: str, kind: str, from_on: str, until_on: str) -> None:
    """The union decided on a measure (``SUPPORT``, ``PROVISIONAL``; days inclusive). One that is
    there already becomes decided and longer by it: nothing that came with a file ends or shortens
    a measure, nor makes it provisional again."""
    before = _lines(work, person_id)
    if not is_restricted(work, person_id):
        pull_restricted(work, (person_id,))
        _insert(work, work.new_id(), Measure(person_id, kind, from_on, until_on, ""))
    for row in work.all(_held(person_id)):
        longer = {
            "kind": SUPPORT if SUPPORT in (kind, row.kind) else row.kind,
            "until_on": max(until_on, row.until_on),
        }
        if (row.kind, row.until_on) != (longer["kind"], longer["until_on"]):
            known = restriction.c.id == row.id
            change = update(restriction).where(known).values(version=restriction.c.version + 1)
            work.run(change.values(**longer))
    _remember(work, person_id, before)


def _insert(work: ActWork, restriction_id: str, measure: Measure) -> None:
    work.run(
        insert(restriction).values(
            id=restriction_id,
            person_id=measure.person_id,
            kind=measure.kind,
            from_on=measure.from_on,
            until_on=measure.until_on,
        )
    )


def may_be_replaced(work: GateWork, person_id: str) -> bool:
    """Whether a decided measure can be set now: none is there, or a provisional one, or one that
    ends within a month (延長)."""
    rows = work.all(_held(person_id))
    return all(
        row.kind == PROVISIONAL or work.at.date() >= ends_soon_from(row.until_on) for row in rows
    )


def ends_soon_from(until_on: str) -> date:
    """From which day on a measure may be prolonged and is told of: one month before its last day
    (DOMAIN 7.3)."""
    return days.month_before(date.fromisoformat(until_on))


def prepare_open(gate: Gate, session: Session, person_id: str, reason: str) -> PreparedAct:
    """Open a restricted person for ``OPEN_FOR`` to this session (一時解除), for a reason of the
    table ``support_openings``."""
    return gate.prepare(
        "persons.open_support",
        session,
        subject=Subject("person", person_id),
        content=OpenSupport(person_id, reason, session.id),
        sentence="この方の取扱注意を、この端末のこのログインで15分間だけ解除します。"
        "住所などが表示され、印刷と回答ができるようになります。15分たつと自動で元に戻ります。",
    )


def perform_open(gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...]) -> str:
    """Open the person; gives until when (ISO). Raises UserError ``persons.unknown``,
    ``persons.support_none``."""
    with gate.act(prepared, approvals) as work:
        content: OpenSupport = work.content
        _require_person(work, content.person_id)
        _require_restricted(work, content.person_id)
        until = (work.at + OPEN_FOR).isoformat()
        work.run(
            insert(restriction_opening).values(
                id=work.new_id(),
                person_id=content.person_id,
                staff_id=work.staff_id,
                session_id=content.session_id,
                reason=content.reason,
                opened_at=work.at.isoformat(),
                until_at=until,
            )
        )
        return until


def close(gate: Gate, session: Session, person_id: str) -> None:
    """Close a person again who is open to this session; nothing happens when none is."""
    prepared = gate.prepare(
        "persons.close_support",
        session,
        subject=Subject("person", person_id),
        content=CloseSupport(person_id, session.id),
    )
    with gate.act(prepared) as work:
        content: CloseSupport = work.content
        work.run(
            update(restriction_opening)
            .where(
                restriction_opening.c.person_id == content.person_id,
                restriction_opening.c.session_id == content.session_id,
                restriction_opening.c.closed_at == "",
            )
            .values(closed_at=work.at.isoformat(), version=restriction_opening.c.version + 1)
        )


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
        _require_restricted(work, content.person_id)
        before = _lines(work, content.person_id)
        _end_all(work, content.person_id)
        _remember(work, content.person_id, before)


def _end_all(work: ActWork, person_id: str) -> None:
    """All measures of the person end at the moment that was signed."""
    ended_at = work.control.lifts[person_id][-1]
    work.run(
        update(restriction)
        .where(restriction.c.person_id == person_id, restriction.c.lifted_at == "")
        .values(lifted_at=ended_at, version=restriction.c.version + 1)
    )


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


def is_restricted(work: ReadRows, person_id: str) -> bool:
    """Whether the person is under a measure (取扱注意), open to somebody or not."""
    return work.first(_held(person_id)) is not None


def _held(person_id: str) -> Select[Any]:
    return select(restriction).where(
        restriction.c.person_id == person_id, restriction.c.lifted_at == ""
    )


def _require_restricted(work: ActWork, person_id: str) -> None:
    if not is_restricted(work, person_id):
        raise UserError(
            "persons.support_none",
            "この方には取扱注意が付いていません。",
            "検索し直して、正しい方を選んでください。",
        )


def _require_person(work: ActWork, person_id: str) -> None:
    if work.first(select(person.c.id).where(person.c.id == person_id)) is None:
        raise unknown_person()


def unknown_person() -> UserError:
    """No such person in this store."""
    return UserError("persons.unknown", "その方の情報が見つかりません。", "検索し直してください。")
