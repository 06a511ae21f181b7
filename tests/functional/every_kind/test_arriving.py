"""Who comes: from abroad, from another union's area, from next door, and without a record."""

from __future__ import annotations

from typing import Any

import pytest

from app.training.movers import Mover
from db.tables.persons import insured, person
from tests.support.kind_entries import KEYED
from tests.support.kind_rows import BROUGHT, DEAD, ENTERS, NOTHING, Counter, Row, played
from tests.support.stories import Story, entry
from tests.support.window import CaseWindow

ROWS = (
    # 高確法52条2号, DOMAIN 2.3: the day the address here began
    Row(
        "move_in_abroad",
        "newcomer",
        {"event_on": "R8.11.10", "country": "ブラジル"},
        {"address": "見本県手本町1-1"},
        "outside_area",
        {"acquired_on": "2026-11-10", "acquisition_reason": "ACQ_ABROAD"},
    ),
    # 則9条, DOMAIN 2.3: 90 days are not more than three months
    Row(
        "foreigner",
        "newcomer",
        {"event_on": "R8.11.10", "person_kind": "2", "status": "long_term", "stay": "y1"},
        {"stay": "d90"},
        "stay_too_short",
        {"acquired_on": "2026-11-10", "acquisition_reason": "ACQ_OTHER"},
    ),
    # 高確法55条の2, DOMAIN 2.6: from 75, for those whom 国保 kept here
    Row(
        "special_address",
        "newcomer",
        {
            "event_on": "R8.6.1",
            "birth_written": "S26.6.1",
            "address": "東京都千代田区見本1-1",
            "is_head": "1",
            "facility_kind": "special_nursing_home",
            "facility_name": "見本の里",
            "under_nhi": "1",
        },
        {"under_nhi": "0"},
        "not_carried_over",
        {"acquired_on": "2026-06-01", "acquisition_reason": "ACQ_SPADDR"},
    ),
    # DOMAIN 1.3・2.4: 県内転居, no loss; number and day of acquisition stay
    Row(
        "move_in_within",
        "newcomer",
        {
            "event_on": "R8.11.10",
            "former_municipality_code": "152986",
            "former_insured_number": "70000019",
        },
        {"former_insured_number": "70000027"},
        "not_elsewhere_here",
        {
            "insured_number": "70000019",
            "acquired_on": "2020-05-03",
            "acquisition_reason": "ACQ_AGE",
        },
    ),
)


def insured_next_door(story: Story, mover: Mover) -> None:
    """The union insures the mover in the neighbouring municipality."""
    one = mover.person
    story.change_union(
        "INSERT INTO person (id, municipality_code, atena_number, household_number, relation,"
        " person_kind, name, kana, birth_written, birth_sort, birth_precision, sex, state,"
        " postal_code, address, origin) VALUES"
        " (900001, '152986', ?, '000000000009999', '本人', '1', ?, ?, ?, ?, 'day', ?, '1',"
        " '9990002', '見本県手本町1-1', 'register')",
        "000000000900015",
        one.name,
        one.kana,
        one.birth_written,
        one.birth_sort.isoformat(),
        one.sex,
    )
    story.change_union(
        "INSERT INTO coverage (id, person_id, insured_number, acquired_on, acquisition_reason)"
        " VALUES (900001, 900001, '70000019', '2020-05-03', 'ACQ_AGE')"
    )


@pytest.mark.req("FLOW-101", "FLOW-102", "FLOW-103", "FLOW-104", "FLOW-106", "FLOW-1011")
def test_every_arrival(story: Story, qtbot: Any) -> None:
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        for number, row in enumerate(ROWS):
            mover = story.stranger(number)
            if row.code == "move_in_within":
                insured_next_door(story, mover)
            values = {**entry(mover, desk.today), **BROUGHT, **ENTERS, **row.keyed}
            values["my_number"] = mover.person.my_number
            other = {"my_number": story.stranger(50 + number).person.my_number}
            refused = counter.play(row, {**values, **other, **row.wrong}, "")
            assert refused.record is not None and refused.record.reasons.split() == [row.reason]
            view = counter.play(row, values, "")
            assert view.record is not None and view.record.outcome == "accepted", view.record
            assert {name: getattr(view.record, name) for name in row.decided} == dict(row.decided)
            (known,) = [
                one
                for one in desk.rows(insured)
                if one.insured_number == view.record.insured_number
            ]
            assert known.acquired_on == view.record.acquired_on
            assert desk.atena_of(known.person_id) == mover.person.atena_number
        counter.window.close()


@pytest.mark.req("FLOW-2005")
def test_somebody_without_a_resident_record_is_registered_and_goes(
    story: Story, qtbot: Any
) -> None:
    with story.desk() as desk:
        counter = Counter(story, desk, CaseWindow(desk, qtbot))
        mover = story.stranger(0)
        row = Row("unregistered", "newcomer", NOTHING, NOTHING, "household_unknown", NOTHING)
        values = {**entry(mover, desk.today), **BROUGHT, "event_on": "R8.11.10"}
        values |= {"person_kind": "3", "ground": "head", "number_check": "none"}
        values |= {"my_number_absent": "not_brought", "is_head": "1"}
        wrong = {"is_head": "0", "household_number": "000000000777777"}
        refused = counter.play(row, {**values, **wrong}, "")
        assert refused.record is not None and refused.record.reasons == row.reason
        view = counter.play(row, values, "")
        assert view.record is not None and view.record.outcome == "accepted", view.record
        atena = mover.person.atena_number
        (her,) = [one for one in desk.rows(person) if desk.atena_of(one.id) == atena]
        assert (her.kind, her.state) == ("3", "1")
        assert her.id not in {one.person_id for one in desk.rows(insured)}
        books = "SELECT person_kind, state FROM person WHERE atena_number = ?"
        assert story.union_rows(books, atena) == [("3", "1")]
        counter.taken["unregistered"] = her.id
        end = {"event_on": "R8.11.20", **KEYED["unregistered_end"]}
        played(counter, Row("unregistered_end", "unregistered", end, NOTHING, DEAD, NOTHING,
                            state="9"))  # fmt: skip
        assert story.union_rows(books, atena) == [("3", "9")]
        counter.window.close()
