"""年齢到達 in the daily run: whoever turns 75 is insured from that day without any notification,
once; and the files that follow (高確法52条1号; FILE-12, 17, 18, 20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.peers.union.office import daily
from app.peers.union.office.holding import hold, holds
from app.peers.union.office.persons import find_person
from app.peers.union.system import System
from app.peers.union.tables import check_entry, coverage, share
from app.training.people import MUNICIPALITY_CODE, atena_of
from app.wire.files import FILES
from app.wire.records import AgeReachedRecord
from tests.support.union_inside import income, load, seed_person, union_inside
from tests.support.union_terminal import MORNING

TODAY, TOMORROW, EXEMPT, UNSETTLED, YOUNG, WIFE, DISABLED = range(701, 708)
BIRTH = "1951-11-20"


def lives(index: int, birth: str, **values: Any) -> dict[str, Any]:
    """Somebody who was never insured, alone in a household unless told otherwise."""
    alone = {"household_number": atena_of(9000 + index), "coverages": []}
    return seed_person(index, birth, **{**alone, **values})


@pytest.fixture
def system(tmp_path, database):
    with union_inside(tmp_path, database) as system:
        home = {"household_number": atena_of(9000 + TODAY)}
        rich = income(3_000_000, 6_000_000, 5_000_000, 3_000_000, taxed=True)
        load(
            system,
            lives(TODAY, BIRTH, income=rich),
            seed_person(WIFE, "1945-01-01", **home, relation="妻", is_head=False),
            lives(TOMORROW, "1951-11-21"),
            lives(EXEMPT, BIRTH),
            lives(UNSETTLED, BIRTH, birth_precision="month", birth_written="昭和26年11月頃"),
            lives(YOUNG, "1952-02-29"),
            seed_person(DISABLED, BIRTH),
        )
        yield system


def run(system: System) -> None:
    with system.database.write() as connection:
        daily.run(system, connection, MUNICIPALITY_CODE, ())


def covered(system: System, index: int) -> list[tuple[str, str]]:
    with system.database.read() as connection:
        row = find_person(connection, MUNICIPALITY_CODE, atena_of(index))
        found = connection.execute(select(coverage).where(coverage.c.person_id == row.id))
        return [(one.acquired_on, one.acquisition_reason) for one in found]


def shares(system: System, index: int) -> list[tuple[str, int]]:
    with system.database.read() as connection:
        row = find_person(connection, MUNICIPALITY_CODE, atena_of(index))
        found = connection.execute(
            select(share).where(share.c.person_id == row.id).order_by(share.c.copay_from)
        )
        return [(one.copay_from, one.copay_ratio) for one in found]


def day(system: System, moment: datetime) -> None:
    system.clock.set_to(moment)  # type: ignore[attr-defined]  # a ShiftedClock


def exempt_by_file_12(system: System) -> None:
    said = AgeReachedRecord(
        municipality_code=MUNICIPALITY_CODE,
        atena_number=atena_of(EXEMPT),
        household_number=atena_of(9000 + EXEMPT),
        person_kind="1",
        name="見本",
        kana="",
        birth_written="昭和26年11月20日",
        birth_sort=BIRTH,
        sex="1",
        reaches_on="2026-11-20",
        postal_code="9990001",
        address="見本県見本市本町1番1号",
        building="",
        former_insurance="nhi",
        former_insurer="",
        was_dependant="0",
        former_exception="0",
        exempt="1",
        support_measure="0",
    )
    with system.database.write() as connection:
        hold(connection, FILES["FILE-12"], MUNICIPALITY_CODE, [said])


@pytest.mark.req("FLOW-301", "FLOW-302", "FILE-12", "FILE-18", "SYS-01")
def test_on_the_birthday_and_once(system: System) -> None:
    exempt_by_file_12(system)
    run(system)
    assert covered(system, TODAY) == [("2026-11-20", "ACQ_AGE")]
    assert covered(system, TOMORROW) == covered(system, YOUNG) == []
    assert len(covered(system, DISABLED)) == 1, "who is insured already is not insured anew"
    assert shares(system, TODAY) == [("2026-11-20", 3)]
    # the wife's household has another insured person now: from the month after (DOMAIN 3.2)
    assert shares(system, WIFE)[-1][0] == "2026-12-01"
    with system.database.read() as connection:
        cards = list(holds(connection, FILES["FILE-18"], MUNICIPALITY_CODE))
    first = [one for one in cards if one.atena_number == atena_of(TODAY)]
    assert [(one.cause, one.acquired_on, one.copay_ratio) for one in first] == [
        ("acquired", "2026-11-20", "3")
    ]
    run(system)
    assert len(covered(system, TODAY)) == 1
    day(system, MORNING + timedelta(days=1))
    run(system)
    assert covered(system, TOMORROW) == [("2026-11-21", "ACQ_AGE")]


def test_who_is_exempt_or_born_on_no_certain_day_is_on_the_list_and_not_insured(
    system: System,
) -> None:
    exempt_by_file_12(system)
    run(system)
    assert covered(system, EXEMPT) == covered(system, UNSETTLED) == []
    with system.database.read() as connection:
        listed = {
            (one.atena_number, one.cause)
            for one in connection.execute(select(check_entry))
            if one.cause.startswith("reached")
        }
    assert listed == {
        (atena_of(EXEMPT), "reached_exempt"),
        (atena_of(UNSETTLED), "reached_unsettled"),
    }


def test_days_without_a_run_are_made_up_and_who_turned_75_before_the_first_one_is_not(
    system: System,
) -> None:
    run(system)
    day(system, MORNING + timedelta(days=100))
    run(system)
    assert covered(system, TOMORROW) == [("2026-11-21", "ACQ_AGE")]
    assert covered(system, YOUNG) == []
    day(system, datetime.fromisoformat("2027-03-01T09:30:00+09:00"))
    run(system)
    assert covered(system, YOUNG) == [("2027-03-01", "ACQ_AGE")]
