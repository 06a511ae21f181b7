"""A holder of the recovery key who leaves takes a share along: the day of whoever may issue the
shares again says so (DESIGN 4 "Keys", SEC-34)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases import board
from app.core.errors import UserError
from app.functions.admin import shares
from app.functions.admin import staff as staff_service
from app.security.acts.approval import Role
from app.security.keys.recovery import RecoveryIssue
from app.security.waiting import Waits
from tests.support.founded import typed_back
from tests.support.world import NUMBER_KEY, World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def told(world: World, who: str = "administrator") -> Waits | None:
    lines = board.lines(world.gate, world.session(who), world.catalog)
    return next((line for line in lines if line.key == "recovery_shares"), None)


def issue(world: World, *holders: str) -> None:
    world.access.number_key = NUMBER_KEY
    halves = typed_back(RecoveryIssue())
    session = world.session("administrator")
    prepared = shares.prepare_issue(world.gate, session, halves, "異動", holders, world.access)
    assert all(one in prepared.sentence for one in holders)
    shares.perform_issue(world.gate, prepared, world.approvals(prepared), holders, world.access)


def leave(world: World, staff_id: str) -> None:
    leaving = staff_service.Leaving(staff_id, world.clock.now().date(), 1)
    prepared = staff_service.prepare_leave(world.gate, world.session("administrator"), leaving)
    second = "supervisor2" if staff_id == "S201" else "supervisor"
    given = [world.own(prepared), world.second(prepared, second, Role.SUPERVISOR)]
    staff_service.perform_leave(world.gate, prepared, given, world.access)


@pytest.mark.req("SEC-34")
def test_who_holds_a_share_and_leaves_is_told_until_they_are_issued_again(world: World) -> None:
    world.add_grant("branch", "admin.supervise")
    issue(world, "S201", "S101")
    assert told(world) is None
    world.later(days=1)
    leave(world, "S102")  # holds none
    assert told(world) is None
    leave(world, "S101")
    line = told(world)
    assert line is not None and "保管者 S101" in line.state and line.opens == "admin.issue_shares"
    issue(world, "S201", "S202")
    assert told(world) is None


@pytest.mark.req("SEC-34")
def test_of_the_founding_any_supervisor_may_hold_one(world: World) -> None:
    world.add_grant("branch", "admin.supervise")
    assert told(world) is None
    leave(world, "S201")
    line = told(world)
    assert line is not None and "保管者かもしれない職員 S201" in line.state


@pytest.mark.parametrize("typed", ["S999", "", "S101 S102 S201 S202"])
def test_only_people_who_are_here_take_a_share_and_three_at_most(world: World, typed: str) -> None:
    people = staff_service.list_staff(world.gate, world.session("administrator")).lines
    with pytest.raises(UserError, match=r"shares\.holder"):
        shares.check_holders(typed, people, world.clock.now().date())
    assert shares.check_holders("S101　S101", people, world.clock.now().date()) == ("S101",)
