"""From a prepared act to the act itself: the key, then the work on the store worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget

from app.security.approval import Approval
from app.security.authenticators.port import Assertion
from app.security.gate import Draft
from app.ui.base.desk import Desk

T = TypeVar("T")


def approve(
    desk: Desk,
    parent: QWidget,
    draft: Draft,
    perform: Callable[[tuple[Approval, ...]], T],
    on_success: Callable[[T], None],
    on_end: Callable[[], None] | None = None,
) -> None:
    """Ask for the touch over ``draft`` and perform the act with it.

    ``on_end`` is called when it did not come to the act (given up, or refused), after the
    error door showed why.
    """

    def ended(error: BaseException | None = None) -> None:
        if error is not None:
            desk.door.show(parent, error)
        if on_end is not None:
            on_end()

    ask = draft.own_ask

    def signed(assertion: Assertion) -> None:
        approvals = (Approval(ask.staff_id, ask.role, assertion),)
        desk.operations.run(parent, lambda: perform(approvals), on_success, ended)

    desk.touch.sign(
        parent,
        draft.sentence,
        ask.challenge,
        ask.credential_ids,
        signed,
        uv=ask.verify,
        on_failure=ended,
        on_cancel=ended,
    )
