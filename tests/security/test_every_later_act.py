"""Every act that may wait for its second person does: put off, seconded hours later, done once
(SEC-40)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalog import CATALOG
from app.functions.admin import put_off
from app.security.acts.approval import Role
from app.security.gate.later import later_of
from app.security.journal.line import State
from app.security.refusals import Refusal
from tests.support.examples import attempt_of
from tests.support.world import World, world_in

MAY_WAIT = [one.id for one in CATALOG.values() if one.later]


def test_whatever_hangs_on_a_thing_in_the_hand_does_not_wait() -> None:
    at_once = {
        "admin.add_credential",  # a key
        "admin.reregister_key",
        "admin.lend_key",
        "admin.issue_shares",  # sheets of paper that are typed back
        "files.register_medium",  # a medium that is attached
        "files.register_courier",
        "files.move_out",
    }
    assert not at_once & set(MAY_WAIT) and len(MAY_WAIT) >= 9


def _done(world: World, function_id: str) -> int:
    entries = [line.entry for line in world.journal.lines(1)]
    return sum(one.state is State.DONE and one.function_id == function_id for one in entries)


@pytest.mark.req("SEC-40")
@pytest.mark.parametrize("function_id", MAY_WAIT)
def test_it_waits_and_is_done_once(function_id: str, tmp_path: Path) -> None:
    with world_in(tmp_path) as world:
        world.set_fact("terminal_media", "1")
        function = CATALOG[function_id]
        attempt = attempt_of(world, function)
        assert attempt.prepare is not None
        before = _done(world, function_id)
        prepared = attempt.prepare(world.session(attempt.who))
        with pytest.raises(Refusal, match=r"approval\."):  # alone it is nothing
            later_of(function).perform(world.gate, prepared, [world.own(prepared)], world.access)
        world.gate.put_off(prepared, [world.own(prepared)])
        assert _done(world, function_id) == before
        world.later(hours=5)
        (waiting,) = put_off.list_waiting(world.gate, world.session("supervisor"), CATALOG)
        assert waiting.sentence == prepared.sentence and not waiting.over

        def do() -> None:
            resumed, own = world.gate.resume(waiting.id, world.session("supervisor"))
            second = world.second(resumed, "supervisor", Role.SUPERVISOR)
            later_of(function).perform(world.gate, resumed, [own, second], world.access)

        do()
        assert not put_off.list_waiting(world.gate, world.session("supervisor"), CATALOG)
        with pytest.raises(Refusal):
            do()
        assert _done(world, function_id) == before + 1
