"""A file of notifications is answered whatever stands in it: each person known, unknown, known
by half or twice in the file gets exactly one decision (FILE-01, FILE-16), on both databases."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from app.peers.union.office import decisions
from app.peers.union.office.insured import insured_records
from app.peers.union.office.persons import find_person
from app.peers.union.tables import check_entry, coverage, decision, former_atena, number
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of, my_number_of
from app.wire.codec import record_from
from app.wire.files import FILES
from app.wire.records import CheckRecord
from tests.support.framed import encode_file
from tests.support.soak import tries
from tests.support.union_inside import (
    CALLER,
    HOUSEHOLD,
    load,
    notification,
    seed_person,
    union_inside,
)
from tests.support.union_terminal import CODES

INSURED, LEFT, UNNUMBERED, FORMER, STRANGER, ANOTHER = range(501, 507)
UNDER_FORMER = 590
WOMAN = {"birth_written": "昭和18年5月3日", "birth_sort": "1943-05-03", "sex": "2"}


@pytest.fixture
def system(tmp_path, database):
    lost = [[insured_of(LEFT), "2019-01-01", "ACQ_AGE", "2022-01-02", "LOS_WELF"]]
    left = {"state": "2", "coverages": lost}
    with union_inside(tmp_path, database) as system:
        load(
            system,
            seed_person(INSURED, "1943-05-03", sex="2"),
            seed_person(LEFT, "1943-05-03", sex="2", **left),
            seed_person(UNNUMBERED, "1943-05-03", sex="2", my_number="", coverages=[]),
            seed_person(FORMER, "1943-05-03", sex="2", coverages=[], income=None),
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
        yield system


def codes(table):
    return st.sampled_from(sorted(CODES[table]))


def days(*more):
    return st.sampled_from(
        ("2026-11-20", "2026-11-20", "2026-11-01", "2026-12-24", "1930-01-01", *more)
    )


FLAG = st.sampled_from(("0", "1"))
AMOUNT = st.sampled_from(("", "0", "1450000", "9999999999"))
ODD = {
    "event_on": days("2018-05-03", "2008-05-02"),
    "notified_on": days(),
    "accepted_on": days(),
    "processed_on": days(),
    "municipality_code": st.sampled_from((MUNICIPALITY_CODE, "152986")),
    "is_head": FLAG,
    "household_number": st.sampled_from((HOUSEHOLD, atena_of(9999))),
    "person_kind": codes("person_kinds"),
    "birth_written": st.sampled_from(("昭和18年5月頃", "不詳", "昭和18年5月4日", "1943年00月00日")),
    "birth_sort": st.sampled_from(("1943-05-01", "1960-02-29", "2020-01-01")),
    "birth_precision": st.sampled_from(("", *sorted(CODES["birth_precisions"]))),
    "sex": codes("sexes"),
    "former_municipality_code": st.sampled_from(("", "152986", "131016")),
    "card_use": codes("card_uses"),
    "copay_paper": FLAG,
    "copay_paper_on": st.sampled_from(("", "2026-11-01")),
    "copay_taxed": st.sampled_from(("", "0", "1")),
    "copay_taxable_income": AMOUNT,
    "copay_revenue": AMOUNT,
    "copay_pension_other": AMOUNT,
    "copay_base_income": AMOUNT,
    "copay_all_income_zero": st.sampled_from(("", "0", "1")),
    "copay_class": st.one_of(st.just(""), codes("limit_classes")),
    "disability_paper": FLAG,
    "disability_on": st.sampled_from(("", "2025-01-01")),
    "disability_until": st.sampled_from(("", "2026-01-31", "2027-07-31")),
    "disease_paper": FLAG,
    "disease_kind": st.one_of(st.just(""), codes("specified_diseases")),
    "dependant_paper": FLAG,
    "address": st.sampled_from(("見本県隣市本町1番", "見本県見本市本町2番2号")),
    "delivery": codes("deliveries"),
}


@st.composite
def notified(draw):
    index = draw(st.sampled_from((INSURED, LEFT, UNNUMBERED, FORMER, STRANGER, ANOTHER)))
    record = notification(index)
    whose = draw(st.sampled_from((index, index, INSURED, LEFT, 599)))
    number_of = draw(st.sampled_from((my_number_of(whose), my_number_of(index), "", "9" * 12)))
    record = replace(record, my_number=number_of)
    if index == FORMER and draw(st.booleans()):
        record = replace(record, atena_number=atena_of(UNDER_FORMER))
    for name in sorted(draw(st.sets(st.sampled_from(sorted(ODD)), max_size=5))):
        record = replace(record, **{name: draw(ODD[name])})
    return record


@pytest.mark.req("FILE-01", "FILE-16")
def test_every_notification_of_any_file_gets_one_decision(system):
    @settings(max_examples=tries(30, 1000), suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(notified(), min_size=1, max_size=4))
    def holds(records):
        file = encode_file(FILES["FILE-01"], records, CODES)
        assert file, "what is tried here could come over the line"
        with system.database.write() as connection:
            whole = connection.begin_nested()
            try:
                _take(system, connection, records)
            finally:
                whole.rollback()

    holds()


def _take(system, connection, records):
    numbers = dict(connection.execute(select(number.c.person_id, number.c.my_number)).all())
    decisions.receive(system, connection, CALLER, SimpleNamespace(id="X"), tuple(records))  # type: ignore[arg-type]
    made = connection.execute(select(decision)).all()
    asked = ["X"] if len(records) == 1 else [f"X.{n}" for n in range(1, len(records) + 1)]
    assert sorted(row.notification_id for row in made) == sorted(asked)
    after = dict(connection.execute(select(number.c.person_id, number.c.my_number)).all())
    assert numbers.items() <= after.items()
    assert len(set(after.values())) == len(after)
    open_ones = select(coverage.c.person_id).where(coverage.c.lost_on == "")
    insured = connection.execute(open_ones).scalars().all()
    assert len(set(insured)) == len(insured), "nobody is insured twice at once"
    answered = FILES["FILE-16"]
    kept = [record_from(answered, json.loads(row.record)) for row in made if row.record]
    encode_file(answered, kept, system.codes)
    persons = insured_records(system, connection, MUNICIPALITY_CODE, 0)
    encode_file(FILES["FILE-17"], persons, system.codes)
    encode_file(FILES["FILE-24"], [_check(row) for row in _listed(connection)], system.codes)


def _listed(connection):
    return connection.execute(select(check_entry)).all()


def _check(row):
    names = [column.name for column in FILES["FILE-24"].columns if column.name != "entry_id"]
    return CheckRecord(entry_id=row.id, **{name: row._mapping[name] for name in names})


def test_the_woman_of_these_files_is_the_one_the_union_knows():
    """Else everybody would be refused, and the property would say little."""
    record = notification(INSURED)
    assert {name: getattr(record, name) for name in WOMAN} == WOMAN
