"""Cases of every kind, with whatever their layout lets through: each gets exactly one decision, and
what is told for it has the form that terminals take (FILE-01, FILE-10; FILE-16, FILE-21)."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.peers.union.office import decisions
from app.peers.union.office.insured import insured_records
from app.peers.union.office.kinds import KINDS
from app.peers.union.tables import coverage, decision, number
from app.training.people import MUNICIPALITY_CODE, atena_of, insured_of, my_number_of
from app.wire.codec import record_from
from app.wire.files import FILES, sent_in
from app.wire.layout import Kind, columns
from tests.support import soak
from tests.support.framed import encode_file
from tests.support.postgres import database_of
from tests.support.union_inside import CALLER, HOUSEHOLD, load, seed_person, union_inside
from tests.support.union_terminal import CODES

INSURED, YOUNG, DEAD, UNNUMBERED, STRANGER = range(801, 806)
PERSONS = tuple(atena_of(index) for index in (INSURED, YOUNG, DEAD, UNNUMBERED, STRANGER))
DAYS = ("2026-11-20", "2026-11-19", "2026-11-01", "2026-12-24", "2019-12-31", "1930-01-01")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request):
    with database_of(request.param) as url:
        yield url


@pytest.fixture(scope="module")
def system(tmp_path_factory, database):
    """One union for all kinds: whatever an example does is taken back."""
    lost = [[insured_of(DEAD), "2020-01-01", "ACQ_AGE", "2026-11-02", "LOS_DEATH"]]
    with union_inside(tmp_path_factory.mktemp("union"), database) as system:
        load(
            system,
            seed_person(INSURED, "1940-01-01"),
            seed_person(YOUNG, "1990-01-01", coverages=[]),
            seed_person(DEAD, "1940-01-01", state="3", state_on="2026-11-01", coverages=lost),
            seed_person(UNNUMBERED, "1940-01-01", my_number="", income=None),
        )
        yield system


def value_of(column):
    """Texts that the column's own check lets through."""
    named = {
        "municipality_code": st.sampled_from((MUNICIPALITY_CODE, MUNICIPALITY_CODE, "152986")),
        "atena_number": st.sampled_from(PERSONS),
        "household_number": st.sampled_from((HOUSEHOLD, atena_of(9999))),
        "former_municipality_code": st.sampled_from(("131016", "152986")),
        "insured_number": st.sampled_from((insured_of(INSURED), insured_of(DEAD))),
        "birth_written": st.sampled_from(("昭和15年1月1日", "昭和15年1月頃", "不詳")),
        "birth_sort": st.sampled_from(("1940-01-01", "1990-01-01")),
    }
    kinds = {
        Kind.DIGITS: st.sampled_from(("0" * column.width, "12345678901234567890"[: column.width])),
        Kind.NUMBER: st.sampled_from(("0", "1", "9" * max(column.width, 1))),
        Kind.TEXT: st.sampled_from(("見本", "見本　花子")),
        Kind.KANA: st.just("ミホン　ハナコ"),
        Kind.RESIDENT: st.sampled_from(PERSONS),
        Kind.RESIDENTS: st.sampled_from(PERSONS),
        Kind.MUNICIPALITY: st.sampled_from((MUNICIPALITY_CODE, "131016")),
        Kind.PAPER: st.just("T01-1-20261101-00001"),
        Kind.FACILITY: st.just("1510000001"),
        Kind.PHONE: st.just("0250001234"),
        Kind.YEN: st.sampled_from(("0", "50000", "9" * max(column.width, 1))),
        Kind.DAY: st.sampled_from(DAYS),
        Kind.MOMENT: st.just("2026-11-20T09:00:00+09:00"),
        Kind.FLAG: st.sampled_from(("0", "1")),
        Kind.ID: st.sampled_from(("T99-1-000001", "T99-1-000002", "U15-D-00000001")),
        Kind.JSON: st.just("{}"),
    }
    if column.my_number:
        found = st.sampled_from((my_number_of(INSURED), my_number_of(STRANGER)))
    elif column.kind is Kind.CODE:
        found = st.sampled_from(sorted(CODES[column.codes]))
    else:
        found = named.get(column.name, kinds[column.kind])
    return found if column.required else st.one_of(st.just(""), found)


@st.composite
def cases(draw, kind):
    layout = sent_in(kind).newest(kind)
    chosen = {
        column.name: draw(value_of(column))
        for column in columns(layout.record)
        if column.name not in ("kind", "body", "body_version")
    }
    return layout.new(kind=kind, **chosen)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_case_of_any_file_gets_one_decision(system, database, kind):
    """Half as many on PostgreSQL: the decisions are the same code."""

    @settings(
        max_examples=soak.tries(3 if database else 6, 1_000),
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(cases(kind), min_size=1, max_size=4))
    def holds(records):
        encode_file(sent_in(kind), records, CODES)  # what is tried here could come over the line
        with system.database.write() as connection:
            whole = connection.begin_nested()
            try:
                _take(system, connection, kind, records)
            finally:
                whole.rollback()

    holds()


def _take(system, connection, kind, records):
    numbers = dict(connection.execute(select(number.c.person_id, number.c.my_number)).all())
    decisions.receive(system, connection, CALLER, SimpleNamespace(id="X"), tuple(records))  # type: ignore[arg-type]
    made = connection.execute(select(decision)).all()
    asked = ["X"] if len(records) == 1 else [f"X.{n}" for n in range(1, len(records) + 1)]
    assert sorted(row.notification_id for row in made) == sorted(asked)
    after = dict(connection.execute(select(number.c.person_id, number.c.my_number)).all())
    assert numbers.items() <= after.items(), "no number is overwritten"
    insured = connection.execute(
        select(coverage.c.person_id).where(coverage.c.lost_on == "")
    ).scalars()
    found = insured.all()
    assert len(set(found)) == len(found), "nobody is insured twice at once"
    answered = FILES[sent_in(kind).answered_in]
    told = [record_from(answered, json.loads(row.record)) for row in made if row.record]
    encode_file(answered, told, system.codes)
    persons = insured_records(system, connection, MUNICIPALITY_CODE, 0)
    encode_file(FILES["FILE-17"], persons, system.codes)
