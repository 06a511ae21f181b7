"""What the age of the municipal control log and a revocation elsewhere stop (DESIGN 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.catalog import CATALOG
from app.core.errors import MadoguchiError
from app.rules.calendar.days import BusinessCalendar
from app.security.control.deeds import (
    Request,
    Requests,
    Revoke,
    SettingChange,
)
from app.security.control.effects import right_of
from app.security.control.shared import Shared
from app.security.entry.login import Due, read_vigil
from app.security.gate.age import age_words, check_age, days_old
from app.security.gate.control_log import has_lost
from app.security.refusals import Refusal
from app.security.spec import Actor
from app.security.staff.session import LOG_OFF
from app.wire.control import ControlHead
from tests.support.town import TOWN, Desk, Town, town_in
from tests.support.world import shared_tables, world_in

CALENDAR = BusinessCalendar.from_table(shared_tables()["closed_days"])
FRIDAY = "2026-11-13T16:00:00+09:00"


def lets(function_id: str, days: int) -> str:
    """The refusal, "" where the log is young enough."""
    function = CATALOG[function_id]
    try:
        check_age(function, CATALOG.area_of(function), days)
    except Refusal as cause:
        return cause.code
    return ""


def test_the_age_counts_business_days_from_the_union_s_word() -> None:
    days = [days_old(FRIDAY, date(2026, 11, day), CALENDAR) for day in (13, 15, 16, 17, 19, 20)]
    assert days == [0, 0, 1, 2, 4, 5]
    assert days_old("", date(2026, 11, 20), CALENDAR) == 0  # a terminal that shares no log
    words = [age_words(FRIDAY, date(2026, 11, day), CALENDAR) for day in (16, 17, 20)]
    assert words[0] == ""
    assert "2 営業日" in words[1] and "11月13日" in words[1] and "印刷できません" in words[1]
    assert "業務はできません" in words[2]


def test_what_an_old_log_lets_a_person_do() -> None:
    assert lets("eligibility.issue_certificate", 1) == ""
    assert lets("eligibility.issue_certificate", 2) == "control.old_papers"
    assert lets("eligibility.issue_certificate", 4) == "control.too_old"
    assert lets("persons.open", 3) == ""
    assert lets("persons.open", 4) == "control.too_old"
    assert lets("admin.approve_grant", 3) == ""
    assert lets("admin.approve_grant", 4) == "control.too_old"
    assert lets("files.confirm_sending", 4) == "control.too_old"
    for mends in ("own.change_password", "admin.clock", "admin.take_enrolment", "files.move_in"):
        assert lets(mends, 9) == "", mends


def test_every_paper_of_insured_persons_waits_for_a_young_log() -> None:
    """Also of functions that are declared later."""
    for function in CATALOG.values():
        personal = function.personal or not CATALOG.area_of(function).before_registration
        if function.leaves_counter and personal and function.actor is Actor.STAFF:
            assert lets(function.id, 2) == "control.old_papers", function.id


def test_the_gate_asks_and_a_contact_mends_it(tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        state = world.control.state
        head = ControlHead(TOWN, 1, bytes(32), FRIDAY)
        world.control.shared = Shared(state, told=head)
        session = world.session()
        paper = "eligibility.show_certificate"
        world.later(days=1)
        with pytest.raises(Refusal) as refused:
            world.gate.prepare(paper, session)
        assert refused.value.code == "control.old_papers"
        world.control.shared = Shared(state, told=replace(head, at=world.clock.now().isoformat()))
        with pytest.raises(MadoguchiError) as other:  # a view is not prepared
            world.gate.prepare(paper, session, purpose="wrong")
        assert other.value.code != "control.old_papers"


@pytest.fixture
def place(tmp_path: Path) -> tuple[Town, list[Desk]]:
    return town_in(tmp_path)


@pytest.mark.req("SEC-49")
def test_a_right_taken_at_one_desk_ends_the_session_at_the_other(
    place: tuple[Town, list[Desk]],
) -> None:
    town, (one, other) = place
    theirs = other.enter("S202")
    vigil = read_vigil(other.terminal)
    session = one.enter("S201")
    right = right_of(one.terminal.control.state.grants_of("S202", "records.verify")[0])
    one.sign(session, "admin.revoke_grant", Revoke((right,)))
    assert town.contact(one.terminal)
    assert vigil.due(other.terminal, theirs) is Due.NOTHING
    assert "records.verify" in other.terminal.gate.permitted(theirs)
    assert town.contact(other.terminal)
    assert vigil.due(other.terminal, theirs) is Due.ENDED
    assert other.terminal.gate.permitted(theirs) == frozenset()
    with pytest.raises(Refusal) as refused:
        other.sign(theirs, "admin.change_setting", SettingChange("lock.idle_minutes", "3"))
    assert refused.value.code == "session.none"
    ended = [line.entry for line in other.terminal.journal.lines()]
    assert any((one.function_id, one.cause) == (LOG_OFF, "rights.taken") for one in ended)
    assert other.terminal.sessions.cause_of(theirs) == "rights.taken"
    again = other.enter("S202")
    assert "records.verify" not in other.terminal.gate.permitted(again)


def test_what_others_gain_or_lose_ends_nobody_s_session(place: tuple[Town, list[Desk]]) -> None:
    town, (one, other) = place
    theirs = other.enter("S202")
    session = one.enter("S201")
    days = (date(2026, 11, 16), date(2027, 3, 31))
    asked = Requests((Request("S202", "auditor", ("records.verify",), *days, "着任"),))
    one.sign(session, "admin.request_grant", asked)
    assert town.contact(one.terminal) and town.contact(other.terminal)
    assert other.terminal.sessions.is_live(theirs)
    right = right_of(one.terminal.control.state.grants_of("S201", "records.verify")[0])
    one.sign(session, "admin.revoke_grant", Revoke((right,)))
    assert town.contact(one.terminal) and town.contact(other.terminal)
    assert other.terminal.sessions.is_live(theirs)


def test_a_key_that_is_gone_and_a_person_that_is_gone_are_lost(
    place: tuple[Town, list[Desk]],
) -> None:
    _, (one, _) = place
    one.enter()
    before = one.terminal.control.state
    (key,) = before.keys_of("S202")
    at = one.made.clock.now()
    revoked, left = before.draft(), before.draft()
    revoked.keys[key] = replace(revoked.keys[key], revoked_at=at.isoformat())
    left.people["S202"] = replace(left.people["S202"], left_on=at.date())
    assert has_lost(before, revoked, "S202", at) and has_lost(before, left, "S202", at)
    assert not has_lost(before, revoked, "S201", at) and not has_lost(before, before, "S202", at)


def test_the_moment_of_the_union_s_word_is_kept_and_no_clock_makes_it_younger(
    place: tuple[Town, list[Desk]],
) -> None:
    town, (one, _) = place
    one.enter()
    assert town.contact(one.terminal)
    first = one.terminal.control.told_at
    town.clock.advance(timedelta(minutes=10))
    assert town.contact(one.terminal)
    assert one.terminal.control.told_at > first  # known at once
    one.close()
    one.enter()
    assert one.terminal.control.told_at == first  # written once an hour
    town.clock.advance(timedelta(hours=2))
    assert town.contact(one.terminal)
    told = one.terminal.control.told_at
    one.close()
    one.later(days=3)
    one.enter()
    assert one.terminal.control.told_at == told
