"""A month of the journal, arranged for looking (操作記録の点検, SEC-99 … 101, ADD-05).

Lines are taken in once, in chunks; every look afterwards asks what was counted then, so that a
month of a million lines changes its picture at once. Only ids and counts are kept here.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntFlag
from statistics import median

import cbor2

from app.security.entry.control import LOGIN
from app.security.entry.login import UNLOCK
from app.security.entry.terminal import VESTIBULE
from app.security.journal.journal import SYSTEM
from app.security.journal.line import State
from app.security.spec import Catalog, Kind

HOURS = 24
OFTEN_LEAST = 30
"""Fewer acts of one person on one day are never unusual."""
OFTEN_TIMES = 3
"""So many times the person's usual day is unusual."""
_DAYS_KNOWN = 3
_COUNTED = frozenset(one.value for one in (State.VIEW, State.BEGUN, State.REFUSED, State.EVENT))


class Sort(IntFlag):
    """What an auditor looks for. A line may be several: 時間外, 拒否, ログインの失敗, 管理, 送信,
    個人番号."""

    OFF_HOURS = 1
    REFUSED = 2
    LOGIN_FAILED = 4
    ADMINISTERED = 8
    SENT = 16
    NUMBERS = 32


# as bare numbers: an operation on an enumeration costs as much as decoding a line
_OFF_HOURS, _REFUSED, _LOGIN_FAILED, _ADMINISTERED, _SENT, _NUMBERS = (int(one) for one in Sort)
_NOBODY = frozenset({"", SYSTEM})
_LOGINS = frozenset({LOGIN, UNLOCK, VESTIBULE})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: ``days`` inclusive (None: the whole period), one person's acts, one
    subject's (the key of whose data it was), one sort of lines (None: all)."""

    days: tuple[date, date] | None = None
    staff_id: str = ""
    subject: str = ""
    sort: Sort | None = None


@dataclass(frozen=True, slots=True)
class Often:
    """A day on which somebody did far more than usual (想定されない頻度): ``usual`` is the median
    of that person's other days."""

    staff_id: str
    day: date
    count: int
    usual: int


