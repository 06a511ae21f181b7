"""Killed at any statement of a file, a decision or an act that changes persons: current state,
history, check list and marked papers are all there or none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.functions.files.insured import receiver
from app.persons import effects, restrictions
from app.rules.calendar.wareki import Eras
from app.wire.files import FILES
from db.tables import METADATA
from db.tables.persons import person
from db.work import Work
from tests.faults.test_exchange_kills import Fuse, Killed
from tests.support.sendings import sample
from tests.support.world import World, world_in

HER, HIM = sample("FILE-17")
HER = replace(HER, support_measure="0", former_atena="", copay_from="2026-11-18")
MOVED = replace(
    HER,
    name="寺町　髙子",
    address="見本県見本市寺町1番1号",
    household_number="000000000009999",
    lost_on="2026-11-20",
    loss_reason="LOS_OUT",
    copay_ratio="",
    copay_from="",
    phone="09000001111",
)
NEW = replace(HER, atena_number="000000000777777", insured_number="00000777")
WRONG = replace(HIM, sex="1", address="別の所")
TABLES = (
    "person",
    "atena",
    "insured",
    "household",
    "household_member",
    "address",
    "restriction",
    "check_entry",
    "fact",
    "origin",
    "certificate",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        with made.engine_hand.system("files.receive_insured") as work:
            receiver(made.tables)(work, FILES["FILE-17"], [HER, HIM])
        made.later(days=1)
        made.sessions.get(made.session("clerk")).verified_at = made.clock.monotonic()
        yield made


def whole(world: World) -> dict[str, Any]:
    with world.store.view(TABLES) as work:
        return {name: work.all(select(METADATA.tables[name])) for name in TABLES}


def a_file(world: World) -> None:
    with world.engine_hand.system("files.receive_insured") as work:
        receiver(world.tables)(work, FILES["FILE-17"], [MOVED, NEW, WRONG])


def a_loss(world: World) -> None:
    with world.engine_hand.system("eligibility.receive_decision") as work:
        (her,) = [row.id for row in work.all(select(person)) if row.name == HER.name]
        writer = effects.writer_of_decision(work, "U15-D-1", Eras(world.tables["eras"]))
        loss = effects.Loss("2026-11-20", "LOS_DEATH", "3", "2026-11-19", stops_mail=True)
        assert effects.loses(writer, her, loss).taken


def an_act(world: World) -> None:
    with world.store.view(("person",)) as work:
        (her,) = [row.id for row in work.all(select(person)) if row.name == HER.name]
    first, last = date(2026, 11, 17), date(2027, 11, 16)
    prepared = restrictions.prepare_mark(world.gate, world.session("clerk"), her, first, last)
    restrictions.perform_mark(world.gate, prepared, tuple(world.approvals(prepared)))


@pytest.mark.parametrize("change", [a_file, a_loss, an_act])
def test_killed_at_every_statement(
    world: World, monkeypatch: pytest.MonkeyPatch, change: Callable[[World], None]
) -> None:
    before = whole(world)
    at = 0
    while True:
        at += 1
        fuse = Fuse(at)
        with monkeypatch.context() as patched:
            for name in ("run", "insert_rows"):
                patched.setattr(Work, name, _fused(getattr(Work, name), fuse))
            try:
                change(world)
            except Killed:
                assert whole(world) == before
                continue
        break
    assert at > 5, "it died at many places"
    after = whole(world)
    assert after != before and len(after["fact"]) > 1
    assert len(after["origin"]) == len(before["origin"]) + 1


def _fused(plain: Callable[..., Any], fuse: Fuse) -> Callable[..., Any]:
    def call(self: Work, *given: Any, **named: Any) -> Any:
        fuse("before")
        done = plain(self, *given, **named)
        fuse("after")
        return done

    return call
