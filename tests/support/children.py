"""Forked children: for what would hurt the test process, and to be killed at a chosen moment."""

from __future__ import annotations

import os
import pickle
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

PATIENCE_SECONDS = 30.0


def in_child(work: Callable[[], Any]) -> Any:
    """Run ``work`` in a forked child and give what it returned; a failure there fails here."""
    return in_children(work)[0]


def in_children(*works: Callable[[], Any]) -> list[Any]:
    """The same for several, each in a child of its own, at the same time."""
    return [_returned(*begun) for begun in [_begun(work) for work in works]]


def _begun(work: Callable[[], Any]) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(work, writing)
    os.close(writing)
    return child, reading


def _returned(child: int, reading: int) -> Any:
    with os.fdopen(reading, "rb") as source:
        content = source.read()
    os.waitpid(child, 0)
    done, value = pickle.loads(content)
    if not done:
        raise AssertionError(f"in the child:\n{value}")
    return value


def _answer(work: Callable[[], Any], writing: int) -> NoReturn:
    # nothing may lead out of here: a second copy of the test run would go on
    try:
        try:
            content = pickle.dumps((True, work()))
        except BaseException:
            content = pickle.dumps((False, traceback.format_exc()))
        with os.fdopen(writing, "wb") as out:
            out.write(content)
    finally:
        os._exit(0)


def kill_after(work: Callable[[Callable[[], None]], None], steps: int, then: float) -> int:
    """Run ``work`` in a forked child and kill it ``then`` seconds after its ``steps``-th step.

    ``work`` gets a function that it calls after each finished step. Gives how many steps the
    child had finished when it died, which may be more than ``steps``; a child that ends by
    itself is no failure.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(lambda: os.write(writing, b"."))  # type: ignore[arg-type]
        finally:
            os._exit(0)
    os.close(writing)
    seen = 0
    deadline = time.monotonic() + PATIENCE_SECONDS
    while seen < steps and time.monotonic() < deadline:
        ready, _, _ = select.select([reading], [], [], 1.0)
        if ready:
            got = os.read(reading, 1)
            if not got:
                break
            seen += len(got)
    _pause(then)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(reading, 4096):
        seen += len(more)
    os.close(reading)
    return seen


def killed_at_rename(work: Callable[[], None], number: int) -> bool:
    """Run ``work`` in a forked child that dies when it is about to rename a file for the
    ``number``-th time, however long it takes to get there; whether it did."""
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, _given: object) -> None:
            nonlocal seen
            if event == "os.rename":
                seen += 1
                if seen == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.waitstatus_to_exitcode(status) == 0, "the child failed"
    return False


def _pause(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        select.select([], [], [], max(0.0, until - time.monotonic()))
