"""Examples of every function about a person: found, opened, restricted."""

from __future__ import annotations

from datetime import date

from app.persons import find, numbers, reaching, restrictions, show
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
}
