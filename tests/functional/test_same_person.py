"""同一人: two atena numbers, one person: found, proposed, decided by two, undone (SEC-117)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.cases import board, drafts
from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.eligibility.kinds.reissue import REISSUE
from app.persons import find, restrictions, same, same_acts, same_finding, same_list, show
from app.persons.same import Step
from app.rules.calendar.wareki import Eras
from app.security.refusals import Refusal
from db.faults import RowConflict
from db.tables import METADATA
from db.tables.persons import restriction, same_person
from tests.support.case_examples import DAY
from tests.support.counter import NUMBER, Resident, put_residents
from tests.support.person_examples import decide, pair_of, put_one, put_twice
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def page(world: World, person_id: str) -> show.PersonView:
    return show.open_person(
        world.gate,
        world.session("clerk"),
        person_id,
        world.tables,
        DAY,
        by_number=False,
        confirmed=False,
    )


def unmarked(world: World, person_id: str) -> show.PersonView:
    """The page but for its mark."""
    return replace(page(world, person_id), same=())


def whole_store(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table that a merge could have touched."""
    tables = [t for t in METADATA.sorted_tables if t.name not in _OF_EVERY_ACT]
    with world.store.view(tuple(table.name for table in tables)) as work:
        return {table.name: sorted(map(tuple, work.all(select(table)))) for table in tables}


_OF_EVERY_ACT = ("same_person", "act", "counter", "credential", "store_fact")


@pytest.mark.req("SEC-117")
def test_the_terminal_finds_who_may_be_one_and_flags_both_until_somebody_decides(
    world: World,
) -> None:
    put_residents(
        world,
        Resident(my_number=NUMBER),
        Resident(id="P-2", atena_number="2", insured_number="", kana="タカハシ", my_number=NUMBER),
        Resident(id="P-3", atena_number="3", insured_number="", kana="ベツ"),
        Resident(id="P-4", atena_number="4", insured_number="", sex="1"),  # a man of the same name
        Resident(id="P-5", atena_number="5", insured_number="", birth_precision="year"),
        Resident(id="P-6", atena_number="6", insured_number=""),
    )
    same_finding.find_same(world.scheduler_hand, world.calendar)
    same_finding.find_same(world.scheduler_hand, world.calendar)  # once a day
    found = same_list.list_same(world.gate, world.session("clerk"), world.tables, DAY)
    assert {(one.pair.one, one.pair.other, one.pair.reasons) for one in found} == {
        ("P-1", "P-2", ("my_number",)),
        ("P-1", "P-6", ("name_birth",)),
    }
    results = find.search(world.gate, world.session("clerk"), "タカハシ", world.tables, DAY)
    flagged = {one.person_id for one in results.lines if same.UNCONFIRMED in one.state}
    assert flagged == {"P-1", "P-2", "P-6"}
    assert same.UNCONFIRMED in page(world, "P-2").same[0].words
    lines = board.lines(world.gate, world.session("clerk"), CATALOG)
    waiting = [one for one in lines if one.opens == same.LIST]
    assert len(waiting) == 2 and {one.cause for one in waiting} == {
        "個人番号が同じ",
        "カナ氏名・生年月日・性別が同じ",
    }


@pytest.mark.req("SEC-117")
def test_two_decide_and_undoing_leaves_every_row_as_it_was(world: World) -> None:
    put_twice(world, insured_number="00000991")
    before, pages = whole_store(world), [unmarked(world, one) for one in ("P-1", "P-2")]
    pair = pair_of(world)
    alone = same_acts.prepare_verdict(
        world.gate, world.session("clerk"), pair, Step.SAME, "戸籍", kept="P-1"
    )
    with pytest.raises(Refusal):
        same_acts.perform_verdict(world.gate, alone, [world.own(alone)], Eras(world.tables["eras"]))
    decide(world, Step.SAME)
    for person_id in ("P-1", "P-2"):  # whichever is opened, both are read
        seen = page(world, person_id)
        assert {one.insured_number for one in seen.eligibility} == {"00000990", "00000991"}
        assert len({seen.line.atena_number, *seen.former_atena}) == 2
    assert page(world, "P-2").same[0].kept and not page(world, "P-1").same[0].kept
    with pytest.raises(UserError) as told:  # cases begin under the number that is kept
        drafts.open_case(world.gate, world.session("clerk"), REISSUE, {}, person_id="P-2")
    assert told.value.code == "persons.same_kept" and "000000000004567" in told.value.message
    undo = same_acts.prepare_verdict(
        world.gate, world.session("supervisor"), pair_of(world), Step.UNDONE, "別の方と分かった"
    )
    same_acts.perform_verdict(world.gate, undo, world.approvals(undo), Eras(world.tables["eras"]))
    after = whole_store(world)
    assert [name for name in before if after[name] != before[name]] == []
    assert [unmarked(world, one) for one in ("P-1", "P-2")] == pages


def test_what_speaks_against_it_stops_it(world: World) -> None:
    put_twice(world, birth_written="昭和10年5月4日", birth_sort="1935-05-04")
    with pytest.raises(UserError) as told:
        decide(world, Step.SAME)
    assert told.value.code == "persons.same_two" and "生年月日" in told.value.message
    decide(world, Step.APART)
    same_finding.find_same(world.scheduler_hand, world.calendar)
    assert pair_of(world).step is Step.APART  # what two decided is not proposed again
    assert not page(world, "P-1").same


def test_a_pair_that_somebody_decided_meanwhile_is_read_again(world: World) -> None:
    put_twice(world)
    pair, session = pair_of(world), world.session("clerk")
    mine = same_acts.prepare_verdict(world.gate, session, pair, Step.SAME, "戸籍", kept="P-2")
    decide(world, Step.APART)
    with pytest.raises(UserError) as told:
        same_acts.perform_verdict(
            world.gate, mine, world.approvals(mine), Eras(world.tables["eras"])
        )
    assert told.value.code == "persons.same_changed" and "F5" in told.value.remedy


def test_a_proposal_names_somebody_else_who_is_here(world: World) -> None:
    put_one(world)
    session = world.session("clerk")
    for number, code in (
        ("123", "persons.same_nobody"),
        ("000000000004567", "persons.same_self"),
        ("000000000009999", "persons.same_known"),
    ):
        prepared = same_acts.prepare_propose(world.gate, session, "P-1", number, "話")
        with pytest.raises(UserError) as told:
            same_acts.perform_propose(world.gate, prepared)
        assert told.value.code == code
    with pytest.raises(UserError, match="same_why"):
        same_acts.prepare_propose(world.gate, session, "P-1", "1", " ")


@pytest.mark.req("SEC-94")
def test_a_measure_hides_her_under_both_numbers(world: World) -> None:
    put_one(world)
    session = world.session("clerk")
    prepared = restrictions.prepare_provisional(world.gate, session, "P-1")
    restrictions.perform_provisional(world.gate, prepared, tuple(world.approvals(prepared)))
    for person_id in ("P-1", "P-2"):
        seen = page(world, person_id)
        assert seen.line.care and not seen.line.address and not seen.line.atena_number
    with world.store.view(("restriction",)) as work:
        assert work.scalar(select(func.count()).select_from(restriction)) == 2


def test_the_engine_itself_keeps_a_word_from_being_written_over(world: World) -> None:
    put_twice(world)
    with pytest.raises(RowConflict), world.hands_on("same_person") as work:
        work.run(same_person.update().values(step="same"))
