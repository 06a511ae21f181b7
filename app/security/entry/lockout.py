"""How long after wrong tries nobody gets another one (ロックアウト)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class LockoutRule:
    """After ``free_tries`` failures in a row each further one costs the next delay, the last
    delay again and again. Both are settings of the municipality."""

    free_tries: int = 5
    delays: tuple[timedelta, ...] = (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=15),
        timedelta(hours=1),
    )

    def __post_init__(self) -> None:
        if self.free_tries < 1 or not self.delays or min(self.delays) <= timedelta(0):
            raise ValueError("a lock-out has at least one free try and positive delays")
        if list(self.delays) != sorted(self.delays):
            raise ValueError("delays grow")

    @property
    def longest(self) -> timedelta:
        """The longest wait there is."""
        return self.delays[-1]

    def delay_after(self, failures: int) -> timedelta:
        """The wait that the ``failures``-th failure in a row brings."""
        over = failures - self.free_tries
        if over < 0:
            return timedelta(0)
        return self.delays[min(over, len(self.delays) - 1)]


@dataclass(frozen=True, slots=True)
class Tries:
    """``failures`` in a row of one id, and a wait of ``delay`` that began at ``since``, seconds of
    the machine's monotonic time: nobody can set that forward."""

    failures: int
    since: float
    delay: timedelta

    def wait(self, monotonic: float) -> timedelta:
        """How much of the wait is left."""
        return max(timedelta(0), self.delay - timedelta(seconds=monotonic - self.since))

    def at(self, monotonic: float) -> Tries:
        """The same as it stands now: after a restart of the machine, whose monotonic time began
        again, the wait begins anew. Where that time has come further than ``since`` all the same,
        at least as much has really passed."""
        return self if self.since <= monotonic else replace(self, since=monotonic)
