"""A sending that the union did not take (受け付けられなかった届出): its cause, and what mends it.

It is corrected and sent again under a new id (``app.cases.sending.withdraw``) or dropped
(``app.cases.drafts.cancel_case``); nothing of it happens by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.cases.drafts import KeyedCase, read_case
from app.cases.kind import CaseKind
from app.cases.state import CaseState, no_case
from app.core.errors import UserError
from app.security.gate.gate import Gate, Subject
from app.security.staff.session import Session
from db.tables.cases import case_file
from db.tables.exchange import outbox


@dataclass(frozen=True, slots=True)
class Rejection:
    """A case whose sending was not taken: the union's words with their code, and when they
    came (ISO)."""

    case: KeyedCase
    cause: str
    at: str


def show(gate: Gate, session: Session, kind: CaseKind, case_id: str) -> Rejection:
    """The case and why it was not taken.

    Raises UserError ``cases.no_case``, ``cases.not_rejected``.
    """
    subject = Subject("case", case_id)
    with gate.view(kind.function("show_rejection"), session, subject=subject) as work:
        row = work.first(
            select(case_file.c.state, outbox.c.last_cause, outbox.c.settled_at)
            .join(outbox, outbox.c.id == case_file.c.outbox_id)
            .where(case_file.c.id == case_id)
        )
        if row is None:
            raise no_case()
        if row.state != CaseState.REJECTED:
            raise UserError(
                "cases.not_rejected",
                "この届出は、受け付けられなかった状態ではありません。",
                "今日の仕事の一覧を読み直し、今の状態を確かめてください。",
            )
        return Rejection(read_case(work, kind, case_id), row.last_cause, row.settled_at)
