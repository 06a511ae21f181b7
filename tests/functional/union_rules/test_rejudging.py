"""Corrections of income and changes of household judge anew from the right day, and what was paid
wrongly is settled (DOMAIN 3.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import UserError
from app.peers.union.office import daily, settling
from app.peers.union.office.holding import holds
from app.peers.union.office.persons import all_shares_of, find_person
from app.peers.union.tables import check_entry
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of
from app.wire.files import FILES
from tests.functional.union_rules.test_yearly_judgement import JULY, assessed, at, run, take
from tests.support.union_inside import (
    decide,
    income,
    load,
    notification,
    resident,
    seed_person,
    union_inside,
)

pytestmark = pytest.mark.req("SYS-01", "FLOW-303", "FILE-18")

HOME, OTHER = atena_of(8_000), atena_of(8_001)
RICH = income(6_900_000, 9_000_000, 9_000_000, 9_000_000, taxed=True)
TAXED = income(0, 1_000_000, 1_000_000, 0, taxed=True)


def shares(system: Any, index: int) -> list[tuple[str, int, str]]:
    with system.database.read() as connection:
        row = find_person(connection, MUNICIPALITY_CODE, atena_of(index))
        assert row is not None
        return [
            (one.copay_from, one.copay_ratio, one.limit_class)
            for one in all_shares_of(connection, [row.id])[row.id]
        ]


def papers(system: Any) -> list[tuple[str, str, str, str]]:
    with system.database.read() as connection:
        found = holds(connection, FILES["FILE-18"], MUNICIPALITY_CODE)
        return [(one.atena_number, one.cause, one.copay_ratio, one.copay_from) for one in found]


def register(system: Any, *records: Any) -> daily.Run:
    with system.database.write() as connection:
        return daily.run(system, connection, MUNICIPALITY_CODE, records)


def treatment(key: str, day: str, cost: int, paid: int, index: int = 1) -> dict[str, Any]:
    number = insured_of(index)
    return {"insured_number": number, "key": key, "treated_on": day, "cost": cost, "paid": paid}


def test_a_correction_of_income_counts_from_august_and_is_settled(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        load(system, seed_person(1, "1943-05-03"))
        settling.take_treatments(
            system,
            "甲",
            [
                treatment("a", "2026-07-31", 10_000, 1_000),
                treatment("b", "2026-08-01", 10_000, 1_000),
                treatment("c", "2026-11-19", 12_340, 1_230),
            ],
        )
        take(system, assessed(1, 6_900_000, 9_000_000))
        assert shares(system, 1) == [("2026-08-01", 3, "earner3")]
        assert papers(system) == [(atena_of(1), "share_changed", "3", "2026-08-01")]
        (settled,) = settling.settlements(system)
        assert (settled["refund"], settled["bill"]) == (0, 2_000 + 2_470)
        assert (settled["since"], settled["until"]) == ("2026-08-01", "2026-11-20")
        take(system, assessed(1, 6_900_000, 9_000_000))
        assert (len(papers(system)), len(settling.settlements(system))) == (1, 1)
        take(system, assessed(1, 300_000, 2_500_000, pension_revenue=2_500_000))
        assert shares(system, 1) == [("2026-08-01", 2, "general2")]
        assert [(one["refund"], one["bill"]) for one in settling.settlements(system)] == [
            (1_000 + 1_230, 0),
            (0, 4_470),
        ]
        assert papers(system)[-1] == (atena_of(1), "share_changed", "2", "2026-08-01")


def test_somebody_insured_later_is_corrected_from_that_day(tmp_path):
    later = [[insured_of(1), "2026-10-05", "ACQ_AGE", "", ""]]
    with union_inside(tmp_path / "u") as system:
        load(system, seed_person(1, "1943-05-03", coverages=later))
        take(system, assessed(1, 6_900_000, 9_000_000))
        assert shares(system, 1) == [("2026-10-05", 3, "earner3")]


def test_an_income_of_a_year_that_was_not_judged_waits_for_its_run(tmp_path):
    with union_inside(tmp_path / "u") as system:
        at(system, JULY)
        load(system, seed_person(1, "1943-05-03"))
        take(system, assessed(1, 6_900_000, 9_000_000))
        assert shares(system, 1) == [("2025-08-01", 1, "low1")]
        run(system)
        assert shares(system, 1)[1:] == [("2026-08-01", 3, "earner3")]


@pytest.mark.parametrize(
    ("event_on", "since"), [("2026-11-15", "2026-12-01"), ("2026-11-01", "2026-11-01")]
)
def test_whoever_leaves_the_household_changes_it_from_the_next_month(
    tmp_path, database, event_on, since
):
    son = {"relation": "子", "is_head": False, "coverages": [], "household_number": HOME}
    with union_inside(tmp_path / "u", database) as system:
        load(
            system,
            seed_person(1, "1943-05-03", household_number=HOME),
            seed_person(2, "1970-01-01", income=TAXED, **son),
        )
        assert shares(system, 1) == [("2026-08-01", 1, "general1")]
        born = {"birth_sort": "1970-01-01", "birth_written": "1970年1月1日"}
        gone = {"relation": "世帯主", "household_number": OTHER, "event_on": event_on}
        register(system, replace(resident(2), **born, **gone))
        assert shares(system, 1) == [("2026-08-01", 1, "general1"), (since, 1, "low1")]
        assert papers(system) == [(atena_of(1), "share_changed", "1", since)]


def test_a_correction_judges_each_day_over_those_who_lived_there_then(tmp_path, database):
    """The couple parted in October; what he earned changes her share only until then."""
    home = {"household_number": HOME}
    with union_inside(tmp_path / "u", database) as system:
        load(
            system,
            seed_person(1, "1940-01-01", **home),
            seed_person(2, "1943-05-03", income=RICH, relation="夫", is_head=False, **home),
        )
        assert shares(system, 1) == [("2026-08-01", 3, "earner3")]
        born = {"birth_sort": "1943-05-03", "birth_written": "1943年5月3日"}
        gone = {"relation": "世帯主", "household_number": OTHER, "event_on": "2026-10-15"}
        register(system, replace(resident(2), **born, **gone))
        assert shares(system, 1)[1:] == [("2026-11-01", 1, "low1")]
        assert shares(system, 2) == [("2026-08-01", 3, "earner3")]
        take(system, assessed(2, 300_000, 2_500_000, pension_revenue=3_200_000))
        assert shares(system, 1) == [("2026-08-01", 2, "general2"), ("2026-11-01", 1, "low1")]
        assert shares(system, 2)[0] == ("2026-08-01", 2, "general2")


def test_whoever_comes_after_the_yearly_run_is_judged_for_august_too(tmp_path):
    with union_inside(tmp_path / "u") as system:
        at(system, JULY)
        load(system, seed_person(1, "1943-05-03"))
        run(system)
        days = dict.fromkeys(("event_on", "notified_on", "accepted_on"), "2026-07-09")
        made = decide(
            system,
            notification(500, **days, processed_on="2026-07-10", copay_paper_on="2026-07-01"),
        )
        assert made.copay_from == "2026-07-09"
        assert [day for day, _, _ in shares(system, 500)] == ["2026-07-09", "2026-08-01"]
        assert papers(system)[-1][1:] == ("share_changed", "1", "2026-08-01")


def test_a_household_that_cannot_be_judged_is_named_and_the_others_go_on(tmp_path):
    with union_inside(tmp_path / "u") as system:
        load(
            system,
            seed_person(1, "1940-01-01", household_number=HOME),
            seed_person(2, "1940-01-01", household_number=OTHER),
        )
        with system.database.write() as connection:
            connection.exec_driver_sql("UPDATE income SET revenue = -1 WHERE person_id = 1")
        kind = {"is_head": "0", "relation": "子", "event_on": "2026-11-02", "event": "move_in"}
        young = {"birth_sort": "1970-01-01", "birth_written": "1970年1月1日"}
        register(
            system,
            *(
                replace(resident(index), household_number=home, **kind, **young)
                for index, home in ((11, HOME), (12, OTHER))
            ),
        )
        with system.database.read() as connection:
            causes = connection.execute(select(check_entry.c.cause)).scalars().all()
        assert causes == ["household_impossible"]
        assert shares(system, 1) == [("2026-08-01", 1, "low1")]
        assert shares(system, 2)[-1][0] == "2026-12-01"


def test_a_treatment_that_cannot_be_is_refused_whole(tmp_path):
    with union_inside(tmp_path / "u") as system:
        load(system, seed_person(1, "1943-05-03"))
        good = treatment("a", "2026-08-01", 10_000, 1_000)
        for wrong in (treatment("b", "2026-08-01", 10, 20), treatment("c", "2026-08-01", 1, 0, 9)):
            with pytest.raises(UserError) as refused:
                settling.take_treatments(system, "甲", [good, wrong])
            assert refused.value.code == "union.treatment"
        assert settling.take_treatments(system, "甲", [good]) == 1
        assert settling.take_treatments(system, "甲", [good]) == 0
