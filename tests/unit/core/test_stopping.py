"""Signals end the program once and in order."""

from __future__ import annotations

import signal

import pytest

from app.core.stopping import Stopped, stopping

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_raises_where_the_program_is_and_its_code_is_the_shell_s(number: int) -> None:
    with pytest.raises(Stopped) as stopped, stopping():
        signal.raise_signal(number)
        pytest.fail("it went on")
    assert stopped.value.code == 128 + number


def test_a_second_signal_does_not_break_the_end_off() -> None:
    ended = []
    with pytest.raises(Stopped), stopping():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGINT)
            ended.append("in order")
    assert ended == ["in order"]


def test_softly_it_calls_and_raises_at_the_end_of_the_block() -> None:
    seen: list[str] = []
    with pytest.raises(Stopped), stopping() as stop:
        with stop.softly(lambda: seen.append("asked")):
            signal.raise_signal(signal.SIGHUP)
            seen.append("went on")
        pytest.fail("the block ended as if nothing had come")
    assert seen == ["asked", "went on"]


def test_who_waits_can_look() -> None:
    with pytest.raises(Stopped), stopping() as stop, stop.softly(lambda: None):
        stop.check()
        signal.raise_signal(signal.SIGTERM)
        stop.check()
        pytest.fail("it did not see the signal")


def test_afterwards_the_signals_are_as_before() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with stopping():
        assert signal.getsignal(signal.SIGTERM) not in before
    assert [signal.getsignal(number) for number in SIGNALS] == before
