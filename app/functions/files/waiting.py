"""What waits of the exchange (送受信): the day's files that need somebody, or hold the day open."""

from __future__ import annotations

from collections.abc import Iterator

from app.functions.files import day_files, set_aside
from app.functions.files.day_files import DayFile, Step
from app.security.waiting import Source, Waits, WaitWork

SENDING = "広域連合の受領が確かめられていない送信"
REJECTED = "受け付けられなかったままの送信"


def _lines(work: WaitWork) -> Iterator[Waits]:
    """What is not settled, and what should have come and has not. A file that could not be taken
    stays until somebody records what became of it: no later file holds what an answer to a case
    held, and whether one holds the rest nobody can see here."""
    for line in day_files.of_day(work, work.at, work.business_days):
        if line.step is not Step.NOTHING or line.alarm or line.stuck or not line.is_over:
            yield _line(line)


def _line(line: DayFile) -> Waits:
    aside = line.step is Step.SET_ASIDE
    rejected = line.step is Step.SETTLE
    unsettled = line.way == day_files.UP and not line.is_over and not line.is_due
    return Waits(
        key=line.key,
        what=line.title,
        state=line.state,
        since=line.since,
        next_step=line.next_step,
        opens=set_aside.SHOW if aside else day_files.SHOW,
        given=(("item_id" if aside else "key", line.key),),
        cause=line.cause,
        holds_day=(REJECTED,) if rejected else (SENDING,) if unsettled else (),
    )


WAITS = (Source(day_files.READS, _lines, "day.show"),)
"""Whoever sees the day sees them: a clerk who waits for an answer must know that files fail."""
