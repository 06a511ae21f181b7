"""Examples of every function about a person: found, opened, restricted."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.cases import explaining
from app.persons import (
    find,
    numbers,
    reaching,
    restrictions,
    same,
    same_acts,
    same_finding,
    same_list,
    show,
)
from app.persons.same import Step
from app.rules.calendar.wareki import Eras
from app.security.gate.gate import Session
from tests.support.attempts import Attempt, Example
from tests.support.case_examples import DAY
from tests.support.counter import (
    NUMBER,
    Resident,
    put_residents,
)
from tests.support.world import World


def _search(world: World) -> Attempt:
    put_residents(world, Resident())
    return Attempt(
        "clerk",
        view=lambda session: find.search(world.gate, session, "たかはし", world.tables, DAY),
    )


def _reaching(world: World) -> Attempt:
    put_residents(world, Resident(birth_sort="1951-12-05", insured_number=""))
    return Attempt(
        "clerk",
        view=lambda session: reaching.list_reaching(
            world.gate, session, date(2026, 12, 1), world.tables
        ),
    )


def _search_by_number(world: World) -> Attempt:
    put_residents(world, Resident(my_number=NUMBER))

    def search(session: Session) -> object:
        with world.gate.view(
            find.NUMBER_FUNCTION, session, purpose="identity_check"
        ) as work:  # the service itself asks for the right first and then searches without it
            return work.my_number.find(NUMBER)

    return Attempt("clerk", view=search)


def _open_person(world: World) -> Attempt:
    put_residents(world, Resident())
    return Attempt(
        "clerk",
        view=lambda session: show.open_person(
            world.gate, session, "P-1", world.tables, DAY, by_number=False, confirmed=False
        ),
    )


def _show_number(world: World) -> Attempt:
    put_residents(world, Resident(my_number=NUMBER))
    return Attempt(
        "clerk",
        lambda session: numbers.prepare_show_number(world.gate, session, "P-1", "question"),
        lambda prepared, given: numbers.perform_show_number(world.gate, prepared, tuple(given)),
    )


def _mark(world: World) -> Attempt:
    put_residents(world, Resident())
    return Attempt(
        "clerk",
        lambda session: restrictions.prepare_mark(
            world.gate, session, "P-1", DAY, date(2027, 11, 15)
        ),
        lambda prepared, given: restrictions.perform_mark(world.gate, prepared, tuple(given)),
    )


def _lift(world: World) -> Attempt:
    put_residents(world, Resident(care=True))
    return Attempt(
        "supervisor",
        lambda session: restrictions.prepare_lift(world.gate, session, "P-1"),
        lambda prepared, given: restrictions.perform_lift(world.gate, prepared, tuple(given)),
    )


def _mark_now(world: World) -> Attempt:
    put_residents(world, Resident())
    return Attempt(
        "clerk",
        lambda session: restrictions.prepare_provisional(world.gate, session, "P-1"),
        lambda prepared, given: restrictions.perform_provisional(
            world.gate, prepared, tuple(given)
        ),
    )


def _open_support(world: World) -> Attempt:
    put_residents(world, Resident(care=True))
    return Attempt(
        "supervisor",
        lambda session: restrictions.prepare_open(world.gate, session, "P-1", "own_visit"),
        lambda prepared, given: restrictions.perform_open(world.gate, prepared, tuple(given)),
    )


def _close_support(world: World) -> Attempt:
    put_residents(world, Resident(care=True))
    return Attempt(
        "supervisor", does=lambda session: restrictions.close(world.gate, session, "P-1")
    )


def _explain(world: World) -> Attempt:
    put_residents(world, Resident())
    return Attempt(
        "clerk",
        view=lambda session: explaining.explain(world.gate, session, "P-1", world.tables, DAY),
    )


def put_twice(world: World, **other: Any) -> same.Pair:
    """The same person under two atena numbers, proposed."""
    twin: dict[str, Any] = {
        "id": "P-2",
        "atena_number": "000000000009999",
        "insured_number": "",
    } | other
    put_residents(world, Resident(), Resident(**twin))
    with world.hands_on("same_person") as work:
        said = ("S101", f"{DAY.isoformat()}T09:00:00+09:00", 1)
        same.put_found(work, "P-1", "P-2", "name_birth", said)
    return pair_of(world)


def pair_of(world: World) -> same.Pair:
    """The one pair that there is."""
    (only,) = same_list.list_same(world.gate, world.session("clerk"), world.tables, DAY)
    return only.pair


def _list_same(world: World) -> Attempt:
    put_twice(world)
    return Attempt(
        "clerk",
        view=lambda session: same_list.list_same(world.gate, session, world.tables, DAY),
    )


def _propose_same(world: World) -> Attempt:
    put_residents(world, Resident(), Resident(id="P-2", atena_number="9999", insured_number=""))
    return Attempt(
        "clerk",
        lambda session: same_acts.prepare_propose(world.gate, session, "P-1", "9999", "ご家族の話"),
        lambda prepared, given: same_acts.perform_propose(world.gate, prepared, given),
    )


def _verdict(world: World, step: Step, who: str) -> Attempt:
    pair, eras = pair_of(world), Eras(world.tables["eras"])
    return Attempt(
        who,
        lambda session: same_acts.prepare_verdict(
            world.gate, session, pair, step, "戸籍で確かめた", kept="P-1"
        ),
        lambda prepared, given: same_acts.perform_verdict(world.gate, prepared, given, eras),
    )


def _decide_same(world: World) -> Attempt:
    put_twice(world)
    return _verdict(world, Step.SAME, "clerk")


def put_one(world: World) -> same.Pair:
    """Two numbers that two persons held for one person."""
    put_twice(world)
    decide(world, Step.SAME)
    return pair_of(world)


def decide(world: World, step: Step, who: str = "clerk", kept: str = "P-1") -> None:
    """What two persons decide on the one pair that there is."""
    pair, session = pair_of(world), world.session(who)
    prepared = same_acts.prepare_verdict(
        world.gate, session, pair, step, "戸籍で確かめた", kept=kept if step is Step.SAME else ""
    )
    eras = Eras(world.tables["eras"])
    same_acts.perform_verdict(world.gate, prepared, world.approvals(prepared), eras)


def _undo_same(world: World) -> Attempt:
    put_one(world)
    return _verdict(world, Step.UNDONE, "supervisor")


PERSON_EXAMPLES: dict[str, Example] = {
    "persons.search": _search,
    "persons.list_reaching": _reaching,
    "persons.search_by_number": _search_by_number,
    "persons.open": _open_person,
    "persons.show_my_number": _show_number,
    "persons.mark_support": _mark,
    "persons.mark_provisional": _mark_now,
    "persons.open_support": _open_support,
    "persons.close_support": _close_support,
    "persons.lift_support": _lift,
    same.LIST: _list_same,
    explaining.EXPLAIN: _explain,
    same_acts.PROPOSE: _propose_same,
    same_acts.DECIDE: _decide_same,
    same_acts.UNDO: _undo_same,
    same_finding.FIND: lambda world: Attempt(
        "", system=lambda: same_finding.find_same(world.scheduler_hand, world.calendar)
    ),
}
