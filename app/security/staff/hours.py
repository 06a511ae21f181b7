"""When the terminal may be used (利用可能時間, SEC-69)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from app.core.settings import Settings

EXCEPTION_UNTIL = "hours.exception_until"
"""Row of the ``setting`` table that ``admin.hours_exception`` writes: ISO moment."""

EXCEPTION_REASON = "hours.exception_reason"
"""Why, as the administrator wrote it."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The usable hours. ``weekdays`` are ISO numbers (1 = Monday); ``opens`` is the first
    usable minute, ``closes`` the first that is not; ``exception_until`` extends them for one
    occasion that an administrator allowed and the journal knows."""

    weekdays: frozenset[int]
    opens: time
    closes: time
    exception_until: datetime | None = None

    def is_open(self, moment: datetime) -> bool:
        """Whether the terminal may be used at ``moment`` (Japan time)."""
        if self.exception_until is not None and moment < self.exception_until:
            return True
        usual = moment.isoweekday() in self.weekdays
        return usual and self.opens <= moment.timetz().replace(tzinfo=None) < self.closes


def hours_of(settings: Settings) -> Hours:
    """The hours that the settings say."""
    until = settings.changed.get(EXCEPTION_UNTIL, "")
    return Hours(
        frozenset(int(day) for day in settings.text("hours.weekdays")),
        time.fromisoformat(settings.text("hours.from")),
        time.fromisoformat(settings.text("hours.to")),
        datetime.fromisoformat(until) if until else None,
    )
