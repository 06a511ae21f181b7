"""Python's search for cycles: rarer in the whole program, and still there."""

from __future__ import annotations

import gc
import weakref

import pytest

from app import main
from app.core.collector import look_less_often


class _Ring:
    def __init__(self) -> None:
        self.self = self


@pytest.fixture(autouse=True)
def _as_before() -> object:
    before, collecting = gc.get_threshold(), gc.isenabled()
    gc.enable()
    yield
    gc.set_threshold(*before)
    if not collecting:  # where there are windows
        gc.disable()


def test_cycles_are_still_found_without_being_asked() -> None:
    look_less_often()
    ring = weakref.ref(_Ring())
    held = []
    for _ in range(gc.get_threshold()[0] * 2):
        held.append([])
    assert ring() is None
    assert gc.isenabled()


def test_every_command_begins_with_it() -> None:
    gc.set_threshold(700, 10, 10)
    assert main.main(["interface-book"]) == main.DONE
    assert gc.get_threshold()[0] > 700
