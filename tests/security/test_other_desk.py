"""Sitting down at another desk (decision 025): who was enrolled at one desk opens the others with
their own factors, and whoever is gone, or has another key or password, opens none of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from app.core.errors import MadoguchiError
from app.functions.own import service as own
from app.security.authenticators.registration import Registrant, register_person
from app.security.control.deeds import (
    Approve,
    Confirm,
    KeyEntry,
    Leaving,
    NewStaff,
    PutInForce,
    Request,
    Requests,
    Right,
)
from app.security.control.effects import right_of
from app.security.entry.entrance import Entrance
from app.security.entry.lockout import LockoutRule
from app.security.gate.seating import LOST, SEATED
from app.security.keys.slot_model import encode_person_keys
from tests.support.authenticators import TRAINING
from tests.support.founded import PASSWORDS, software_authenticator
from tests.support.keys import QUICK
from tests.support.town import Desk, Town, town_in

PASSWORD, FRESH = "Kikyou-65-sugi", "Yamabuki-88-hagi"
DAYS = (date(2026, 11, 16), date(2027, 3, 31))


@pytest.fixture
def place(tmp_path: Path) -> tuple[Town, list[Desk]]:
    return town_in(tmp_path)


def as_each(desk: Desk, act: Callable[[str], None], *who: str) -> None:
    """Each logs in at the desk and acts, one after the other."""
    for staff_id in who:
        desk.close()
        desk.enter(staff_id)
        act(staff_id)


def newcomer(desk: Desk, staff_id: str = "S301") -> None:
    """Registered by both supervisors, with an administrator's right that two persons confirmed."""
    key = software_authenticator()
    desk.made.keys[staff_id] = key
    made = register_person(
        key, TRAINING, Registrant(staff_id, "情報 四郎", PASSWORD, QUICK), taken=[]
    )
    entry = KeyEntry.of(made.credential, "青い札")
    new = NewStaff(
        staff_id, "情報 四郎", "情報", False, *DAYS, entry, encode_person_keys(made.keys)
    )
    if not made.credential.attested:
        entry = replace(entry, attested="seen:S201,S202")
    session = desk.enter("S201")
    desk.sign(session, "admin.register_staff", new, "S202")
    asked = Requests((Request(staff_id, "administrator", ("admin.list_staff",), *DAYS, "着任"),))
    desk.sign(session, "admin.request_grant", asked)

    def step(function_id: str, deed: Callable[[tuple[Right, ...]], object], who: str) -> None:
        desk.close()
        mine = desk.enter(who)
        (right,) = desk.terminal.control.state.grants_of(staff_id)
        desk.sign(mine, function_id, deed((right_of(right),)))

    step("admin.approve_grant", Approve, "S202")
    step("admin.effect_grant", PutInForce, "S201")
    step("admin.confirm_grant", Confirm, "S202")


def follow(town: Town, desk: Desk) -> None:
    """A contact and what the terminal does after it."""
    assert town.contact(desk.terminal), desk.terminal.municipal_log.problem
    desk.terminal.follow_log()


def lets_in(desk: Desk, staff_id: str, password: str) -> str:
    """The refusal at the door, "" for somebody who came in."""
    desk.close()
    desk.door = desk.made.login()
    try:
        desk.made.enter(desk.door, staff_id, password=password)
    except MadoguchiError as cause:
        desk.close()
        return cause.code
    return ""


@pytest.mark.req("SEC-49")
def test_a_person_enrolled_at_one_desk_sits_down_at_the_other(
    place: tuple[Town, list[Desk]],
) -> None:
    town, (one, other) = place
    newcomer(one)
    assert town.contact(one.terminal)
    other.made.keys["S301"] = one.made.keys["S301"]
    assert lets_in(other, "S301", PASSWORD) == "key.wrong"  # as for somebody who does not exist
    other.enter("S201")
    follow(town, other)
    seated = [line.entry for line in other.terminal.journal.lines()]
    assert [line.staff_id for line in seated if line.function_id == SEATED] == ["S301"]
    assert lets_in(other, "S301", "Another-65-sugi") == "login.wrong_password"
    assert lets_in(other, "S301", PASSWORD) == ""
    session = other.terminal.sessions.all()[0].session
    assert "admin.list_staff" in other.terminal.gate.permitted(session)


