"""The change of one's own password, from the old one and the key to the pair sealed anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.functions.own import service
from app.security.acts.approval import Approval
from app.security.acts.draft import Draft
from app.security.authenticators.port import Assertion
from app.security.entry.doorway import Doorway, Question
from app.security.entry.terminal import OpenTerminal
from app.security.keys.keypairs import OpenedPerson
from app.security.staff.session import Session
from app.ui.base.operations import Operations
from app.ui.base.touch import TouchDesk

Refused = Callable[[BaseException], None]


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """Two touches: the first opens the person's own pair, the second is the act itself."""

    doorway: Doorway
    terminal: OpenTerminal
    session: Session
    operations: Operations
    touch: TouchDesk
    log_off: Callable[[], None]

    def change(
        self,
        screen: QWidget,
        old: str,
        new: str,
        refused: Refused,
        given_up: Callable[[], None],
    ) -> None:
        """Change the password; ``refused`` gets what went wrong, ``given_up`` is no error. When
        it is done the session ends."""

        def sealed(_none: None) -> None:
            self.log_off()

        def approved(draft: Draft, own: OpenedPerson, assertion: Assertion) -> None:
            approvals = (Approval(draft.own_ask.staff_id, draft.own_ask.role, assertion),)
            self.operations.run(
                screen,
                lambda: service.perform_change(
                    self.terminal.gate, draft, approvals, self.terminal.access, own, new
                ),
                sealed,
                refused,
            )

        def prepared(draft: Draft, own: OpenedPerson) -> None:
            ask = draft.own_ask
            self.touch.sign(
                screen,
                draft.sentence,
                ask.challenge,
                ask.credential_ids,
                lambda assertion: approved(draft, own, assertion),
                uv=ask.verify,
                on_failure=refused,
                on_cancel=given_up,
            )

        def opened(own: OpenedPerson) -> None:
            self.operations.run(
                screen,
                lambda: service.prepare_change(self.terminal.gate, self.session),
                lambda draft: prepared(draft, own),
                refused,
            )

        def answered(question: Question, assertion: Assertion) -> None:
            self.operations.run(
                screen,
                lambda: self.doorway.own_keys(question, old, assertion),
                opened,
                refused,
            )

        def asked(question: Question) -> None:
            self.touch.sign(
                screen,
                "今のパスワードとキーを確かめます。",
                question.challenge,
                question.request.credential_ids,
                lambda assertion: answered(question, assertion),
                uv=True,
                prf_salt=question.request.prf_salt,
                on_failure=refused,
                on_cancel=given_up,
            )

        self.operations.run(screen, lambda: self.doorway.ask(self.session.staff_id), asked, refused)
