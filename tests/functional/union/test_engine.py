"""The terminal's own engine against the real union: enrol, send, decide, receive, head."""

from __future__ import annotations

from typing import Any

import pytest

from app.peers.union.embed import embedded
from app.security.journal.journal import Journal
from app.start.compose import handlers
from app.sync import enrolment
from app.sync import outbox as outgoing
from app.sync.engine import Engine
from app.sync.inbox import Applied
from app.sync.states import Incoming, Outgoing
from app.sync.transport import open_line
from app.training.movers import movers
from app.training.municipality import municipality
from app.training.people import MUNICIPALITY_CODE, seed_line
from tests.support.forked_union import ForkedUnion
from tests.support.line import bench_of
from tests.support.sendings import TABLES as EXCHANGE_TABLES
from tests.support.sendings import act_of
from tests.support.union_terminal import CODES, TABLES
from tests.support.world import MONDAY_MORNING, World, world_in

ON = MONDAY_MORNING.date()


@pytest.fixture
def small():
    return municipality(TABLES, size=80, on=ON)


@pytest.fixture
def real(tmp_path, small):
    with embedded(tmp_path / "union", moment=MONDAY_MORNING, start=ForkedUnion) as running:
        running.first.load(seed_line(person) for person in small.persons())
        yield running


@pytest.fixture
def world(tmp_path):
    with world_in(tmp_path) as opened:
        yield opened


def enrolled(world: World, real: Any) -> enrolment.Taken:
    """Through app.sync.enrolment: ask, two operators, check, take."""
    with world.hands_on("terminal_key", "store_fact") as work:
        asked = enrolment.ask(
            work,
            municipality=MUNICIPALITY_CODE,
            terminal_name="本庁窓口1",
            profile="counter",
            at=world.clock.now(),
        )
    line = enrolment.open_unenrolled(real.address, real.authorities)
    try:
        state = line.enrol(asked.statement)
        shown = {item["id"]: item["fingerprint"] for item in real.first.requests()}
        assert shown[state.id] == asked.fingerprint
        real.approve_waiting()
        answer = enrolment.check_answer(line.enrolment(state.id).answer, asked, real.authorities)
    finally:
        line.close()
    with world.hands_on("terminal_key", "store_fact") as work:
        return enrolment.take(work, answer)


def engine(world: World, decisions: list[Any]) -> Engine:
    def keep(work: Any, spec: Any, records: Any) -> Any:
        decisions.extend(records)
        return Applied(1, 0)

    journal: Journal = world.journal
    bench = bench_of(world, {**handlers(world.tables), "eligibility.receive_decision": keep})
    return Engine(bench, lambda keys: open_line(keys, world.clock), journal=journal)


def confirmed(world: World, record: Any) -> str:
    with world.hands_on(*EXCHANGE_TABLES) as work:
        act = act_of(world, work)
        outbox_id = outgoing.prepare(act, "FILE-01", [record], codes=CODES)
        if not outgoing.confirm(act, outbox_id, "S101"):
            outgoing.confirm(act, outbox_id, "S201")
    return outbox_id


@pytest.mark.req("FLOW-104", "FLOW-106", "SEC-31", "SEC-141")
def test_enrol_send_decide_receive(world, real, small):
    taken = enrolled(world, real)
    assert (taken.terminal, taken.union) == ("T01", "U15")
    mover = movers(TABLES, small)[0]
    decisions: list[Any] = []
    running = engine(world, decisions)
    outbox_id = confirmed(world, mover.notification("T01-1-000001", ON))
    real.first.fault("drop_answer", "complete")
    lost = running.send_now(outbox_id)
    assert lost.state is Outgoing.SENT
    assert lost.problem is not None
    report = running.send_now(outbox_id)
    assert report.problem is None
    assert report.state is Outgoing.ACCEPTED
    received = (*lost.received, *report.received)  # what was cut off holds up nothing else
    assert [item.state for item in received] == [Incoming.APPLIED]
    made = [item for item in real.first.act("decisions") if item["notification_id"] == outbox_id]
    assert len(made) == 1
    assert len(decisions) == 1


def test_a_round_countersigns_the_journal_and_brings_the_municipality(world, real):
    enrolled(world, real)
    running = engine(world, [])
    real.deliver(MUNICIPALITY_CODE)
    report = running.contact()
    assert report.problem is None
    assert report.peer_time.startswith("2026-11-16T10:0")
    (received,) = report.received
    assert (received.file_id, received.state) == ("FILE-17", Incoming.APPLIED)
    assert received.applied + received.dropped >= 80
    head = world.journal.last_countersigned()
    assert head is not None
    assert head.head.number > 0


@pytest.mark.req("SEC-70")
def test_a_withdrawn_terminal_hears_it(world, real):
    taken = enrolled(world, real)
    running = engine(world, [])
    real.first.withdraw(taken.terminal)
    report = running.contact()
    assert report.problem is not None
    assert "取り消" in report.problem.message
