"""The clock mark (時刻の基準): time on this terminal moves forward only (DESIGN 4 "Clock")."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

MARK_FACT = "clock_mark"
"""Row of ``store_fact`` that holds the mark: ISO moment with offset."""

AHEAD_FACT = "clock_ahead"
"""Row of ``store_fact``: the union's signed time (ISO) that this clock was found ahead of, "" by
a clock that is right."""

PEER_FACT = "clock_peer"
"""Row of ``store_fact``: when (ISO, by this clock) the union last signed its time, which is when
the terminal was last in contact with it."""

LONGEST_STEP = timedelta(days=31)
BACKWARD_TOLERANCE = timedelta(minutes=2)
AHEAD_TOLERANCE = timedelta(minutes=10)
"""What a clock without a time server may be ahead of the union's and still date rightly."""


class Judgement(StrEnum):
    """What a moment is against the mark."""

    GOOD = "good"
    BACK = "back"
    LEAP = "leap"
    AHEAD = "ahead"


def judge(mark: datetime, moment: datetime) -> Judgement:
    """Whether ``moment`` may be believed: at most two minutes before the mark and at most
    31 days after it. Otherwise only ``admin.clock`` may run."""
    if moment < mark - BACKWARD_TOLERANCE:
        return Judgement.BACK
    if moment > mark + LONGEST_STEP:
        return Judgement.LEAP
    return Judgement.GOOD


def judge_here(mark: datetime | None, moment: datetime, *, ahead: bool) -> Judgement:
    """As ``judge``, by what this terminal knows: ``ahead`` when the union's signed time said that
    its clock runs ahead; a step of less than 31 days would else pass for time gone by."""
    judgement = Judgement.GOOD if mark is None else judge(mark, moment)
    return Judgement.AHEAD if judgement is Judgement.GOOD and ahead else judgement


def is_ahead(peer_time: datetime, moment: datetime) -> bool:
    """Whether a clock that shows ``moment`` when the union signs ``peer_time`` runs ahead."""
    return moment - peer_time > AHEAD_TOLERANCE


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
