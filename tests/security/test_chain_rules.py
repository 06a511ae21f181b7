"""Chain rules (SEC-38 … 49), played with real acts and, where it matters, by an outside tool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.admin import rights, upkeep
from app.functions.admin import staff as staff_service
from app.functions.admin.rights_list import GrantLine
from app.rules.identifiers import my_number_check_digit
from app.security.acts.approval import Approval, Role
from app.security.gate.shut_out import reseal_numbers, shut_out_gone
from app.security.keys.my_number import MyNumbers, Owner
from app.security.keys.slot_model import encode_person_keys
from app.security.refusals import Refusal
from app.security.spec import MyNumber
from app.security.staff.grants import Grant
from db.tables.control import grant_row
from tests.support import keys
from tests.support.examples import key_entry
from tests.support.world import NUMBER_KEY, World, commit, world_in

TODAY = date(2026, 11, 16)
MINE = "admin.change_setting"
NUMBER = "123456789018"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def line_of(grant: Grant) -> GrantLine:
    return GrantLine(grant, "だれか", "機能", "")


def asked(world: World, holder: str, requester: str = "administrator") -> GrantLine:
    """A right of administration that waits for its approval."""
    world.add_grant(
        holder,
        "admin.revoke_credential",
        state="requested",
        requested_by=world.staff_id(requester),
        approved_by="",
        effected_by="",
        effected_at="",
        confirmed_by="",
    )
    held = world.control.state.grants_of(world.staff_id(holder), "admin.revoke_credential")
    return line_of(next(one for one in held if one.state == "requested"))


def approved_lately(world: World, days: int) -> None:
    """The first supervisor approved an administration right of the second so many days ago."""
    at = (world.clock.now() - timedelta(days=days)).isoformat()
    world.change_grant("supervisor2", "admin.approve_grant", approved_by="S201", approved_at=at)
    world.change_grant("supervisor2", "admin.approve_grant", confirmed_by="S301")


def approve(world: World, line: GrantLine) -> None:
    prepared = rights.prepare_approve(world.gate, world.session("supervisor2"), [line])
    rights.perform_approve(world.gate, prepared, [world.own(prepared)])


@pytest.mark.req("SEC-38", "SEC-49")
@pytest.mark.parametrize(("days", "refused"), [(0, True), (90, True), (91, False)])
def test_two_do_not_approve_each_other_within_ninety_days(
    world: World, days: int, refused: bool
) -> None:
    both = [world.staff_id(who) for who in ("supervisor", "supervisor2")]
    theirs = grant_row.c.staff_id.in_(both), grant_row.c.function_id.in_(list(CATALOG))
    # all at once: with the state believed anew after each right it took half a minute
    with world.hands_on("grant_row") as work:
        work.run(update(grant_row).where(*theirs).values(approved_by="S301", confirmed_by="S301"))
    approved_lately(world, days)
    line = asked(world, "supervisor")
    if not refused:
        approve(world, line)
        return
    with pytest.raises(Refusal, match=r"grant\.mutual"):
        approve(world, line)


@pytest.mark.parametrize(
    ("setting", "deputy", "taken"),
    [("deputy", False, False), ("deputy", True, True), ("section", False, True)],
)
def test_a_third_who_takes_part_makes_it_good(
    world: World, setting: str, deputy: bool, taken: bool
) -> None:
    approved_lately(world, 10)
    world.set_setting("rights.third_person", setting)
    if deputy:
        world.add_grant("administrator", "admin.deputise")
    line = asked(world, "supervisor")
    if taken:
        approve(world, line)
        return
    with pytest.raises(Refusal, match=r"grant\.mutual"):
        approve(world, line)


@pytest.mark.req("SEC-38", "SEC-49")
@pytest.mark.parametrize("deputy", [False, True])
def test_who_was_approved_does_not_put_in_force_either(world: World, *, deputy: bool) -> None:
    approved_lately(world, 10)
    line = asked(world, "supervisor", "branch" if deputy else "administrator")
    if deputy:
        world.add_grant("branch", "admin.deputise")
    at = world.clock.now().isoformat()
    world.change_grant(
        "supervisor",
        "admin.revoke_credential",
        state="approved",
        approved_by="S301",
        approved_at=at,
        effected_by="",
    )
    line = line_of(world.control.state.grants[line.grant.id])
    session = world.session("supervisor2")
    if not deputy:
        with pytest.raises(Refusal, match=r"grant\.mutual"):
            rights.prepare_effect(world.gate, session, [line])
        return
    rights.prepare_effect(world.gate, session, [line])


@pytest.mark.req("SEC-41")
def test_a_right_is_taken_away_whoever_did_what_for_whom(world: World) -> None:
    """Nobody gains by it: two persons who stand for each other can still stop each other."""
    approved_lately(world, 10)
    world.add_grant("branch", "admin.supervise")
    held = world.control.state.grants_of("S201", "admin.revoke_credential")[0]
    session = world.session("supervisor2")
    prepared = rights.prepare_revoke(world.gate, session, [line_of(held)])
    rights.perform_revoke(world.gate, prepared, [world.own(prepared)], lambda: None)
    assert world.control.state.grants[held.id].state == "revoked"


@pytest.mark.req("SEC-38")
def test_nobody_is_the_second_person_of_an_act_about_themselves(world: World) -> None:
    fresh = keys.person("S201")
    new = staff_service.NewKey("S201", key_entry("spare"), encode_person_keys(fresh))
    session = world.session("administrator")
    prepared = staff_service.prepare_add_key(world.gate, session, new)
    given = [world.own(prepared), world.second(prepared, "supervisor", Role.SUPERVISOR)]
    with pytest.raises(Refusal, match=r"approval\.same_person"):
        staff_service.perform_add_key(world.gate, prepared, given, world.access, fresh)
    prepared = staff_service.prepare_add_key(world.gate, session, new)
    given = [world.own(prepared), world.second(prepared, "supervisor2", Role.SUPERVISOR)]
    staff_service.perform_add_key(world.gate, prepared, given, world.access, fresh)


@pytest.mark.req("SEC-34")
def test_the_last_two_usable_supervisors_stay(world: World) -> None:
    session = world.session("administrator")
    for left_on in (TODAY, TODAY + timedelta(days=10)):
        leaving = staff_service.Leaving("S201", left_on, 1)
        with pytest.raises(Refusal, match=r"staff\.last_supervisors"):
            staff_service.prepare_leave(world.gate, session, leaving)
    supervises = world.control.state.grants_of("S202", "admin.supervise")[0]
    with pytest.raises(Refusal, match=r"staff\.last_supervisors"):
        rights.prepare_revoke(world.gate, world.session("supervisor"), [line_of(supervises)])
    key = world.signer("S201").credential_id
    with pytest.raises(Refusal, match=r"staff\.last_supervisors"):
        staff_service.prepare_revoke_key(
            world.gate, session, staff_service.KeyRevocation("S201", key)
        )
    shorter = staff_service.OfficeChange("S201", "税務課", TODAY, 1)
    with pytest.raises(Refusal, match=r"staff\.last_supervisors"):
        staff_service.prepare_office(world.gate, session, shorter)
    world.add_grant("branch", "admin.supervise")
    staff_service.prepare_leave(
        world.gate, session, staff_service.Leaving("S201", TODAY + timedelta(days=10), 1)
    )


@pytest.mark.req("SEC-34")
def test_the_last_two_supervisors_are_not_shut_out_by_a_change_of_key(world: World) -> None:
    session = world.session("administrator")
    for leaving in (("S201",), ("S201", "S202")):
        with pytest.raises(Refusal, match=r"staff\.last_supervisors"):
            upkeep.prepare_rotate(world.gate, session, upkeep.KeyChange(leaving))
    world.add_grant("branch", "admin.supervise")
    prepared = upkeep.prepare_rotate(world.gate, session, upkeep.KeyChange(("S201",)))
    held = world.control.state.grants_of(world.staff_id("branch"), "admin.supervise")[0]
    revoke = rights.prepare_revoke(world.gate, world.session("supervisor"), [line_of(held)])
    rights.perform_revoke(world.gate, revoke, [world.own(revoke)], lambda: None)
    with pytest.raises(Refusal, match=r"staff\.last_supervisors"):
        upkeep.perform_rotate(world.gate, prepared, world.approvals(prepared), world.access)
    assert world.access.is_admitted("S201")


@pytest.mark.req("SEC-34")
def test_two_who_leave_on_days_to_come_are_counted_together(world: World) -> None:
    session = world.session("administrator")
    world.add_grant("branch", "admin.supervise")
    first = staff_service.Leaving("S201", TODAY + timedelta(days=10), 1)
    prepared = staff_service.prepare_leave(world.gate, session, first)
    given = [world.own(prepared), world.second(prepared, "supervisor2", Role.SUPERVISOR)]
    staff_service.perform_leave(world.gate, prepared, given, world.access)
    sooner = staff_service.Leaving("S202", TODAY + timedelta(days=5), 1)
    with pytest.raises(Refusal, match=r"staff\.last_supervisors"):
        staff_service.prepare_leave(world.gate, session, sooner)
    held = world.control.state.grants_of("S202", "admin.supervise")[0]
    with pytest.raises(Refusal, match=r"staff\.last_supervisors"):
        rights.prepare_revoke(world.gate, world.session("supervisor"), [line_of(held)])


@pytest.mark.req("SEC-41", "SEC-42")
def test_a_change_of_office_moves_post_and_end_alone(world: World) -> None:
    session = world.session("administrator")
    change = staff_service.OfficeChange("S102", "税務課", TODAY + timedelta(days=30), 1)
    prepared = staff_service.prepare_office(world.gate, session, change)
    staff_service.perform_office(world.gate, prepared, world.approvals(prepared))
    person = world.control.state.person("S102")
    assert (person.post, person.valid_to, person.version) == ("税務課", change.valid_to, 2)
    world.later(days=31)
    with pytest.raises(Refusal, match=r"staff\.ended"):
        world.gate.permitted(world.session("branch"))
    with pytest.raises(UserError, match=r"staff\.period"):
        staff_service.prepare_office(
            world.gate, session, replace(change, valid_to=TODAY - timedelta(days=1), version=2)
        )


@pytest.mark.req("SEC-34", "SEC-41")
@pytest.mark.parametrize("how", ["left_on", "valid_to"])
def test_on_the_day_the_terminal_itself_takes_the_slots(world: World, how: str) -> None:
    gone_on = TODAY + timedelta(days=2)
    last = gone_on if how == "left_on" else gone_on - timedelta(days=1)
    world.change_staff("branch", **{how: last.isoformat()})
    assert shut_out_gone(world.scheduler_hand, world.access) == ()
    old = world.access.data_key
    world.later(days=2)
    assert shut_out_gone(world.scheduler_hand, world.access) == ("S102",)
    assert world.access.slots.find("S102") is None
    assert world.access.data_key != old
    assert shut_out_gone(world.scheduler_hand, world.access) == ()


def test_a_right_is_not_put_in_force_for_somebody_gone(world: World) -> None:
    world.add_grant("branch", "records.verify", state="approved", effected_by="", confirmed_by="")
    (grant,) = world.control.state.grants_of("S102", "records.verify")
    world.change_staff("branch", left_on=TODAY.isoformat())
    with pytest.raises(Refusal, match=r"staff\.left"):
        rights.prepare_effect(world.gate, world.session("administrator"), [line_of(grant)])


def numbers_of(world: World, staff_id: str) -> list[GrantLine]:
    return [
        line_of(one)
        for one in world.control.state.grants_of(staff_id)
        if CATALOG[one.function_id].my_number is not MyNumber.NONE
    ]


def revoke_numbers(world: World) -> None:
    prepared = rights.prepare_revoke(
        world.gate, world.session("supervisor"), numbers_of(world, "S101")
    )
    rights.perform_revoke(world.gate, prepared, world.approvals(prepared), world.shut_out)


@pytest.mark.req("SEC-52", "SEC-53")
def test_the_end_of_a_number_right_makes_the_number_key_anew(world: World) -> None:
    with world.hands_on("my_number", "store_fact") as work:
        MyNumbers(work, NUMBER_KEY).put("person", "P1", NUMBER)
    revoke_numbers(world)
    fresh = world.access.number_key
    assert fresh not in (None, NUMBER_KEY)
    assert not world.access.has_numbers("S101")
    assert world.access.has_numbers("S202")
    with world.store.view(("my_number", "store_fact")) as work:
        assert MyNumbers(work, fresh or b"").find(NUMBER) == (Owner("person", "P1"),)


@pytest.mark.req("SEC-53")
def test_the_rest_is_sealed_anew_in_acts_of_the_terminal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.security.keys.my_number._AT_ONCE", 1)
    bodies = {f"P{serial}": f"9990000000{serial}" for serial in range(3)}
    people = {who: body + my_number_check_digit(body) for who, body in bodies.items()}
    with world.hands_on("my_number", "store_fact") as work:
        for person, number in people.items():
            MyNumbers(work, NUMBER_KEY).put("person", person, number)
    revoke_numbers(world)
    assert world.access.reseals_numbers()
    rounds = 0
    while reseal_numbers(world.scheduler_hand, world.access):
        rounds += 1
        assert world.last_line().entry.function_id == "admin.reseal_numbers"
    assert rounds == 2 and not world.access.reseals_numbers()
    world.access.number_key, held = None, world.access.number_key
    assert not reseal_numbers(world.scheduler_hand, world.access)  # nobody who holds the key
    with world.store.view(("my_number", "store_fact")) as work:
        assert {who: MyNumbers(work, held or b"").show("person", who) for who in people} == people


@pytest.mark.req("SEC-53")
def test_without_a_holder_the_next_one_makes_it_anew(world: World) -> None:
    world.access.number_key = None
    revoke_numbers(world)
    assert not world.access.has_numbers("S101")
    assert world.access.owes_numbers()
    world.access.number_key = NUMBER_KEY
    shut_out_gone(world.scheduler_hand, world.access)
    assert world.access.number_key != NUMBER_KEY
    assert not world.access.owes_numbers()


@pytest.mark.parametrize("what", ["function", "needs", "verify", "credentials", "sentence"])
def test_what_was_prepared_is_what_is_done(world: World, what: str) -> None:
    """The caller hands in another function, fewer roles, or another question than it was given."""
    change = staff_service.Leaving("S102", TODAY, 1)
    prepared = staff_service.prepare_leave(world.gate, world.session("administrator"), change)
    altered = {
        "function": replace(
            prepared, function=replace(prepared.function, writes=("staff", "person", "credential"))
        ),
        "needs": replace(prepared, needs=(Role.ACTOR,)),
        "verify": replace(prepared, verify=False),
        "credentials": replace(prepared, credential_ids=()),
        "sentence": replace(prepared, sentence="ほかの文"),
    }[what]
    given: list[Approval] = world.approvals(prepared)
    with pytest.raises(Refusal, match=r"act\.altered"):
        commit(world, altered, given[: len(altered.needs)])
    commit(world, prepared, given)
