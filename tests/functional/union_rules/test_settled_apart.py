"""What was acknowledged is not read again, is kept as long as FILES says, and no longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, update

from app.peers.union.line import delivery
from app.peers.union.line.enrolment import Caller
from app.peers.union.tables import down_item, terminal
from app.training.people import MUNICIPALITY_CODE
from app.wire.files import FILES
from tests.support.union_inside import union_inside
from tests.support.union_terminal import MORNING

CALLER = Caller("T99", MUNICIPALITY_CODE, "")


def _item(number, acknowledged_at=""):
    return {
        "id": f"U15-1-{number:08d}",
        "terminal": "T99",
        "file_id": "FILE-16",
        "stream": "file-16",
        "epoch": 1,
        "sequence": number,
        "size": 3,
        "digest": "0" * 64,
        "announced_at": "2026-11-20T09:30:00+09:00",
        "acknowledged_at": acknowledged_at,
        "erase_after": 0,
        "position": number,
    }


@pytest.fixture
def system(tmp_path, database):
    with union_inside(tmp_path, database) as system:
        yield system


def _put(system, *items):
    with system.database.write() as connection:
        connection.execute(insert(down_item), list(items))
    for item in items:
        folder = system.kept / item["acknowledged_at"][:7]
        folder = folder if item["acknowledged_at"] else system.downloads
        folder.mkdir(exist_ok=True)
        (folder / f"{item['id']}.mdg").write_bytes(b"abc")


def test_the_work_of_asking_does_not_grow_with_what_is_acknowledged(tmp_path):
    """Counted in steps of the database's own machine, so nothing depends on this one's speed."""
    with union_inside(tmp_path) as system:
        steps = []

        @event.listens_for(system.database._engine, "checkout")
        def count(connection, *_):
            connection.set_progress_handler(lambda: steps.append(1), 10)

        def asked():
            steps.clear()
            assert len(delivery.waiting(system, CALLER).items) == 2
            return len(steps)

        with system.database.write() as connection:
            connection.execute(insert(down_item), [_item(1), _item(2)])
        few = asked()
        with system.database.write() as connection:
            settled = [_item(number, "2026-11-20T10:00:00+09:00") for number in range(3, 5_003)]
            connection.execute(insert(down_item), settled)
        assert asked() <= few + 2


def test_what_waits_is_listed_in_order_and_settled_items_only_for_the_fault(system):
    _put(system, _item(3), _item(1, "2026-11-20T10:00:00+09:00"), _item(2))
    waiting = [item.sequence for item in delivery.waiting(system, CALLER).items]
    assert waiting == [2, 3]
    again = delivery.waiting(system, CALLER, with_acknowledged=True).items
    assert [item.sequence for item in again] == [1, 2, 3]
    assert delivery.fetch(system, CALLER, _item(1)["id"], "").data == b"abc"


def test_a_crash_after_the_acknowledgement_leaves_nothing_among_what_waits(system):
    _put(system, _item(1), _item(2), _item(3))
    with system.database.write() as connection:
        at = "2026-11-20T10:00:00+09:00"
        connection.execute(
            update(down_item).where(down_item.c.sequence <= 2).values(acknowledged_at=at)
        )
        connection.execute(update(down_item).where(down_item.c.sequence == 2).values(erase_after=1))
    (system.downloads / "U15-1-09999999.mdg").write_bytes(b"never announced")
    assert delivery.clear_orphans(system) == 1
    assert [file.stem for file in system.downloads.iterdir()] == [_item(3)["id"]]
    assert [file.stem for file in system.kept.glob("*/*")] == [_item(1)["id"]]


@pytest.mark.req("SEC-96")
def test_a_copy_is_kept_to_the_last_day_of_its_time(system):
    days = FILES["FILE-16"].retention_days
    today = MORNING.date()
    last, over = (today - timedelta(days=days + more) for more in (0, 1))
    _put(
        system,
        _item(1, f"{last}T10:00:00+09:00"),
        _item(2, f"{over}T10:00:00+09:00"),
        _item(3, "2026-11-20T10:00:00+09:00"),
    )
    assert delivery.forget_old(system) == 1
    kept = sorted(file.stem for file in system.kept.glob("*/*"))
    assert kept == [_item(1)["id"], _item(3)["id"]]
    system.clock.set_to(MORNING + timedelta(days=40))
    assert delivery.forget_old(system) == 1
    assert [folder.name for folder in system.kept.iterdir()] == ["2026-11"]


@pytest.fixture(autouse=True)
def _terminal(request):
    if "system" in request.fixturenames:
        system = request.getfixturevalue("system")
        with system.database.write() as connection:
            values = {"municipality": MUNICIPALITY_CODE, "name": "x", "profile": "counter"}
            values |= {"state": "active", "enrolled_at": "x"}
            connection.execute(insert(terminal).values(id="T99", **values))
