"""What the terminal does by itself, and what is done on a schedule (定期の仕事): backups, closing
the months, contacts, removing what is past its time.

An area declares them in its ``Area`` (``scheduled``), beside what waits in it; the page of the
day's files shows them all: what is due, when it was done last, when next. Who must act on one that
is late stands on the day board, as for everything else that waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.security.waiting import WaitWork


@dataclass(frozen=True, slots=True)
class Due:
    """One line of the schedule. ``every`` says in clerks' words when it is done; ``last`` is when
    it was (ISO moment, day, or month YYYY-MM), "" for never; ``due`` the day (ISO) by which it is
    done next, "" for at the next contact. ``trouble`` is what keeps it back, ``remedy`` what to do
    then, both "" while all is well. ``opens`` is the function that does it by hand, "" where
    only the terminal does."""

    key: str
    what: str
    every: str
    last: str
    due: str = ""
    trouble: str = ""
    remedy: str = ""
    opens: str = ""

    @property
    def is_late(self) -> bool:
        """Whether something keeps it back."""
        return bool(self.trouble)


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Where lines come from. ``reads`` as in ``Function``."""

    reads: tuple[str, ...]
    lines: Callable[[WaitWork], Iterable[Due]]
