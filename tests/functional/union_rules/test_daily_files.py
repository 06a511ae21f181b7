"""A daily resident file is taken whatever stands in it: residents known, unknown, known by half
and twice in the file (FILE-03, SEC-108, SEC-110), on both databases."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from app.peers.union.office import daily, history, reaching
from app.peers.union.office.insured import insured_records
from app.peers.union.office.persons import find_person, number_of
from app.peers.union.tables import check_entry, coverage, former_atena, number, person
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of, my_number_of
from app.wire.files import FILES
from app.wire.records import CheckRecord, LinkedRecord, ResidentRecord
from tests.support.framed import encode_file
from tests.support.soak import tries
from tests.support.union_inside import (
    decide,
    load,
    notification,
    resident,
    seed_person,
    union_inside,
)
from tests.support.union_terminal import MORNING, TABLES

INSURED, ALONE, UNNUMBERED, DEAD, FORMER, KEYED, TWICE_KEYED, STRANGER, NEWBORN = range(301, 310)
KNOWN = (INSURED, ALONE, UNNUMBERED, DEAD, FORMER, KEYED, TWICE_KEYED)
UNDER_FORMER = 390
"""An atena number under which ``FORMER`` was known before."""
UNSETTLED = {
    "birth_written": "昭和26年頃",
    "birth_sort": "1951-01-01",
    "birth_precision": "year",
}
EVENTS = sorted(str(code) for code in TABLES["resident_events"].codes(MORNING.date()))


def line(index: int, **values: str) -> ResidentRecord:
    """The register's line of a person of this file's little municipality."""
    if index == STRANGER:  # the household that he comes to has its head
        values = {"is_head": "0", "relation": "子", **values}
    if index not in (KEYED, TWICE_KEYED):
        return resident(index, **values)
    keyed = notification(index, **(UNSETTLED if index == TWICE_KEYED else {}))
    names = (*daily.FOLLOWED, "birth_sort", "birth_precision", "is_head", "my_number", "event_on")
    shared = {name: getattr(keyed, name) for name in names}
    return resident(index, **{**shared, "event": keyed.kind, **values})


@pytest.fixture
def system(tmp_path, database):
    """A union that knows some of the residents, the morning after two were keyed at a counter."""
    with union_inside(tmp_path, database) as system:
        load(
            system,
            seed_person(INSURED, "1940-01-01"),
            seed_person(ALONE, "1940-01-01", household_number=atena_of(78), coverages=[]),
            seed_person(UNNUMBERED, "1940-01-01", my_number=""),
            seed_person(
                DEAD,
                "1940-01-01",
                state="3",
                coverages=[[insured_of(DEAD), "2020-01-01", "ACQ_AGE", "2026-01-02", "LOS_DEATH"]],
            ),
            seed_person(FORMER, "1940-01-01"),
        )
        with system.database.write() as connection:
            row = find_person(connection, MUNICIPALITY_CODE, atena_of(FORMER))
            connection.execute(
                insert(former_atena).values(
                    municipality_code=MUNICIPALITY_CODE,
                    atena_number=atena_of(UNDER_FORMER),
                    person_id=row.id,
                )
            )
        assert decide(system, notification(KEYED)).outcome == "accepted"
        for _ in range(2):
            assert decide(system, notification(TWICE_KEYED, **UNSETTLED)).outcome == "pending"
        system.clock.set_to(MORNING + timedelta(days=1))  # type: ignore[attr-defined]
        yield system


@contextmanager
def undone(system):
    """A transaction of which nothing stays."""
    with system.database.write() as connection:
        nested = connection.begin_nested()
        try:
            yield connection
        finally:
            nested.rollback()


def kept(connection, columns, *where):
    return connection.execute(select(*columns).where(*where).order_by(*columns)).all()


NUMBERS = (number.c.person_id, number.c.my_number)


@st.composite
def lines(draw):
    """One line: as the register has it, or with something about it that does not fit."""
    index = draw(st.sampled_from((*KNOWN, STRANGER, NEWBORN)))
    whose = draw(st.sampled_from((index, index, index, INSURED, STRANGER, 399)))
    values = {
        "my_number": draw(st.sampled_from(("", my_number_of(whose), my_number_of(whose)))),
        "person_kind": draw(st.sampled_from(("1", "1", "2", "3"))),
        "household_number": draw(st.sampled_from((atena_of(77), atena_of(78), atena_of(index)))),
        "event": draw(st.sampled_from(EVENTS)),
        "event_on": draw(
            st.sampled_from(("2026-11-20", "2026-11-19", "2020-01-01", "2019-12-30", "1930-02-28"))
        ),
        "state": draw(st.sampled_from(("1", "2", "3", "9"))),
    }
    if draw(st.booleans()):
        values["address"] = "見本県見本市寺町3番3号"
    if draw(st.integers(0, 3)) == 0:
        values |= {"birth_written": "昭和20年2月3日", "birth_sort": "1945-02-03", "sex": "2"}
    if index == FORMER and draw(st.booleans()):
        values["atena_number"] = atena_of(UNDER_FORMER)
    if draw(st.integers(0, 4)) == 0:
        values["my_number"] = "990000000000"
    shown = line(index)
    for name in draw(st.sets(st.sampled_from(sorted(values)))):
        shown = replace(shown, **{name: values[name]})
    return shown


@pytest.mark.req("SEC-108")
def test_any_file_is_taken_and_overwrites_no_number(system):
    """No line stops the others; a number once tied stays; what follows can be delivered."""

    @settings(max_examples=tries(25, 1000), suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(lines(), min_size=1, max_size=6))
    def holds(records):
        with undone(system) as connection:
            before = dict(connection.execute(select(*NUMBERS)).all())
            result = daily.run(system, connection, MUNICIPALITY_CODE, tuple(records))
            assert result.records == len(records)
            after = dict(connection.execute(select(*NUMBERS)).all())
            assert before.items() <= after.items()
            assert len(set(after.values())) == len(after)
            for record in records:
                row = find_person(connection, MUNICIPALITY_CODE, record.atena_number)
                assert row is not None, "somebody in the file is nobody afterwards"
            _deliverable(system, connection)
            again = daily.run(system, connection, MUNICIPALITY_CODE, tuple(records))
            assert (again.confirmed, again.contradicted, again.listed) == (0, 0, 0)

    holds()


def _deliverable(system, connection):
    """Everything the run would send has the form that the terminals take."""
    persons = insured_records(system, connection, MUNICIPALITY_CODE, 0)
    encode_file(FILES["FILE-17"], persons, system.codes)
    encode_file(FILES["FILE-24"], listed(connection), system.codes)


def listed(connection):
    names = [column.name for column in FILES["FILE-24"].columns if column.name != "entry_id"]
    found = connection.execute(select(check_entry).order_by(check_entry.c.id)).all()
    return [
        CheckRecord(entry_id=row.id, **{name: row._mapping[name] for name in names})
        for row in found
    ]


def run(system, connection, *records):
    daily.run(system, connection, MUNICIPALITY_CODE, records)
    return {(item.cause, item.atena_number) for item in listed(connection)} - _KEYED_ABSENT


_KEYED_ABSENT = {("not_in_register", atena_of(index)) for index in (KEYED, TWICE_KEYED)}


@pytest.mark.req("FILE-03")
def test_a_resident_nobody_knew_is_there_afterwards(system):
    with undone(system) as connection:
        assert run(system, connection, line(STRANGER), line(INSURED)) == set()
        row = find_person(connection, MUNICIPALITY_CODE, atena_of(STRANGER))
        assert (row.name, row.origin, row.state) == (f"見本　{STRANGER}", "register", "1")
        assert number_of(connection, row.id) == my_number_of(STRANGER)


def test_two_notifications_of_one_person_are_both_settled(system):
    """The later entry does not hide the earlier one."""
    with undone(system) as connection:
        result = daily.run(system, connection, MUNICIPALITY_CODE, (line(TWICE_KEYED), line(KEYED)))
        assert (result.confirmed, result.contradicted, result.listed) == (3, 0, 0)


def test_what_is_contradicted_gets_no_number_from_the_file(system):
    """A line that says another birth date than ours may be about another person."""
    with undone(system) as connection:
        other = line(UNNUMBERED, birth_sort="1945-02-03", birth_written="昭和20年2月3日")
        assert run(system, connection, other) == {("birth_differs", atena_of(UNNUMBERED))}
        row = find_person(connection, MUNICIPALITY_CODE, atena_of(UNNUMBERED))
        assert number_of(connection, row.id) == ""
        assert run(system, connection, line(UNNUMBERED)) == {
            ("birth_differs", atena_of(UNNUMBERED))
        }
        assert number_of(connection, row.id) == my_number_of(UNNUMBERED)


@pytest.mark.parametrize(
    ("event", "event_on", "state", "lost"),
    [
        ("death", "2026-11-19", "3", ("2026-11-20", "LOS_DEATH")),
        ("move_out", "2026-11-19", "2", ("2026-11-20", "LOS_OUT")),
        ("death", "2020-01-05", "3", ("2020-01-06", "LOS_DEATH")),  # learnt of years later
        ("move_out_abroad", "2026-11-19", "2", ("2026-11-20", "LOS_ABROAD")),
        ("death", "2019-06-01", "3", None),  # before the coverage began
        ("death", "1930-01-01", "3", None),  # before the birth
        ("ex_officio_removal", "2026-11-19", "9", None),  # why she was removed is not said
        ("move_out", "2026-12-05", "1", ()),  # 転出予定: still a resident
    ],
)
def test_a_loss_is_taken_or_listed_and_the_rest_of_the_file_stands(
    system, event, event_on, state, lost
):
    with undone(system) as connection:
        gone = line(INSURED, event=event, event_on=event_on, state=state)
        found = run(system, connection, gone, line(STRANGER))
        row = find_person(connection, MUNICIPALITY_CODE, atena_of(INSURED))
        ends = kept(
            connection,
            (coverage.c.lost_on, coverage.c.loss_reason),
            coverage.c.person_id == row.id,
        )
        assert find_person(connection, MUNICIPALITY_CODE, atena_of(STRANGER)) is not None
        if lost is None:
            assert found == {("event_impossible", atena_of(INSURED))}
            assert row.state == "1", "what contradicts changes nothing"
        else:
            assert found == set()
        assert ends == [lost or ("", "")]


def test_a_number_elsewhere_is_named_only_within_the_municipality(system):
    """SEC-51: a municipality learns nothing about another one's persons."""
    with undone(system) as connection:
        foreign = find_person(connection, MUNICIPALITY_CODE, atena_of(ALONE))
        connection.execute(
            person.update().where(person.c.id == foreign.id).values(municipality_code="152986")
        )
        other = {"birth_written": "昭和16年2月2日", "birth_sort": "1941-02-02"}
        run(system, connection, line(STRANGER, my_number=my_number_of(ALONE), **other))
        details = [item.detail for item in listed(connection)]
        assert details[0] == "同じ個人番号が、別の市区町村の方にあります。"
        assert not any(atena_of(ALONE) in detail for detail in details)


