"""The gate: what an act leaves behind, and what happens when it goes wrong in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from app.core.errors import Bug, EnvironmentFault
from app.security.acts.approval import Role, Subject
from app.security.control.deeds import SettingChange
from app.security.journal.line import State
from app.security.refusals import Refusal
from db.tables.control import act, setting
from tests.support.world import World, commit, world_in

LATER = SettingChange("hours.to", "20:00")
SETTING = {"name": "hours.to", "value": "20:00", "set_by": "S301", "set_at": "2026-11-16"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def acts(world: World) -> int:
    with world.store.view(("act",)) as work:
        return len(work.all(select(act)))


@pytest.mark.req("SEC-93", "SEC-94", "SEC-95")
def test_an_act_writes_begun_then_its_rows_then_done(world: World) -> None:
    session = world.session("administrator")
    prepared = world.gate.prepare(
        "admin.change_setting",
        session,
        subject=Subject("setting", "hours.to"),
        content=LATER,
        sentence="変更",
    )
    with world.gate.act(prepared, world.approvals(prepared)) as work:
        assert world.last_line().entry.state is State.BEGUN
        line = work.line
    begun, done = world.journal.line(line), world.last_line()
    assert (done.entry.state, done.entry.of) == (State.DONE, line)
    assert begun.entry.staff_id == "S301"
    assert begun.entry.subject == Subject("setting", "hours.to")
    assert begun.entry.evidence[0].signed == prepared.signed("S301", Role.ACTOR, prepared.grant_id)
    with world.store.view(("act", "setting")) as work:
        assert work.one(select(act)).journal_line == line
        assert work.one(select(setting)).value == "20:00"
    assert world.journal.open_acts() == ()


def test_an_error_in_the_block_rolls_back_and_ends_the_line_failed(world: World) -> None:
    prepared = world.gate.prepare(
        "admin.change_setting", world.session("administrator"), content=LATER
    )
    with (
        pytest.raises(ZeroDivisionError),
        world.gate.act(prepared, world.approvals(prepared)),
    ):
        raise ZeroDivisionError
    assert world.last_line().entry.state is State.FAILED
    assert world.last_line().entry.cause == "bug"
    assert acts(world) == 0
    with world.store.view(("setting",)) as work:
        assert work.first(select(setting)) is None
    assert "hours.to" not in world.control.state.settings


def test_what_the_function_does_not_declare_is_denied_by_the_store(world: World) -> None:
    prepared = world.gate.prepare("admin.back_up", world.session("administrator"))
    with (
        pytest.raises(Bug, match=r"store\.undeclared"),
        world.gate.act(prepared, world.approvals(prepared)) as work,
    ):
        work.run(insert(setting).values(**SETTING))
    assert world.last_line().entry.cause == "store.undeclared"


def test_acts_never_nest(world: World) -> None:
    session = world.session("administrator")
    with (
        pytest.raises(Bug, match=r"gate\.nested"),
        world.gate.view("admin.enter", session),
        world.gate.view("admin.enter", session),
    ):
        pass


@pytest.mark.req("SEC-94")
def test_a_view_leaves_whose_rows_were_shown_and_never_the_text(world: World) -> None:
    with world.gate.view("admin.list_staff", world.session("administrator")) as work:
        work.note(shown=("S101", "S102"), query_kind="kana", numbers=False)
    entry = world.last_line().entry
    assert (entry.state, entry.shown, entry.query_kind) == (State.VIEW, ("S101", "S102"), "kana")


@pytest.mark.parametrize("typed", ["ミホン タロウ", "山田", "123456789018", "a b"])
def test_typed_text_and_numbers_cannot_reach_a_line(world: World, typed: str) -> None:
    with (
        pytest.raises(Bug, match=r"gate\.note"),
        world.gate.view("admin.list_staff", world.session("administrator")) as work,
    ):
        work.note(shown=(typed,))
    assert world.last_line().entry.shown == ()


def test_a_view_of_something_that_writes_is_our_mistake(world: World) -> None:
    with (
        pytest.raises(Bug, match=r"gate\.view"),
        world.gate.view("admin.change_setting", world.session("administrator")),
    ):
        pass


@pytest.mark.req("SEC-30", "SEC-47", "SEC-49")
def test_the_menu_follows_the_rights_in_force_today(world: World) -> None:
    administrator = world.session("administrator")
    assert "admin.change_setting" in world.gate.permitted(administrator)
    assert "admin.approve_grant" not in world.gate.permitted(administrator)
    world.change_grant("administrator", "admin.change_setting", valid_to="2026-11-15")
    assert "admin.change_setting" not in world.gate.permitted(administrator)
    closed = {"admin.enter", "records.view_lines", "records.verify"}  # a clerk has ledgers there
    assert not world.gate.permitted(world.session("clerk")) & closed


def test_presence_alone_suffices_shortly_after_verification(world: World) -> None:
    prepared = world.touch_of(world.session("clerk"))
    assert not prepared.verify
    commit(world, prepared, [world.own(prepared, verified=False)])
    world.later(minutes=16)
    prepared = world.touch_of(world.session("clerk"))
    assert prepared.verify
    with pytest.raises(Refusal, match=r"fresh\.verification"):
        commit(world, prepared, [world.own(prepared, verified=False)])
    commit(world, prepared, [world.own(prepared)])
    prepared = world.touch_of(world.session("clerk"))
    assert not prepared.verify


def test_administration_always_verifies(world: World) -> None:
    prepared = world.gate.prepare("admin.back_up", world.session("administrator"))
    assert prepared.verify
    with pytest.raises(Refusal, match=r"fresh\.verification"):
        commit(world, prepared, [world.own(prepared, verified=False)])


def test_refresh_renews_recent(world: World) -> None:
    session = world.session("administrator")
    world.later(minutes=16)
    with (
        pytest.raises(Refusal, match=r"fresh\.recent"),
        world.gate.view("admin.list_staff", session),
    ):
        pass
    ask = world.gate.ask_refresh(session)
    world.gate.refresh(session, world.signer("S301").sign(ask.challenge))
    with world.gate.view("admin.list_staff", session):
        pass
    with pytest.raises(Refusal, match=r"fresh\.not_asked"):
        world.gate.refresh(session, world.signer("S301").sign(ask.challenge))
    assert world.last_line().entry.cause == "fresh.not_asked"
    world.gate.ask_refresh(session)
    with pytest.raises(EnvironmentFault, match=r"assertion\.proof"):
        world.gate.refresh(session, world.signer("S301").sign(ask.challenge))
    assert world.last_line().entry.cause == "assertion.proof"


def test_a_right_exchanged_after_the_preparation_is_not_the_one_signed(world: World) -> None:
    prepared = world.touch_of(world.session("clerk"))
    approvals = world.approvals(prepared)
    world.change_grant("clerk", "own.change_password", state="revoked")
    world.add_grant("clerk", "own.change_password")
    with pytest.raises(Refusal, match=r"act\.altered"):
        commit(world, prepared, approvals)
    assert acts(world) == 0


def test_a_draft_is_valid_on_its_day_only(world: World) -> None:
    prepared = world.touch_of(world.session("clerk"))
    approvals = world.approvals(prepared)
    world.later(hours=24)
    with pytest.raises(Refusal, match=r"act\.expired"):
        commit(world, prepared, approvals)


def test_a_draft_of_other_declarations_is_refused(world: World) -> None:
    prepared = world.touch_of(world.session("clerk"))
    world.gate._questions._rules = replace(world.gate._questions._rules, registry="other")
    with pytest.raises(Refusal, match=r"act\.registry_changed"):
        commit(world, prepared, world.approvals(prepared))
