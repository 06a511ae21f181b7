"""One touch over a manifest takes many rights through a step: all of them or none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.admin import rights
from app.functions.admin.rights_list import (
    Bundle,
    GrantLine,
    list_grants,
    read_standing_table,
)
from app.security.acts.prepared import PreparedAct
from app.security.keys import keyslots
from app.security.refusals import Refusal
from app.security.staff.grants import GrantState
from app.security.staff.roles import role_on
from db.tables.control import staff
from tests.support import keys
from tests.support.world import World, shared_tables, world_in

TODAY = date(2026, 11, 16)
UNTIL = TODAY + timedelta(days=136)
NEWCOMERS = ("S111", "S112", "S113")
WANTED = role_on(shared_tables(), CATALOG, "clerk", TODAY).function_ids[:20]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        for staff_id in NEWCOMERS:
            arrive(made, staff_id)
        yield made


def arrive(world: World, staff_id: str) -> None:
    """A registered person without a right."""
    row = {"id": staff_id, "name": f"異動 {staff_id}", "post": "保険年金課"}
    dates = {"valid_from": "2026-11-01", "valid_to": "2027-03-31", "password_set_on": "2026-11-02"}
    with world.hands_on("staff") as work:
        work.run(insert(staff).values(**row, **dates))
    world.access.enter(keys.person(staff_id))


def request(
    world: World, staff_id: str, function_ids: tuple[str, ...] = WANTED, role: str = "clerk"
) -> None:
    asked = rights.Request(staff_id, role, function_ids, TODAY, UNTIL, "4月の異動")
    prepared = rights.prepare_request(
        world.gate, world.session("supervisor"), asked, CATALOG, world.tables
    )
    rights.perform_request(world.gate, prepared, world.approvals(prepared), CATALOG)


def lines(world: World, state: GrantState) -> list[GrantLine]:
    found = list_grants(world.gate, world.session("supervisor"), CATALOG, world.calendar)
    return [one for one in found if one.grant.staff_id in NEWCOMERS and one.grant.state is state]


def approval(world: World) -> PreparedAct:
    return rights.prepare_approve(
        world.gate, world.session("supervisor2"), lines(world, GrantState.REQUESTED)
    )


@pytest.mark.req("SEC-36", "SEC-39", "SEC-40", "SEC-43")
def test_three_transfers_go_through_every_step_with_one_touch_each(world: World) -> None:
    for staff_id in NEWCOMERS:
        request(world, staff_id)
    before = world.journal.head.number
    prepared = approval(world)
    assert "職員 S111（異動 S111）、S112" in prepared.sentence
    assert f"{3 * len(WANTED)}件" in prepared.sentence
    rights.perform_approve(world.gate, prepared, [world.own(prepared)])
    approved = lines(world, GrantState.APPROVED)
    assert len(approved) == 3 * len(WANTED)
    assert world.journal.head.number == before + 4  # seen, listed, begun and done: one act
    prepared = rights.prepare_effect(world.gate, world.session("administrator"), approved)
    rights.perform_effect(world.gate, prepared, [world.own(prepared)], world.access, CATALOG)
    assert all(world.access.is_admitted(one) and world.access.has_numbers(one) for one in NEWCOMERS)
    effective = lines(world, GrantState.EFFECTIVE)
    prepared = rights.prepare_confirm(
        world.gate, world.session("supervisor"), effective, world.calendar
    )
    rights.perform_confirm(world.gate, prepared, [world.own(prepared)], world.calendar)
    settled = lines(world, GrantState.CONFIRMED)
    assert len(settled) == 3 * len(WANTED) and not any(one.problem for one in settled)
    assert {one.grant.approved_by for one in settled} == {"S202"}
    assert {one.line for one in settled} == {world.last_line().number - 2}
    opened = keyslots.unlock(
        world.access.slots, world.access.secret, "S112", "pw-S112", keys.prf_of("key-S112")
    )
    assert opened.keys.number_key == world.access.number_key


@pytest.mark.req("SEC-39")
def test_a_right_that_moved_on_meanwhile_stops_the_whole_manifest(world: World) -> None:
    """Two supervisors before stale screens: the second one's touch changes nothing."""
    request(world, "S111")
    request(world, "S112")
    stale = approval(world)
    one = lines(world, GrantState.REQUESTED)[:1]
    taken = rights.prepare_approve(world.gate, world.session("supervisor2"), one)
    rights.perform_approve(world.gate, taken, [world.own(taken)])
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        rights.perform_approve(world.gate, stale, [world.own(stale)])
    assert len(lines(world, GrantState.APPROVED)) == 1
    assert len(lines(world, GrantState.REQUESTED)) == 2 * len(WANTED) - 1


