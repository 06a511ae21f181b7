"""A second person's look at an immediate entry (二人目の確認; SEC-13, SEC-14, DESIGN 6).

An entry is sent at once and looked through by somebody else on the same day, or before it is
sent: the setting ``eligibility.second_look`` says which. An individual number for an
unregistered resident (住登外) always waits for two checkers and a supervisor.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.cases.decisions import DecisionView
from app.cases.drafts import close_if_done
from app.cases.kind import CaseKind
from app.cases.state import CaseState, change
from app.core.errors import UserError
from app.security.acts.approval import Approval
from app.security.gate.gate import ActWork, Gate, PreparedAct, RowVersion, Subject
from app.security.staff.session import Session
from db.tables.cases import case_file
from db.tables.exchange import outbox

LOOKED_AT = (CaseState.DRAFT, CaseState.WAITING, CaseState.DECIDED, CaseState.ISSUED)
"""What a second person may look through."""


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Which case a second person looked through; ``decision_id`` is "" before a decision."""

    case_id: str
    decision_id: str


def prepare_second_look(gate: Gate, session: Session, view: DecisionView) -> PreparedAct:
    """A second look by somebody who did not key or send the case.

    Raises UserError ``cases.same_person`` for one who keyed it, and
    ``cases.nothing_to_look_at`` for a case that is over.
    """
    if session.staff_id in view.keyed_by:
        raise _same_person()
    if view.case_state not in LOOKED_AT or view.second_look:
        raise _nothing()
    what = "届出と決定" if view.record is not None else "届出"
    return gate.prepare(
        view.kind.function("second_look"),
        session,
        subject=Subject("case", view.case_id),
        content=SecondLook(view.case_id, view.record.decision_id if view.record else ""),
        sentence=f"この{what}を、二人目として確認します。",
        versions=(RowVersion("case_file", view.case_id, view.case_version),),
    )


def perform_second_look(
    gate: Gate, prepared: PreparedAct, approvals: tuple[Approval, ...], kind: CaseKind
) -> None:
    """Record the second look; whoever keyed or sent the case is refused here too."""
    with gate.act(prepared, approvals) as work:
        content: SecondLook = work.content
        if work.staff_id in _keyed_by(work, content.case_id):
            raise _same_person()
        change(
            work,
            content.case_id,
            second_look_by=work.staff_id,
            second_look_at=work.at.isoformat(),
        )
        close_if_done(work, content.case_id, kind)


def _keyed_by(work: ActWork, case_id: str) -> set[str]:
    row = work.one(
        select(case_file.c.keyed_by, outbox.c.prepared_by)
        .select_from(case_file.outerjoin(outbox, outbox.c.id == case_file.c.outbox_id))
        .where(case_file.c.id == case_id)
    )
    return {*row.keyed_by.split(), row.prepared_by}


def _same_person() -> UserError:
    return UserError(
        "cases.same_person",
        "この届出を入力または送信した人は、二人目の確認をできません。",
        "別の職員に確認してもらってください。",
    )


def _nothing() -> UserError:
    return UserError(
        "cases.nothing_to_look_at",
        "この届出には、二人目の確認を待つものがありません。",
        "今日の仕事の一覧から、今の状態を確かめてください。",
    )
