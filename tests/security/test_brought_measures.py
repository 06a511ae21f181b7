"""A support measure that a file or a decision brought is no row that can be written by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select, update

from app.persons import restrictions
from app.security.control import brought
from app.security.control.brought import BROUGHT, FACT
from app.security.journal.journal import RESTORED
from app.security.journal.line import Entry, State
from db.tables.persons import restriction
from tests.security.test_signed_facts import world as world
from tests.support.world import World

UNTIL = "2027-11-15"


def bring(world: World, person_id: str = "P-1", until: str = UNTIL) -> None:
    """As the union's decision brings it (``app.cases.effects.Restricts``)."""
    function = "eligibility.receive_decision"
    with world.hand_of(function).system(function) as work:
        restrictions.decided(work, person_id, "support_measure", "2026-11-20", until)


def at_the_next_open(world: World) -> list[tuple[str, str]]:
    return [(one.key, one.how) for one in brought.settle(world.store, world.journal)]


def rows(world: World) -> list[tuple[str, ...]]:
    with world.store.view(("restriction",)) as work:
        found = work.all(select(restriction).order_by(restriction.c.person_id))
    return [(one.person_id, one.kind, one.from_on, one.until_on) for one in found]


def id_of(world: World, person_id: str) -> str:
    with world.store.view(("restriction",)) as work:
        mine = select(restriction.c.id).where(restriction.c.person_id == person_id)
        return str(work.scalar(mine))


def said(world: World) -> int:
    return sum(line.entry.function_id == BROUGHT for line in world.lines())


def fact(world: World) -> str:
    with world.store.view((f"store_fact.{FACT}",)) as work:
        return work.fact(FACT) or ""


def set_fact(world: World, text: str) -> None:
    with world.store.update((), (f"store_fact.{FACT}",)) as work:
        work.set_fact(FACT, text) if text else work.drop_fact(FACT)


BOTH = [
    ("P-1", "support_measure", "2026-11-20", UNTIL),
    ("P-2", "support_measure", "2026-11-20", UNTIL),
]


@pytest.mark.req("SEC-94")
def test_what_the_union_brought_is_said_once_and_stands(world: World) -> None:
    bring(world)
    bring(world)  # the same again says nothing new
    assert said(world) == 1
    bring(world, "P-2")
    assert said(world) == 2
    assert at_the_next_open(world) == []
    assert rows(world) == BOTH


@pytest.mark.req("SEC-94")
@pytest.mark.parametrize(
    ("statement", "how"),
    [
        (update(restriction).values(person_id="P-1"), "changed"),
        (update(restriction).values(until_on="2026-11-21"), "changed"),
        (update(restriction).values(from_on="2026-11-01"), "changed"),
        (update(restriction).values(kind="provisional"), "changed"),
        (delete(restriction), "missing"),
    ],
    ids=["another's", "shorter", "earlier", "provisional", "taken away"],
)
def test_a_row_that_an_outside_tool_wrote_is_put_back_and_named(
    world: World, statement: object, how: str
) -> None:
    bring(world)
    bring(world, "P-2")
    id_ = id_of(world, "P-2")
    with world.hands_on("restriction") as work:
        work.run(statement.where(restriction.c.id == id_))  # type: ignore[attr-defined]
    assert at_the_next_open(world) == [(id_, how)]
    assert rows(world) == BOTH
    assert at_the_next_open(world) == []


def test_a_row_that_an_outside_tool_added_is_named(world: World) -> None:
    bring(world)
    with world.hands_on("restriction") as work:
        values = {"id": "T01-1-000900", "person_id": "P-2", "kind": "support_measure"}
        work.run(insert(restriction).values(from_on="2026-11-01", until_on="2027-01-01", **values))
    assert at_the_next_open(world) == [("T01-1-000900", "added")]


def renamed(world: World, earlier: str) -> None:
    """The row of P-2 under an id as a signed act would have made it."""
    with world.hands_on("restriction") as work:
        mine = restriction.c.person_id == "P-2"
        work.run(update(restriction).where(mine).values(id=f"T01-1-{'g' * 32}-0"))
    assert at_the_next_open(world)[0][1] == "missing"
    raise Caught


