"""History is not rewritten, by the engine's own guards: whatever a statement declares."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from app.functions.files.insured import receiver
from app.persons import effects
from app.rules.calendar.wareki import Eras
from app.wire.files import FILES
from db import search
from db.faults import RowConflict
from db.tables.history import fact, origin
from db.tables.persons import address, atena, household_member, insured, person, restriction
from tests.support.sendings import sample
from tests.support.world import World
from tests.unit.persons.conftest import FILE, undone

HER = sample("FILE-17")[0]
TABLES = (restriction, insured, household_member, address, atena)


def remembered(world: World, work: Any) -> str:
    """Somebody who changed the name once."""
    receiver(world.tables)(work, FILES["FILE-17"], [HER])
    her = str(work.one(select(person)).id)
    writer = effects.writer_of_decision(work, "D-1", Eras(world.tables["eras"]))
    effects.changes(writer, her, "name", {"name": "新姓", "kana": "シンセイ"}, since="2026-11-01")
    return her


@pytest.mark.parametrize(
    "values",
    [{name: "x"} for name in ("value", "true_from", "true_until", "known_from", "replaces")]
    + [{"known_until": ""}, {"origin": 9}, {"reason": "x"}, {"person_id": "x"}],
)
@pytest.mark.parametrize("ended", [True, False])
def test_no_column_of_a_fact_is_written_again(world: World, values: Any, ended: bool) -> None:
    with undone(world) as work:
        remembered(world, work)
        which = fact.c.known_until != "" if ended else fact.c.known_until == ""
        with pytest.raises(RowConflict):
            work.run(update(fact).where(which).values(**values))


def test_what_is_no_longer_known_stays_so(world: World) -> None:
    with undone(world) as work:
        remembered(world, work)
        again = update(fact).where(fact.c.known_until != "").values(known_until="2030-01-01")
        with pytest.raises(RowConflict):
            work.run(again)


def test_no_fact_goes_without_its_person(world: World) -> None:
    with undone(world) as work:
        remembered(world, work)
        with pytest.raises(RowConflict):
            work.run(delete(fact))


def test_no_origin_is_written_again(world: World) -> None:
    with undone(world) as work:
        remembered(world, work)
        with pytest.raises(RowConflict):
            work.run(update(origin).values(at="2030-01-01"))


@pytest.mark.req("SEC-157")
def test_history_goes_with_its_person(world: World) -> None:
    with undone(world) as work:
        her = remembered(world, work)
        for table in TABLES:
            work.run(delete(table).where(table.c.person_id == her))
        assert search.delete_person(work, her)
        assert work.all(select(fact)) == []


def test_a_fact_of_nobody_does_not_stay(world: World) -> None:
    """The reference is looked at when the unit of work ends."""
    names = ("person_id", "kind", "subject", "value", "true_from", "true_until", "known_from")
    values = dict.fromkeys(names, "") | {"number": 1, "origin": 1}
    with pytest.raises(RowConflict), world.engine_hand.system(FILE) as work:
        work.run(insert(fact).values(**values))
