"""What ends a session by itself at the counter: a fork of the journal, a machine that slept."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.core.errors import EnvironmentFault
from app.security.entry.login import Due, Wakefulness
from app.start.counter import Counter
from app.start.union_line import UnionLine
from app.sync.round import ContactReport, Problem
from app.ui.base.watch import Background
from tests.support.founded import MONDAY


def contacted(code: str) -> tuple[list[str], list[BaseException]]:
    """What the counter does when a round ends with this problem."""
    went: list[str] = []
    shown: list[BaseException] = []
    counter: Any = SimpleNamespace(
        window=None,
        operations=SimpleNamespace(run=lambda _parent, work, _done: work()),
        door=SimpleNamespace(show=lambda _parent, error: shown.append(error)),
        log_off=lambda cause: went.append(f"log off {cause}"),
        _doorway=SimpleNamespace(stop=lambda: went.append("stop")),
    )
    window: Any = SimpleNamespace(show_age=lambda _text: None, show_line=lambda _text: None)
    unasked: Any = None
    line = UnionLine(
        window, Background(), unasked, unasked, lambda problem: Counter._stop(counter, problem)
    )
    line.told(ContactReport(problem=Problem(code, "言葉", "手当て")))
    return went, shown


@pytest.mark.req("SEC-105")
@pytest.mark.parametrize(
    "code",
    ["journal.fork", "peer.fork", "peer.old_copy", "peer.other_store", "peer.head_unknown"],
)
def test_another_journal_logs_off_and_shuts_the_door(code: str) -> None:
    """Whether it was found here or told by the union, in the words of its cause."""
    went, shown = contacted(code)
    assert went == [f"log off {code}", "stop"]
    (told,) = shown
    assert isinstance(told, EnvironmentFault)
    assert (told.code, told.message) == (code, "言葉")


def test_a_line_that_is_down_stops_nobody() -> None:
    assert contacted("line.unreachable") == ([], [])


@pytest.mark.req("SEC-67")
@pytest.mark.parametrize(("silence", "ended"), [(5, False), (90, False), (91, True)])
def test_a_machine_that_slept_wakes_up_logged_off(silence: int, ended: bool) -> None:
    went: list[str] = []
    moments = iter((MONDAY, MONDAY + timedelta(seconds=silence)))
    gate = SimpleNamespace(table_package=lambda: None)
    counter: Any = SimpleNamespace(
        _doorway=SimpleNamespace(terminal=SimpleNamespace(gate=gate)),
        _package=None,
        _session=object(),
        _wakefulness=Wakefulness(),
        _parts=SimpleNamespace(clock=SimpleNamespace(now=lambda: next(moments))),
        log_off=went.append,
        _vigil=SimpleNamespace(due=lambda *_: Due.NOTHING, left=lambda *_: None),
        window=SimpleNamespace(show_ending=lambda _text: None),
        _reading=False,
        _limited=True,  # nothing else is looked at
        _read_settings=lambda _terminal: went.append("looked"),
    )
    Counter.look_at_the_clock(counter)
    Counter.look_at_the_clock(counter)
    assert went == ["looked", "time.slept" if ended else "looked"]


def test_the_time_between_two_sessions_is_no_sleep() -> None:
    awake = Wakefulness()
    assert not awake.has_slept(MONDAY)
    awake.rest()
    assert not awake.has_slept(MONDAY + timedelta(hours=1))
