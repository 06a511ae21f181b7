"""What waits for somebody (待っているもの): the lines of the day board, and where they come from.

An area of work declares its sources in its ``Area`` (``waits``), a kind of case by the source of
its area. Everything that somebody must still see to is a line of one source; the day board
(``app.cases.board``) shows them all and lets the day be closed over what they say. No other list
of the day's work exists.

To let something wait: a function of a unit of work that gives ``Waits``, its ``Source`` in the
area's ``spec.py``. The line stands there as long as the rows say so; nobody removes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.rules.calendar.days import BusinessCalendar
from db.work import ReadRows


class WaitWork(ReadRows, Protocol):
    """What a source may ask: the rows that it declares to read, who looks, and when."""

    staff_id: str
    at: datetime

    @property
    def business_days(self) -> BusinessCalendar: ...


@dataclass(frozen=True, slots=True)
class Waits:
    """One line of the day board.

    ``key`` is the id of ours that the journal notes; ``what`` names the thing and ``state``
    where it stands, in clerks' words; ``since`` is ISO (moment or day). ``next_step`` says what
    to do, and Enter opens the function ``opens`` with the arguments ``given`` ("" opens nothing:
    the line says all there is). ``whose`` is the name of the person concerned, in its exact
    variant. ``due`` is the last day (ISO) for it, "" for none; ``cause`` is why it has not gone
    on. ``holds_day`` are the reasons for which the day may not close with it, each the words of
    a count (「用紙の確認が済んでいない受付」); empty when it may. ``settles`` is the id of a
    follow-up (``app.cases.follow_ups``) that may be settled by hand from the board. Lines of one
    ``sitting`` (同じ来庁) stand together, in the order in which they began.
    """

    key: str
    what: str
    state: str
    since: str
    next_step: str
    opens: str = ""
    given: tuple[tuple[str, str], ...] = ()
    whose: str = ""
    due: str = ""
    cause: str = ""
    holds_day: tuple[str, ...] = ()
    settles: str = ""
    sitting: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where lines come from. ``reads`` as in ``Function``; ``lines`` gives them in any order.
    ``right`` is the function whose right lets a person see them, "" for the area's entrance;
    for closing the day every line counts, whoever closes it."""

    reads: tuple[str, ...]
    lines: Callable[[WaitWork], Iterable[Waits]]
    right: str = ""
