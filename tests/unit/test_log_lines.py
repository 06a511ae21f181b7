"""A test fails of a line in the log that it did not expect, and of one that did not come."""

from __future__ import annotations

import logging

import pytest

from tests.support.log_lines import LogLines, listened

pytest_plugins = ("pytester",)

_log = logging.getLogger("madoguchi.test_log_lines")


def test_what_was_not_expected_is_a_problem(expected_log: LogLines) -> None:
    expected_log.expect("broken|refused", count=2)  # the test's own listener hears them too
    with listened() as inner:
        _log.warning("it is %s", "broken")
        logging.getLogger("somebody.else").error("refused")
    assert inner.problems() == [
        "WARNING madoguchi.test_log_lines: it is broken",
        "ERROR somebody.else: refused",
    ]


def test_what_was_expected_and_came_is_none(expected_log: LogLines) -> None:
    expected_log.expect("broken")
    with listened() as inner:
        inner.expect("it is", count=2)
        _log.warning("it is broken")
        _log.error("it is broken again")
        _log.info("nothing to see")
    assert inner.problems() == []


@pytest.mark.parametrize(("count", "told"), [(None, "some"), (2, "2")])
def test_what_was_expected_and_did_not_come_is_a_problem(
    count: int | None, told: str, expected_log: LogLines
) -> None:
    with listened() as inner:
        inner.expect("broken", count=count)
    assert inner.problems() == [f"expected {told} of /broken/, 0 came"]


def test_too_many_are_a_problem(expected_log: LogLines) -> None:
    expected_log.expect("broken", count=2)
    with listened() as inner:
        inner.expect("broken", count=1)
        _log.warning("broken")
        _log.warning("broken")
    assert inner.problems() == ["expected 1 of /broken/, 2 came"]


def test_a_busy_machine_alone_fails_nothing() -> None:
    logging.getLogger("db.work").warning("a view was held for %.1f s", 3.0)


def test_the_listener_stands_before_every_test(
    pytester: pytest.Pytester, expected_log: LogLines
) -> None:
    """The fixture itself: a test with one unexpected line does not pass."""
    expected_log.expect("^y$", count=2)
    pytester.makeconftest("from tests.conftest import expected_log as expected_log")
    pytester.makepyfile(
        "import logging\n"
        "def test_loud(): logging.getLogger('x').warning('y')\n"
        "def test_told(expected_log):\n"
        "    expected_log.expect('y')\n"
        "    logging.getLogger('x').warning('y')\n"
    )
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=2, errors=1)
