"""Which paper somebody holds in the union's books, and the last day of what is granted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.peers.union.office import history
from app.peers.union.tables import person
from app.training.people import MUNICIPALITY_CODE, atena_of
from app.wire.bodies import NOTIFICATIONS
from tests.functional.union_rules.test_yearly_judgement import JULY, at, run
from tests.support.union_inside import HOUSEHOLD, decide, load, seed_person, union_inside
from tests.support.union_terminal import MORNING


@pytest.fixture
def system(tmp_path, database):
    with union_inside(tmp_path / "union", database) as system:
        load(system, seed_person(1, "1940-01-01", card=[True, 9, 9]))
        yield system


def said(kind: str, number: int, **values: Any) -> Any:
    """A notification about her, who is insured."""
    dates = dict.fromkeys(("event_on", "notified_on", "accepted_on", "processed_on"), "2026-11-20")
    return NOTIFICATIONS[kind][-1].new(
        case_id=f"T99-1-{number:06d}",
        kind=kind,
        channel="counter",
        municipality_code=MUNICIPALITY_CODE,
        atena_number=atena_of(1),
        notifier="person",
        identity_check="photo_one",
        **dates | values,
    )


def reissue(number: int, paper: str, **dates: str) -> Any:
    why = {"paper": paper, "reason": "lost", "old_returned": "0", "delivery": "counter"}
    return said("reissue", number, **why, **dates)


MOVE = {
    "new_postal_code": "9990002",
    "new_address": "見本県見本市港町9番9号",
    "new_household_number": HOUSEHOLD,
    "relation": "世帯主",
    "is_head": "1",
}


def test_a_certificate_for_another_insurer_is_not_the_paper_that_she_holds(system):
    assert decide(system, reissue(1, "eligibility_notice")).outcome == "refused"
    first = decide(system, reissue(2, "eligibility_certificate"))
    assert first.outcome == "accepted", first
    decide(system, said("burden_paper", 3, shown_to="見本区役所", delivery="counter"))
    again = decide(system, reissue(4, "eligibility_certificate"))
    assert (again.outcome, again.reissue_count) == ("accepted", "2")


def test_the_paper_of_the_yearly_run_takes_the_place_of_the_one_before(tmp_path):
    """In July everybody had a certificate; from August whoever uses the card has a notice."""
    july = dict.fromkeys(("event_on", "notified_on", "accepted_on", "processed_on"), "2026-07-10")
    with union_inside(tmp_path / "union") as system:
        at(system, JULY)
        load(system, seed_person(1, "1945-05-03", card=[True, 9, 9]))
        assert decide(system, reissue(1, "eligibility_certificate", **july)).outcome == "accepted"
        run(system)
        at(system, MORNING)
        assert decide(system, reissue(2, "eligibility_certificate")).outcome == "refused"
        assert decide(system, reissue(3, "eligibility_notice")).outcome == "accepted"


def test_a_decision_without_a_paper_takes_none_away(system):
    decide(system, reissue(1, "eligibility_certificate"))
    moved = decide(system, said("move_within", 2, delivery="counter", **MOVE))
    assert (moved.outcome, moved.paper) == ("accepted", "none")
    assert decide(system, reissue(3, "eligibility_certificate")).outcome == "accepted"


def test_the_last_day_of_an_exemption_is_one_of_its_days(system):
    granted = decide(system, said("copay_exemption", 1, cause="disaster", months="6"))
    assert (granted.since, granted.until) == ("2026-11-20", "2027-05-19")
    with system.database.read() as connection:
        her = connection.execute(select(person.c.id)).scalar_one()
        for day, holds in (("2027-05-19", True), ("2027-05-20", False)):
            seen = history.as_of(connection, her, date.fromisoformat(day), system.today())
            assert bool(seen.get(("copay_exemption", ""))) is holds, day
