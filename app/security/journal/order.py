"""Lines follow one another in time (DESIGN 4, 5): what an act that is dated back breaks.

The gate lets nothing pass, but what mends the clock, at a moment before one that it has believed.
So no line that it let pass lies before an earlier one, or before the moment at which the union
signed a head behind it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.security.journal.journal import Journal
from app.security.journal.levels import Levels
from app.security.journal.line import Line, State

TOLERANCE = timedelta(minutes=2)
"""So far the machine's clock may lie behind what was believed."""

_NEWEST = 5_000
_NEVER = datetime(1, 1, 2, tzinfo=UTC)


def moment_of(text: str) -> datetime:
    """A moment with its offset; the earliest there is for text that says none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return _NEVER
    return at if at.tzinfo is not None else _NEVER


class TimeOrder:
    """Looks at lines in their order. ``levels`` says which functions run by a believable clock."""

    def __init__(self, levels: Levels) -> None:
        self._levels = levels
        self._mark = _NEVER

    def signed(self, at: str) -> None:
        """The union signed a head at this moment (ISO): what follows lies behind it."""
        self._mark = max(self._mark, moment_of(at))

    def is_dated_back(self, line: Line) -> bool:
        """Whether this line lies before what came before it."""
        entry, at = line.entry, moment_of(line.at)
        level = self._levels.on(entry.function_id, at.date())
        if level is None:
            return False
        if level.sets_clock and entry.state is State.DONE:
            self._mark = at  # two persons set the clock: time begins anew here
        if not level.by_clock or entry.state not in (State.BEGUN, State.VIEW):
            return False
        if at < self._mark - TOLERANCE:
            return True
        self._mark = max(self._mark, at)
        return False


def is_of_its_day(signed_at: str, line: Line) -> bool:
    """Whether what was signed at this moment began in this line: on the same day, not before it."""
    at, signed = moment_of(line.at), moment_of(signed_at)
    return at.date() == signed.date() and at >= signed - TOLERANCE


def dated_back(journal: Journal, levels: Levels) -> frozenset[int]:
    """The lines behind the last head of the union that lie before what came before them, among the
    newest; lines before that head are the union's to vouch for, and ``verify`` looks at all."""
    last, order = journal.last_countersigned(), TimeOrder(levels)
    if last is not None:
        order.signed(last.at)
    behind = 2 if last is None else last.head.number + 1
    first = max(behind, journal.head.number - _NEWEST)
    return frozenset(line.number for line in journal.lines(first) if order.is_dated_back(line))