def taken_away_with_the_kept_rows(world: World, earlier: str) -> None:
    taken_away(world)
    set_fact(world, fact(world).replace('"P-2"', '"P-1"'))


def of_an_earlier_day(world: World, earlier: str) -> None:
    taken_away(world)
    set_fact(world, earlier)


def without_the_kept_rows(world: World, earlier: str) -> None:
    taken_away(world)
    set_fact(world, "")


def with_another_line(world: World, earlier: str) -> None:
    taken_away(world)
    set_fact(world, earlier.replace("[", "[1000", 1))


def with_no_rows_at_all(world: World, earlier: str) -> None:
    taken_away(world)
    set_fact(world, "{}")


def taken_away(world: World) -> None:
    with world.hands_on("restriction") as work:
        work.run(delete(restriction).where(restriction.c.person_id == "P-2"))


class Caught(Exception):
    """The attack was told already."""


@pytest.mark.parametrize(
    "attack",
    [
        *(renamed, taken_away_with_the_kept_rows, of_an_earlier_day, without_the_kept_rows),
        *(with_another_line, with_no_rows_at_all),
    ],
    ids=lambda one: one.__name__,
)
def test_whoever_writes_the_kept_rows_too_is_named(
    world: World, attack: Callable[[World, str], None]
) -> None:
    bring(world)
    earlier = fact(world)
    bring(world, "P-2")
    try:
        attack(world, earlier)
    except Caught:
        return
    assert at_the_next_open(world) == [("*", "changed")]


def test_work_that_was_rolled_back_leaves_the_rows_as_said_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off between the journal's line and the commit: the line said what never came to be."""
    bring(world)
    write = brought._write

    def cut(*given: object) -> None:
        write(*given)  # type: ignore[arg-type]
        raise OSError("power cut")

    monkeypatch.setattr(brought, "_write", cut)
    with pytest.raises(OSError, match="power cut"):
        bring(world, "P-2")
    assert said(world) == 2
    assert at_the_next_open(world) == []
    assert rows(world) == BOTH[:1]


def test_a_restored_store_may_be_of_an_earlier_day(world: World) -> None:
    bring(world)
    earlier = fact(world)
    bring(world, "P-2")
    taken_away(world)
    set_fact(world, earlier)
    world.journal.append(Entry(State.EVENT, RESTORED))
    assert at_the_next_open(world) == []


def test_rows_of_the_version_before_are_said_at_the_first_open(world: World) -> None:
    with world.hands_on("restriction") as work:
        values = {"id": "T01-1-000900", "person_id": "P-2", "kind": "support_measure"}
        work.run(insert(restriction).values(from_on="2026-11-20", until_on=UNTIL, **values))
    assert at_the_next_open(world) == []
    taken_away(world)
    assert at_the_next_open(world) == [("T01-1-000900", "missing")]
    assert rows(world) == BOTH[1:]


def test_what_was_said_long_ago_is_said_anew_before_its_month_is_dropped(world: World) -> None:
    bring(world)
    world.later(minutes=60 * 24 * 179)
    world.journal.append(Entry(State.EVENT, "session.login"))
    assert at_the_next_open(world) == [] and said(world) == 1
    world.later(minutes=60 * 24 * 2)
    world.journal.append(Entry(State.EVENT, "session.login"))
    assert at_the_next_open(world) == [] and said(world) == 2
    assert at_the_next_open(world) == [] and said(world) == 2
    with world.hands_on("restriction") as work:
        work.run(delete(restriction))
    assert [how for _, how in at_the_next_open(world)] == ["missing"]


@pytest.mark.parametrize("known", [False, True], ids=["first open", "said anew"])
def test_an_opening_that_is_cut_off_between_line_and_commit_names_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, *, known: bool
) -> None:
    bring(world)
    if known:
        world.later(minutes=60 * 24 * 181)
        world.journal.append(Entry(State.EVENT, "session.login"))
    else:
        set_fact(world, "")
    write = brought._write

    def cut(*given: object) -> None:
        write(*given)  # type: ignore[arg-type]
        raise OSError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(brought, "_write", cut)
        with pytest.raises(OSError, match="power cut"):
            at_the_next_open(world)
    assert at_the_next_open(world) == []
    assert rows(world) == BOTH[:1]
    assert at_the_next_open(world) == []
