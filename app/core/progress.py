"""How far long work is, told from the thread that does it and read from the one that shows it; and
whether somebody wants it to end.

The rate is that of the present step since its beginning, so that what is left is honest also where
steps differ.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass


class WorkCancelled(Exception):
    """Somebody asked the work to end; it leaves everything as if it had not begun."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One moment of a step. ``total`` is 0 where it is not known; ``rate`` in units a second;
    ``left`` in seconds, -1 where it cannot be said yet."""

    what: str
    unit: str
    done: int
    total: int
    rate: float
    left: float

    @property
    def told(self) -> str:
        """One line for the screen."""
        of_all = f"／{self.total:,}" if self.total else ""
        parts = [f"{self.what}　{self.done:,}{of_all}{self.unit}"]
        if self.rate >= 1:
            parts.append(f"1秒あたり {self.rate:,.0f}{self.unit}")
        if self.left >= 0:
            minutes, seconds = divmod(int(self.left + 0.5), 60)
            parts.append(f"あと {minutes}分{seconds:02}秒" if minutes else f"あと {seconds}秒")
        return "　".join(parts)


class Progress:
    """The step under way. One thread tells, any thread looks or cancels."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._now = monotonic
        self._lock = threading.Lock()
        self._step: tuple[str, str, int, float] | None = None
        self._done = 0
        self._cancelled = threading.Event()

    def begin(self, what: str, total: int, unit: str) -> None:
        """A step begins. Raises WorkCancelled."""
        self._stop_if_asked()
        with self._lock:
            self._step, self._done = (what, unit, total, self._now()), 0

    def at(self, done: int) -> None:
        """So much of it is done. Raises WorkCancelled."""
        self._stop_if_asked()
        self._done = done

    def end(self) -> None:
        """Nothing is under way; a wish to cancel is forgotten."""
        with self._lock:
            self._step = None
        self._cancelled.clear()

    def cancel(self) -> None:
        """Ask the work to end at its next step."""
        if self._step is not None:
            self._cancelled.set()

    def shown(self) -> Shown | None:
        """The step under way, None for nothing."""
        with self._lock:
            if self._step is None:
                return None
            what, unit, total, since = self._step
            done = self._done
        seconds = self._now() - since
        rate = done / seconds if seconds > 0 else 0.0
        left = (total - done) / rate if rate and total >= done > 0 else -1.0
        return Shown(what, unit, done, total, rate, left)

    def _stop_if_asked(self) -> None:
        if self._cancelled.is_set():
            raise WorkCancelled
