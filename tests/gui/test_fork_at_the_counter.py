"""A journal that the union does not know stops the counter, not only the status line."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from app.core.errors import EnvironmentFault
from app.counter import Counter
from app.sync.round import ContactReport, Problem


def contacted(code: str) -> tuple[list[str], list[BaseException]]:
    """What the counter does when a round ends with this problem."""
    went: list[str] = []
    shown: list[BaseException] = []
    counter: Any = SimpleNamespace(
        _calendar=None,
        _parts=SimpleNamespace(clock=SimpleNamespace(now=None)),
        window=SimpleNamespace(show_age=lambda _text: None, show_line=lambda _text: None),
        operations=SimpleNamespace(run=lambda _parent, work, _done: work()),
        door=SimpleNamespace(show=lambda _parent, error: shown.append(error)),
        log_off=lambda cause: went.append(f"log off {cause}"),
        _doorway=SimpleNamespace(stop=lambda: went.append("stop")),
    )
    counter._stop = lambda: Counter._stop(counter)
    report = ContactReport(problem=Problem(code, "言葉", "手当て"))
    Counter._told(counter, report)
    return went, shown


@pytest.mark.req("SEC-105")
def test_a_fork_logs_off_and_shuts_the_door() -> None:
    went, shown = contacted("journal.fork")
    assert went == ["log off journal.fork", "stop"]
    (told,) = shown
    assert isinstance(told, EnvironmentFault)
    assert told.code == "journal.fork"


def test_a_line_that_is_down_stops_nobody() -> None:
    assert contacted("line.unreachable") == ([], [])
