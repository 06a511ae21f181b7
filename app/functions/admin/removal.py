"""端末の廃止 (SEC-147): one action removes this terminal, or the site that it was."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.errors import UserError
from app.security.acts.approval import Approval
from app.security.control.deeds import Removal
from app.security.control.state import REMOVED
from app.security.gate.facts import TERMINAL_STATE_FACT
from app.security.gate.gate import Gate, PreparedAct, Session, Subject
from app.sync.outbox import count_open


def prepare_removal(gate: Gate, session: Session, removal: Removal) -> PreparedAct:
    """What the administrator and a supervisor touch for."""
    return gate.prepare(
        "admin.remove_terminal",
        session,
        subject=Subject("terminal", removal.terminal or "this"),
        content=removal,
        sentence=f"端末 {removal.terminal} を廃止します（理由：{removal.reason}）。"
        "保存データ、操作記録、バックアップと鍵をこの機械からすべて消します。元に戻せません。",
    )


def perform_removal(gate: Gate, prepared: PreparedAct, approvals: Sequence[Approval]) -> None:
    """The terminal takes no further act; destroying it follows (``vault.removal``).

    Raises ``UserError`` ``removal.unsent`` while something prepared here has not reached the
    union; then nothing changed.
    """
    with gate.act(prepared, approvals) as work:
        waiting = count_open(work)
        if waiting:
            raise UserError(
                "removal.unsent",
                f"広域連合に届いていない送信が {waiting}件あるため、廃止できません。",
                "回線がつながるのを待つか、今日の仕事で送信を取りやめてから、もう一度行ってください。",
            )
        work.set_fact(TERMINAL_STATE_FACT, REMOVED)
