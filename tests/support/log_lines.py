"""A line in the log at WARNING or above fails the test in which it is written, unless the test
says that it will come:

    def test_...(expected_log):
        expected_log.expect("a decision was not taken back", count=1)

What another process writes is not seen here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_ONLY_UNDER_LOAD = (("app", "a view was held for"), ("db", "a view was held for"))
"""Begin of the logger's name and of the line: what a busy machine alone brings about."""


@dataclass
class _Expectation:
    pattern: re.Pattern[str]
    count: int | None
    came: int = 0


@dataclass(eq=False)  # the log holds a handler once, by equality
class LogLines(logging.Handler):
    """What one test writes into the log, against what it expects."""

    unexpected: list[str] = field(default_factory=list)
    _expected: list[_Expectation] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.WARNING)

    def expect(self, pattern: str, *, count: int | None = None) -> None:
        """Lines in which the regular expression is found are expected from now on: ``count`` of
        them, or at least one."""
        self._expected.append(_Expectation(re.compile(pattern), count))

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line; whichever expectation fits first has it."""
        line = record.getMessage()
        if any(record.name.startswith(n) and line.startswith(b) for n, b in _ONLY_UNDER_LOAD):
            return
        for one in self._expected:
            if one.pattern.search(line):
                one.came += 1
                return
        self.unexpected.append(f"{record.levelname} {record.name}: {line}")

    def problems(self) -> list[str]:
        """What was not expected, and what was expected and did not come."""
        missing = [
            f"expected {one.count or 'some'} of /{one.pattern.pattern}/, {one.came} came"
            for one in self._expected
            if (one.came != one.count if one.count is not None else one.came == 0)
        ]
        return [*self.unexpected, *missing]


@contextmanager
def listened() -> Iterator[LogLines]:
    """Listen to everything that reaches the root of the log."""
    lines, root = LogLines(), logging.getLogger()
    root.addHandler(lines)
    try:
        yield lines
    finally:
        root.removeHandler(lines)
