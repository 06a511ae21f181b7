"""The union on two time axes, on both databases: any register's lines and cases, one after
another, and every day of it as known on every day, against copies of what stood when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from app.peers.union.office import daily, history
from app.peers.union.office.persons import change_person
from app.peers.union.tables import coverage, fact, person
from app.training.people import MUNICIPALITY_CODE
from tests.functional.union_rules.test_daily_files import INSURED, line, lines, undone
from tests.functional.union_rules.test_daily_files import system as system
from tests.support.soak import tries
from tests.support.union_terminal import MORNING

FIRST = MORNING.date() + timedelta(days=1)
ASKED = tuple(
    date.fromisoformat(text)
    for text in ("1900-01-01", "2019-12-31", "2020-01-02", "2026-11-19", "2026-11-21", "2100-01-01")
)
FAR = date(2999, 1, 1)
KINDS = ("name", "alias", "birth", "phone", "address", "household", "number")


@dataclass(frozen=True)
class Copy:
    """What stood in the current tables at the end of a day."""

    day: date
    persons: dict[int, Any]
    periods: dict[int, list[tuple[str, str, str]]]


def copied(connection: Any, day: date) -> Copy:
    periods: dict[int, list[tuple[str, str, str]]] = {}
    for row in connection.execute(select(coverage).order_by(coverage.c.id)):
        span = (row.acquired_on, row.lost_on, row.insured_number)
        periods.setdefault(row.person_id, []).append(span)
    return Copy(day, {row.id: row for row in connection.execute(select(person))}, periods)


def assert_as_copied(connection: Any, copies: list[Copy]) -> None:
    """At the end of time stands what the tables said last; on any day whoever was insured."""
    for copy in copies:
        for person_id, row in copy.persons.items():
            last = history.as_of(connection, person_id, FAR, copy.day)
            for kind in KINDS:
                stood = {name: getattr(row, name) for name in history.KINDS[kind]}
                expected = stood if any(stood.values()) else {}
                assert last.get((kind, ""), {}) == expected, (kind, copy.day)
            assert last[("state", "")] == {"state": row.state}
            for day in ASKED:
                found = history.as_of(connection, person_id, day, copy.day)
                number = found.get(("eligibility", ""), {}).get("insured_number", "")
                assert number == _insured_on(copy.periods.get(person_id, []), day.isoformat())


def _insured_on(periods: list[tuple[str, str, str]], day: str) -> str:
    held = [n for acquired, lost, n in periods if acquired <= day and (not lost or day < lost)]
    return held[-1] if held else ""


def assert_whole(connection: Any) -> None:
    rows = connection.execute(select(fact)).all()
    for of in {(row.person_id, row.kind, row.subject) for row in rows}:
        mine = [row for row in rows if (row.person_id, row.kind, row.subject) == of]
        for moment in {row.known_from for row in mine}:
            known = sorted(
                (
                    row
                    for row in mine
                    if row.known_from <= moment
                    and (not row.known_until or row.known_until > moment)
                ),
                key=lambda row: row.true_from,
            )
            if known:
                assert known[0].true_from == "" and known[-1].true_until == ""
                assert all(a.true_until == b.true_from != "" for a, b in pairwise(known))


def assert_register_equals_persons(connection: Any, copies: list[Copy]) -> None:
    for copy in copies[-2:]:
        for day in ASKED:
            for kind in ("address", "eligibility"):
                register = {
                    key: value
                    for key, _, value in history.register_as_of(connection, kind, day, copy.day)
                }
                alone = {
                    key: history.as_of(connection, key, day, copy.day).get((kind, ""), {})
                    for key in copies[-1].persons
                }
                assert register == {key: value for key, value in alone.items() if value}


def test_any_day_as_known_on_any_day(system: Any, database: str) -> None:
    """Fewer on PostgreSQL, where each of the thousand questions of an example is a way there and
    back."""

    @settings(
        max_examples=tries(3 if database else 8, 300),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(lines(), min_size=1, max_size=5))
    def holds(records: list[Any]) -> None:
        with undone(system) as connection:
            system.clock.set_to(MORNING + timedelta(days=1))
            copies = [copied(connection, FIRST)]
            for number, record in enumerate(records, start=1):
                system.clock.set_to(MORNING + timedelta(days=1 + number))
                daily.run(system, connection, MUNICIPALITY_CODE, (record,))
                copies.append(copied(connection, FIRST + timedelta(days=number)))
            assert_as_copied(connection, copies)
            assert_register_equals_persons(connection, copies)
            assert_whole(connection)

    holds()


def test_what_the_register_says_is_true_from_its_event(system: Any) -> None:
    """Told on the 23rd that she moved on the 20th: true since the 20th, known since the 23rd."""
    with undone(system) as connection:
        system.clock.set_to(MORNING + timedelta(days=3))
        moved = line(
            INSURED, address="見本県見本市寺町3番3号", event="move_within", event_on="2026-11-20"
        )
        daily.run(system, connection, MUNICIPALITY_CODE, (moved,))
        told = system.today()
        (her,) = connection.execute(
            select(person.c.id).where(person.c.address == moved.address)
        ).scalars()

        def address(day: str, known_on: date) -> str:
            seen = history.as_of(connection, her, date.fromisoformat(day), known_on)
            return str(seen[("address", "")]["address"])

        assert address("2026-11-20", told) == address("2027-01-01", told) == moved.address
        assert address("2026-11-19", told) != moved.address
        assert address("2026-11-20", told - timedelta(days=1)) != moved.address
        by = history.newest(connection)
        assert (by.kind, by.ref, by.at[:10]) == ("file", "FILE-03", told.isoformat())
        news = connection.execute(select(fact).where(fact.c.origin == by.id)).all()
        assert "address" in {row.kind for row in news}
        assert {row.reason for row in news} == {"move_within"}


def test_a_newcomer_begins_with_the_case_that_brought_her(system: Any) -> None:
    with undone(system) as connection:
        rows = connection.execute(select(person).where(person.c.origin == "terminal")).all()
        kinds = {
            row.kind
            for one in rows
            for row in connection.execute(
                select(history.origin).where(history.origin.c.id == one.brought)  # type: ignore[arg-type, attr-defined]
            )
        }
        assert len(rows) == 2 and kinds == {"case"}


@pytest.mark.parametrize("values", [{"value": "x"}, {"true_from": "x"}, {"known_until": ""}])
def test_history_is_not_rewritten(system: Any, values: dict[str, str]) -> None:
    with undone(system) as connection:
        history.bring(system, connection, "official", "1", "甲")
        (her, *_) = connection.execute(select(person.c.id).order_by(person.c.id)).scalars()
        change_person(connection, her, {"name": "改名　花子"})
        assert connection.execute(select(fact)).all()
        for statement in (update(fact).values(**values), delete(fact)):
            inner = connection.begin_nested()
            with pytest.raises(DBAPIError):
                connection.execute(statement)
            inner.rollback()


def test_of_nobody_nothing_is_known(system: Any) -> None:
    with undone(system) as connection:
        assert history.as_of(connection, 999_999, FIRST, FIRST) == {}
