"""Any decisions and check lists are taken: about somebody known, unknown, known by half, twice
in the file (FILE-16, FILE-24). What contradicts is listed; no number belongs to two."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from app.cases.decisions import receiver
from app.catalog import CASES as KINDS
from app.functions.files import check_list
from app.functions.files import insured as files
from app.wire.files import FILES
from db.tables.cases import case_file, check_entry, decision
from db.tables.persons import atena, insured, person
from tests.support.framed import encode_file
from tests.support.line import CODES
from tests.support.sendings import sample
from tests.support.soak import tries
from tests.support.world import shared_tables

KNOWN, DEAD = sample("FILE-17")
ACCEPTED, REFUSED = sample("FILE-16")
LISTED = sample("FILE-24")[0]
CASES = ("T01-1-000042", "T01-1-000043", "T01-1-000044")
NUMBERS = ("01234565", "01234573", "01234581")
ATENA = (KNOWN.atena_number, DEAD.atena_number, KNOWN.former_atena.split()[0], "000000000777777")


class Undone(Exception):
    """Ends a unit of work of which nothing shall stay."""


@contextmanager
def undone(world, function):
    with pytest.raises(Undone), world.engine_hand.system(function) as work:
        yield work
        raise Undone


@pytest.fixture
def filled(world):
    """A store that knows two persons and has three cases."""
    with world.hands_on("case_file") as work:
        for case_id in CASES:
            values = {"kind": "move_in", "state": "waiting", "opened_by": "S101", "opened_at": "x"}
            draft = '{"household_number":"000000000001234","relation":"母"}'
            work.run(insert(case_file).values(id=case_id, draft=draft, **values))
    with world.engine_hand.system("files.receive_insured") as work:
        files.receiver(world.tables)(work, FILES["FILE-17"], [KNOWN, DEAD])
    return world


@st.composite
def decided(draw):
    birth = draw(
        st.sampled_from((("昭和20年5月3日", "1945-05-03"), ("昭和20年5月頃", "1945-05-01")))
    )
    values = {
        "decision_id": draw(st.sampled_from(("U15-D-1", "U15-D-2", "U15-D-3", "U15-D-4"))),
        "case_id": draw(st.sampled_from(CASES)),
        "supersedes": draw(st.sampled_from(("", "", "U15-D-1", "U15-D-9"))),
        "atena_number": draw(st.sampled_from(ATENA)),
    }
    if draw(st.integers(0, 3)) == 0:
        return replace(REFUSED, outcome=draw(st.sampled_from(("refused", "pending"))), **values)
    return replace(
        ACCEPTED,
        birth_written=birth[0],
        birth_sort=birth[1],
        sex=draw(st.sampled_from(("2", "2", "1"))),
        name=draw(st.sampled_from((KNOWN.name, "見本　花子"))),
        address=draw(st.sampled_from((KNOWN.address, "見本県見本市寺町1番1号"))),
        insured_number=draw(st.sampled_from(NUMBERS)),
        acquired_on=draw(st.sampled_from(("2026-11-18", "2024-01-01"))),
        copay_ratio=draw(st.sampled_from(("", "1"))),
        **values,
    )


PROPERTY = settings(
    max_examples=tries(40, 2_000),
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.req("FILE-16")
def test_any_decisions_are_taken(filled):
    receive = receiver(shared_tables(), KINDS)

    @PROPERTY
    @given(st.lists(decided(), min_size=1, max_size=5))
    def holds(records):
        encode_file(FILES["FILE-16"], records, CODES)
        with undone(filled, "eligibility.receive_decision") as work:
            receive(work, FILES["FILE-16"], records)
            kept = {row.id: row for row in work.all(select(decision))}
            assert set(kept) == {record.decision_id for record in records}
            current = Counter(row.case_id for row in kept.values() if row.current)
            assert set(current.values()) == {1}
            _whole(work)
            again = receive(work, FILES["FILE-16"], records)
            assert again.applied == 0

    holds()


def _whole(work):
    owners, spans = {}, {}
    for row in work.all(select(insured)):
        assert owners.setdefault(row.insured_number, row.person_id) == row.person_id
        span = (row.acquired_on, row.lost_on or "9999")
        spans.setdefault(row.person_id, []).append(span)
    for own in spans.values():
        for one, other in combinations(sorted(own), 2):
            assert one[1] <= other[0], "two periods share a day"
    current = Counter(row.person_id for row in work.all(select(atena).where(atena.c.current)))
    assert set(current.values()) == {1}
    assert set(current) == {row.id for row in work.all(select(person))}


@pytest.mark.req("FILE-24")
def test_any_check_list_is_taken(filled):
    @PROPERTY
    @given(
        st.lists(
            st.builds(
                lambda **values: replace(LISTED, **values),
                entry_id=st.sampled_from(("U15-C-1", "U15-C-2", "U15-C-3")),
                cause=st.sampled_from(sorted(CODES["check_causes"])),
                atena_number=st.sampled_from(ATENA),
                case_id=st.sampled_from(("", *CASES, "T09-1-000001")),
                items=st.sampled_from(("", "name kana", "strange", "event_on birth_written")),
            ),
            min_size=1,
            max_size=5,
        )
    )
    def holds(records):
        receive_check_list = check_list.receiver(shared_tables())
        encode_file(FILES["FILE-24"], records, CODES)
        with undone(filled, "files.receive_check_list") as work:
            applied = receive_check_list(work, FILES["FILE-24"], records).applied
            ids = {row.id for row in work.all(select(check_entry)) if row.origin == "union"}
            assert ids == {record.entry_id for record in records}
            assert applied == len(ids)
            assert receive_check_list(work, FILES["FILE-24"], records).applied == 0

    holds()
