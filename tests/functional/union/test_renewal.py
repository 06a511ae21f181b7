"""A terminal renews its keys with the real union; old and new overlap."""

from __future__ import annotations

import pytest

from app.peers.union.embed import embedded
from app.sync import enrolment
from app.sync.terminal_keys import read_keys
from app.sync.transport import open_line
from app.training.municipality import municipality
from app.training.people import MUNICIPALITY_CODE, seed_line
from tests.functional.union.test_engine import engine, enrolled
from tests.support.forked_union import ForkedUnion
from tests.support.union_terminal import TABLES
from tests.support.world import MONDAY_MORNING, world_in


@pytest.mark.req("SEC-31", "SEC-70")
def test_a_renewed_terminal_goes_on(tmp_path):
    small = municipality(TABLES, size=30, on=MONDAY_MORNING.date())
    with (
        embedded(tmp_path / "union", moment=MONDAY_MORNING, start=ForkedUnion) as real,
        world_in(tmp_path) as world,
    ):
        real.first.load(seed_line(person) for person in small.persons())
        enrolled(world, real)
        with world.hands_on("terminal_key", "store_fact") as work:
            old = read_keys(work)
        # sealed to the receiving key before the renewal, fetched after it
        real.deliver(MUNICIPALITY_CODE)
        with world.hands_on("terminal_key", "store_fact") as work:
            asked = enrolment.ask(
                work,
                municipality=MUNICIPALITY_CODE,
                terminal_name="本庁窓口1",
                profile="counter",
                at=world.clock.now(),
                replaces=old,
            )
        line = open_line(old, world.clock)
        state = line.renew(enrolment.renewal_of(asked, old))
        line.close()
        answer = enrolment.check_answer(state.answer, asked, old.authorities, known=old.union_keys)
        with world.hands_on("terminal_key", "store_fact") as work:
            taken = enrolment.take(work, answer)
            assert read_keys(work).signing != old.signing
        assert taken.terminal == old.facts.terminal
        report = engine(world, []).contact()
        assert report.problem is None
        assert [item.state for item in report.received] == ["applied"]