@pytest.mark.req("SEC-38")
def test_a_touch_over_another_manifest_moves_nothing(world: World) -> None:
    request(world, "S111")
    asked = lines(world, GrantState.REQUESTED)
    prepared = rights.prepare_approve(world.gate, world.session("supervisor2"), asked[:2])
    whole = rights.prepare_approve(world.gate, world.session("supervisor2"), asked)
    assert isinstance(prepared.content, rights.Manifest) and prepared.digest != whole.digest
    with pytest.raises(Exception, match=r"assertion\."):
        rights.perform_approve(world.gate, whole, [world.own(prepared)])
    widened = replace(prepared, content=whole.content)
    with pytest.raises(Refusal, match=r"act\.altered"):
        rights.perform_approve(world.gate, widened, [world.own(widened)])
    assert not lines(world, GrantState.APPROVED)


def test_one_right_that_its_person_may_not_approve_stops_the_whole(world: World) -> None:
    request(world, "S111")
    world.add_grant("supervisor2", "files.enter", state="requested", requested_by="S301")
    found = list_grants(world.gate, world.session("supervisor"), CATALOG, world.calendar)
    asked = [one for one in found if one.grant.state is GrantState.REQUESTED]
    with pytest.raises(Refusal, match=r"grant\.same_person"):
        rights.prepare_approve(world.gate, world.session("supervisor2"), asked)


def test_nothing_chosen_is_said_so(world: World) -> None:
    with pytest.raises(UserError, match=r"grant\.nothing"):
        rights.prepare_approve(world.gate, world.session("supervisor2"), [])


@pytest.mark.req("SEC-40", "SEC-44")
def test_what_waits_is_gathered_as_it_goes_on_and_says_for_whom(world: World) -> None:
    request(world, "S111")
    request(world, "S112")

    def waiting(who: str) -> list[Bundle]:
        table = read_standing_table(world.gate, world.session(who), CATALOG, world.calendar)
        return [one for one in table.bundles if one.first.grant.staff_id in NEWCOMERS]

    mine, theirs = waiting("supervisor2"), waiting("supervisor")
    assert [(one.first.grant.staff_id, len(one.lines)) for one in mine] == [
        ("S111", len(WANTED)),
        ("S112", len(WANTED)),
    ]
    assert all(one.mine and one.step == "admin.approve_grant" for one in mine)
    assert all("本人、または前の段階" in one.not_mine for one in theirs)
    assert all("権限のある職員" in one.not_mine for one in waiting("administrator"))
    rights.perform_approve(world.gate, prepared := approval(world), [world.own(prepared)])
    prepared = rights.prepare_effect(
        world.gate, world.session("administrator"), lines(world, GrantState.APPROVED)
    )
    rights.perform_effect(world.gate, prepared, [world.own(prepared)], world.access, CATALOG)
    (first, _) = waiting("supervisor")
    assert (first.step, first.mine, first.last_day) == (
        "admin.confirm_grant",
        True,
        date(2026, 11, 24),  # five business days, 23 November is a holiday
    )


def test_twelve_transfers_of_forty_rights_take_less_than_two_seconds(world: World) -> None:
    """On 1 April: put in force with one touch, within two seconds beyond it."""
    people = [f"S4{number:02d}" for number in range(12)]
    forty = role_on(shared_tables(), CATALOG, "supervisor", TODAY).function_ids[:40]
    for staff_id in people:
        arrive(world, staff_id)
        request(world, staff_id, forty, "supervisor")

    def of_people() -> list[GrantLine]:
        found = list_grants(world.gate, world.session("supervisor"), CATALOG, world.calendar)
        return [one for one in found if one.grant.staff_id in people]

    found = of_people()
    assert len(found) == 480
    prepared = rights.prepare_approve(world.gate, world.session("supervisor2"), found)
    rights.perform_approve(world.gate, prepared, [world.own(prepared)])
    approved = of_people()
    begun = time.process_time()
    prepared = rights.prepare_effect(world.gate, world.session("administrator"), approved)
    touch = [world.own(prepared)]
    rights.perform_effect(world.gate, prepared, touch, world.access, CATALOG)
    assert time.process_time() - begun < 2.0
    assert all(world.access.is_admitted(one) for one in people)
    assert "12人" in prepared.sentence and "480件" in prepared.sentence
