"""The terminal's own work goes through the engine's and the scheduler's handles alone, and a
unit of work touches acts, counters and facts by the gate's own statements (issue: the gate takes
nothing from its caller)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from app.catalog import CATALOG
from app.core.errors import Bug
from app.security.gate.gate import Gate
from app.security.journal.line import State
from app.security.refusals import Refusal
from app.security.spec import Actor, Area, Catalog, Function, Hand, Kind
from db.faults import Undeclared
from db.tables.control import act
from tests.support.world import World, world_in

ROOT = Path(__file__).parents[2]
ENGINE, SCHEDULER, PERSONS = "files.exchange", "admin.lapse_grants", "persons.open"
MAY_HOLD_HANDS = ("app/start/", "app/security/", "app/demo/", "app/relay/")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


@pytest.mark.req("SEC-36")
def test_each_handle_is_given_once_and_the_gate_alone_begins_no_work_of_the_terminal(
    world: World,
) -> None:
    assert not hasattr(Gate, "system")
    for which in Hand:  # both are given by now
        with pytest.raises(Bug, match=r"gate\.hand"):
            world.gate.hand(which)


@pytest.mark.req("SEC-36")
def test_a_handle_runs_the_functions_that_are_its_own(world: World) -> None:
    with world.engine_hand.system(ENGINE) as work:
        assert work.staff_id == "system"
    with world.scheduler_hand.system(SCHEDULER):
        pass
    for hand, function_id in (
        (world.engine_hand, SCHEDULER),
        (world.scheduler_hand, ENGINE),
        (world.engine_hand, PERSONS),
        (world.scheduler_hand.only("files.finish_medium"), SCHEDULER),
        (world.scheduler_hand.only(SCHEDULER).only("files.finish_medium"), SCHEDULER),
    ):
        with pytest.raises(Refusal, match=r"right\.none"), hand.system(function_id):
            raise AssertionError("begun")
    refused = [line.entry for line in world.lines() if line.entry.state is State.REFUSED]
    assert [(one.function_id, one.cause) for one in refused] == [
        (SCHEDULER, "right.none"),
        (ENGINE, "right.none"),
        (PERSONS, "right.none"),
    ]


def test_no_screen_and_no_service_takes_a_handle() -> None:
    """Only who puts the program together hands them on."""
    found = set()
    for path in sorted((ROOT / "app").rglob("*.py")):
        room = path.relative_to(ROOT).as_posix()
        names = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
        }
        if names & {"engine_hand", "scheduler_hand", "hand_of"}:
            found.add(room)
    assert found
    assert not [room for room in found if not room.startswith(MAY_HOLD_HANDS)]


@pytest.mark.req("SEC-105")
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO act VALUES ('n', 'f', 's', 999999, 't', x'')",
        "DELETE FROM act",
        "INSERT INTO counter VALUES ('certificate', 900000)",
        "UPDATE counter SET value = 900000",
        "SELECT value FROM counter",
        "INSERT INTO control_row VALUES (9, x'', x'')",
        "UPDATE credential SET counter = 0",
        "UPDATE store_fact SET value = 'registered'",
        "SELECT value FROM store_fact",
    ],
)
def test_a_handler_reaches_no_table_of_the_gate_s_own(world: World, statement: str) -> None:
    """A handler that notes an act, raises a counter or writes a fact by itself is stopped, and
    what it did is undone."""
    before = world.engine_hand
    with pytest.raises(Undeclared), before.system(ENGINE) as work:
        work.next("certificate")  # the unit's own statement goes through, before and after
        work.run(text(statement))
    with before.system(ENGINE) as work:
        assert work.next("certificate") == 1


def test_what_an_own_statement_says_is_not_let_pass_from_a_handler(world: World) -> None:
    """SQLite asks once for each text that it compiles: the same words from a handler are others."""
    row = {"function_id": "f", "staff_id": "s", "journal_line": 99, "at": "t", "salt": b""}
    with pytest.raises(Undeclared), world.engine_hand.system(ENGINE) as work:
        work.run(insert(act).values(nonce="n", **row))


@pytest.mark.req("SEC-53")
def test_a_fact_is_read_and_written_by_who_declares_it(world: World) -> None:
    with world.engine_hand.system(ENGINE) as work:
        assert work.fact("epoch") == "1"
        with pytest.raises(Undeclared):
            work.fact("relay.folder")
    for name in ("terminal_state", "epoch", "number_key_generation"):
        with pytest.raises(Undeclared), world.engine_hand.system(ENGINE) as work:
            work.set_fact(name, "x")
    with pytest.raises(Undeclared), world.engine_hand.system(ENGINE) as work:
        work.drop_fact("epoch")
    with world.engine_hand.system("admin.peer_time") as work:
        work.set_fact("clock_mark", world.clock.now().isoformat())


@pytest.mark.parametrize("name", ["act", "counter", "control_row", "store_fact"])
def test_no_function_may_declare_what_is_the_gate_s_own(name: str) -> None:
    area = Area("trial", "試し", 1)
    function = Function("trial.it", "trial", Kind.UPDATE, "試し", "", writes=(name,))
    with pytest.raises(ValueError, match="gate's own"):
        Catalog((area,), (function,))
    Catalog((area,), (replace(function, writes=("person", "store_fact.profile")),))


def test_every_work_of_the_terminal_has_one_handle() -> None:
    own = [one for one in CATALOG.values() if one.actor is Actor.SYSTEM]
    assert {one.hand for one in own} == set(Hand)
    assert {one.id for one in own if one.hand is Hand.SCHEDULER} == {
        "files.finish_medium",
        "admin.reseal_numbers",
        "admin.shut_out_leavers",
        "admin.lapse_grants",
        "records.find_expired",
        "persons.find_same",
        "inquiry.erase_answers",
        "records.erase_piece",
        "records.rewrite_store",
    }
