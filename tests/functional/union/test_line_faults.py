"""The terminal's own engine against the real union that is told to misbehave, and against a
certificate that runs out in the middle of a transfer (issue 13, faults)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.peers.union.embed import embedded
from app.sync import receiving, sending, transport
from app.sync.engine import Engine
from app.sync.states import Incoming, Outgoing
from app.sync.transport import HttpsLine, open_line
from app.training.movers import movers
from app.training.municipality import municipality
from app.training.people import seed_line
from db.tables.exchange import inbox, outbox
from tests.functional.union.test_engine import ON, confirmed, engine, enrolled
from tests.support.forked_union import ForkedUnion
from tests.support.sendings import rows
from tests.support.union_terminal import TABLES
from tests.support.world import MONDAY_MORNING, World, world_in

CHUNK = 600
"""Bytes at once in these tests, so that small files travel in many parts."""

ROUTES = ("contact", "head", "up", "complete", "down", "fetch", "acknowledge")
FAULTS = (
    *(("drop", route) for route in ROUTES),
    *(("drop_answer", route) for route in ROUTES),
    ("repeat", "down"),
    ("reorder", "down"),
    ("corrupt", "fetch"),
    ("delay", "fetch"),
)
"""Drops and lost answers anywhere, and what can only befall the list or a file."""


@pytest.fixture
def small() -> Any:
    return municipality(TABLES, size=60, on=ON)


@pytest.fixture
def real(tmp_path: Path, small: Any) -> Iterator[Any]:
    with embedded(tmp_path / "union", moment=MONDAY_MORNING, start=ForkedUnion) as running:
        running.first.load(seed_line(person) for person in small.persons())
        yield running


@pytest.fixture
def world(tmp_path: Path, real: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for module in (receiving, sending, transport):
        monkeypatch.setattr(module, "CHUNK", CHUNK)
    with world_in(tmp_path) as opened:
        enrolled(opened, real)
        yield opened


class Counting:
    """A line that counts what travels; ``step`` is asked before each part."""

    def __init__(self, line: HttpsLine, carried: Counter[str], step: Any) -> None:
        self._line, self._carried, self._step = line, carried, step

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def fetch(self, item: Any, offset: int) -> bytes:
        self._step("fetch", offset)
        data = self._line.fetch(item, offset)
        self._carried[item.id] += len(data)
        return data

    def send_chunk(self, outbox_id: str, offset: int, data: bytes) -> int:
        self._step("send", offset)
        self._carried[outbox_id] += len(data)
        return self._line.send_chunk(outbox_id, offset, data)


def counted(
    world: World, decisions: list[Any], carried: Counter[str], step: Any = lambda *_: None
) -> Engine:
    running = engine(world, decisions)
    running._open_line = lambda keys: Counting(open_line(keys, world.clock), carried, step)
    return running


def state_of(world: World, table: Any) -> list[str]:
    return [row.state for row in rows(world, table)]


def settled(world: World, decisions: list[Any], number: int) -> bool:
    """Whether everything that was sent is accepted and everything that came applied."""
    states = {*state_of(world, outbox), *state_of(world, inbox)}
    return states == {Outgoing.ACCEPTED, Incoming.APPLIED} and len(decisions) == number


@pytest.mark.req("SEC-98", "FLOW-104")
def test_whatever_the_union_does_each_sending_is_one_decision(
    world: World, real: Any, small: Any
) -> None:
    """One story of eighteen faults, one after another over one line: what each leaves behind is
    what the next begins with."""
    decisions: list[Any] = []
    running = engine(world, decisions)
    people = movers(TABLES, small)
    sent = []
    for number, (kind, route) in enumerate(FAULTS, start=1):
        mover = people[number % len(people)]
        sent.append(confirmed(world, mover.notification(f"T01-1-{number:06d}", ON)))
        real.first.fault(kind, route, seconds=0.05)
        for _ in range(4):
            running.contact()
            world.later(minutes=20)
            if settled(world, decisions, number):
                break
        assert state_of(world, outbox) == [Outgoing.ACCEPTED] * number, (kind, route)
        assert set(state_of(world, inbox)) == {Incoming.APPLIED}, (kind, route)
        real.first.behave()
    made = Counter(one["notification_id"] for one in real.first.act("decisions"))
    assert made == Counter(sent), "each was decided once"
    assert Counter(one.notification_id for one in decisions) == made, "and received once"


@pytest.mark.req("SEC-31", "SEC-141")
@pytest.mark.parametrize("way", ["fetch", "send"])
def test_a_certificate_that_runs_out_in_the_middle_stops_there_and_goes_on_after_it(
    world: World, real: Any, small: Any, way: str
) -> None:
    """The union refuses the next part by its own cause; with a certificate that holds, no more
    than the part under way travels twice, and everything is applied once."""
    decisions: list[Any] = []
    carried: Counter[str] = Counter()
    late = MONDAY_MORNING + timedelta(days=3000)
    parts = 0

    def runs_out(what: str, _offset: int) -> None:
        nonlocal parts
        parts += what == way
        if parts == 2 and what == way:
            real.first.set_clock(late)

    running = counted(world, decisions, carried, runs_out)
    if way == "send":
        assert running.contact().problem is None, "what waits for a new terminal is there"
        confirmed(world, movers(TABLES, small)[0].notification("T01-1-000001", ON))
        parts = 0
    report = running.contact()
    spoken: tuple[Any, ...] = (report, *report.sent, *report.received)
    told = [one.problem for one in spoken if one.problem is not None]
    assert {one.code for one in told} == {"peer.expired"}, report
    half = state_of(world, outbox if way == "send" else inbox)
    assert half == [Outgoing.SENDING if way == "send" else Incoming.FETCHING]
    real.first.set_clock(MONDAY_MORNING)
    world.later(minutes=20)
    assert running.contact().problem is None
    running.contact()
    assert set(state_of(world, outbox)) <= {Outgoing.ACCEPTED}
    assert set(state_of(world, inbox)) == {Incoming.APPLIED}
    with world.store.view(("inbox", "outbox")) as work:
        sizes = {row.id: row.size for row in work.all(select(inbox))}
        sizes |= {row.id: len(row.container) for row in work.all(select(outbox))}
    again = {key: carried[key] - size for key, size in sizes.items() if carried[key]}
    assert again and all(0 <= more <= CHUNK for more in again.values()), again
    assert max(sizes.values()) > 2 * CHUNK, "it travelled in parts"
