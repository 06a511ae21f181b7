"""From a prepared act to the act itself: the key or keys, then the work on the store worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QWidget

from app.security.acts.approval import Approval, Role
from app.security.authenticators.port import Assertion
from app.security.gate.gate import Ask, Draft
from app.ui.base.desk import Desk

T = TypeVar("T")

_SECOND = {
    Role.CONFIRMER: ("二人目の確認", "確認する職員の職員番号"),
    Role.SUPERVISOR: ("責任者の承認", "承認する責任者の職員番号"),
}


def approve(
    desk: Desk,
    parent: QWidget,
    draft: Draft,
    perform: Callable[[tuple[Approval, ...]], T],
    on_success: Callable[[T], None],
    on_end: Callable[[], None] | None = None,
) -> None:
    """Ask for every touch that ``draft`` needs, the operator's first, and perform the act.

    A second person gives a staff id and touches a key of their own, over the same sentence.
    ``on_end`` is called when it did not come to the act (given up, or refused), after the
    error door showed why.
    """
    given: list[Approval] = []

    def ended(error: BaseException | None = None) -> None:
        if error is not None:
            desk.door.show(parent, error)
        if on_end is not None:
            on_end()

    def go_on() -> None:
        missing = draft.needs[len(given) :]
        if not missing:
            desk.operations.run(parent, lambda: perform(tuple(given)), on_success, ended)
        elif missing[0] is Role.ACTOR:
            sign(draft.own_ask)
        else:
            call_second(missing[0])

    def sign(ask: Ask) -> None:
        def signed(assertion: Assertion) -> None:
            given.append(Approval(ask.staff_id, ask.role, assertion))
            go_on()

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

    def call_second(role: Role) -> None:
        dialog = QInputDialog(parent)
        title, label = _SECOND[role]
        dialog.setWindowTitle(title)
        dialog.setLabelText(f"{draft.sentence}\n{label}を入れ、その方のキーに触れてください。")
        dialog.setOkButtonText("次へ")
        dialog.setCancelButtonText("やめる")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(
            lambda staff_id: desk.operations.run(
                parent, lambda: desk.gate.ask(draft, staff_id.strip(), role), sign, ended
            )
        )
        dialog.rejected.connect(ended)
        dialog.open()

    go_on()
