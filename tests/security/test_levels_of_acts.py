"""``verify`` knows who had to approve which function then, how, and that a nonce is used once:
lines that an outside tool put behind the journal, rightly chained and signed with a real key."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.catalog import CATALOG
from app.functions.admin import staff as staff_service
from app.security.acts.approval import Evidence
from app.security.acts.prepared import PreparedAct
from app.security.authenticators.verify import verify_assertion
from app.security.control.deeds import Leaving
from app.security.gate.traces import begun
from app.security.journal.levels import Levels
from app.security.journal.line import Entry, State
from app.security.journal.verify import PublicKey, verify
from app.security.spec import Catalog, Formerly, SecondPerson, StepUp
from tests.support.signers import Signer
from tests.support.world import STAFF, World, commit, world_in

KEYS = {
    Signer.of(staff_id).credential_id: PublicKey(staff_id, Signer.of(staff_id).public_key)
    for staff_id, _, _ in STAFF.values()
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def found(world: World, catalog: Catalog = CATALOG) -> list[tuple[int, str]]:
    report = verify(world.journal, KEYS, verify_assertion, levels=Levels(catalog, world.calendar))
    return [(one.line, one.code) for one in report.findings]


def prepared_leave(world: World) -> PreparedAct:
    return staff_service.prepare_leave(
        world.gate, world.session("administrator"), Leaving("S102", date(2026, 11, 16), 1)
    )


def put_behind(world: World, prepared: PreparedAct, evidence: tuple[Evidence, ...]) -> int:
    """An act in the journal that the gate never saw."""
    entry = dataclasses.replace(begun(prepared, ()), evidence=evidence)
    line = world.journal.append(entry)
    world.journal.append(
        Entry(State.DONE, entry.function_id, entry.staff_id, subject=entry.subject, of=line)
    )
    return line


def own_touch(world: World, prepared: PreparedAct, *, verified: bool = True) -> Evidence:
    mine = world.own(prepared, verified=verified)
    signed = prepared.signed(mine.staff_id, mine.role, prepared.grant_id)
    return Evidence.of(signed, mine.assertion)


def test_an_act_through_the_gate_is_as_it_should_be(world: World) -> None:
    prepared = prepared_leave(world)
    commit(world, prepared)
    assert found(world) == []


@pytest.mark.req("SEC-34", "SEC-105")
def test_an_act_without_its_second_person_is_named(world: World) -> None:
    prepared = prepared_leave(world)
    line = put_behind(world, prepared, (own_touch(world, prepared),))
    assert found(world) == [(line, "roles")]


def test_an_act_that_nobody_signed_is_named(world: World) -> None:
    prepared = prepared_leave(world)
    line = put_behind(world, prepared, ())
    assert found(world) == [(line, "roles")]


def test_administration_by_presence_alone_is_named(world: World) -> None:
    session = world.session("administrator")
    prepared = world.gate.prepare("admin.back_up", session, sentence="例")
    line = put_behind(world, prepared, (own_touch(world, prepared, verified=False),))
    assert found(world) == [(line, "unverified")]


def test_presence_suffices_for_the_day_s_business(world: World) -> None:
    prepared = world.touch_of(world.session("clerk"))
    put_behind(world, prepared, (own_touch(world, prepared, verified=False),))
    assert found(world) == []


@pytest.mark.req("SEC-105")
def test_an_act_replayed_under_its_nonce_is_named(world: World) -> None:
    prepared = world.touch_of(world.session("clerk"))
    commit(world, prepared)
    line = put_behind(world, prepared, (own_touch(world, prepared),))
    assert found(world) == [(line, "nonce")]


def test_an_act_of_then_is_judged_by_what_was_asked_then(world: World) -> None:
    """The level was raised since: what was right then is right, what is done now is not."""
    prepared = prepared_leave(world)
    line = put_behind(world, prepared, (own_touch(world, prepared),))
    former = Formerly(date(2026, 11, 16), StepUp.TOUCH, SecondPerson.NONE)
    functions = tuple(
        dataclasses.replace(one, formerly=(former,)) if one.id == prepared.function.id else one
        for one in CATALOG.values()
    )
    assert found(world, Catalog(CATALOG.areas, functions)) == []
    assert found(world) == [(line, "roles")]
