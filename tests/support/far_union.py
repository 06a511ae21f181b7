"""A union in memory that outlives the terminal: the terminal is a forked child that may be killed,
the union answers it from this process over a pipe."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from tests.support.line import LoopUnion


class FarUnion:
    """The line to it as the child has it; ``step`` hears of each call before and after it had its
    effect."""

    def __init__(self, line: Connection, step: Callable[[str], None]) -> None:
        self._line = line
        self._step = step

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            self._step(f"before {name}")
            self._line.send((name, given))
            done, answer = self._line.recv()
            if not done:
                raise answer
            self._step(f"after {name}")
            return answer

        return call

    def heed(self, stopped: object) -> None:
        """Whatever a test does here takes no time."""

    def close(self) -> None:
        """The pipe ends with the child."""


def terminal_at(
    union: LoopUnion, work: Callable[[FarUnion, Callable[[str], None]], None], at: int
) -> list[str]:
    """Run ``work`` as a process of its own on a line to ``union``; it is killed with SIGKILL at
    the ``at``-th place that it passes (0: never). The places that it passed, the last one where it
    died. A process that fails by itself fails here."""
    here, there = multiprocessing.Pipe()
    seen, telling = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            here.close()
            os.close(seen)
            passed = 0

            def step(place: str) -> None:
                nonlocal passed
                passed += 1
                os.write(telling, f"{place}\n".encode())
                if passed == at:
                    os.kill(os.getpid(), signal.SIGKILL)

            work(FarUnion(there, step), step)
            status = 0
        finally:
            os._exit(status)
    there.close()
    os.close(telling)
    _answer(union, here)
    _, ended = os.waitpid(child, 0)
    with os.fdopen(seen) as places:
        passed_by = places.read().splitlines()
    killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
    assert killed or ended == 0, f"the terminal failed after {passed_by[-3:]}"
    assert killed == (0 < at <= len(passed_by))
    return passed_by


def _answer(union: LoopUnion, line: Connection) -> None:
    while True:
        try:
            name, given = line.recv()
        except (EOFError, ConnectionResetError):
            return
        try:
            answer = (True, getattr(union, name)(*given))
        except Exception as cause:
            answer = (False, cause)
        try:
            line.send(answer)
        except (BrokenPipeError, ConnectionResetError):
            return  # killed while it waited for the answer: what it asked for is done
