"""The clock mark (時刻の基準): time on this terminal moves forward only (DESIGN 4 "Clock")."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

MARK_FACT = "clock_mark"
"""Row of ``store_fact`` that holds the mark: ISO moment with offset."""

LONGEST_STEP = timedelta(days=31)
BACKWARD_TOLERANCE = timedelta(minutes=2)


class Judgement(StrEnum):
    """What a moment is against the mark."""

    GOOD = "good"
    BACK = "back"
    LEAP = "leap"


def judge(mark: datetime, moment: datetime) -> Judgement:
    """Whether ``moment`` may be believed: at most two minutes before the mark and at most
    31 days after it. Otherwise only ``admin.clock`` may run."""
    if moment < mark - BACKWARD_TOLERANCE:
        return Judgement.BACK
    if moment > mark + LONGEST_STEP:
        return Judgement.LEAP
    return Judgement.GOOD


def believed(mark: datetime | None, moment: datetime) -> datetime:
    """By which moment dates are judged: ``moment`` when it is good, else the mark, so that
    the two who must set the clock right are not stopped by the wrong date itself."""
    return moment if mark is None or judge(mark, moment) is Judgement.GOOD else mark


def moved(mark: datetime, moment: datetime) -> datetime:
    """The mark after a good ``moment``: it never goes back."""
    if judge(mark, moment) is not Judgement.GOOD:
        raise ValueError("the mark moves by good moments only")
    return max(mark, moment)


def moved_by_peer(mark: datetime, peer_time: datetime) -> datetime:
    """The mark after a time that the union signed: forward by any step, never back."""
    return max(mark, peer_time)
