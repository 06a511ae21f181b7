"""Rights from request to second check, by real acts of different people (SEC-35 … 50)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.admin import rights
from app.functions.admin import staff as staff_service
from app.functions.admin.rights_list import GrantLine
from app.functions.own import service as own
from app.rules.calendar.days import BusinessCalendar
from app.security.acts.approval import Approval
from app.security.acts.prepared import PreparedAct
from app.security.keys import keyslots
from app.security.keys.slot_model import encode_person_keys
from app.security.refusals import Refusal
from app.security.spec import Kind, MyNumber
from app.security.staff import grants
from app.security.staff.grants import Grant, GrantState
from app.security.staff.roles import permission_table, roles_on
from db.tables.control import grant_row
from tests.support import keys
from tests.support.examples import key_entry, opened_person
from tests.support.world import World, shared_tables, world_in

TODAY = date(2026, 11, 16)
CALENDAR = BusinessCalendar.from_table(shared_tables()["closed_days"])
GRANT = Grant(
    id="T01-1-000001",
    staff_id="S101",
    function_id="persons.search",
    access="inquire",
    valid_from=date(2026, 11, 2),
    valid_to=date(2027, 3, 31),
    state=GrantState.CONFIRMED,
    requested_by="S201",
    approved_by="S202",
    effected_by="S301",
    effected_on=date(2026, 11, 2),
    confirmed_by="S201",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def given(world: World, prepared: PreparedAct) -> list[Approval]:
    return world.approvals(prepared)


def grant_of(world: World, staff_id: str, function_id: str) -> Grant:
    return world.control.state.grants_of(staff_id, function_id)[0]


def line_of(grant: Grant) -> GrantLine:
    return GrantLine(grant, "だれか", CATALOG[grant.function_id].label, "")


def register(world: World, staff_id: str) -> None:
    fresh = keys.person(staff_id)
    new = staff_service.NewStaff(
        staff_id,
        "新任 四郎",
        "保険年金課",
        False,
        TODAY,
        date(2027, 3, 31),
        key_entry(staff_id),
        encode_person_keys(fresh),
    )
    session = world.session("administrator")
    prepared = staff_service.prepare_register(world.gate, session, new)
    staff_service.perform_register(
        world.gate, prepared, given(world, prepared), world.access, fresh
    )


def request(world: World, staff_id: str, *function_ids: str) -> None:
    asked = rights.Request(
        staff_id, "clerk", function_ids, TODAY, TODAY + timedelta(days=100), "着任"
    )
    session = world.session("supervisor")
    prepared = rights.prepare_request(world.gate, session, asked, CATALOG, world.tables)
    rights.perform_request(world.gate, prepared, given(world, prepared), CATALOG)


def approve(world: World, grant: Grant, who: str) -> None:
    prepared = rights.prepare_approve(world.gate, world.session(who), [line_of(grant)])
    rights.perform_approve(world.gate, prepared, given(world, prepared))


def effect(world: World, grant: Grant, who: str) -> None:
    prepared = rights.prepare_effect(world.gate, world.session(who), [line_of(grant)])
    rights.perform_effect(world.gate, prepared, given(world, prepared), world.access, CATALOG)


def confirm(world: World, grant: Grant, who: str) -> None:
    prepared = rights.prepare_confirm(world.gate, world.session(who), [line_of(grant)], CALENDAR)
    rights.perform_confirm(world.gate, prepared, given(world, prepared), CALENDAR)


@pytest.mark.req("SEC-21")
@pytest.mark.parametrize("staff_id", ["", "山田", "S 1", "123456789018", "S" * 65])
def test_a_staff_id_that_no_line_could_hold_is_refused(world: World, staff_id: str) -> None:
    with pytest.raises(UserError, match=r"staff\.id_form"):
        register(world, staff_id)


@pytest.mark.req("SEC-36", "SEC-38", "SEC-39", "SEC-40", "SEC-43", "CON-02", "ACT-11", "ACT-12")
def test_a_newcomer_gets_a_right_by_four_different_steps(world: World) -> None:
    register(world, "S111")
    assert not world.access.is_admitted("S111")
    request(world, "S111", "persons.search", "persons.search_by_number")
    by_number = grant_of(world, "S111", "persons.search_by_number")
    assert by_number.problem(TODAY, CALENDAR) == "right.pending"
    approve(world, by_number, "supervisor2")
    assert not world.access.is_admitted("S111")
    effect(world, grant_of(world, "S111", "persons.search_by_number"), "administrator")
    assert world.access.is_admitted("S111")
    assert world.access.has_numbers("S111")
    confirm(world, grant_of(world, "S111", "persons.search_by_number"), "supervisor")
    settled = grant_of(world, "S111", "persons.search_by_number")
    assert settled.state is GrantState.CONFIRMED
    assert settled.problem(TODAY, CALENDAR) == ""
    unlocked = keyslots.unlock(
        world.access.slots, world.access.secret, "S111", "pw-S111", keys.prf_of("key-S111")
    )
    assert unlocked.keys.number_key == world.access.number_key


@pytest.mark.req("SEC-40")
def test_nobody_takes_two_steps_that_must_be_two_people_s(world: World) -> None:
    request(world, "S101", "persons.enter")
    asked = next(
        one for one in _all(world, "S101", "persons.enter") if one.state is GrantState.REQUESTED
    )
    with pytest.raises(Refusal, match=r"grant\.same_person"):
        approve(world, asked, "supervisor")


@pytest.mark.req("SEC-38", "SEC-39", "SEC-40")
@pytest.mark.parametrize(
    ("step", "state", "refused", "taken"),
    [
        # who may not: the holder, the one who asked, the one who put it in force
        ("approve", GrantState.REQUESTED, {"S101", "S201"}, {"S202", "S301"}),
        ("effect", GrantState.APPROVED, {"S101"}, {"S201", "S202", "S301"}),
        ("confirm", GrantState.EFFECTIVE, {"S101", "S301"}, {"S201", "S202"}),
        ("renew", GrantState.CONFIRMED, {"S101"}, {"S201", "S202", "S301"}),
        ("second", GrantState.REVOKED, {"S101", "S301"}, {"S201", "S202"}),
    ],
)
def test_who_may_not_take_which_step(
    step: str, state: GrantState, refused: set[str], taken: set[str]
) -> None:
    grant = replace(GRANT, state=state, effected_on=TODAY, effected_by="S301")
    checks = {
        "approve": lambda who: grants.check_approve(grant, who),
        "effect": lambda who: grants.check_effect(grant, who, TODAY),
        "confirm": lambda who: grants.check_confirm(grant, who, TODAY, CALENDAR),
        "renew": lambda who: grants.check_renew(grant, who, date(2027, 6, 30), TODAY),
        "second": lambda who: grants.check_second(grant, who),
    }
    for who in taken:
        checks[step](who)
    for who in refused:
        with pytest.raises(Refusal, match=r"grant\.same_person"):
            checks[step](who)


@pytest.mark.parametrize("step", ["approve", "effect", "confirm", "renew"])
@pytest.mark.parametrize("state", list(GrantState))
def test_no_step_is_taken_out_of_turn(step: str, state: GrantState) -> None:
    turn = {
        "approve": GrantState.REQUESTED,
        "effect": GrantState.APPROVED,
        "confirm": GrantState.EFFECTIVE,
        "renew": GrantState.CONFIRMED,
    }
    grant = replace(GRANT, state=state, effected_on=TODAY, effected_by="S301", requested_by="S201")
    take = {
        "approve": lambda: grants.check_approve(grant, "S202"),
        "effect": lambda: grants.check_effect(grant, "S202", TODAY),
        "confirm": lambda: grants.check_confirm(grant, "S202", TODAY, CALENDAR),
        "renew": lambda: grants.check_renew(grant, "S202", date(2027, 6, 30), TODAY),
    }[step]
    if state is turn[step]:
        take()
    else:
        with pytest.raises(Refusal, match=r"grant\.state"):
            take()


def _all(world: World, staff_id: str, function_id: str) -> list[Grant]:
    return list(world.control.state.grants_of(staff_id, function_id))


@pytest.mark.req("SEC-35", "SEC-47", "SEC-49")
def test_what_the_role_s_table_does_not_hold_cannot_be_asked_for(world: World) -> None:
    with pytest.raises(Refusal, match=r"grant\.outside_role"):
        request(world, "S101", "persons.search", "admin.change_setting")
    asked = rights.Request("S101", "mayor", ("persons.search",), TODAY, TODAY, "x")
    with pytest.raises(Refusal, match=r"grant\.role"):
        rights.prepare_request(
            world.gate, world.session("supervisor"), asked, CATALOG, world.tables
        )


@pytest.mark.req("SEC-41")
def test_a_revoked_right_ends_at_once_and_takes_the_number_key_along(world: World) -> None:
    numbers = [
        one
        for one in CATALOG
        if CATALOG[one].my_number is not MyNumber.NONE and world.holds("S101", one)
    ]
    assert world.access.has_numbers("S101")
    for function_id in numbers:
        grant = grant_of(world, "S101", function_id)
        prepared = rights.prepare_revoke(world.gate, world.session("supervisor"), [line_of(grant)])
        rights.perform_revoke(world.gate, prepared, given(world, prepared), world.shut_out)
    assert not world.access.has_numbers("S101")
    assert world.access.is_admitted("S101")
    revoked = grant_of(world, "S101", numbers[0])
    with pytest.raises(Refusal, match=r"grant\.same_person"):
        confirm(world, revoked, "supervisor")
    confirm(world, revoked, "supervisor2")
    assert grant_of(world, "S101", numbers[0]).confirmed_by == "S202"


@pytest.mark.req("SEC-34", "SEC-41")
def test_a_leaver_is_out_and_the_changed_key_shuts_the_slot(world: World) -> None:
    leaving = staff_service.Leaving("S102", TODAY, 1)
    prepared = staff_service.prepare_leave(world.gate, world.session("administrator"), leaving)
    assert not world.access.has_numbers("S102")
    old_key = world.access.data_key
    assert staff_service.perform_leave(world.gate, prepared, given(world, prepared), world.access)
    with pytest.raises(Refusal, match=r"staff\.left"):
        world.gate.permitted(world.session("branch"))
    assert world.access.data_key != old_key
    assert world.access.slots.find("S102") is None
    with world.gate.view("admin.enter", world.session("administrator")):
        pass


def test_unconfirmed_rights_lapse_after_five_business_days(world: World) -> None:
    world.change_grant(
        "clerk",
        "persons.search",
        state="effective",
        effected_at="2026-11-06T09:00:00+09:00",
    )
    assert rights.lapse_unconfirmed(world.scheduler_hand, CALENDAR) == 1
    with world.store.view(("grant_row",)) as work:
        lapsed = select(grant_row.c.function_id).where(grant_row.c.state == GrantState.LAPSED)
        assert work.scalar(lapsed) == "persons.search"
    assert rights.lapse_unconfirmed(world.scheduler_hand, CALENDAR) == 0


@pytest.mark.parametrize(
    ("effected_on", "lapsed"),
    [
        (date(2026, 11, 9), False),  # Monday to Monday: five business days
        (date(2026, 11, 6), True),
        (date(2026, 11, 16), False),
    ],
)
def test_five_business_days_are_counted_without_weekends(effected_on: date, lapsed: bool) -> None:
    grant = replace(GRANT, state=GrantState.EFFECTIVE, effected_on=effected_on)
    assert grant.has_lapsed(TODAY, CALENDAR) is lapsed


@pytest.mark.req("SEC-42")
@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (date(2026, 11, 1), "right.not_yet"),
        (date(2026, 11, 2), ""),
        (date(2027, 3, 31), ""),
        (date(2027, 4, 1), "right.ended"),
    ],
)
def test_a_right_holds_from_its_first_to_its_last_day(day: date, problem: str) -> None:
    assert GRANT.problem(day, CALENDAR) == problem


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (TODAY, TODAY - timedelta(days=1), "grant.period"),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "grant.period"),
        (TODAY, TODAY + timedelta(days=367), "grant.too_long"),
    ],
)
def test_a_request_names_an_end_within_a_year(first: date, last: date, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        grants.check_request(CATALOG["persons.search"], first, last, TODAY)
    assert caught.value.code == code


def test_a_renewal_moves_the_end_and_widens_nothing() -> None:
    later = date(2027, 9, 30)
    grants.check_renew(GRANT, "S201", later, TODAY)
    for grant, who, end in (
        (GRANT, "S101", later),
        (GRANT, "S201", date(2027, 3, 31)),
        (GRANT, "S201", date(2028, 3, 31)),
        (replace(GRANT, state=GrantState.EFFECTIVE), "S201", later),
    ):
        with pytest.raises(Refusal):
            grants.check_renew(grant, who, end, TODAY)


@pytest.mark.parametrize(
    ("left", "warned"), [(61, None), (60, 60), (31, 60), (30, 30), (7, 7), (0, 7), (-1, None)]
)
def test_dead_ends_are_warned_of_60_30_and_7_days_before(left: int, warned: int | None) -> None:
    grant = replace(GRANT, valid_to=TODAY + timedelta(days=left))
    found = grants.dead_ends([grant], TODAY)
    assert [days for _, days in found] == ([] if warned is None else [warned])


@pytest.mark.req("SEC-35", "SEC-46", "SEC-49")
def test_the_permission_table_follows_the_registry() -> None:
    lines = {line.function_id: line for line in permission_table(shared_tables(), CATALOG, TODAY)}
    assert set(lines) == set(CATALOG)
    assert lines["admin.back_up"].roles == ("administrator",)
    assert "administrator" not in lines["persons.search"].roles
    for by_two_supervisors in ("admin.clock", "admin.take_enrolment"):
        assert lines[by_two_supervisors].roles == ("supervisor",)
    assert lines["files.exchange"].roles == ()
    roles = {role.code: role for role in roles_on(shared_tables(), CATALOG, TODAY)}
    seen = {CATALOG[one].area for one in roles["auditor"].function_ids}
    assert seen == {"own", "admin", "records"}
    changing = [
        one
        for one in roles["auditor"].function_ids
        if CATALOG[one].kind is not Kind.INQUIRE and CATALOG[one].area != "own"
    ]
    assert sorted(changing) == [
        "admin.print_ledger",
        "records.audit_packet",
        "records.note_review",
        "records.print_ledger",
        "records.print_registers",
        "records.print_report",
    ]
    assert {"records.view_lines", "records.verify", "admin.list_grants"} <= set(
        roles["auditor"].function_ids
    )
    assert "admin.supervise" not in roles["auditor"].function_ids
    areas = {CATALOG[one].area for one in roles["branch"].function_ids}
    assert areas == {"day", "own", "persons", "eligibility", "files", "printing", "records"}
    assert not {"printing.release_batch", "printing.letters"} & set(roles["branch"].function_ids)
    assert all(
        CATALOG[one].kind is Kind.INQUIRE
        for one in roles["branch"].function_ids
        if CATALOG[one].area == "files"
    )
    assert not any(
        CATALOG[one].my_number is not MyNumber.NONE
        for one in roles["branch"].function_ids
        if CATALOG[one].area == "persons"
    )


@pytest.mark.req("SEC-27", "SEC-28")
def test_a_password_is_changed_by_its_owner_and_not_reused(world: World) -> None:
    session = world.session("clerk")
    opened = opened_person(world, "S101")

    def change(password: str) -> None:
        made = world.access.under_password(opened, password, keys.QUICK)
        prepared = own.prepare_change(world.gate, session, made)
        own.perform_change(
            world.gate, prepared, given(world, prepared), world.access, opened, password, keys.QUICK
        )

    with pytest.raises(Exception, match=r"password\.too_short"):
        change("Ume-41")
    change("Nadeshiko-41-ume")
    assert opened_person(world, "S101", "Nadeshiko-41-ume").staff_id == "S101"
    with pytest.raises(Exception, match=r"login\.wrong_password"):
        opened_person(world, "S101")
    with pytest.raises(Exception, match=r"password\.reused"):
        change("Nadeshiko-41-ume")
    assert world.access.is_admitted("S101")
