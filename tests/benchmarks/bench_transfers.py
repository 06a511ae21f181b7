"""April's transfers: twelve persons, forty rights each, with one touch a step (issue 14)."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from app.functions.admin import rights, rights_list
from app.functions.admin.rights_list import GrantLine
from app.security.gate.gate import PreparedAct
from app.security.staff.grants import GrantState
from app.security.staff.roles import roles_on
from db.tables.control import credential, grant_row, staff
from tests.benchmarks.frame import Bench, Limit, Row
from tests.support import keys
from tests.support.signers import Signer
from tests.support.world import World, credential_values, staff_values, world_in

PERSONS = 12
RIGHTS = 40
GOAL = 2.0
"""Seconds beyond the touch, for one step of all of them."""


def moved(index: int) -> str:
    """The staff id of one who is transferred."""
    return f"S4{index:02d}"


def asked_for(world: World) -> None:
    """Twelve new persons with own keys, and forty rights requested for each."""
    with world.hands_on("staff", "credential") as work:
        for index in range(PERSONS):
            staff_id = moved(index)
            work.run(insert(staff).values(**staff_values(staff_id, f"異動　{index}")))
            signer = Signer.of(staff_id)
            work.run(insert(credential).values(**credential_values(staff_id, signer)))
            world.access.enter(keys.person(staff_id))
    today = world.clock.now().date()
    roles = roles_on(world.tables, world.catalog, today)
    role = next(one for one in roles if one.code == "clerk")
    functions = tuple(sorted(role.function_ids))[:RIGHTS]
    assert len(functions) == RIGHTS
    for index in range(PERSONS):
        asked = rights.Request(
            moved(index), "clerk", functions, today, today + timedelta(days=130), "四月の異動"
        )
        prepared = rights.prepare_request(
            world.gate, world.session("supervisor"), asked, world.catalog, world.tables
        )
        rights.perform_request(world.gate, prepared, [world.own(prepared)], world.catalog)


def waiting(world: World, state: GrantState) -> tuple[GrantLine, ...]:
    """Their rights at a step, as the screen lists them."""
    ids = {moved(index) for index in range(PERSONS)}
    lines = rights_list.list_grants(
        world.gate, world.session("supervisor"), world.catalog, world.calendar
    )
    found = tuple(
        line for line in lines if line.grant.staff_id in ids and line.grant.state is state
    )
    assert len(found) == PERSONS * RIGHTS, len(found)
    return found


def _seconds(
    world: World,
    prepare: Callable[[], PreparedAct],
    perform: Callable[[PreparedAct, list[Any]], None],
) -> float:
    """One step without the touch itself."""
    started = time.perf_counter()
    prepared = prepare()
    before = time.perf_counter() - started
    given = [world.own(prepared)]
    started = time.perf_counter()
    perform(prepared, given)
    return before + time.perf_counter() - started


def _bare(world: World, lines: Sequence[GrantLine]) -> float:
    """The rows of the step written without gate, journal or signature, changing nothing."""
    started = time.perf_counter()
    with world.store.update(("grant_row",), ("grant_row",)) as work:
        for line in lines:
            work.run(
                update(grant_row)
                .where(grant_row.c.id == line.grant.id)
                .values(version=grant_row.c.version)
            )
    return time.perf_counter() - started


def transfer_rows() -> Iterable[Row]:
    """Approving, putting in force and checking all of them."""
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        gate = world.gate
        asked_for(world)
        steps = (
            (
                "approved",
                GrantState.REQUESTED,
                lambda lines: rights.prepare_approve(gate, world.session("supervisor2"), lines),
                lambda prepared, given: rights.perform_approve(gate, prepared, given),
            ),
            (
                "put in force",
                GrantState.APPROVED,
                lambda lines: rights.prepare_effect(gate, world.session("administrator"), lines),
                lambda prepared, given: rights.perform_effect(
                    gate, prepared, given, world.access, world.catalog
                ),
            ),
            (
                "checked",
                GrantState.EFFECTIVE,
                lambda lines: rights.prepare_confirm(
                    gate, world.session("supervisor2"), lines, world.calendar
                ),
                lambda prepared, given: rights.perform_confirm(
                    gate, prepared, given, world.calendar
                ),
            ),
        )
        for name, state, prepare, perform in steps:
            lines = waiting(world, state)
            seconds = _seconds(world, partial(prepare, lines), perform)
            named = f"transfers: {PERSONS} persons, {RIGHTS} rights each, {name}"
            limit = Limit("as many rows written one by one", _bare(world, lines))
            yield Row(named, GOAL, seconds, "s", limit)


BENCHES = (Bench("transfers", "Rights of many, one touch a step", transfer_rows),)
