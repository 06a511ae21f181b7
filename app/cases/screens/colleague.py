"""同僚の受付を引き継ぐ: somebody else's open case goes on only for a reason, which is kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from app.cases import drafts
from app.ui.base.choice import choose
from app.ui.base.desk import Desk


def go_on(
    parent: QWidget, desk: Desk, case: drafts.KeyedCase, opened: Callable[[drafts.KeyedCase], None]
) -> None:
    """``opened`` gets the case at once where this clerk has keyed in it before, else when the
    reason was given; without one nothing of it is shown and the clerk is at home again."""
    if desk.session.staff_id in case.keyed_by:
        opened(case)
        return
    reasons = desk.tables["purposes"].rows(desk.clock.now().date(), use="handover")

    def take(at: int) -> None:
        reason = reasons[at].text("code")
        desk.run(parent, lambda: drafts.take_over(desk.gate, desk.session, case, reason), opened)

    by = "・".join(case.keyed_by)
    choose(
        parent,
        f"職員 {by} が始めた受付です。なぜ引き継ぎますか。理由は操作記録に残ります。",
        [one.text("label") for one in reasons],
        take,
        ok="引き継ぐ",
        gave_up=desk.home,
    )
