"""Where the time comes from. Nothing below the composition root asks the machine itself."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta, timezone
from typing import Protocol

JST = timezone(timedelta(hours=9), "JST")


class Clock(Protocol):
    """Wall time in Japan and a monotonic time for intervals."""

    def now(self) -> datetime:
        """The present moment, aware, in Japan Standard Time."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards, for time-outs and freshness."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(JST)

    def monotonic(self) -> float:
        return time.monotonic()


class FixedClock:
    """A clock that moves only when told to: tests, training replays and benchmarks."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("FixedClock needs an aware datetime")
        self._now = start.astimezone(JST)
        self._monotonic = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, delta: timedelta) -> None:
        """Move wall time and monotonic time forward together."""
        self._now += delta
        self._monotonic += delta.total_seconds()

    def set_wall(self, moment: datetime) -> None:
        """Set wall time alone, as somebody changing the machine's clock would."""
        self._now = moment.astimezone(JST)


def today(clock: Clock) -> date:
    """The calendar day in Japan."""
    return clock.now().date()
