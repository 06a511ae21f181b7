"""A run of erasure killed by SIGKILL at any moment: nobody is half erased or counted twice, and
the next start goes on to a record that says all (SEC-155, SEC-157)."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.retention import running
from app.security import vault
from db.tables.persons import address, atena, household_member, insured, person
from db.tables.records import erased, erasure, erasure_item
from db.work import Store, Work
from tests.support.children import in_child
from tests.support.retention_scene import order, put_gone, run_all
from tests.support.soak import tries
from tests.support.world import DATA_KEY, World, new_world, open_world

BETWEEN = tries(4, 400)
POINTS = BETWEEN + 3
PERSONS = 30
_READS = ("person", "atena", "insured", "address", "household_member", "erased", "erasure")


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A terminal with an ordered run, closed; and when its run is to be killed."""
    folder = tmp_path_factory.mktemp("ordered")
    world = new_world(folder)
    put_gone(world, *range(1, PERSONS + 1))
    order(world)
    world.close()
    whole = folder / "whole"
    shutil.copytree(folder / "terminal", whole)
    moments = in_child(lambda: erase_on(whole))
    assert moments.count("c") >= 3 and moments.count("s") > 100
    return folder / "terminal", points(moments, BETWEEN)


def erase_on(data: Path, at: int = 0) -> str:
    """The whole run, to be called in a child, which kills itself at its ``at``-th moment (0 for
    never); the moments as they came: ``s`` before a statement, ``c`` right after a commit."""
    statement, unit, moments = Work._execute, Store.update, ""

    def moment(kind: str) -> None:
        nonlocal moments
        moments += kind
        if len(moments) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def execute(self: Work, *given: Any) -> Any:
        moment("s")
        return statement(self, *given)

    @contextmanager
    def update(self: Store, *given: Any, **named: Any) -> Iterator[Work]:
        with unit(self, *given, **named) as work:
            yield work
        moment("c")

    world = open_world(data)
    Work._execute = execute  # type: ignore[method-assign,assignment]  # in the child alone
    Store.update = update  # type: ignore[method-assign]
    while running.erase_piece(world.scheduler_hand, world.access):
        pass
    return moments


def points(moments: str, wanted: int) -> list[int]:
    """Right after every commit, where a unit of work too few would show, and evenly between."""
    after = [at for at, kind in enumerate(moments, start=1) if kind == "c"]
    between = [1 + at * len(moments) // wanted for at in range(wanted)]
    return sorted({*after, *between})


def whose(world: World) -> list[set[str]]:
    """Whose rows are there, by table."""
    with world.store.view((*_READS, "erasure_item")) as work:
        found = [{row.id for row in work.all(select(person.c.id))}]
        for table in (atena, insured, address, household_member):
            found.append({row.person_id for row in work.all(select(table.c.person_id))})
    return found


@pytest.mark.req("SEC-155", "SEC-157")
@pytest.mark.parametrize("point", range(POINTS))
def test_killed_anywhere_nobody_is_half_erased_and_it_goes_on(
    ordered: tuple[Path, list[int]], tmp_path: Path, point: int
) -> None:
    template, wanted = ordered
    at = wanted[point % len(wanted)]  # where there are fewer, some are met twice
    data = tmp_path / "terminal"
    shutil.copytree(template, data)
    with pytest.raises(EOFError):  # the child is dead and says nothing
        in_child(lambda: erase_on(data, at))
    world = open_world(data)
    try:
        persons, *rest = whose(world)
        gone = {f"P-{number}" for number in range(1, PERSONS + 1)} - persons
        assert all(not gone & there for there in rest), "somebody is half erased"
        assert all(persons <= there for there in rest), "somebody lost a part"
        with world.store.view((*_READS, "erasure_item")) as work:
            (run,) = work.all(select(erasure))
            hashes = work.scalar(select(func.count()).select_from(erased))
            left = work.scalar(select(func.count()).select_from(erasure_item))
        counted = sum(json.loads(run.counts).values())
        assert (counted, hashes) == (len(gone), len(gone))
        assert left in (PERSONS - len(gone), 0)
        run_all(world)
        assert whose(world)[0] == set()
        ledger = LEDGERS["erasures"]
        (record,) = book.show(world.gate, world.session("supervisor"), ledger)
        assert record.values["erased_count"] == str(PERSONS)
        assert [one.step for one in record.standing].count("done") == 1
    finally:
        world.close()
    assert vault.verify(world.paths, DATA_KEY) == ()