@dataclass(frozen=True, slots=True)
class Picture:
    """What was found: how many, by hour (24), by day in order, by person (most first), and the
    numbers of the newest lines, at most as many as were wanted."""

    total: int
    by_hour: tuple[int, ...]
    by_day: tuple[tuple[date, int], ...]
    by_staff: tuple[tuple[str, int], ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A 点検記録 that was written in the period: who signed it, when, in which line, over what
    (its subject's key)."""

    staff_id: str
    at: str
    line: int
    key: str


NOTE = "records.note_review"
"""The function whose lines are the reviews."""

Cell = tuple[int, int, int, int]
"""Day (ordinal), hour, person, sort: the smallest thing that is counted."""
Sum = tuple[list[int], Counter[int], Counter[int]]
"""Counts by hour, by day and by person."""


def _sum(cells: Iterable[tuple[Cell, int]]) -> Sum:
    hours, days, persons = [0] * HOURS, Counter[int](), Counter[int]()
    for (day, hour, person, _), count in cells:
        hours[hour] += count
        days[day] += count
        persons[person] += count
    return hours, days, persons


@dataclass(frozen=True, slots=True)
class _Sums:
    """The cells by what is asked for most, so that no look goes through all of them."""

    of_person: dict[int, list[tuple[Cell, int]]]
    of_day: dict[int, list[tuple[Cell, int]]]
    of_sort: dict[Sort | None, Sum]

    @classmethod
    def of(cls, cells: Mapping[Cell, int]) -> _Sums:
        persons: dict[int, list[tuple[Cell, int]]] = {}
        days: dict[int, list[tuple[Cell, int]]] = {}
        for one in cells.items():
            days.setdefault(one[0][0], []).append(one)
            persons.setdefault(one[0][2], []).append(one)
        sorts: dict[Sort | None, Sum] = {None: _sum(cells.items())}
        for sort in Sort:
            sorts[sort] = _sum(one for one in cells.items() if one[0][3] & sort)
        return cls(persons, days, sorts)


class Month:
    """The lines of one period. ``is_open`` says whether a moment lies in the usable hours."""

    def __init__(self, catalog: Catalog, is_open: Callable[[datetime], bool]) -> None:
        self._kinds: Mapping[str, Kind] = {one.id: one.kind for one in catalog.values()}
        self._is_open = is_open
        self._moments: dict[str, tuple[int, int, bool]] = {}
        self._staff: dict[str, int] = {}
        self._numbers = array("Q")
        self._days = array("I")
        self._hours = array("B")
        self._persons = array("H")
        self._sorts = array("B")
        self._of_staff: list[array[int]] = []
        self._of_sort: dict[Sort, array[int]] = {one: array("I") for one in Sort}
        self._held = [(int(one), held) for one, held in self._of_sort.items()]
        self._of_subject: dict[str, array[int]] = {}
        self._ends: dict[int, tuple[int, int]] = {}  # first and last place of each day
        self._cells: Counter[Cell] = Counter()
        self._sums: _Sums | None = None
        self._often: tuple[Often, ...] | None = None
        self.taken = 0
        self.reviews: list[Reviewed] = []

    def take(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Count these lines, in order. What only ends or mirrors another line is no act."""
        self._sums = self._often = None
        of_subject = self._of_subject
        for number, body in rows:
            self.taken += 1
            (_, at, _, _, state, function, staff, _, _, key, _, _, _, _, _, _, shown, _, numbers,
             _, _) = cbor2.loads(body)  # fmt: skip
            if function == NOTE and state == "done":
                self.reviews.append(Reviewed(staff, at, number, key))
            if state not in _COUNTED or (not staff and state == "event"):
                continue
            day, hour, off = self._moments.get(at[:16]) or self._moment(at)
            sort = self._sort(state, function, staff, numbers=numbers, off=off)
            place = len(self._numbers)
            self._add(number, (day, hour, self._person(staff), sort))
            for subject in {key, *shown} if shown else (key,):
                if subject:
                    held = of_subject.get(subject)
                    if held is None:
                        held = of_subject[subject] = array("I")
                    held.append(place)

    def _person(self, staff: str) -> int:
        person = self._staff.get(staff)
        if person is None:
            person = self._staff[staff] = len(self._staff)
            self._of_staff.append(array("I"))
        return person

    def _add(self, number: int, cell: Cell) -> None:
        day, hour, person, sort = cell
        place = len(self._numbers)
        self._numbers.append(number)
        self._days.append(day)
        self._hours.append(hour)
        self._persons.append(person)
        self._sorts.append(sort)
        self._of_staff[person].append(place)
        self._cells[cell] += 1
        ends = self._ends.get(day)
        self._ends[day] = (place if ends is None else ends[0], place)
        if sort:
            for one, held in self._held:
                if sort & one:
                    held.append(place)

    def _moment(self, at: str) -> tuple[int, int, bool]:
        moment = datetime.fromisoformat(at)
        known = (moment.date().toordinal(), moment.hour, not self._is_open(moment))
        self._moments[at[:16]] = known
        return known

    def _sort(self, state: str, function: str, staff: str, *, numbers: bool, off: bool) -> int:
        sort = _NUMBERS if numbers else 0
        if off and staff not in _NOBODY:
            sort |= _OFF_HOURS
        if state == "refused":
            sort |= _REFUSED
            if function in _LOGINS:
                sort |= _LOGIN_FAILED
            return sort
        kind = self._kinds.get(function)
        if kind is Kind.ADMINISTER and staff != SYSTEM:
            sort |= _ADMINISTERED
        elif kind is Kind.SEND:
            sort |= _SENT
        return sort

    def arrange(self) -> None:
        """Make ready for looking, once everything is taken in; else the first look does it."""
        self._sums = self._sums or _Sums.of(self._cells)
        self._often = self._unusual()

    @property
    def staff_ids(self) -> tuple[str, ...]:
        """Everybody who has a line here, by id."""
        return tuple(sorted(one for one in self._staff if one))

    def look(self, asked: Asked, limit: int = 200) -> Picture:
        """The picture of what is asked."""
        if asked.subject:
            places = [at for at in self._of_subject.get(asked.subject, ()) if self._is(at, asked)]
            found = _sum((self._cell(at), 1) for at in places)
            return self._picture(found, places[: -limit - 1 : -1])
        return self._picture(self._sum_of(asked), list(self._newest(asked, limit)))

    def _sum_of(self, asked: Asked) -> Sum:
        sums = self._sums = self._sums or _Sums.of(self._cells)
        if asked.staff_id:
            cells = sums.of_person.get(self._staff.get(asked.staff_id, -1), [])
        elif asked.days is not None:
            low, high = (day.toordinal() for day in asked.days)
            days = [day for day in sums.of_day if low <= day <= high]
            cells = [one for day in days for one in sums.of_day[day]]
        else:
            return sums.of_sort[asked.sort]
        return _sum(one for one in cells if self._in(one[0], asked))

    def often(self) -> tuple[Often, ...]:
        """Unusually busy days of one person, the greatest first (SEC-100)."""
        if self._often is None:
            self._often = self._unusual()
        return self._often

    def _unusual(self) -> tuple[Often, ...]:
        days: dict[int, Counter[int]] = {}
        for (day, _, person, _), count in self._cells.items():
            days.setdefault(person, Counter())[day] += count
        names = {person: staff_id for staff_id, person in self._staff.items()}
        found = []
        for person, counts in days.items():
            if names[person] in ("", SYSTEM) or len(counts) < _DAYS_KNOWN:
                continue
            for day, count in counts.items():
                usual = int(median(other for at, other in counts.items() if at != day))
                if count >= max(OFTEN_LEAST, OFTEN_TIMES * usual):
                    found.append(Often(names[person], date.fromordinal(day), count, usual))
        return tuple(sorted(found, key=lambda one: (-one.count, one.staff_id, one.day)))

    def _picture(self, found: Sum, newest: list[int]) -> Picture:
        hours, days, persons = found
        names = {person: staff_id for staff_id, person in self._staff.items()}
        return Picture(
            sum(hours),
            tuple(hours),
            tuple((date.fromordinal(day), days[day]) for day in sorted(days)),
            tuple((names[person], count) for person, count in persons.most_common()),
            tuple(self._numbers[at] for at in newest),
        )

    def _newest(self, asked: Asked, limit: int) -> Iterator[int]:
        found = 0
        for at in self._candidates(asked):
            if self._is(at, asked):
                yield at
                found += 1
                if found == limit:
                    return

    def _candidates(self, asked: Asked) -> Iterable[int]:
        """The fewest places among which everything that is asked for lies, newest first."""
        lists: list[array[int]] = []
        if asked.staff_id:
            person = self._staff.get(asked.staff_id)
            lists.append(array("I") if person is None else self._of_staff[person])
        if asked.sort is not None:
            lists.append(self._of_sort[asked.sort])
        first, last = self._bounds(asked)
        if lists and len(smallest := min(lists, key=len)) < last - first:
            return reversed(smallest)
        return range(last - 1, first - 1, -1)

    def _bounds(self, asked: Asked) -> tuple[int, int]:
        if asked.days is None:
            return 0, len(self._numbers)
        low, high = (day.toordinal() for day in asked.days)
        ends = [ends for day, ends in self._ends.items() if low <= day <= high]
        return (min(one for one, _ in ends), max(one for _, one in ends) + 1) if ends else (0, 0)

    def _is(self, at: int, asked: Asked) -> bool:
        return self._in(self._cell(at), asked)

    def _cell(self, at: int) -> Cell:
        return self._days[at], self._hours[at], self._persons[at], self._sorts[at]

    def _in(self, cell: Cell, asked: Asked) -> bool:
        day, _, person, sort = cell
        if asked.days is not None:
            low, high = asked.days
            if not low.toordinal() <= day <= high.toordinal():
                return False
        if asked.staff_id and person != self._staff.get(asked.staff_id):
            return False
        return asked.sort is None or bool(sort & asked.sort)
