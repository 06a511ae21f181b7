"""What a terminal is, who is under support measures and how far a key has counted follow from
signed acts: rows and facts written by hand are put back and named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update

from app.core.errors import EnvironmentFault
from app.persons import restrictions
from app.security.control import beside
from app.security.control.deeds import Removal
from app.security.entry.doorway import Doorway
from app.security.gate.catching_up import catch_up
from app.security.gate.facts import READS, read_place
from db.tables.control import credential
from db.tables.persons import restriction
from tests.security.test_signed_rights import CHANGE, named, opened
from tests.support.founded import FoundedTerminal, found_terminal
from tests.support.stores import add_person
from tests.support.world import World, world_in

FROM, UNTIL = date(2026, 11, 16), date(2027, 11, 15)


@pytest.fixture
def terminal(tmp_path: Path) -> FoundedTerminal:
    return found_terminal(tmp_path)


def by_hand(door: Doorway, name: str, value: str) -> None:
    assert door.terminal is not None
    with door.terminal.store.update((), ("store_fact",)) as work:
        work.set_fact(name, value)
    door.close()


@pytest.mark.req("SEC-70", "SEC-81")
@pytest.mark.parametrize(
    ("name", "value"), [("terminal_state", "registered"), ("terminal_media", "1")]
)
def test_a_fact_written_by_hand_makes_no_other_terminal_and_is_named(
    terminal: FoundedTerminal, name: str, value: str
) -> None:
    door, _ = opened(terminal)
    by_hand(door, name, value)
    door, _ = opened(terminal)
    assert door.terminal is not None
    assert ("store_fact", name, "changed") in named(door)
    with door.terminal.store.view(READS) as work:
        place = read_place(work, door.terminal.control.state)
        assert (place.state, place.media) == ("founded", False)
        assert work.fact(name) in ("founded", "0")  # put back, for who reads it as it stands
    door.close()


def test_what_two_signed_of_the_terminal_holds_at_the_next_open(terminal: FoundedTerminal) -> None:
    """The good case: the deed alone says it, also where the store's fact says otherwise."""
    door, session = opened(terminal)
    terminal.sign(door, session, "admin.remove_terminal", Removal("T01", "更新"), "S202")
    door.close()
    door, _ = opened(terminal)
    assert door.terminal is not None
    assert door.terminal.control.state.terminal.state == "removed"
    assert named(door) == {("store_fact", "terminal_state", "changed")}  # no handler wrote it
    door.close()


def test_a_counter_set_back_by_hand_opens_nothing(terminal: FoundedTerminal) -> None:
    """A copied key counts from where it was copied; so its row would have to go back first."""
    door, _ = opened(terminal)
    door.close()  # a mirror is written
    door, _ = opened(terminal)
    assert door.terminal is not None
    door.terminal.mirrors.stop()
    counts(door, to=0)
    door.close()
    with pytest.raises(EnvironmentFault, match=r"rollback\.store"):
        opened(terminal)


def test_a_counter_behind_what_the_key_signed_is_brought_up(terminal: FoundedTerminal) -> None:
    """Its answers in the journal count, whatever the row says and before a mirror says so."""
    door, session = opened(terminal)
    assert door.terminal is not None
    door.terminal.mirrors.stop()
    line = terminal.sign(door, session, "admin.change_setting", CHANGE)
    (used,) = door.terminal.journal.line(line).entry.evidence
    seen = int.from_bytes(used.authenticator_data[33:37], "big")
    counts(door, to=seen - 1)
    store, journal = door.terminal.store, door.terminal.journal
    catch_up(store, journal, terminal.rules().catalog)
    with store.view(("credential.counter",)) as work:
        mine = credential.c.id == used.credential_id
        assert work.scalar(select(credential.c.counter).where(mine)) == seen > 0
    door.close()


def counts(door: Doorway, *, to: int) -> None:
    """Every key's counter, written by hand."""
    assert door.terminal is not None
    with door.terminal.store.update((), ("credential.counter",)) as work:
        work.run(update(credential).values(counter=to))


# -- support measures -------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        with made.hands_on("person", "atena") as work:
            add_person(work, "P-1")
            add_person(work, "P-2")
        yield made


def marked(world: World) -> str:
    prepared = restrictions.prepare_mark(world.gate, world.session("clerk"), "P-1", FROM, UNTIL)
    return restrictions.perform_mark(world.gate, prepared, tuple(world.approvals(prepared)))


def lifted(world: World) -> None:
    prepared = restrictions.prepare_lift(world.gate, world.session("supervisor"), "P-1")
    restrictions.perform_lift(world.gate, prepared, tuple(world.approvals(prepared)))


def at_the_next_open(world: World) -> list[tuple[str, str]]:
    """What is put back, by key and how."""
    with world.store.update(beside.READS, beside.WRITES) as work:
        found = beside.differing(work, world.control.state)
        beside.put_back(work, found)
    with world.store.view(beside.READS) as work:
        assert not beside.differing(work, world.control.state)
    return [(one.key, one.how) for one in found if one.table == "restriction"]


