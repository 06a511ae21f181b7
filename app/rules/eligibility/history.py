"""A person's eligibility over time: periods checked, days and months counted (DOMAIN 2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from app.rules.calendar.days import ONE_DAY, month_start, next_month_start
from app.rules.eligibility.reasons import AcquisitionReason, EligibilityError, LossReason


@dataclass(frozen=True, slots=True)
class Period:
    """Insured from ``acquired_on`` up to the day before ``lost_on`` (None: still insured)."""

    acquired_on: date
    acquired_by: AcquisitionReason
    lost_on: date | None = None
    lost_by: LossReason | None = None

    @property
    def is_empty(self) -> bool:
        """取得と喪失が同日: never insured."""
        return self.lost_on == self.acquired_on

    def holds_on(self, day: date) -> bool:
        """Insured on ``day``."""
        return self.acquired_on <= day and (self.lost_on is None or day < self.lost_on)


@dataclass(frozen=True, slots=True)
class Gap:
    """Days between two periods on which the person was not insured, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class History:
    """A person's periods in order of time, free of contradiction, and the gaps between them."""

    periods: tuple[Period, ...]
    gaps: tuple[Gap, ...]

    def on(self, day: date) -> Period | None:
        """The period that holds on ``day``, or None."""
        return next((period for period in self.periods if period.holds_on(day)), None)


def check_history(periods: Iterable[Period], *, person: str) -> History:
    """The history of ``person``; a gap is a finding for the clerk, not an error.

    Raises EligibilityError: before_acquisition (a loss before its acquisition), reason_missing
    (a loss without reason or a reason without a loss), overlap (two periods share a day).
    """
    ordered = sorted(periods, key=lambda p: (p.acquired_on, p.lost_on or date.max))
    for period in ordered:
        if period.lost_on is not None and period.lost_on < period.acquired_on:
            raise EligibilityError(
                "before_acquisition",
                f"喪失日 {period.lost_on:%Y-%m-%d} が、"
                f"取得日 {period.acquired_on:%Y-%m-%d} より前です。",
                "資格の履歴を確かめてください。",
                person=person,
                missing="lost_on",
            )
        if (period.lost_on is None) != (period.lost_by is None):
            raise EligibilityError(
                "reason_missing",
                "喪失日と喪失事由の片方がありません。",
                "資格の履歴を確かめてください。",
                person=person,
                missing="lost_by",
            )
    gaps = []
    for earlier, later in pairwise(ordered):
        if earlier.lost_on is None or later.acquired_on < earlier.lost_on:
            raise EligibilityError(
                "overlap",
                f"{later.acquired_on:%Y-%m-%d} からの資格が、前の資格の期間と重なっています。",
                "前の資格の喪失日を確かめ、必要なら先に喪失を処理してください。",
                person=person,
                missing="lost_on",
            )
        if earlier.lost_on < later.acquired_on:
            gaps.append(Gap(earlier.lost_on, later.acquired_on - ONE_DAY))
    return History(tuple(ordered), tuple(gaps))


def months_charged(
    history: History, first: date, last: date, *, same_month_counts: bool
) -> tuple[date, ...]:
    """The months (by their 1st) from ``first`` to ``last`` that carry a premium (104条, 月割).

    The month of 取得 counts, the month of 喪失 does not: a month counts when the person is insured
    at its end. ``same_month_counts``: the union counts a month of both 取得 and 喪失.
    """
    months = []
    month = month_start(first)
    while month <= last:
        following = next_month_start(month)
        at_end = history.on(following - ONE_DAY) is not None
        within = same_month_counts and any(
            month <= period.acquired_on < following
            and period.lost_on is not None
            and period.acquired_on < period.lost_on < following
            for period in history.periods
        )
        if at_end or within:
            months.append(month)
        month = following
    return tuple(months)
