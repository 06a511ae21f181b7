"""Any file of insured persons is applied: known, unknown, known by half and twice in the file
(FILE-17). What contradicts is listed, the rest is taken, nothing is tied to two persons."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.functions.files.insured import receiver
from app.wire.files import FILES
from db.tables.cases import check_entry
from db.tables.persons import address, atena, household_member, insured
from tests.support.framed import encode_file
from tests.support.line import CODES
from tests.support.sendings import sample
from tests.support.soak import tries

SPEC = FILES["FILE-17"]
FUNCTION = "files.receive_insured"
OLD = replace(sample("FILE-17")[0], former_atena="")
ATENA = tuple(f"00000000000{n}000" for n in range(1, 6))
INSURED = ("", "01234565", "01234573", "01234581")


class Undone(Exception):
    """Ends a unit of work of which nothing shall stay."""


@contextmanager
def undone(world):
    with pytest.raises(Undone), world.engine_hand.system(FUNCTION) as work:
        yield work
        raise Undone


@st.composite
def lines(draw):
    birth = draw(
        st.sampled_from((("昭和20年5月3日", "1945-05-03"), ("平成2年1月2日", "1990-01-02")))
    )
    number = draw(st.sampled_from(INSURED))
    acquired = draw(st.sampled_from(("2020-05-03", "2022-01-01", "2026-11-18")))
    lost = draw(st.sampled_from(("", "", "2022-01-01", "2026-11-19")))
    covered = {
        "insured_number": number,
        "acquired_on": acquired if number else "",
        "lost_on": lost if number and lost > acquired else "",
        "insurer_number": "39152996" if number else "",
        "copay_ratio": draw(st.sampled_from(("", "1", "3"))),
    }
    return replace(
        OLD,
        atena_number=draw(st.sampled_from(ATENA)),
        former_atena=" ".join(draw(st.lists(st.sampled_from(ATENA), max_size=2))),
        household_number=draw(st.sampled_from(("000000000001234", "000000000005678"))),
        name=draw(st.sampled_from(("見本　髙子", "見本　花子"))),
        alias=draw(st.sampled_from(("", "ミホン"))),
        birth_written=birth[0],
        birth_sort=birth[1],
        sex=draw(st.sampled_from(("1", "2", "2"))),
        phone=draw(st.sampled_from(("", "0250-00-1234"))),
        state=draw(st.sampled_from(("1", "2", "3", "9"))),
        address=draw(st.sampled_from((OLD.address, "見本県見本市寺町1番1号"))),
        support_measure=draw(st.sampled_from(("0", "1"))),
        support_until=draw(st.sampled_from(("", "2027-03-31"))),
        **covered,
    )


@pytest.mark.req("FILE-17")
def test_any_files_are_applied_one_after_another(world):
    @settings(
        max_examples=tries(40, 2_000),
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(st.lists(lines(), min_size=1, max_size=5), min_size=1, max_size=3))
    def holds(files):
        with undone(world) as work:
            for records in files:
                encode_file(SPEC, records, CODES)
                done = receiver(world.tables)(work, SPEC, records)
                assert done.applied + done.dropped <= len(records)
                _whole(work)
                _everybody_is_somewhere(work, records, done)

    holds()


def _whole(work):
    """No number, household or day of insurance belongs to two, nobody has two addresses."""
    owners = {}
    for row in work.all(select(insured)):
        assert owners.setdefault(row.insured_number, row.person_id) == row.person_id
    by_person = {}
    for row in work.all(select(insured)):
        span = (row.acquired_on, row.lost_on or "9999")
        by_person.setdefault(row.person_id, []).append(span)
    for spans in by_person.values():
        for one, other in combinations(sorted(spans), 2):
            assert one[1] <= other[0], "two periods share a day"
    for table in (address, household_member):
        counts = Counter(row.person_id for row in work.all(select(table)))
        assert set(counts.values()) <= {1}
    current = Counter(row.person_id for row in work.all(select(atena).where(atena.c.current)))
    assert set(current.values()) <= {1}, "one current atena number each"
    assert set(current) == {row.person_id for row in work.all(select(atena))}


def _everybody_is_somewhere(work, records, done):
    tied = {row.atena_number for row in work.all(select(atena))}
    listed = {row.atena_number for row in work.all(select(check_entry))}
    missing = {record.atena_number for record in records} - tied - listed
    assert len(missing) <= done.dropped


def test_a_new_atena_number_with_the_old_one_named_is_the_same_person(world):
    """She came back from elsewhere: known here by half, under the number she had before."""
    before = replace(OLD, atena_number=ATENA[0])
    after = replace(before, atena_number=ATENA[1], former_atena=ATENA[0])
    with undone(world) as work:
        assert receiver(world.tables)(work, SPEC, [before]).applied == 1
        assert receiver(world.tables)(work, SPEC, [after]).listed == 0
        rows = {row.atena_number: row for row in work.all(select(atena))}
        assert rows[ATENA[0]].person_id == rows[ATENA[1]].person_id
        assert (rows[ATENA[0]].current, rows[ATENA[1]].current) == (False, True)


@pytest.mark.parametrize("differs", [{"sex": "1"}, {"birth_sort": "1945-05-04"}])
def test_an_old_number_of_somebody_else_is_listed_as_before(world, differs):
    before = replace(OLD, atena_number=ATENA[0])
    after = replace(
        before, atena_number=ATENA[1], former_atena=ATENA[0], insured_number="", **differs
    )
    with undone(world) as work:
        receiver(world.tables)(work, SPEC, [before])
        assert receiver(world.tables)(work, SPEC, [replace(after, acquired_on="")]).listed == 1
        rows = {row.atena_number: row.person_id for row in work.all(select(atena))}
        assert rows[ATENA[0]] != rows[ATENA[1]]
