"""A resident file that takes 5 % of a municipality away stops and asks two officials;
contradictions between two municipalities and households with two heads are named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import UserError
from app.peers.union.office import daily, stopping
from app.peers.union.office.persons import find_person, open_coverage
from app.peers.union.tables import check_entry, person, stopped_file
from app.training.people import MUNICIPALITY_CODE, atena_of, my_number_of
from tests.functional.union_rules.test_rejudging import register
from tests.functional.union_rules.test_yearly_judgement import at
from tests.support.union_inside import (
    decide,
    load,
    notification,
    resident,
    seed_person,
    union_inside,
)
from tests.support.union_terminal import MORNING

pytestmark = pytest.mark.req("SYS-01", "SEC-108")

HERE = 100


def home(index: int) -> dict[str, Any]:
    born = {"birth_sort": "1943-05-03", "birth_written": "1943年5月3日"}
    return {"household_number": atena_of(1_000 + index), **born}


def dead(index: int) -> Any:
    return replace(resident(index), **home(index), state="3", event="death", event_on="2026-11-19")


def filled(system: Any) -> None:
    lines = (seed_person(index, "1943-05-03", **home(index)) for index in range(1, HERE + 1))
    load(system, *lines)


def insured(system: Any) -> int:
    with system.database.read() as connection:
        found = [
            find_person(connection, MUNICIPALITY_CODE, atena_of(index))
            for index in range(1, HERE + 1)
        ]
        return sum(open_coverage(connection, row.id) is not None for row in found if row)


def settle(system: Any, operator: str, number: int, wanted: str = stopping.LET_GO) -> Any:
    return stopping.settle_stopped(system, operator, number, wanted, daily.apply)


def test_five_in_a_hundred_stop_and_two_let_them_go_in_their_order(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        filled(system)
        assert register(system, *map(dead, range(1, 5))).stopped is False  # four of a hundred
        assert insured(system) == 96
        told = register(system, *map(dead, range(5, 10)))  # five of 96
        assert (told.stopped, told.records, insured(system)) == (True, 5, 96)
        moved = replace(resident(20), **home(20), address="見本県見本市南町9番9号")
        assert register(system, moved).stopped  # it would overtake the one before it
        with system.database.read() as connection:
            assert not any(
                my_number_of(5).encode() in row.sealed
                for row in connection.execute(select(stopped_file))
            )
        with pytest.raises(UserError) as refused:
            settle(system, "甲", 2)
        assert refused.value.code == "union.not_stopped"
        assert settle(system, "甲", 1)["settled_at"] == ""
        for who, wanted, code in (
            ("甲", stopping.LET_GO, "union.same_operator"),
            ("乙", stopping.DISCARD, "union.other_wish"),
        ):
            with pytest.raises(UserError) as refused:
                settle(system, who, 1, wanted)
            assert refused.value.code == code
        assert insured(system) == 96
        assert settle(system, "乙", 1)["second_operator"] == "乙"
        assert insured(system) == 91
        with system.database.read() as connection:
            row = find_person(connection, MUNICIPALITY_CODE, atena_of(20))
            assert row is not None and row.address == "見本県見本市南町9番9号"
            assert [one.sealed for one in connection.execute(select(stopped_file))] == [b"", b""]
        assert all(one["settled_at"] for one in stopping.stopped(system))
        with pytest.raises(UserError):
            settle(system, "丙", 1)


@pytest.mark.req("SEC-110")
def test_a_stopped_file_says_nothing_of_who_was_keyed_after_it_was_made(tmp_path):
    """However late it is let go."""
    with union_inside(tmp_path / "u") as system:
        filled(system)
        leaving = tuple(map(dead, range(1, 7)))
        with system.database.write() as connection:
            made_at = system.now()
            assert daily.run(system, connection, MUNICIPALITY_CODE, leaving, made_at).stopped
        at(system, MORNING + timedelta(hours=1))
        assert decide(system, notification(300)).outcome == "accepted"
        at(system, MORNING + timedelta(days=1))
        for who in ("甲", "乙"):
            settle(system, who, 1)
        assert insured(system) == HERE - 6
        with system.database.read() as connection:
            assert connection.execute(select(check_entry)).all() == []


def test_what_two_discard_is_never_taken_and_the_next_one_is(tmp_path):
    with union_inside(tmp_path / "u") as system:
        filled(system)
        register(system, *map(dead, range(1, 41)))
        register(system, dead(50))
        register(system, *map(dead, range(60, 70)))
        settle(system, "甲", 1, stopping.DISCARD)
        settle(system, "乙", 1, stopping.DISCARD)
        assert insured(system) == 99
        waiting = [one["id"] for one in stopping.stopped(system) if not one["settled_at"]]
        assert waiting == [3]


def test_a_number_in_two_municipalities_is_on_both_check_lists(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        load(system, seed_person(1, "1943-05-03"), seed_person(2, "1943-05-03", **home(2)))
        with system.database.write() as connection:
            other = person.c.atena_number == atena_of(1)
            connection.execute(person.update().where(other).values(municipality_code="152986"))
        other_one = {**home(3), "birth_sort": "1941-02-03", "birth_written": "1941年2月3日"}
        register(system, replace(resident(3), **other_one, my_number=my_number_of(1)))
        with system.database.read() as connection:
            rows = connection.execute(select(check_entry)).all()
        assert sorted((one.cause, one.municipality_code, one.atena_number) for one in rows) == [
            ("number_elsewhere", "152986", atena_of(1)),
            ("number_elsewhere", MUNICIPALITY_CODE, atena_of(3)),
        ]
        assert all(atena_of(1) not in one.detail for one in rows)


def test_a_household_that_gets_a_second_head_is_named(tmp_path):
    with union_inside(tmp_path / "u") as system:
        load(system, seed_person(1, "1943-05-03", **home(1)))
        register(system, replace(resident(2), **home(1), event="move_in"))
        with system.database.read() as connection:
            rows = connection.execute(select(check_entry.c.cause, check_entry.c.atena_number))
            found = sorted(map(tuple, rows))
        assert found == [("two_heads", atena_of(1)), ("two_heads", atena_of(2))]
