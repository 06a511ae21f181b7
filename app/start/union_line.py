"""The line to the union beside a working counter: contact again and again, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject

from app.core.clock import Clock
from app.rules.calendar.days import BusinessCalendar
from app.security.gate.age import age_words
from app.security.journal.journal import FORK
from app.sync.age import DAILY, age_warning, stands_warning
from app.sync.engine import Engine
from app.sync.round import ContactReport, Problem
from app.ui.base.door import ErrorDoor
from app.ui.base.operations import Operations
from app.ui.base.watch import Background
from app.ui.shell.window import MainWindow
from app.wire.protocol import OTHER_JOURNALS

NOT_OURS = frozenset((FORK, *(f"peer.{cause}" for cause in OTHER_JOURNALS)))
"""What says that the journal is not the one that the union knows, found here or told by it."""

CONTROL = "control"
LINE = "line"
"""The name under which troubles of the line are told."""


class UnionLine:
    """``engine`` is the exchange of the open store, None while nobody is in; ``stop`` is called
    when the journal is not the one that the union knows. ``reachable`` is what the last round
    found."""

    def __init__(
        self,
        window: MainWindow,
        background: Background,
        clock: Clock,
        calendar: BusinessCalendar,
        stop: Callable[[Problem], None],
    ) -> None:
        self._window = window
        self._background = background
        self._clock = clock
        self._calendar = calendar
        self._stop = stop
        self.engine: Engine | None = None
        self.reachable = True

    def contact(self, owner: QObject, operations: Operations, door: ErrorDoor) -> None:
        """One round in the background."""
        engine = self.engine
        if engine is not None:
            operations.net(
                owner,
                lambda: (engine.contact(), engine.last_received(DAILY), engine.stands()),
                self._contacted,
                lambda error: self._failed(engine, error, door),
            )

    def close(self) -> None:
        """The store closes: no round any more."""
        engine, self.engine = self.engine, None
        if engine is not None:
            engine.close()

    def _failed(self, engine: Engine, error: BaseException, door: ErrorDoor) -> None:
        if self.engine is engine:  # after log-off the store is closed: that is no trouble
            door.murmur(error, LINE)

    def _contacted(self, outcome: tuple[ContactReport, str, str]) -> None:
        report, last, stands = outcome
        today = self._clock.now().date()
        warnings = (
            stands_warning(stands),
            age_words(report.control_at, today, self._calendar),
            age_warning(last, today, self._calendar),
        )
        self._window.show_age(next(filter(None, warnings), ""))
        if report.received:
            self._background.tell()
        self.told(report)

    def told(self, report: ContactReport) -> None:
        """What a round said of the line."""
        problem = report.problem
        self.reachable = problem is None
        self._background.well(LINE, but=problem.code if problem is not None else "")
        self._control(report)
        if problem is None:
            self._window.show_line(f"広域連合　接続中{_as_of(report.control_at)}")
            return
        self._window.show_line(f"広域連合　{problem.message}")
        self._background.trouble(LINE, problem.code, problem.message)
        if problem.code in NOT_OURS:
            self._stop(problem)

    def _control(self, report: ContactReport) -> None:
        """Why nothing of the control log was applied; said until an answer is."""
        problem = report.control_problem
        self._background.well(CONTROL, but=problem.code if problem is not None else "")
        if problem is not None:
            self._background.trouble(CONTROL, problem.code, f"{problem.message}{problem.remedy}")


def _as_of(control_at: str) -> str:
    """As of when the control log is known here, "" for a terminal that shares none."""
    if not control_at:
        return ""
    at = datetime.fromisoformat(control_at)
    return f"　管理簿 {at.month}月{at.day}日 {at:%H:%M} 現在"
