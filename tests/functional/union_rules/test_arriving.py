"""A move inside the area by the registers alone (FLOW-1011, SEC-06; DOMAIN 1.3): the coverage goes
on, whichever of the two files comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.peers.union.office import daily
from app.peers.union.office.holding import holds
from app.peers.union.office.persons import find_person
from app.peers.union.system import System
from app.peers.union.tables import check_entry, coverage, person
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of, my_number_of
from app.wire.files import FILES
from app.wire.records import ResidentRecord
from tests.support.union_inside import load, resident, seed_person, union_inside
from tests.support.union_terminal import MORNING

MOVER, OTHER = 801, 802
THERE, NEW = "152986", 950
BIRTH = {"birth_written": "昭和15年1月1日", "birth_sort": "1940-01-01"}


@pytest.fixture
def system(tmp_path, database):
    with union_inside(tmp_path, database) as system:
        load(
            system,
            seed_person(MOVER, "1940-01-01"),
            seed_person(OTHER, "1942-02-02", relation="妻", is_head=False, sex="2"),
        )
        yield system


def left(**values: Any) -> ResidentRecord:
    moved = {"state": "2", "event": "move_out", "next_municipality_code": THERE}
    return resident(MOVER, **{**moved, **values})


def came(**values: Any) -> ResidentRecord:
    arrived = {
        "municipality_code": THERE,
        "atena_number": atena_of(NEW),
        "household_number": atena_of(NEW),
        "event": "move_in",
        "former_municipality_code": MUNICIPALITY_CODE,
        "former_address": "見本県見本市本町1番1号",
        "address": "見本県隣見本市中央2番2号",
    }
    return resident(MOVER, **{**arrived, **values})


def run(system: System, *records: ResidentRecord) -> None:
    with system.database.write() as connection:
        daily.run(system, connection, records[0].municipality_code, records)


def periods(system: System) -> list[tuple[str, str, str]]:
    """The mover's, whoever holds them: number, beginning, end."""
    with system.database.read() as connection:
        rows = connection.execute(
            select(coverage).where(coverage.c.insured_number == insured_of(MOVER))
        )
        return [(row.insured_number, row.acquired_on, row.lost_on) for row in rows]


def causes(system: System, municipality: str) -> set[str]:
    with system.database.read() as connection:
        found = select(check_entry.c.cause).where(check_entry.c.municipality_code == municipality)
        return set(connection.execute(found).scalars())


def lives_there(system: System) -> bool:
    with system.database.read() as connection:
        new = find_person(connection, THERE, atena_of(NEW))
        old = find_person(connection, MUNICIPALITY_CODE, atena_of(MOVER))
        count = len(connection.execute(select(person)).all())
    return new is not None and old is not None and new.id == old.id and count == 2


@pytest.mark.req("FLOW-1011", "SEC-06")
@pytest.mark.parametrize("first", ["left", "came"])
def test_by_number_and_one_fact_more_the_coverage_goes_on(system: System, first: str) -> None:
    files = [left(), came()] if first == "left" else [came(), left()]
    for one in files:
        run(system, one)
    assert lives_there(system)
    assert periods(system) == [(insured_of(MOVER), "2020-01-01", "")]
    with system.database.read() as connection:
        cards = list(holds(connection, FILES["FILE-18"], THERE))
    assert [(one.cause, one.atena_number) for one in cards] == [("moved", atena_of(NEW))]
    assert not causes(system, THERE) | causes(system, MUNICIPALITY_CODE)


@pytest.mark.req("FLOW-1011")
def test_a_loss_that_was_taken_for_one_is_taken_back(system: System) -> None:
    """The first municipality did not say where she went."""
    run(system, left(next_municipality_code=""))
    assert periods(system)[0][2] != ""
    run(system, came())
    assert periods(system) == [(insured_of(MOVER), "2020-01-01", "")]


@pytest.mark.req("FLOW-1011", "SEC-06")
def test_a_number_alone_joins_nobody(system: System) -> None:
    run(system, came(birth_written="昭和16年1月1日", birth_sort="1941-01-01"))
    assert not lives_there(system)
    assert causes(system, THERE) == {"number_elsewhere"}
    assert causes(system, MUNICIPALITY_CODE) == {"number_elsewhere"}


@pytest.mark.req("FLOW-1011")
def test_without_a_number_four_facts_join_and_three_are_a_doubt(system: System) -> None:
    run(system, came(my_number="", former_address="見本県見本市港町9番"))
    assert not lives_there(system)
    assert "maybe_same" in causes(system, THERE)
    other = {"atena_number": atena_of(NEW + 1), "household_number": atena_of(NEW + 1)}
    run(system, came(my_number="", **other))
    with system.database.read() as connection:
        joined = find_person(connection, THERE, atena_of(NEW + 1))
        assert joined is not None
        number = connection.execute(
            select(coverage.c.insured_number).where(coverage.c.person_id == joined.id)
        ).scalar()
    assert number == insured_of(MOVER)


def test_out_of_the_area_it_is_a_loss_as_before(system: System) -> None:
    run(system, left(next_municipality_code="131016"))
    assert periods(system)[0][2] != ""
    run(system, came(my_number=my_number_of(MOVER + 50), name="別人", former_municipality_code=""))
    assert periods(system)[0][2] != "", "a stranger takes nothing back"


def test_who_is_in_no_register_after_two_weeks_is_on_the_list_once(system: System) -> None:
    run(system, left())
    system.clock.set_to(MORNING + timedelta(days=20))  # type: ignore[attr-defined]  # a ShiftedClock
    run(system, resident(OTHER, relation="妻", is_head="0", sex="2"))
    run(system, resident(OTHER, relation="妻", is_head="0", sex="2"))
    with system.database.read() as connection:
        found = connection.execute(
            select(check_entry.c.atena_number).where(check_entry.c.cause == "not_arrived")
        )
        assert list(found.scalars()) == [atena_of(MOVER)]
    run(system, came())
    assert lives_there(system)
