"""The device worker: one thread owns the security keys, with cancel (DESIGN 1.6). No Qt here."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from app.security.authenticators import faults

T = TypeVar("T")


class DeviceJob(Generic[T]):
    """One piece of device work, waiting or running. ``future`` gives its result or error;
    a cancelled job ends in ``UserError`` ``key.cancelled``."""

    def __init__(self, work: Callable[[threading.Event], T]) -> None:
        self.future: Future[T] = Future()
        self._work = work
        self._cancel = threading.Event()
        self._lock = threading.Lock()
        self._taken = False

    def cancel(self) -> None:
        """Stop the work; may be called from any thread, any number of times. A waiting job
        ends at once, a running one as soon as its device answers."""
        self._cancel.set()
        if self._take():
            self.future.set_exception(faults.cancelled())

    def run(self) -> None:
        """Do the work on the calling thread, unless it was cancelled before."""
        if not self._take():
            return
        try:
            result = self._work(self._cancel)
        except BaseException as error:
            self.future.set_exception(error)
        else:
            self.future.set_result(result)

    def _take(self) -> bool:
        with self._lock:
            free, self._taken = not self._taken, True
            return free


class DeviceWorker:
    """Runs device work one after another on its own thread until ``close``."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[DeviceJob[object] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._open: set[DeviceJob[object]] = set()
        self._closed = False
        # daemon: a device that answers nothing must not keep the program from ending
        self._thread = threading.Thread(target=self._serve, name="device", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[threading.Event], T]) -> DeviceJob[T]:
        """Queue ``work``; it is called with the event that tells it to stop. Raises
        ``RuntimeError`` after ``close``."""
        job: DeviceJob[T] = DeviceJob(work)
        with self._lock:
            if self._closed:
                raise RuntimeError("the device worker is closed")
            self._open.add(job)  # type: ignore[arg-type]  # only run and cancel are used
            self._jobs.put(job)  # type: ignore[arg-type]
        return job

    def close(self, seconds: float = 5.0) -> bool:
        """Cancel everything and wait for the thread. Whether it ended within ``seconds``."""
        with self._lock:
            self._closed = True
            waiting = list(self._open)
        for job in waiting:
            job.cancel()
        self._jobs.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()
            with self._lock:
                self._open.discard(job)
