"""A month of the journal arranged for looking: what is counted, found, told as unusual."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from app.catalog import CATALOG
from app.core.clock import JST
from app.core.settings import Settings
from app.functions.records.review import Asked, Month, Sort
from app.security.acts.approval import NO_SUBJECT, Subject
from app.security.journal.line import Entry, State, encode_line
from app.security.staff.hours import hours_of

pytestmark = pytest.mark.req("SEC-99", "SEC-100", "SEC-101", "ADD-05")
HOURS = hours_of(Settings({}))
MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=JST)


def line(
    at: datetime, function: str = "persons.open", staff: str = "S101", **fields: object
) -> tuple[datetime, Entry]:
    state = fields.pop("state", State.VIEW)
    return at, Entry(state, function, staff, **fields)  # type: ignore[arg-type]


def month_of(*lines: tuple[datetime, Entry]) -> Month:
    month = Month(CATALOG, HOURS.is_open)
    month.take(
        (number, encode_line(at.isoformat(), "T01", 1, entry))
        for number, (at, entry) in enumerate(lines, 1)
    )
    return month


def numbers(month: Month, **asked: object) -> tuple[int, ...]:
    return month.look(Asked(**asked)).numbers  # type: ignore[arg-type]


def test_bars_by_hour_and_day_and_the_newest_lines_first() -> None:
    month = month_of(
        line(MONDAY), line(MONDAY.replace(hour=11)), line(MONDAY + timedelta(days=1), staff="S102")
    )
    seen = month.look(Asked())
    assert (seen.total, seen.numbers) == (3, (3, 2, 1))
    assert {at: count for at, count in enumerate(seen.by_hour) if count} == {10: 2, 11: 1}
    assert seen.by_day == ((date(2026, 11, 2), 2), (date(2026, 11, 3), 1))
    assert seen.by_staff == (("S101", 2), ("S102", 1))
    assert month.look(Asked(), limit=1).numbers == (3,)


def test_an_end_of_an_act_is_no_act_and_neither_is_a_mirror() -> None:
    month = month_of(
        line(MONDAY, "admin.hours_exception", state=State.BEGUN, nonce=b"n"),
        line(MONDAY, "admin.hours_exception", state=State.DONE, of=1),
        line(MONDAY, "terminal.state", "", state=State.EVENT),
    )
    assert numbers(month) == (1,)
    assert month.taken == 3


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        (Sort.OFF_HOURS, (2, 1)),
        (Sort.REFUSED, (4, 3)),
        (Sort.LOGIN_FAILED, (3,)),
        (Sort.ADMINISTERED, (5,)),
        (Sort.SENT, (6,)),
        (Sort.NUMBERS, (7,)),
        (None, (8, 7, 6, 5, 4, 3, 2, 1)),
    ],
)
def test_what_an_auditor_looks_for(sort: Sort | None, wanted: tuple[int, ...]) -> None:
    sending = next(one.id for one in CATALOG.values() if one.kind.value == "send")
    month = month_of(
        line(MONDAY.replace(hour=23)),
        line(MONDAY - timedelta(days=1)),  # a Sunday
        line(MONDAY, "session.login", state=State.REFUSED, cause="login.wrong_password"),
        line(MONDAY, state=State.REFUSED, cause="right.none"),
        line(MONDAY, "admin.change_setting", state=State.BEGUN, nonce=b"n"),
        line(MONDAY, sending, state=State.BEGUN, nonce=b"n"),
        line(MONDAY, numbers=True),
        line(MONDAY),
    )
    assert numbers(month, sort=sort) == wanted


def test_the_terminal_s_own_work_at_night_is_not_off_hours() -> None:
    month = month_of(line(MONDAY.replace(hour=23), "files.exchange", "system", state=State.BEGUN))
    assert numbers(month, sort=Sort.OFF_HOURS) == ()


def test_a_subject_is_found_where_it_was_acted_on_and_where_it_was_shown() -> None:
    month = month_of(
        line(MONDAY, subject=Subject("person", "T01-1-1")),
        line(MONDAY, subject=NO_SUBJECT, shown=("T01-1-1", "T01-1-2")),
        line(MONDAY, subject=Subject("person", "T01-1-2")),
    )
    assert numbers(month, subject="T01-1-1") == (2, 1)
    assert numbers(month, subject="T01-1-9") == ()
    assert numbers(month, subject="T01-1-1", staff_id="S102") == ()


def test_an_unusually_busy_day_is_told_and_a_steady_person_is_not() -> None:
    lines = []
    for at in range(5):
        day = MONDAY + timedelta(days=at)
        lines += [line(day, staff="S101")] * (200 if at == 3 else 20)
        lines += [line(day, staff="S102")] * 150
        lines += [line(day, "files.exchange", "system")] * (900 if at == 3 else 1)
    (one,) = month_of(*lines).often()
    assert (one.staff_id, one.day, one.count, one.usual) == ("S101", date(2026, 11, 5), 200, 20)


def test_every_look_agrees_with_counting_by_hand() -> None:
    """Random months and looks: the arranged month says what going through all lines says."""
    dice = random.Random(99)
    people, subjects = ("S101", "S102", "S301"), ("T01-1-1", "T01-1-2", "")
    lines = [
        line(
            MONDAY + timedelta(hours=dice.randrange(-30, 300)),
            dice.choice(["persons.open", "admin.change_setting"]),
            dice.choice(people),
            state=dice.choice([State.VIEW, State.BEGUN, State.REFUSED, State.DONE]),
            subject=Subject("person", dice.choice(subjects)),
        )
        for _ in range(800)
    ]
    month = month_of(*lines)
    for _ in range(200):
        first = (MONDAY + timedelta(days=dice.randrange(-3, 12))).date()
        asked = Asked(
            dice.choice([None, (first, first + timedelta(days=dice.randrange(4)))]),
            dice.choice(["", *people, "S999"]),
            dice.choice([*subjects, "T01-1-9"]),
            dice.choice([None, Sort.REFUSED, Sort.OFF_HOURS, Sort.ADMINISTERED]),
        )
        by_hand = [
            (number, at)
            for number, (at, entry) in enumerate(lines, 1)
            if entry.state is not State.DONE
            and (asked.days is None or asked.days[0] <= at.date() <= asked.days[1])
            and asked.staff_id in ("", entry.staff_id)
            and asked.subject in ("", entry.subject.key)
            and _is_sort(at, entry, asked.sort)
        ]
        seen = month.look(asked, limit=50)
        assert seen.total == len(by_hand), asked
        assert seen.numbers == tuple(number for number, _ in reversed(by_hand))[:50], asked
        assert dict(seen.by_day) == Counter(at.date() for _, at in by_hand)


def _is_sort(at: datetime, entry: Entry, sort: Sort | None) -> bool:
    if sort is Sort.REFUSED:
        return entry.state is State.REFUSED
    if sort is Sort.OFF_HOURS:
        return not HOURS.is_open(at)
    if sort is Sort.ADMINISTERED:
        administers = CATALOG[entry.function_id].kind.value == "administer"
        return entry.state is not State.REFUSED and administers
    return True
