"""One event for cancel and time-out: which of the two, and that the caller's event is left."""

from __future__ import annotations

import threading
import time

from app.security.authenticators.interruption import Interruption


def test_neither_cancelled_nor_expired_is_not_set() -> None:
    stop = Interruption(threading.Event(), 10)
    assert not stop.is_set() and not stop.expired
    start = time.monotonic()
    assert not stop.wait(0.06)
    assert 0.05 < time.monotonic() - start < 5


def test_the_callers_cancel_sets_it_and_wakes_who_waits() -> None:
    cancel = threading.Event()
    stop = Interruption(cancel, 10)
    woke: list[bool] = []
    waiting = threading.Thread(target=lambda: woke.append(stop.wait()))
    waiting.start()
    cancel.set()
    waiting.join(5)
    assert woke == [True] and stop.is_set() and not stop.expired


def test_time_passing_sets_it_and_a_cancel_is_still_a_cancel() -> None:
    cancel = threading.Event()
    stop = Interruption(cancel, 0.01)
    assert stop.wait(5) and stop.expired and not cancel.is_set()
    cancel.set()
    assert stop.is_set() and not stop.expired


def test_a_library_that_sets_it_leaves_the_callers_event_alone() -> None:
    cancel = threading.Event()
    stop = Interruption(cancel, 10)
    stop.set()
    assert stop.is_set() and stop.wait() and not cancel.is_set()
