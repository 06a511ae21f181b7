"""Whose key may speak at a touch, and what its counter says (DESIGN 4 "Login", 5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.core.errors import EnvironmentFault
from app.functions.admin import upkeep
from app.security.acts.approval import Approval, Role
from app.security.acts.prepared import PreparedAct, RowVersion
from app.security.journal.line import Entry, State
from app.security.refusals import Refusal
from db.tables.control import act, credential, staff, store_fact
from tests.support.world import World, commit, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def two_person_draft(world: World) -> PreparedAct:
    return world.gate.prepare("admin.rotate_key", world.session("administrator"))


def stored_counter(world: World, staff_id: str) -> int:
    mine = credential.c.staff_id == staff_id
    with world.store.view(("credential",)) as work:
        return int(work.scalar(select(credential.c.counter).where(mine)))


def acts(world: World) -> int:
    with world.store.view(("act",)) as work:
        return len(work.all(select(act)))


@pytest.mark.req("SEC-34", "SEC-41")
@pytest.mark.parametrize("left_on", ["2026-11-16", "2026-11-10"])
def test_a_supervisor_who_left_approves_nothing(world: World, left_on: str) -> None:
    prepared = two_person_draft(world)
    approvals = world.approvals(prepared)
    second = next(one for one in approvals if one.role is Role.SUPERVISOR)
    with world.hands_on("staff") as work:
        work.run(update(staff).where(staff.c.id == second.staff_id).values(left_on=left_on))
    with pytest.raises(Refusal, match=r"approval\.right"):
        commit(world, prepared, approvals)
    with pytest.raises(Refusal, match=r"approval\.right"):
        world.gate.ask(prepared, second.staff_id, Role.SUPERVISOR)
    assert acts(world) == 0


@pytest.mark.parametrize("whose", ["S301", "S201"])
def test_a_revoked_key_approves_nothing(world: World, whose: str) -> None:
    prepared = two_person_draft(world)
    approvals = [world.own(prepared), world.second(prepared, "supervisor", Role.SUPERVISOR)]
    mine = credential.c.staff_id == whose
    with world.hands_on("credential") as work:
        work.run(update(credential).where(mine).values(revoked_at="2026-11-16T09:00:00+09:00"))
    with pytest.raises(Refusal, match=r"approval\.key_revoked"):
        commit(world, prepared, approvals)
    assert acts(world) == 0


def test_a_copied_key_is_told_by_its_counter(world: World) -> None:
    first = two_person_draft(world)
    commit(world, first)
    assert stored_counter(world, "S301") == world.signer("S301").counter
    world.signer("S301").counter -= 1  # the copy has signed as often as the key before
    again = two_person_draft(world)
    with pytest.raises(EnvironmentFault, match=r"assertion\.counter"):
        commit(world, again)
    assert world.last_line().entry.cause == "assertion.counter"
    assert acts(world) == 1


def test_a_second_person_s_counter_is_kept_too(world: World) -> None:
    prepared = two_person_draft(world)
    approvals = world.approvals(prepared)
    commit(world, prepared, approvals)
    second = next(one for one in approvals if one.role is Role.SUPERVISOR)
    assert stored_counter(world, second.staff_id) == world.signer(second.staff_id).counter


def test_a_renewed_verification_keeps_the_counter(world: World) -> None:
    session = world.session("administrator")
    ask = world.gate.ask_refresh(session)
    world.gate.refresh(session, world.signer("S301").sign(ask.challenge))
    assert stored_counter(world, "S301") == world.signer("S301").counter


def test_presence_alone_renews_no_verification(world: World) -> None:
    session = world.session("administrator")
    ask = world.gate.ask_refresh(session)
    world.later(minutes=16)
    with pytest.raises(EnvironmentFault, match=r"assertion\.no_verification"):
        world.gate.refresh(session, world.signer("S301").sign(ask.challenge, verified=False))
    with (
        pytest.raises(Refusal, match=r"fresh\.recent"),
        world.gate.view("admin.list_staff", session),
    ):
        pass


def test_without_a_line_no_verification_is_renewed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = world.session("administrator")
    world.later(minutes=16)
    ask = world.gate.ask_refresh(session)

    def full(entry: Entry) -> int:
        raise EnvironmentFault("journal.full", "空きがありません。", "片付けてください。")

    with monkeypatch.context() as patch:
        patch.setattr(world.journal, "append", full)
        with pytest.raises(EnvironmentFault, match=r"journal\.full"):
            world.gate.refresh(session, world.signer("S301").sign(ask.challenge))
    with (
        pytest.raises(Refusal, match=r"fresh\.recent"),
        world.gate.view("admin.list_staff", session),
    ):
        pass


def test_a_row_that_changes_between_the_checks_and_the_transaction_stops_the_act(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = world.gate.prepare(
        "admin.rotate_key",
        world.session("administrator"),
        versions=(RowVersion("staff", "S102", 1),),
    )
    begin = world.journal.begin

    def meanwhile(entry: Entry) -> int:
        with world.hands_on("staff") as work:
            work.run(update(staff).where(staff.c.id == "S102").values(version=2))
        return begin(entry)

    monkeypatch.setattr(world.journal, "begin", meanwhile)
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        commit(world, prepared)
    assert world.last_line().entry.state is State.FAILED
    assert acts(world) == 0


def test_only_the_clerk_s_own_verification_counts_as_recent(world: World) -> None:
    session = world.session("administrator")
    world.later(minutes=16)
    prepared = world.touch_of(session)
    other = world.signer("S201").sign(prepared.challenge)
    with pytest.raises(Refusal, match=r"approval\.unknown_key"):
        commit(world, prepared, [Approval("S301", Role.ACTOR, other)])
    with (
        pytest.raises(Refusal, match=r"fresh\.recent"),
        world.gate.view("admin.list_staff", session),
    ):
        pass


def test_presence_within_an_act_renews_nothing(world: World) -> None:
    session = world.session("clerk")
    world.later(minutes=10)
    prepared = world.touch_of(session)
    assert not prepared.verify
    commit(world, prepared, [world.own(prepared, verified=False)])
    world.later(minutes=6)
    with pytest.raises(Refusal, match=r"fresh\.recent"):
        world.gate.prepare("persons.open", session)


@pytest.mark.parametrize("typed", ["山田 太郎の件", "no-such-purpose"])
def test_a_refused_purpose_is_kept_only_when_it_is_a_code(world: World, typed: str) -> None:
    session = world.session("clerk")
    with pytest.raises(Refusal, match=r"purpose\.unknown"):
        world.gate.prepare("persons.show_my_number", session, purpose=typed)
    assert world.last_line().entry.purpose == ""
    code = sorted(world.gate._rules.purposes)[0]
    world.change_grant("clerk", "persons.show_my_number", valid_to="2026-11-15")
    with pytest.raises(Refusal, match=r"right\.ended"):
        world.gate.prepare("persons.show_my_number", session, purpose=code)
    assert world.last_line().entry.purpose == code


def test_a_moment_set_by_two_supervisors_is_believed_in_the_same_run(world: World) -> None:
    supervisor = world.session("supervisor")
    with world.gate.view("admin.enter", supervisor):
        pass
    world.clock.set_wall(world.clock.now() - timedelta(minutes=10))
    with pytest.raises(Refusal, match=r"clock\.back"), world.gate.view("admin.enter", supervisor):
        pass
    prepared = upkeep.prepare_clock(world.gate, supervisor)
    upkeep.perform_clock(world.gate, prepared, world.approvals(prepared))
    with world.gate.view("admin.enter", supervisor):
        pass


def test_the_union_s_time_moves_the_mark_forward_and_never_back(world: World) -> None:
    supervisor = world.session("supervisor")
    ahead = world.clock.now() + timedelta(hours=3)
    upkeep.take_peer_time(world.engine_hand, ahead)
    with pytest.raises(Refusal, match=r"clock\.back"), world.gate.view("admin.enter", supervisor):
        pass
    world.clock.set_wall(ahead)
    with world.gate.view("admin.enter", supervisor):
        pass
    upkeep.take_peer_time(world.engine_hand, ahead - timedelta(days=2))
    with world.store.view(("store_fact",)) as work:
        kept = work.scalar(select(store_fact.c.value).where(store_fact.c.name == "clock_mark"))
    assert kept == ahead.isoformat()


def test_a_clock_that_runs_ahead_of_the_union_is_told_by_its_own_cause(world: World) -> None:
    """Less than 31 days pass for time gone by until the union's signed time says otherwise."""
    supervisor = world.session("supervisor")
    apart = timedelta(days=3)
    world.clock.set_wall(world.clock.now() + apart)

    def contact(behind: timedelta) -> None:
        upkeep.take_peer_time(world.engine_hand, world.clock.now() - behind)

    def works() -> str:
        try:
            with world.gate.view("admin.enter", supervisor):
                return ""
        except Refusal as refused:
            return refused.code

    def set_by_two() -> None:
        prepared = upkeep.prepare_clock(world.gate, supervisor)
        upkeep.perform_clock(world.gate, prepared, world.approvals(prepared))

    assert works() == ""
    contact(apart)
    assert works() == "clock.ahead"
    set_by_two()
    assert works() == "", "two have said so"
    contact(apart)
    assert works() == "clock.ahead", "and the union still says otherwise"
    world.clock.set_wall(world.clock.now() - apart)
    assert works() == "clock.back"
    set_by_two()
    contact(timedelta(minutes=9))
    assert works() == "", "no more than a clock without a time server"
    contact(timedelta(minutes=11))
    assert works() == "clock.ahead"
