"""来庁の届出をまとめて送信: what one visitor brought is sent by one touch over one manifest.

Every entry of the visit that is keyed to its end is checked as if it were sent alone. What is
signed is their manifest (目録): each with its values, in the order in which they are sent, so that
a claim rests on the death before it. They all go into the outbox or none does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from app.cases import checks, sending
from app.cases.drafts import KeyedCase, read_case
from app.cases.entry import Finding
from app.cases.kind import CaseKind, Kinds
from app.cases.sending import Ready, SendNotification, Sent
from app.cases.state import SUMMARY, CaseState
from app.core.canon import canonical_json, digest_hex
from app.core.errors import UserError
from app.core.tables import Tables
from app.security.acts.approval import Approval, Subject
from app.security.gate.gate import Gate, PreparedAct, RowVersion, WithDocument
from app.security.refusals import Refusal
from app.security.staff.session import Session
from db.tables.cases import case_file

SHOW = "day.show_sitting"
SEND = "day.send_sitting"
SEND_NUMBERED = "day.send_sitting_numbered"
"""The same where an individual number goes with one of the entries."""

MOST = 8
"""So many entries are sent by one touch: more nobody reads before signing."""


@dataclass(frozen=True, slots=True)
class SendSitting:
    """The manifest: every entry as it would be signed alone, in the order of the sending."""

    sitting: str
    entries: tuple[SendNotification, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry of the visit and what its checks find."""

    case: KeyedCase
    findings: tuple[Finding, ...]

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What the clerk must answer."""
        return tuple(one for one in self.findings if one.level == "warning")

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What stops the sending."""
        return tuple(one for one in self.findings if one.level == "error")


def show(
    gate: Gate, session: Session, kinds: Kinds, case_id: str, tables: Tables, today: date
) -> tuple[Seen, ...]:
    """The entries of the visit to which a case belongs that are keyed to their end and that this
    person may send, in the order in which they were begun."""
    with gate.view(SHOW, session, subject=Subject("case", case_id)) as work:
        sitting = work.scalar(select(case_file.c.sitting).where(case_file.c.id == case_id))
        first = sitting or case_id
        rows = work.all(
            select(case_file.c.id, case_file.c.kind)
            .where(
                or_(case_file.c.id == first, case_file.c.sitting == first),
                case_file.c.state == CaseState.DRAFT,
                case_file.c.step == SUMMARY,
            )
            .order_by(case_file.c.opened_at, case_file.c.id)
        )
        cases = [read_case(work, kinds[row.kind], row.id) for row in rows]
        work.note(shown=tuple(one.id for one in cases), query_kind="sitting", numbers=False)
    permitted = gate.permitted(session)
    return tuple(
        Seen(one, tuple(checks.check_all(one.kind, sending.entered(one, tables, today))))
        for one in cases
        if one.kind.sending in permitted
    )


def sitting_of(case: KeyedCase) -> str:
    """The visit to which a case belongs: the id of its first case."""
    return case.sitting or case.id


def prepare(
    gate: Gate,
    session: Session,
    cases: Sequence[KeyedCase],
    answered: Mapping[str, Sequence[str]],
    tables: Tables,
    today: date,
) -> PreparedAct:
    """Check every entry and make what will be signed. ``answered`` are the codes of the warnings
    that were answered, by case.

    Raises what ``sending.prepare_send`` raises, the message beginning with the kind's label;
    ``cases.no_sitting`` for entries of several visits or fewer than two, ``cases.too_many`` for
    more than ``MOST``, and ``cases.sent_alone`` for one that a supervisor must approve.
    """
    _require_one_visit(cases)
    ready: list[Ready] = []
    for case in cases:
        codes = answered.get(case.id, ())
        before = {one.content.case_id for one in ready}
        try:
            made = sending.make_ready(gate, session, case, codes, tables, today, before)
        except Refusal:  # about who asks, not about the entry
            raise
        except UserError as cause:
            raise _named(cause, case.kind) from cause
        if made.supervised:
            raise _sent_alone(case.kind)
        ready.append(made)
    entries = tuple(one.content for one in ready)
    numbered = any(one.with_number for one in entries)
    manifest = canonical_json([[one.case_id, one.kind, one.values] for one in entries])
    first = sitting_of(cases[0])
    return gate.prepare(
        SEND_NUMBERED if numbered else SEND,
        session,
        subject=Subject("case", first),
        content=WithDocument(
            SendSitting(first, entries), bytes.fromhex(digest_hex(manifest.encode()))
        ),
        sentence="\n".join(
            (
                f"次の{len(ready)}件を、まとめて広域連合へ送ります。",
                *(f"{at}　{one.sentence}" for at, one in enumerate(ready, 1)),
            )
        ),
        versions=tuple(RowVersion("case_file", one.id, one.version) for one in cases),
    )


def perform(
    gate: Gate,
    prepared: PreparedAct,
    approvals: tuple[Approval, ...],
    kinds: Kinds,
    tables: Tables,
) -> tuple[Sent, ...]:
    """Write the outbox rows in one act, all or none. Raises as ``sending.perform_send``, and
    ``cases.no_right`` where the right to send one of them has ended meanwhile."""
    with gate.act(prepared, approvals) as work:
        permitted = gate.permitted(prepared.session)
        content: SendSitting = work.content
        sent = []
        for entry in content.entries:
            kind = kinds[entry.kind]
            if kind.sending not in permitted:
                raise UserError(
                    "cases.no_right",
                    f"「{kind.label}」を送る権限がありません。",
                    "権限のある職員に代わるか、その受付を除いて送ってください。",
                )
            sending.require_ready(work, kind, entry)
            sending.require_looked(work, kind, entry.case_id, approvals)
            sent.append(sending.send_one(work, kind, entry, tables))
        return tuple(sent)


def _require_one_visit(cases: Sequence[KeyedCase]) -> None:
    if len(cases) < 2 or len({sitting_of(one) for one in cases}) > 1:
        raise UserError(
            "cases.no_sitting",
            "まとめて送る届出が、同じ来庁のものではないか、一件だけです。",
            "一件ずつ送ってください。",
        )
    if len(cases) > MOST:
        raise UserError(
            "cases.too_many",
            f"一度にまとめて送れるのは{MOST}件までです（今は{len(cases)}件）。",
            "先に始めた受付から送り、残りを続けて送ってください。",
        )


def _named(cause: UserError, kind: CaseKind) -> UserError:
    message = f"「{kind.label}」：{cause.message}"
    return UserError(cause.code, message, cause.remedy, field=cause.field)


def _sent_alone(kind: CaseKind) -> UserError:
    return UserError(
        "cases.sent_alone",
        f"「{kind.label}」は責任者の承認が要るため、ほかの届出とまとめて送れません。",
        "その受付を今日の仕事から開いて一件で送り、残りをまとめて送ってください。",
    )