@pytest.mark.req("SEC-110")
def test_a_file_made_before_somebody_was_keyed_says_nothing_of_her(system):
    """A file of the day before may arrive late, and the relay sends several in a day (FILE-05):
    only one that was made after the entry could have spoken of it."""

    def missing(made_at):
        with undone(system) as connection:
            daily.run(system, connection, MUNICIPALITY_CODE, (line(INSURED),), made_at.isoformat())
            return {one.atena_number for one in listed(connection)}

    assert missing(MORNING - timedelta(minutes=1)) == set()
    assert missing(MORNING + timedelta(hours=9)) == {atena_of(KEYED), atena_of(TWICE_KEYED)}
    system.clock.set_to(MORNING + timedelta(hours=8))
    assert missing(MORNING + timedelta(hours=7)) == set(), "the day of the entry is not over"


@pytest.mark.req("FILE-05")
def test_what_the_relay_brought_is_known_as_that(system):
    said = {name: getattr(line(STRANGER), name) for name in ResidentRecord.__dataclass_fields__}
    linked = LinkedRecord(
        **said, serial="I-1", processed_on="2026-11-20", linked_at="2026-11-20T18:00:00+09:00"
    )
    with undone(system) as connection:
        daily.run(system, connection, MUNICIPALITY_CODE, (linked,))
        by = history.newest(connection)
        assert (by.kind, by.ref) == ("file", "FILE-05")
        first = system.today()
        system.clock.set_to(MORNING + timedelta(days=4))
        daily.run(system, connection, MUNICIPALITY_CODE, (linked,))
        assert reaching._last_run(system, connection, MUNICIPALITY_CODE) == first
