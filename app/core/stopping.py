"""How Ctrl-C, SIGTERM and a closed terminal (SIGHUP) end a program: in order, once.

with stopping() as stop:
    prepare()                       # a signal raises Stopped here
    with stop.softly(window.end):   # here it calls ``end``: an exception would be lost in Qt
        application.exec()
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.core.process import taking_endings


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

    def _came(self, number: int) -> None:
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
    with taking_endings(stop._came):
        yield stop
