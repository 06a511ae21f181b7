"""Whom a case may begin with, and that it begins once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases import drafts
from app.cases.about import KnownPerson
from app.cases.kind import CaseKind
from app.catalog import CASES
from app.core.errors import UserError
from db.tables.cases import case_file
from tests.support.counter import Counter, Resident, counter_in, put_residents

KNOWN = [kind for kind in CASES.values() if isinstance(kind.about, KnownPerson)]
PEOPLE = {
    "insured": Resident(),
    "dead": Resident(state="3"),
    "never": Resident(insured_number=""),
}
"""A person of each state of eligibility, lost apart: no scene of the daily file makes one."""


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path) as made:
        yield made


@pytest.mark.parametrize("eligibility", PEOPLE)
@pytest.mark.parametrize("kind", KNOWN, ids=lambda kind: kind.code)
def test_a_kind_begins_with_whom_it_is_for(
    counter: Counter, kind: CaseKind, eligibility: str
) -> None:
    world = counter.world
    put_residents(world, PEOPLE[eligibility])
    assert isinstance(kind.about, KnownPerson)
    if eligibility in kind.about.states:
        case = drafts.open_case(world.gate, world.session(), kind, {}, person_id="P-1")
        assert case.whom is not None and case.whom.eligibility_state == eligibility
        assert (case.whom.name, case.values) == (PEOPLE[eligibility].name, {})
        return
    with pytest.raises(UserError) as refused:
        drafts.open_case(world.gate, world.session(), kind, {}, person_id="P-1")
    assert refused.value.code == "cases.not_for_person" and kind.label in refused.value.message
    assert counter.rows(case_file) == []


def test_a_second_one_waits_for_the_answer_to_the_first(counter: Counter) -> None:
    counter.kind = CASES["reissue"]
    first = counter.entered()
    with pytest.raises(UserError) as begun:
        counter.entered()
    assert begun.value.code == "cases.begun_already" and first.id in begun.value.message
    world = counter.world
    sent = counter.send(first)
    with pytest.raises(UserError):
        counter.entered()
    assert counter.engine.send_now(sent.outbox_id).accepted
    assert counter.entered().id != first.id, "answered: a paper may be lost again"
    with pytest.raises(UserError) as unknown:
        drafts.open_case(world.gate, world.session(), counter.kind, {}, person_id="P-999")
    assert unknown.value.code == "cases.no_person"


def test_under_support_measures_neither_address_nor_household_is_shown(counter: Counter) -> None:
    world = counter.world
    put_residents(world, Resident(care=True))
    case = drafts.open_case(world.gate, world.session(), CASES["death"], {}, person_id="P-1")
    assert case.whom is not None and case.whom.care
    assert (case.whom.address, case.whom.postal_code, case.whom.household_number) == ("", "", "")
