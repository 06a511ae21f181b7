"""What the control log says of rows that other rooms write: what the terminal is, and who is under
support measures (支援措置).

Their acts are deeds, so a fact that somebody writes by hand makes no terminal another, and a
measure that somebody takes away or lifts by hand is put back. Measures that came with a file carry
no act: the journal says what they are (``brought``), and nobody but ``LiftSupport`` lifts them
either, or ``MarkSupport``, which puts another in their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, insert, select, update

from app.security.control.state import PROVISIONAL, SUPPORT, ControlState, Measure
from db.tables.persons import person, restriction
from db.work import ReadRows, Rows

WITHDRAWN = "withdrawn"
"""A terminal's state that the union's word brings; it takes away, so it needs no act of ours."""

FACTS = tuple(
    f"store_fact.{name}" for name in ("terminal_state", "terminal_media", "terminal", "profile")
)
READS = ("restriction", "person.id", *FACTS)
WRITES = ("restriction", *FACTS)


@dataclass(frozen=True, slots=True)
class PutBack:
    """A row that says something else than the log does. ``table``, ``key`` and ``how`` as in
    ``rows.Unsigned``; ``statement`` or ``fact`` puts it back."""

    table: str
    key: str
    how: str
    statement: Executable | None = None
    fact: tuple[str, str] | None = None


def differing(work: ReadRows, state: ControlState) -> tuple[PutBack, ...]:
    """What somebody changed by hand."""
    return (*_facts(work, state), *_measures(work, state))


def put_back(work: Rows, found: tuple[PutBack, ...]) -> None:
    """Let the rows say what the log says."""
    for one in found:
        if one.fact is not None:
            work.set_fact(*one.fact)
        elif one.statement is not None:
            work.run(one.statement)


def _facts(work: ReadRows, state: ControlState) -> Iterator[PutBack]:
    for name, value in state.terminal.facts.items():
        kept = work.fact(name)
        unset = kept is None and name == "terminal_media"
        if kept != value and not unset and kept != WITHDRAWN:
            yield PutBack("store_fact", name, "changed", fact=(name, value))


def _measures(work: ReadRows, state: ControlState) -> Iterator[PutBack]:
    wanted = dict(state.measures)
    for row in work.all(select(restriction)):
        mine = wanted.pop(row.id, None)
        change = _change(row, mine, state)
        if change:
            fixed = update(restriction).where(restriction.c.id == row.id).values(**change)
            yield PutBack("restriction", row.id, "changed", fixed)
    here = {row.id for row in work.all(select(person.c.id).where(person.c.id.in_(_of(wanted))))}
    for id_, one in wanted.items():
        if one.person_id in here:  # else the person went out of scope, and the measure with them
            yield PutBack("restriction", id_, "missing", insert(restriction).values(_row(id_, one)))


def _of(wanted: dict[str, Measure]) -> list[str]:
    return [one.person_id for one in wanted.values()]


def _change(row: Any, mine: Measure | None, state: ControlState) -> dict[str, Any]:
    """What must be written so that the row says what was signed."""
    change: dict[str, Any] = {}
    if row.lifted_at and (
        mine is not None or row.lifted_at not in state.lifts.get(row.person_id, ())
    ):
        change["lifted_at"] = ""
    if mine is not None:
        signed = {"person_id": mine.person_id, "kind": mine.kind, "from_on": mine.from_on}
        if (mine.kind, row.kind) == (PROVISIONAL, SUPPORT):
            del signed["kind"]  # the union decided on it since
        change |= {name: value for name, value in signed.items() if getattr(row, name) != value}
        if row.until_on < mine.until_on:  # a file may have made it longer, nothing shorter
            change["until_on"] = mine.until_on
    return change


def _row(id_: str, one: Measure) -> dict[str, Any]:
    days = {"from_on": one.from_on, "until_on": one.until_on}
    return {"id": id_, "person_id": one.person_id, "kind": one.kind, **days}
