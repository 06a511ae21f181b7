"""回収: a sending that the union accepted and that is wrong is asked back by two persons, with a
reason (SEC-98, SEC-114). The union says whether it gave it up or had used it already; the
corrected edition follows in both cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from app.core.errors import UserError
from app.security.acts.approval import Approval
from app.security.gate.gate import Gate, PreparedAct, Session, Subject
from app.sync.outbox import unknown_sending
from app.sync.states import Outgoing
from app.wire.files import FILES, Route
from db.tables.exchange import outbox, recall
from db.work import ReadRows

RECALL = "files.recall_sending"
SHOW = "files.show_sendings"


@dataclass(frozen=True, slots=True)
class Recalling:
    """Which sending, with which content, and why."""

    outbox_id: str
    digest: str
    reason: str


def may_recall(file_id: str) -> bool:
    """Whether a file can be asked back: a case is changed by a case, and word between desks by the
    next word."""
    return FILES[file_id].route is Route.UP


def prepare_recall(gate: Gate, session: Session, outbox_id: str, reason: str) -> PreparedAct:
    """Ask back a sending. Raises UserError ``recall.no_reason``, ``recall.not_accepted``,
    ``recall.again``, ``outbox.unknown``."""
    if not reason.strip():
        raise UserError(
            "recall.no_reason",
            "回収する理由が入っていません。",
            "理由を入れてください（例　前の月のデータを送った）。",
            field="reason",
        )
    with gate.view(SHOW, session, subject=Subject("sending", outbox_id)) as work:
        row = work.first(select(outbox).where(outbox.c.id == outbox_id))
        if row is None or row.case_id:
            raise unknown_sending()
        _check(work, outbox_id, row.state, row.file_id)
    spec = FILES[row.file_id]
    day = f"（業務日 {row.business_on} 第 {row.edition} 版）" if row.business_on else ""
    return gate.prepare(
        RECALL,
        session,
        subject=Subject("sending", outbox_id),
        content=Recalling(outbox_id, row.payload_digest, reason.strip()),
        sentence=f"受理された {spec.title}（{spec.id}）{day} {row.record_count:,}件を、"
        f"広域連合から回収することを求めます。理由：{reason.strip()}",
    )


def perform_recall(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Note it; the terminal asks at its next contact."""
    two = dict.fromkeys([prepared.session.staff_id, *(one.staff_id for one in approvals)])
    with gate.act(prepared, approvals) as work:
        content: Recalling = work.content
        row = work.one(select(outbox).where(outbox.c.id == content.outbox_id))
        _check(work, content.outbox_id, row.state, row.file_id)
        work.run(
            insert(recall).values(
                outbox_id=content.outbox_id,
                reason=content.reason,
                asked_by=" ".join(two),
                asked_at=work.at.isoformat(),
            )
        )


def _check(work: ReadRows, outbox_id: str, state: str, file_id: str) -> None:
    if state != Outgoing.ACCEPTED or not may_recall(file_id):
        raise UserError(
            "recall.not_accepted",
            "この送信は、広域連合に受理された送信ではないため、回収できません。",
            "まだ始まっていない送信は、「送信の確認」で取り下げてください。",
        )
    if work.first(select(recall.c.outbox_id).where(recall.c.outbox_id == outbox_id)) is not None:
        raise UserError(
            "recall.again",
            "この送信の回収は、すでに求めています。",
            "当日のファイルで、広域連合の答えを確かめてください。",
        )
