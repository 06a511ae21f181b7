"""管理簿への参加: a terminal that was founded by itself follows the municipality's control log, so
that who was enrolled at another desk sits down here (decision 025, 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.security.acts.approval import Approval
from app.security.control.deeds import FollowLog
from app.security.control.joining import log_code
from app.security.entry.terminal import OpenTerminal
from app.security.gate.gate import PreparedAct, Session, Subject
from app.security.refusals import refusal

FOLLOW = "admin.follow_log"
JOINED = "log.joined"
"""Why the sessions ended: the people of the municipality's log work here from now on."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the terminal stands: the ``code`` of the log that it follows, "" for none; the code of
    the one that is ``offered``, "" for none; ``told_at`` when the union last said how far the own
    one goes (ISO)."""

    code: str
    offered: str
    told_at: str


def standing(terminal: OpenTerminal) -> Standing:
    """By what two persons at two desks compare their logs."""
    control = terminal.control
    offered = control.offer.code if control.offer is not None else ""
    first = control.first_shared() if control.told_at else b""
    return Standing(log_code(first) if first else "", offered, control.told_at)


def prepare_follow(terminal: OpenTerminal, session: Session) -> PreparedAct:
    """What both founders touch for, after comparing the code. Raises ``Refusal``
    ``control.no_offer``, ``control.joined``, ``control.nobody_enters``."""
    offer = terminal.control.offer
    if offer is None:
        raise refusal("control.joined" if terminal.control.told_at else "control.no_offer")
    return terminal.gate.prepare(
        FOLLOW,
        session,
        subject=Subject("setting", "control_log"),
        content=FollowLog(offer.code),
        sentence=f"照合コード {offer.code} を、管理簿のある窓口と読み合わせました。この端末は、"
        "この管理簿に参加します。この端末の初期設定で登録した職員、キー、権限は、使えなくなります。",
    )


def perform_follow(
    terminal: OpenTerminal, prepared: PreparedAct, approvals: Sequence[Approval]
) -> None:
    """From now on the people of that log work here: the store's keys are sealed to them and to
    their recovery key, and nobody of the own founding is in any more. Raises as
    ``prepare_follow`` and ``Gate.act``; keys that were not sealed are at the next opening."""
    with terminal.gate.act(prepared, approvals):
        pass
    try:
        recipient = terminal.control.state.recovery_recipient
        if terminal.access.number_key is not None:
            terminal.access.renew_recovery(recipient)
        terminal.seat()
    finally:
        terminal.end_sessions(JOINED)
