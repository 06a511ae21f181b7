"""How Ctrl-C, SIGTERM and a closed terminal (SIGHUP) end a program: in order, once.

with stopping() as stop:
    prepare()                       # a signal raises Stopped here
    with stop.softly(window.end):   # here it calls ``end``: an exception would be lost in Qt
        application.exec()
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


class Stopped(KeyboardInterrupt):
    """A signal asked for the end. ``code`` is the exit status that a shell expects of it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


class Stop:
    """What the signals do at the moment. Made by ``stopping``."""

    def __init__(self) -> None:
        self._number = 0
        self._soft: Callable[[], None] | None = None

    def check(self) -> None:
        """Raises Stopped when a signal has come."""
        if self._number:
            raise Stopped(self._number)

    @contextmanager
    def softly(self, end: Callable[[], None]) -> Iterator[None]:
        """In this block a signal calls ``end`` and raises nothing; at its end Stopped is raised
        if one came. ``end`` is called wherever the program is: it should only leave word."""
        before, self._soft = self._soft, end
        try:
            yield
        finally:
            self._soft = before
        self.check()

    def _came(self, number: int, _frame: FrameType | None) -> None:
        if self._number:
            return  # the end is under way; a second signal may not break it off
        self._number = number
        if self._soft is not None:
            self._soft()
        else:
            raise Stopped(number)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Take the signals for the length of the block. In the main thread only."""
    stop = Stop()
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {number: signal.signal(number, stop._came) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
