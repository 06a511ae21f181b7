"""Named operations: one line in a screen starts one, success and failure are stated there.

The screen thread never waits (DESIGN 1.6): store work runs on the one store worker, network
work on a small pool, key work on the device worker; results come back to the screen thread.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

T = TypeVar("T")
Failure = Callable[[BaseException], None]


class Operations(QObject):
    """Starts work off the screen thread and brings its outcome back.

    ``door`` shows what no ``on_failure`` took (the error door); ``murmur`` tells the same of work
    that nobody waits for (``aside``, ``net``), without a dialog. A screen that was closed
    meanwhile gets nothing.
    """

    _settled = Signal(object)
    busy_changed = Signal(bool)

    def __init__(
        self, door: Callable[[QObject | None, BaseException], None], murmur: Failure
    ) -> None:
        super().__init__()
        self._door = door
        self._murmur = murmur
        self._store = ThreadPoolExecutor(1, "store")
        self._net = ThreadPoolExecutor(2, "net")
        self._running = 0
        self._closed = False
        self._settled.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether store or key work is under way; the line works in the background."""
        return self._running > 0

    @property
    def closed(self) -> bool:
        """Whether no work is taken any more: the program ends."""
        return self._closed

    def run(
        self,
        parent: QObject | None,
        work: Callable[[], T],
        on_success: Callable[[T], None],
        on_failure: Failure | None = None,
    ) -> Future[T]:
        """Run ``work`` on the store worker."""
        return self._submit(self._store, parent, work, on_success, on_failure)

    def aside(
        self,
        parent: QObject | None,
        work: Callable[[], T],
        on_success: Callable[[T], None],
        on_failure: Failure | None = None,
    ) -> Future[T]:
        """Run ``work`` on the store worker beside what the person does: the screen does not
        count as busy, so that no key press is lost to it."""
        return self._quietly(self._store, parent, work, on_success, on_failure)

    def net(
        self,
        parent: QObject | None,
        work: Callable[[], T],
        on_success: Callable[[T], None],
        on_failure: Failure | None = None,
    ) -> Future[T]:
        """Run ``work`` on the network pool; it never keeps a screen waiting (``busy``)."""
        return self._quietly(self._net, parent, work, on_success, on_failure)

    def _quietly(
        self,
        executor: Executor,
        parent: QObject | None,
        work: Callable[[], T],
        on_success: Callable[[T], None],
        on_failure: Failure | None,
    ) -> Future[T]:
        future = executor.submit(work)
        future.add_done_callback(
            lambda done: self._settled.emit((parent, done, on_success, on_failure, False))
        )
        return future

    def follow(
        self,
        parent: QObject | None,
        future: Future[T],
        on_success: Callable[[T], None],
        on_failure: Failure | None = None,
    ) -> None:
        """Bring the outcome of a job of another worker (the key's) to the screen thread."""
        self._begin()
        future.add_done_callback(
            lambda done: self._settled.emit((parent, done, on_success, on_failure, True))
        )

    def close(self) -> None:
        """Let running work end and take no more. Nobody is told of an outcome any more: the
        window that would show it may be gone by then."""
        self._closed = True
        self._store.shutdown(wait=True)
        self._net.shutdown(wait=True, cancel_futures=True)

    def _submit(
        self,
        executor: Executor,
        parent: QObject | None,
        work: Callable[[], T],
        on_success: Callable[[T], None],
        on_failure: Failure | None,
    ) -> Future[T]:
        future = executor.submit(work)
        self.follow(parent, future, on_success, on_failure)
        return future

    def _begin(self) -> None:
        self._running += 1
        if self._running == 1:
            self.busy_changed.emit(True)

    def _deliver(self, settled: tuple[Any, Future[Any], Callable[[Any], None], Any, bool]) -> None:
        parent, future, on_success, on_failure, counted = settled
        self._running -= counted
        if counted and self._running == 0:
            self.busy_changed.emit(False)
        if self._closed or (parent is not None and not shiboken6.isValid(parent)):
            return
        error = future.exception() if not future.cancelled() else None
        if future.cancelled():
            return
        try:
            if error is None:
                on_success(future.result())
            elif on_failure is not None:
                on_failure(error)
            else:
                self._tell(parent, error, counted=counted)
        except Exception as problem:  # a fault of the screen itself is told in the same way
            self._tell(parent, problem, counted=counted)

    def _tell(self, parent: QObject | None, error: BaseException, *, counted: bool) -> None:
        if counted:
            self._door(parent, error)
        else:
            self._murmur(error)
