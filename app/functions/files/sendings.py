"""送信の確認: what goes up for no case waits until two persons have confirmed content and
destination (SEC-114), and stays open until the union's receipt (SEC-98).

The registry says how many persons a file wants; nothing here knows a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from app.core.errors import UserError
from app.core.tables import Tables
from app.functions.files import samples
from app.functions.files.samples import Sample
from app.security.acts.approval import Approval
from app.security.gate.gate import Gate, PreparedAct, Session, Subject
from app.sync import outbox as outgoing
from app.sync.outbox import unknown_sending
from app.sync.states import OPEN_OUTGOING, Outgoing
from app.wire.files import FILES, Route
from db.tables.exchange import outbox
from db.work import ReadRows

SHOW = "files.show_sendings"
CONFIRM = "files.confirm_sending"
WITHDRAW = "files.withdraw_sending"


@dataclass(frozen=True, slots=True)
class SendingLine:
    """One sending as the list shows it. ``before`` is the number of records of the file sent
    before it, None where there was none; ``missing`` how many persons have yet to confirm it."""

    id: str
    file_id: str
    title: str
    business_on: str
    edition: int
    count: int
    before: int | None
    state: Outgoing
    prepared_by: str
    prepared_at: str
    confirmed_by: tuple[str, ...]
    missing: int
    cause: str
    next_try_at: str

    @property
    def difference(self) -> int | None:
        """How many records more or less than the file before."""
        return None if self.before is None else self.count - self.before


@dataclass(frozen=True, slots=True)
class Confirming:
    """確認: this sending, with exactly this content."""

    outbox_id: str
    digest: str
    count: int


@dataclass(frozen=True, slots=True)
class Withdrawing:
    """取下げ: this sending, before it has begun, and why."""

    outbox_id: str
    reason: str


def lines(gate: Gate, session: Session) -> tuple[SendingLine, ...]:
    """Everything that goes up for no case and is not settled, oldest first."""
    with gate.view(SHOW, session, subject=Subject("list", "sendings")) as work:
        return _lines(work)


def _lines(work: ReadRows) -> tuple[SendingLine, ...]:
    rows = work.all(
        select(outbox)
        .where(outbox.c.state.in_(OPEN_OUTGOING), outbox.c.case_id.is_(None))
        .order_by(outbox.c.prepared_at, outbox.c.id)
    )
    shown = (row for row in rows if FILES[row.file_id].route is not Route.SHARED)
    return tuple(_line(work, row) for row in shown)


def _line(work: ReadRows, row: Row[Any]) -> SendingLine:
    spec = FILES[row.file_id]
    confirmed = tuple(row.confirmed_by.split())
    waits = row.state == Outgoing.PREPARED
    return SendingLine(
        id=row.id,
        file_id=row.file_id,
        title=spec.title,
        business_on=row.business_on,
        edition=row.edition,
        count=row.record_count,
        before=_before(work, row),
        state=Outgoing(row.state),
        prepared_by=row.prepared_by,
        prepared_at=row.prepared_at,
        confirmed_by=confirmed,
        missing=max(0, spec.confirmations - len(confirmed)) if waits else 0,
        cause=row.last_cause,
        next_try_at=row.next_try_at,
    )


def _before(work: ReadRows, row: Row[Any]) -> int | None:
    """The records of the last sending of the same file that the union took."""
    found = work.scalar(
        select(outbox.c.record_count)
        .where(
            outbox.c.file_id == row.file_id,
            outbox.c.state == Outgoing.ACCEPTED,
            outbox.c.settled_at < row.prepared_at,
        )
        .order_by(outbox.c.settled_at.desc())
        .limit(1)
    )
    return None if found is None else int(found)


def drawn(gate: Gate, session: Session, outbox_id: str, tables: Tables) -> tuple[Sample, ...]:
    """Some records of a sending that waits to be confirmed. Raises UserError
    ``outbox.unknown``."""
    with gate.view(SHOW, session, subject=Subject("sending", outbox_id)) as work:
        return samples.drawn_of(work, outbox_id, _row(work, outbox_id).file_id, tables)


def prepare_confirm(gate: Gate, session: Session, outbox_id: str) -> PreparedAct:
    """Confirm a sending's content and destination. Raises UserError ``outbox.unknown``,
    ``outbox.state`` and ``outbox.same_person`` (two persons are needed)."""
    with gate.view(SHOW, session, subject=Subject("sending", outbox_id)) as work:
        row = _waiting(work, outbox_id)
        line = _line(work, row)
    if session.staff_id in line.confirmed_by:
        raise outgoing.same_person()
    ends = "これで送信されます。" if line.missing <= 1 else "もう一人の確認で送信されます。"
    day = f"（業務日 {line.business_on} 第 {line.edition} 版）" if line.business_on else ""
    return gate.prepare(
        CONFIRM,
        session,
        subject=Subject("sending", outbox_id),
        content=Confirming(outbox_id, row.payload_digest, line.count),
        sentence=f"{line.title}（{line.file_id}）{day} {line.count:,}件を広域連合へ送ることを"
        f"確認します。{ends}",
    )


def perform_confirm(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> bool:
    """Note the confirmation; whether the sending now goes. Raises UserError ``outbox.changed``
    when its content is another one, and what ``outbox.confirm`` raises."""
    with gate.act(prepared, approvals) as work:
        content: Confirming = work.content
        row = _waiting(work, content.outbox_id)
        if row.payload_digest != content.digest:
            raise UserError(
                "outbox.changed",
                "確認しているあいだに、送信の内容が変わりました。",
                "送信の一覧を開き直し、今の内容を確かめてください。",
            )
        goes = outgoing.confirm(work, content.outbox_id, work.staff_id)
        if goes:
            samples.forget(work, content.outbox_id)
        return goes


def prepare_withdraw(gate: Gate, session: Session, outbox_id: str, reason: str) -> PreparedAct:
    """Take back a sending that has not begun, with a reason. Raises UserError
    ``outbox.unknown``, ``outbox.under_way``, ``outbox.no_reason``."""
    if not reason.strip():
        raise UserError(
            "outbox.no_reason",
            "取り下げる理由が入っていません。",
            "理由を入れてください（例　件数が違うため作り直す）。",
            field="reason",
        )
    with gate.view(SHOW, session, subject=Subject("sending", outbox_id)) as work:
        row = _row(work, outbox_id)
        line = _line(work, row)
    return gate.prepare(
        WITHDRAW,
        session,
        subject=Subject("sending", outbox_id),
        content=Withdrawing(outbox_id, reason.strip()),
        sentence=f"{line.title}（{line.file_id}）{line.count:,}件の送信を取り下げます。",
    )


def perform_withdraw(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """Take it back. Raises UserError ``outbox.under_way``."""
    with gate.act(prepared, approvals) as work:
        content: Withdrawing = work.content
        outgoing.withdraw(work, content.outbox_id)
        samples.forget(work, content.outbox_id)


def _waiting(work: ReadRows, outbox_id: str) -> Row[Any]:
    row = _row(work, outbox_id)
    if row.state != Outgoing.PREPARED:
        raise outgoing.not_waiting()
    return row


def _row(work: ReadRows, outbox_id: str) -> Row[Any]:
    row = work.first(select(outbox).where(outbox.c.id == outbox_id, outbox.c.case_id.is_(None)))
    if row is None or FILES[row.file_id].route is Route.SHARED:
        raise unknown_sending()
    return row
