"""One thread, in order, with cancel: waiting, running, and at the end of the program."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from app.core.errors import UserError
from app.security.authenticators.worker import DeviceWorker
from tests.support.authenticators import Person, authenticator, key_with_pin, registered, sign


@pytest.fixture
def worker() -> Iterator[DeviceWorker]:
    worker = DeviceWorker()
    yield worker
    assert worker.close()


def test_work_runs_in_order_on_one_thread_which_is_not_ours(worker: DeviceWorker) -> None:
    order: list[int] = []

    def note(number: int) -> int:
        order.append(number)
        return threading.get_ident()

    jobs = [worker.submit(lambda _stop, n=n: note(n)) for n in range(5)]  # type: ignore[misc]
    threads = {job.future.result(5) for job in jobs}
    assert order == list(range(5))
    assert len(threads) == 1 and threading.get_ident() not in threads


def test_an_error_reaches_the_one_who_waits_and_the_worker_goes_on(worker: DeviceWorker) -> None:
    def fail(_stop: threading.Event) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        worker.submit(fail).future.result(5)
    assert worker.submit(lambda _stop: 7).future.result(5) == 7


def test_a_waiting_job_ends_at_once_and_a_running_one_when_it_sees_the_event(
    worker: DeviceWorker,
) -> None:
    started, ran = threading.Event(), []

    def wait(stop: threading.Event) -> str:
        started.set()
        assert stop.wait(5)
        return "stopped"

    running = worker.submit(wait)
    waiting = worker.submit(lambda _stop: ran.append(1))
    assert started.wait(5)
    waiting.cancel()
    waiting.cancel()
    with pytest.raises(UserError) as raised:
        waiting.future.result(0)
    assert raised.value.code == "key.cancelled"
    running.cancel()
    assert running.future.result(5) == "stopped"
    assert worker.submit(lambda _stop: 1).future.result(5) == 1
    assert ran == []


def test_closing_cancels_everything_and_takes_nothing_more() -> None:
    worker, started = DeviceWorker(), threading.Event()

    def wait(stop: threading.Event) -> bool:
        started.set()
        return stop.wait(5)

    running = worker.submit(wait)
    waiting = worker.submit(lambda _stop: 1)
    assert started.wait(5)
    assert worker.close()
    assert running.future.result(1) is True
    with pytest.raises(UserError):
        waiting.future.result(1)
    with pytest.raises(RuntimeError, match="closed"):
        worker.submit(lambda _stop: 1)


def test_a_touch_that_never_comes_is_cancelled_from_the_screen(worker: DeviceWorker) -> None:
    key = key_with_pin()
    credential = registered(authenticator(key)).credential_id
    blinking = threading.Event()
    port = authenticator(key, Person(on_touch=blinking.set))
    job = worker.submit(
        lambda stop: port.assert_(
            "training.madoguchi.internal", b"c" * 32, (credential,), uv=False, cancel=stop
        )
    )
    assert blinking.wait(5)
    job.cancel()
    with pytest.raises(UserError) as raised:
        job.future.result(5)
    assert raised.value.code == "key.cancelled"
    again = worker.submit(lambda _stop: sign(authenticator(key), credential, b"c" * 32))
    assert again.future.result(5).user_verified
