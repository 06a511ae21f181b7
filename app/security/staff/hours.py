"""When the terminal may be used (利用可能時間, SEC-69)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.core.settings import DAY_END, Settings

EXCEPTION_UNTIL = "hours.exception_until"
"""Row of the ``setting`` table that ``admin.hours_exception`` writes: ISO moment."""

EXCEPTION_REASON = "hours.exception_reason"
"""Why, as the administrator wrote it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The usable hours. ``weekdays`` are ISO numbers (1 = Monday); ``opens`` is the first
    usable minute, ``closes`` the first that is not (None: the day's last minute is usable too);
    ``exception_until`` extends them for one occasion that an administrator allowed and the
    journal knows."""

    weekdays: frozenset[int]
    opens: time
    closes: time | None
    exception_until: datetime | None = None

    def is_open(self, moment: datetime) -> bool:
        """Whether the terminal may be used at ``moment`` (Japan time)."""
        if self.exception_until is not None and moment < self.exception_until:
            return True
        at = moment.time()
        usual = moment.isoweekday() in self.weekdays and self.opens <= at
        return usual and (self.closes is None or at < self.closes)

    def ends(self, moment: datetime) -> datetime:
        """When the usable time that ``moment`` lies in is over: the closing time of its day, or
        that of an exception."""
        midnight = datetime.combine(moment.date() + timedelta(days=1), time(), moment.tzinfo)
        closing = midnight
        if self.closes is not None:
            closing = datetime.combine(moment.date(), self.closes, moment.tzinfo)
        if self.exception_until is not None:
            closing = max(closing, self.exception_until)
        return closing

    def left(self, moment: datetime) -> timedelta | None:
        """How long the terminal may still be used; None where the next day's hours follow at
        once."""
        end = self.ends(moment)
        return None if self.is_open(end) else end - moment


def hours_of(settings: Settings) -> Hours:
    """The hours that the settings say."""
    closing = settings.text("hours.to")
    until = settings.changed.get(EXCEPTION_UNTIL, "")
    return Hours(
        frozenset(int(day) for day in settings.text("hours.weekdays")),
        time.fromisoformat(settings.text("hours.from")),
        None if closing == DAY_END else time.fromisoformat(closing),
        datetime.fromisoformat(until) if until else None,
    )