def row(world: World, id_: str) -> tuple[str, str, str, str]:
    with world.store.view(("restriction",)) as work:
        found = work.one(select(restriction).where(restriction.c.id == id_))
    return found.person_id, found.from_on, found.until_on, found.lifted_at


SIGNED = ("P-1", "2026-11-16", "2027-11-15", "")


@pytest.mark.req("SEC-94")
@pytest.mark.parametrize(
    ("statement", "how"),
    [
        (update(restriction).values(lifted_at="2026-11-16T10:00:00+09:00"), "changed"),
        (update(restriction).values(person_id="P-2"), "changed"),
        (update(restriction).values(until_on="2026-11-17"), "changed"),
        (delete(restriction), "missing"),
    ],
    ids=["lifted", "another's", "shorter", "taken away"],
)
def test_a_measure_that_somebody_signed_is_put_back_and_named(
    world: World, statement: object, how: str
) -> None:
    """The address of somebody in danger is not shown for a row that an outside tool wrote."""
    id_ = marked(world)
    assert row(world, id_) == SIGNED
    with world.hands_on("restriction") as work:
        work.run(statement)  # type: ignore[arg-type]
    assert at_the_next_open(world) == [(id_, how)]
    assert row(world, id_) == SIGNED


def provisional(world: World) -> str:
    prepared = restrictions.prepare_provisional(world.gate, world.session("clerk"), "P-1")
    return restrictions.perform_provisional(world.gate, prepared, tuple(world.approvals(prepared)))


def decided(world: World, kind: str, until_on: str) -> None:
    """As the union's decision brings it (``app.cases.effects.Restricts``)."""
    with world.hand_of("eligibility.receive_decision").system(
        "eligibility.receive_decision"
    ) as work:
        restrictions.decided(work, "P-1", kind, "2026-11-20", until_on)


@pytest.mark.req("SEC-94")
def test_a_provisional_measure_is_put_back_too(world: World) -> None:
    """One clerk's touch is enough to set it, and nobody's hand takes it away."""
    id_ = provisional(world)
    signed = ("P-1", "2026-11-16", "2026-11-30", "")
    for statement, how in (
        (update(restriction).values(lifted_at="2026-11-16T10:00:00+09:00"), "changed"),
        (delete(restriction), "missing"),
    ):
        with world.hands_on("restriction") as work:
            work.run(statement)
        assert at_the_next_open(world) == [(id_, how)]
        assert row(world, id_) == signed
    assert kind_of(world, id_) == "provisional"


def test_what_takes_the_place_of_a_provisional_one_is_no_hand(world: World) -> None:
    """The good cases: the clerk decides, or the union does; neither is put back."""
    first = provisional(world)
    decided(world, "provisional", "2026-11-20")
    assert row(world, first)[2] == "2026-11-30", "a file shortens nothing"
    decided(world, "support_measure", "2027-11-19")
    decided(world, "provisional", "2026-12-01")
    assert at_the_next_open(world) == []
    assert (kind_of(world, first), row(world, first)[2]) == ("support_measure", "2027-11-19")
    lifted(world)
    world.later(minutes=5)
    first = provisional(world)
    world.later(minutes=5)
    second = marked(world)
    assert at_the_next_open(world) == []
    assert row(world, first)[3] and not row(world, second)[3]
    lifted(world)
    assert at_the_next_open(world) == []


def kind_of(world: World, id_: str) -> str:
    with world.store.view(("restriction",)) as work:
        return str(work.scalar(select(restriction.c.kind).where(restriction.c.id == id_)))


@pytest.mark.req("SEC-94")
def test_a_measure_of_a_file_is_lifted_by_an_act_alone(world: World) -> None:
    brought = {"id": "T01-1-000900", "person_id": "P-1", "kind": "support_measure"}
    with world.hands_on("restriction") as work:
        work.run(insert(restriction).values(from_on="2026-11-01", until_on="9999-12-31", **brought))
    assert at_the_next_open(world) == []
    with world.hands_on("restriction") as work:
        work.run(update(restriction).values(lifted_at="2026-11-16T10:00:00+09:00"))
    assert at_the_next_open(world) == [("T01-1-000900", "changed")]
    lifted(world)
    assert at_the_next_open(world) == []
    assert row(world, "T01-1-000900")[3]


def test_what_was_lifted_by_an_act_stays_lifted_and_is_marked_anew_by_another(world: World) -> None:
    first = marked(world)
    world.later(minutes=5)
    lifted(world)
    world.later(minutes=5)
    second = marked(world)
    assert at_the_next_open(world) == []
    assert row(world, first)[3] and not row(world, second)[3]
    with world.hands_on("restriction") as work:  # the moment of the real lift does not serve again
        work.run(update(restriction).values(lifted_at=row(world, first)[3]))
    assert at_the_next_open(world) == [(second, "changed")]
