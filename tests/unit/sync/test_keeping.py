"""The sealed copies of what was sent and received are kept for their time and no longer."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from app.sync import inbox as incoming
from app.sync import sending as outgoing
from app.sync.receiving import container_path
from app.sync.states import Incoming
from app.wire.files import FILES
from db.tables.exchange import inbox, outbox
from tests.support.line import engine_of
from tests.support.sendings import confirmed, received, sample, sending

CHECKS = "FILE-24"


def days_ago(world, days):
    return world.clock.now() - timedelta(days=days)


def put_back(world, item, days):
    """Let a received file have been applied, and its container written, so long ago."""
    at = days_ago(world, days)
    with world.hands_on("inbox") as work:
        work.run(update(inbox).where(inbox.c.id == item.id).values(applied_at=at.isoformat()))
    path = container_path(world.paths.data / "exchange", item.id)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


@pytest.mark.req("SEC-96")
def test_a_received_copy_stays_to_the_last_day_and_goes_the_day_after(world, union):
    items = [union.announce(CHECKS, list(sample(CHECKS))) for _ in range(3)]
    engine_of(world, union).contact()
    days = FILES[CHECKS].retention_days
    ages = (days + 1, days, 10)
    paths = [put_back(world, item, age) for item, age in zip(items, ages, strict=True)]
    engine_of(world, union).contact()
    assert [path.exists() for path in paths] == [False, True, True]
    assert received(world, items[0].id).container_digest  # what it was is still known


def test_a_copy_that_was_never_settled_stays_however_old(world, union):
    item = union.announce(CHECKS, list(sample(CHECKS)))
    engine_of(world, union).contact()
    path = put_back(world, item, 4000)
    with world.hands_on("inbox") as work:
        work.run(update(inbox).values(state=Incoming.STAGED))
    union.acknowledged.clear()
    union.listed.clear()
    engine_of(world, union).contact()
    assert path.exists()


@pytest.mark.req("SEC-96")
def test_a_sent_copy_stays_to_the_last_day_and_goes_the_day_after(world, union):
    old, last = confirmed(world), confirmed(world, case_id="T01-1-000078")
    engine_of(world, union).contact()
    days = FILES["FILE-01"].retention_days
    for outbox_id, age in ((old, days + 1), (last, days)):
        with world.hands_on("outbox") as work:
            at = days_ago(world, age).isoformat()
            work.run(update(outbox).where(outbox.c.id == outbox_id).values(settled_at=at))
    waiting = confirmed(world, case_id="T01-1-000079")
    union.before = lambda name: None
    engine_of(world, union).contact()
    assert sending(world, old).container is None
    assert sending(world, last).container is not None
    assert sending(world, waiting).container is not None


def test_it_is_looked_for_once_a_day(world, union):
    engine = engine_of(world, union)
    engine.contact()
    outbox_id = confirmed(world)
    engine.contact()
    with world.hands_on("outbox") as work:
        work.run(update(outbox).values(settled_at=days_ago(world, 9999).isoformat()))
    engine.contact()
    assert sending(world, outbox_id).container is not None
    world.later(days=1)
    engine.contact()
    assert sending(world, outbox_id).container is None


def test_the_work_of_a_round_does_not_grow_with_what_is_settled(world, union):
    """Counted in steps of the store's own machine, so nothing depends on this one's speed."""

    def asked():
        with world.store.view(("inbox", "outbox")) as work:
            steps = []
            raw = work._connection.connection.dbapi_connection
            raw.set_progress_handler(lambda: steps.append(1), 5)
            try:
                outgoing.due(_At(work, world))  # type: ignore[arg-type]
                outgoing.due(_At(work, world), "T01-1-00000009")  # type: ignore[arg-type]
                incoming.last_applied(work, "FILE-16")
                incoming.last_applied(work, "FILE-17")
                incoming.next_batch(work)
            finally:
                raw.set_progress_handler(None, 0)
            return len(steps)

    few = asked()
    with world.hands_on("inbox", "outbox") as work:
        for number in range(1, 2001):
            work.run(insert(inbox).values(_inbox(number)))
            work.run(insert(outbox).values(_outbox(number)))
    assert asked() <= few + 20


class _At:
    """A unit of work with the moment that an act's has."""

    def __init__(self, work, world):
        self.all = work.all
        self.at = world.clock.now()


def _inbox(number):
    return {
        "id": f"U15-1-{number:08d}",
        "file_id": "FILE-16",
        "stream": "file-16",
        "epoch": 1,
        "sequence": number,
        "size": 500,
        "batch": number,
        "state": Incoming.APPLIED,
        "announced_at": "2026-11-01T00:00:00+09:00",
        "applied_at": "2026-11-01T00:00:00+09:00",
    }


def _outbox(number):
    return {
        "id": f"T01-1-{number:08d}",
        "file_id": "FILE-01",
        "route": "online",
        "stream": "file-01",
        "epoch": 1,
        "sequence": number,
        "payload": b"",
        "payload_digest": "0" * 64,
        "record_count": 1,
        "state": "accepted",
        "prepared_by": "S101",
        "prepared_at": "2026-11-01T00:00:00+09:00",
        "settled_at": "2026-11-01T00:00:00+09:00",
    }
