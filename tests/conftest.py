"""What every test stands on: no display, no network but loopback, a folder for the whole run."""

from __future__ import annotations

import functools
import gc
import os
import sys
import typing
from collections.abc import Iterator

import fido2.utils
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.support import log_lines, order, room, soak
from tests.support.keyring_daemon import os_keyring_session  # noqa: F401

# fido2 evaluates its own annotations anew for every message of a key
fido2.utils.get_type_hints = functools.cache(typing.get_type_hints)


@pytest.fixture(autouse=True)
def expected_log() -> Iterator[log_lines.LogLines]:
    """A test that writes an unexpected warning or error into the log fails."""
    with log_lines.listened() as lines:
        yield lines
    if problems := lines.problems():
        pytest.fail("in the log: " + "\n".join(problems), pytrace=False)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """As in the program: where there are windows, no other thread destroys them."""
    if "PySide6.QtWidgets" in sys.modules:
        gc.disable()


class _Left:
    """What earlier tests left behind: ``windows`` that no collection takes away."""

    windows = 0


_left = _Left()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """What the test left in cycles goes on this thread; a window at once, because whatever is
    done to all windows (a style sheet) costs the more the more there are. What outlives its file
    is kept for the whole run and need not be looked through again: at the end of a run such a
    look took two seconds."""
    if nextitem is not None and nextitem.path != item.path:
        gc.collect()
        gc.freeze()
    if "PySide6.QtWidgets" in sys.modules:
        from PySide6.QtWidgets import QApplication

        from app.ui.base.collecting import collect_when_due

        windows = len(QApplication.topLevelWidgets()) if QApplication.instance() else 0
        if windows > _left.windows:
            gc.collect()
            windows = len(QApplication.topLevelWidgets())
        else:
            collect_when_due()
        _left.windows = windows


def pytest_collection_finish() -> None:
    """What was loaded for all tests stays and need not be looked through at every collection."""
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    """The room is made before anybody asks for a temporary folder; workers get it by their
    environment."""
    if not _is_worker(config):
        room.enter_room()
    soak.set_profile()


def pytest_unconfigure(config: pytest.Config) -> None:
    """What this process shared between its tests ends; the last one leaves the room."""
    room.shared.close()
    if not _is_worker(config):
        failed = getattr(config, "madoguchi_failed", False)
        kept = room.leave_room(keep=failed)
        if kept is not None:
            print(f"\nwhat the failed tests wrote: {kept}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Whether the failed tests' files are worth keeping."""
    session.config.madoguchi_failed = session.testsfailed > 0  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, so that no worker is left with one at the end; soaks are marked."""
    order.longest_first(items)
    soak.mark(items)


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")
