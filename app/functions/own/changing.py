"""The change of one's own password, from the old one and the key to the pair sealed anew."""

from __future__ import annotations

from app.functions.own import service
from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.entry.doorway import Doorway, Question
from app.security.entry.terminal import OpenTerminal
from app.security.gate.carry_out import Steps, Touch, Work, carry_out
from app.security.keys.derivation import STANDARD
from app.security.keys.keypairs import OpenedPerson, PersonKeys
from app.security.staff.session import Session

_PROVE = "今のパスワードとキーを確かめます。"


def change_password(
    doorway: Doorway, terminal: OpenTerminal, session: Session, old: str, new: str
) -> Steps[None]:
    """The steps from one's own old password to the new one. Two touches: the first opens the
    person's own pair, the second is the act itself. A session limited to this has to log in
    anew."""
    question: Question = yield Work(lambda: doorway.ask(session.staff_id))
    assertion = yield Touch(_PROVE, question.touched, question.request.prf_salt)
    own: OpenedPerson = yield Work(lambda: doorway.own_keys(question, old, assertion))
    gate, access = terminal.gate, terminal.access

    def perform(prepared: PreparedAct, approvals: tuple[Approval, ...]) -> None:
        service.perform_change(gate, prepared, approvals, access, own, new)

    made: PersonKeys = yield Work(lambda: access.under_password(own, new, STANDARD))
    yield from carry_out(
        gate, session, lambda: service.prepare_change(gate, session, made), perform
    )
