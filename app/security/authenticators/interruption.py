"""One event for the two ways to stop a device: the person cancels, or time is up."""

from __future__ import annotations

import time
from threading import Event

_POLL_SECONDS = 0.05


class Interruption(Event):
    """Set when the caller's ``cancel`` is set or ``seconds`` have passed.

    The client libraries set the event that they are given (Windows does so at every
    success), therefore the caller's own event is only read here.
    """

    def __init__(self, cancel: Event, seconds: float) -> None:
        super().__init__()
        self._cancel = cancel
        self._deadline = time.monotonic() + seconds

    @property
    def expired(self) -> bool:
        """Whether time ran out before the caller cancelled."""
        return not self._cancel.is_set() and time.monotonic() >= self._deadline

    def is_set(self) -> bool:
        return super().is_set() or self._cancel.is_set() or time.monotonic() >= self._deadline

    def wait(self, timeout: float | None = None) -> bool:
        end = None if timeout is None else time.monotonic() + timeout
        while not self.is_set():
            left = _POLL_SECONDS if end is None else min(_POLL_SECONDS, end - time.monotonic())
            if left <= 0:
                return False
            super().wait(left)
        return True
