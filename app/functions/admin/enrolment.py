"""Enrolling this terminal with the union (端末の登録, DESIGN 6; SEC-31, SEC-70).

Asking is the terminal's own work: fresh keys, no right of anybody's. Taking the answer needs
two supervisors who read the fingerprint to the union's operators and touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.core.errors import EnvironmentFault
from app.security.acts.approval import Approval
from app.security.control.deeds import TakeEnrolment
from app.security.gate.gate import Gate, PreparedAct, Subject, SystemHand
from app.security.staff.session import Session
from app.sync import enrolment
from app.sync.enrolment import Asked, Taken
from app.sync.terminal_keys import TerminalKeys, read_keys
from app.wire.protocol import EnrolmentState, EnrolmentStep
from app.wire.statements import EnrolmentAnswer

_SUBJECT = Subject("terminal", "enrolment")


def ask(
    hand: SystemHand,
    *,
    municipality: str,
    terminal_name: str,
    profile: str,
    at: datetime,
    courier: str = "",
) -> Asked:
    """Make the keys and the signed request; the private halves stay in the store. ``courier`` as in
    ``app.sync.enrolment.ask``."""
    with hand.system("admin.ask_enrolment", subject=_SUBJECT) as work:
        return enrolment.ask(
            work,
            municipality=municipality,
            terminal_name=terminal_name,
            profile=profile,
            at=at,
            courier=courier,
        )


def note(hand: SystemHand, request_id: str) -> None:
    """Keep the number under which the union holds the request."""
    with hand.system("admin.ask_enrolment", subject=_SUBJECT) as work:
        enrolment.note_request(work, request_id)


def pending(hand: SystemHand) -> tuple[Asked | None, str]:
    """The request that waits, and its number at the union ("" before it was sent)."""
    with hand.system("admin.ask_enrolment", subject=_SUBJECT) as work:
        return enrolment.pending(work), enrolment.noted_request(work)


def keys(hand: SystemHand) -> TerminalKeys:
    """The keys in force. Raises EnvironmentFault ``line.not_enrolled``."""
    with hand.system("admin.ask_enrolment", subject=_SUBJECT) as work:
        return read_keys(work)


def settled(state: EnrolmentState, asked: Asked, authorities: bytes) -> EnrolmentAnswer:
    """The checked answer of an approved request.

    Raises EnvironmentFault ``enrol.waiting`` while the union's operators have not approved,
    ``enrol.refused`` with their reason, and what ``check_answer`` raises.
    """
    if state.step is EnrolmentStep.WAITING:
        raise EnvironmentFault(
            "enrol.waiting",
            "広域連合の二人の担当者の承認を待っています。",
            "承認されたら、もう一度行ってください。申請はそのまま残っています。",
        )
    if state.step is EnrolmentStep.REFUSED:
        raise EnvironmentFault(
            "enrol.refused",
            f"広域連合が登録を認めませんでした。{state.note}",
            "理由を広域連合に確かめてから、申請し直してください。",
        )
    return enrolment.check_answer(state.answer, asked, authorities)


def prepare_take(
    gate: Gate, session: Session, asked: Asked, answer: EnrolmentAnswer
) -> PreparedAct:
    """What both supervisors touch for, after reading the fingerprint to the union."""
    return gate.prepare(
        "admin.take_enrolment",
        session,
        subject=_SUBJECT,
        content=TakeEnrolment(
            asked.fingerprint,
            answer.union,
            answer.terminal,
            answer.municipality,
            answer.profile,
            answer.valid_to,
        ),
        sentence=f"{answer.union} と照合コード {asked.fingerprint} を読み合わせました。"
        f"この端末を {answer.terminal} として登録します。",
    )


def perform_take(
    gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval], answer: EnrolmentAnswer
) -> Taken:
    """Put the keys in force. The terminal is opened anew afterwards, under its number."""
    with gate.act(prepared, approvals) as work:
        return enrolment.take(work, answer)
