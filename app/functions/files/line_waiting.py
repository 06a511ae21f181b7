"""The terminal's certificate on the day board, 60, 30 and 7 days before its end (SEC-141).

Without it nothing is sent and nothing comes; a renewal overlaps, so there is no reason to wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.core.errors import EnvironmentFault
from app.security.waiting import Source, Waits, WaitWork
from app.sync.enrolment import days_left
from app.sync.terminal_keys import LINE_FACTS, LineFacts, read_facts

WARNED = (60, 30, 7)
"""Days before the end at which the words become more urgent."""

_STATES = ("まもなく更新", "更新が必要", "至急")


def _certificate(work: WaitWork) -> Iterator[Waits]:
    try:
        facts = read_facts(work)
    except EnvironmentFault:
        return  # not enrolled yet: the setting up says so itself
    left = days_left(facts, work.at)
    reached = sum(left <= days for days in WARNED)
    if reached:
        yield _line(facts, left, "期限切れ" if left < 0 else _STATES[reached - 1])


def _line(facts: LineFacts, left: int, state: str) -> Waits:
    until = datetime.fromisoformat(facts.valid_to).date()
    rest = f"あと {left} 日" if left >= 0 else "切れている間は、送ることも受け取ることもできません"
    return Waits(
        key="certificate",
        what=f"広域連合との通信の証明書（{until.isoformat()} まで、{rest}）",
        state=state,
        since=facts.valid_to,
        next_step="システム管理者が証明書を更新する（古い証明書は新しいものが届くまで使えます）",
        due=until.isoformat(),
    )


WAITS = (Source((LINE_FACTS,), _certificate, "day.show"),)
