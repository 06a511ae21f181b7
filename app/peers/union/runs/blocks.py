"""A block of households as a piece of a yearly run reads it: whole households, read at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from app.peers.union.database import among
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
    """About ``size`` persons of the households after the mark ``after``, the last household whole;
    None where nobody is left. Households with none of ``whom`` are left out.

    No join tells where a block ends: it would be reckoned anew for all that is left each time."""
    number = person.c.household_number
    mine = select(person).where(person.c.municipality_code == municipality)
    later = mine.where(number > after.removeprefix(_MARK)) if after else mine
    rows = list(connection.execute(later.order_by(number, person.c.id).limit(size)))
    if not rows:
        return None
    last = rows[-1].household_number
    rows = [row for row in rows if row.household_number != last]
    rows += connection.execute(mine.where(number == last).order_by(person.c.id))
    theirs = among(coverage.c.person_id, [row.id for row in rows])
    picked = frozenset(
        connection.execute(select(coverage.c.person_id).where(theirs, whom)).scalars()
    )
    concerned = {row.household_number for row in rows if row.id in picked}
    households: dict[str, list[PersonRow]] = {}
    for row in rows:
        if row.household_number in concerned:
            households.setdefault(row.household_number, []).append(row)
    ids = [row.id for members in households.values() for row in members]
    incomes = connection.execute(
        select(income).where(among(income.c.person_id, ids), income.c.year == year)
    )
    return Block(
        _MARK + last,
        households,
        coverages_of(connection, ids),
        {row.person_id: row for row in incomes},
        picked,
    )
