"""A block of households as a piece of a yearly run reads it: whole households, read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from app.peers.union.office.persons import PersonRow, coverages_of
from app.peers.union.tables import coverage, income, person

_MARK = "="
"""Stands before the household up to which a run is done: a household may have no number."""


@dataclass(frozen=True, slots=True)
class Block:
    """Everybody of the households, living there or not, with coverages (oldest first) and the
    incomes of ``year``."""

    last: str
    households: Mapping[str, Sequence[PersonRow]]
    coverages: Mapping[int, Sequence[Row[Any]]]
    incomes: dict[int, Row[Any]]
    whom: frozenset[int] = field(default=frozenset())
    """Of whom the run is: those insured as it asks."""


def count_whom(connection: Connection, municipality: str, whom: ColumnElement[bool]) -> int:
    """How many persons a run over ``whom`` (of ``coverage``) has before it."""
    return connection.execute(
        select(func.count(person.c.id.distinct()))
        .join(coverage, coverage.c.person_id == person.c.id)
        .where(person.c.municipality_code == municipality, whom)
    ).scalar_one()


def next_block(
    connection: Connection,
    municipality: str,
    after: str,
    whom: ColumnElement[bool],
    year: int,
    size: int,
) -> Block | None:
    """The households after the mark ``after`` that hold ``size`` of ``whom``, the last one whole;
    None where nobody is left."""
    number = person.c.household_number
    mine = [person.c.municipality_code == municipality]
    if after:
        mine.append(number > after.removeprefix(_MARK))
    found = (
        select(number)
        .join(coverage, coverage.c.person_id == person.c.id)
        .where(*mine, whom)
        .order_by(number)
    )
    last = connection.execute(found.offset(size - 1).limit(1)).scalar()
    if last is None:
        last = connection.execute(found.order_by(None).with_only_columns(func.max(number))).scalar()
    if last is None:
        return None
    theirs = found.where(number <= last).order_by(None)
    rows = connection.execute(
        select(person)
        .where(*mine, number <= last, number.in_(theirs.distinct()))
        .order_by(number, person.c.id)
    ).all()
    households: dict[str, list[PersonRow]] = {}
    for row in rows:
        households.setdefault(row.household_number, []).append(row)
    ids = [row.id for row in rows]
    incomes = connection.execute(
        select(income).where(income.c.person_id.in_(ids), income.c.year == year)
    )
    picked = theirs.with_only_columns(person.c.id)
    return Block(
        _MARK + last,
        households,
        coverages_of(connection, ids),
        {row.person_id: row for row in incomes},
        frozenset(connection.execute(picked).scalars()),
    )
