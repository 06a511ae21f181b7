"""The line to the union beside a working counter: contact again and again, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.core.clock import Clock
from app.rules.calendar.days import BusinessCalendar
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
        self._window.show_age(stands_warning(stands) or age_warning(last, today, self._calendar))
        if report.received:
            self._background.tell()
        self.told(report)

    def told(self, report: ContactReport) -> None:
        """What a round said of the line."""
        problem = report.problem
        self.reachable = problem is None
        self._background.well(LINE, but=problem.code if problem is not None else "")
        if problem is None:
            self._window.show_line("広域連合　接続中")
            return
        self._window.show_line(f"広域連合　{problem.message}")
        self._background.trouble(LINE, problem.code, problem.message)
        if problem.code in NOT_OURS:
            self._stop(problem)