def test_a_new_password_at_one_desk_is_the_only_one_at_the_other(
    place: tuple[Town, list[Desk]],
) -> None:
    town, (one, other) = place
    session = one.enter("S201")
    change_password(one, "S201", FRESH)
    assert session.staff_id == "S201"
    assert town.contact(one.terminal)
    other.enter("S202")
    follow(town, other)
    assert lets_in(other, "S201", PASSWORDS["S201"]) == "login.wrong_password"
    assert lets_in(other, "S201", FRESH) == ""


def change_password(desk: Desk, staff_id: str, fresh: str) -> None:
    assert desk.door is not None
    question = desk.door.ask(staff_id)
    assertion = desk.made.keys[staff_id].assert_(
        question.rp_id,
        question.challenge,
        question.request.credential_ids,
        uv=True,
        prf_salt=question.request.prf_salt,
        cancel=Event(),
    )
    opened = desk.door.own_keys(question, PASSWORDS[staff_id], assertion)
    access, gate = desk.terminal.access, desk.terminal.gate
    session = desk.terminal.sessions.all()[0].session
    made = access.under_password(opened, fresh, QUICK)
    prepared = own.prepare_change(gate, session, made)
    touches = desk.made.touches(gate, prepared)
    own.perform_change(gate, prepared, touches, access, opened, fresh, QUICK)


@pytest.mark.req("SEC-34", "SEC-41")
def test_a_leaver_of_one_desk_opens_nothing_written_at_the_other_afterwards(
    place: tuple[Town, list[Desk]], tmp_path: Path
) -> None:
    town, (one, other) = place
    newcomer(one)
    assert town.contact(one.terminal)
    other.made.keys["S301"] = one.made.keys["S301"]
    other.enter("S201")
    follow(town, other)
    assert lets_in(other, "S301", PASSWORD) == ""
    other.close()
    copy = tmp_path / "old-slots"
    shutil.copy(other.made.paths.slots, copy)
    one.close()
    session = one.enter("S201")
    version = one.terminal.control.state.person("S301").version
    one.sign(session, "admin.mark_leaver", Leaving("S301", DAYS[0], version), "S202")
    assert town.contact(one.terminal)
    other.enter("S202")
    generation = other.terminal.access.slots.generation
    follow(town, other)
    assert other.terminal.access.slots.generation == generation + 1
    assert not other.terminal.access.is_admitted("S301")
    assert lets_in(other, "S301", PASSWORD) == "key.wrong"
    # the old slot file, kept beside, opens the old data key and nothing that is here now
    shutil.copy(copy, other.made.paths.slots)
    entrance = Entrance.open(other.made.paths, other.made.shelf, LockoutRule(), other.made.clock)
    assert entrance.slots.generation == generation
    assert lets_in(other, "S301", PASSWORD) in ("store.wrong_key", "terminal.rolled_back")


def test_a_right_that_is_not_confirmed_by_anybody_opens_no_other_desk(
    place: tuple[Town, list[Desk]],
) -> None:
    town, (one, other) = place
    newcomer(one)
    town.contact(one.terminal)
    other.enter("S201")
    state = other.terminal.control.state
    assert town.contact(other.terminal)
    granted = other.terminal.control.state
    (right,) = granted.grants_of("S301")
    held = granted.draft()
    del held.grants[right.id]
    held.put()
    other.terminal.control.state = held
    other.terminal.seat()
    assert not other.terminal.access.is_admitted("S301")
    other.terminal.control.state = granted
    other.terminal.seat()
    assert other.terminal.access.is_admitted("S301")
    assert "S301" not in state.people


def test_keys_that_another_desk_ended_open_nothing_here(place: tuple[Town, list[Desk]]) -> None:
    town, (one, other) = place
    newcomer(one)
    town.contact(one.terminal)
    other.enter("S201")
    follow(town, other)
    state = other.terminal.control.state.draft()
    (key,) = state.keys_of("S301")
    state.keys[key] = replace(state.keys[key], revoked_at="2026-11-16T11:00:00+09:00")
    other.terminal.control.state = state
    generation = other.terminal.access.slots.generation
    other.terminal.seat()
    assert other.terminal.access.slots.generation == generation + 1
    assert not other.terminal.access.is_admitted("S301")
    lost = [line.entry.staff_id for line in other.terminal.journal.lines()]
    assert lost[-1] == "S301"
    assert other.terminal.journal.line(other.terminal.journal.head.number).entry.function_id == LOST
