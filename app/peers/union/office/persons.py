"""Persons, households, numbers and coverages as the union keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from app.peers.union.database import among
from app.peers.union.office import history
from app.peers.union.system import next_value
from app.peers.union.tables import (
    coverage,
    former_atena,
    levy_due,
    number,
    person,
    share,
)
from app.rules.identifiers import luhn_check_digit

PersonRow = Row[Any]


def find_person(connection: Connection, municipality_code: str, atena: str) -> PersonRow | None:
    """The person of an atena number, a former one included."""
    row = connection.execute(
        select(person).where(
            person.c.municipality_code == municipality_code, person.c.atena_number == atena
        )
    ).first()
    if row is not None:
        return row
    return connection.execute(
        select(person)
        .join(former_atena, former_atena.c.person_id == person.c.id)
        .where(
            former_atena.c.municipality_code == municipality_code,
            former_atena.c.atena_number == atena,
        )
    ).first()


def get_person(connection: Connection, person_id: int) -> PersonRow:
    """The person of an id of ours."""
    return connection.execute(select(person).where(person.c.id == person_id)).one()


def owner_of(connection: Connection, my_number: str) -> PersonRow | None:
    """Whose 個人番号 this is."""
    return connection.execute(
        select(person)
        .join(number, number.c.person_id == person.c.id)
        .where(number.c.my_number == my_number)
    ).first()


def number_of(connection: Connection, person_id: int) -> str:
    """The person's 個人番号, "" when the union has none."""
    found = select(number.c.my_number).where(number.c.person_id == person_id)
    return str(connection.execute(found).scalar() or "")


def put_number(connection: Connection, person_id: int, my_number: str) -> None:
    """Tie a number to a person who had none."""
    connection.execute(insert(number).values(person_id=person_id, my_number=my_number))


def household_of(
    connection: Connection, municipality_code: str, household_number: str
) -> list[PersonRow]:
    """Those who live in a household (住民状態 1), by id."""
    return list(
        connection.execute(
            select(person)
            .where(
                person.c.municipality_code == municipality_code,
                person.c.household_number == household_number,
                person.c.state == "1",
            )
            .order_by(person.c.id)
        )
    )


def coverages_of(connection: Connection, person_ids: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """Coverages by person, oldest first."""
    found: dict[int, list[Row[Any]]] = {}
    ids = list(person_ids)
    for row in connection.execute(
        select(coverage)
        .where(among(coverage.c.person_id, ids))
        .order_by(coverage.c.person_id, coverage.c.acquired_on, coverage.c.id)
    ):
        found.setdefault(row.person_id, []).append(row)
    return found


def open_coverage(connection: Connection, person_id: int) -> Row[Any] | None:
    """The coverage that has not ended."""
    return connection.execute(
        select(coverage)
        .where(coverage.c.person_id == person_id, coverage.c.lost_on == "")
        .order_by(coverage.c.acquired_on.desc())
    ).first()


def insured_on(rows: Iterable[Row[Any]], day: str) -> bool:
    """Whether one of a person's coverages holds on ``day``."""
    return any(row.acquired_on <= day and (not row.lost_on or day < row.lost_on) for row in rows)


def add_person(connection: Connection, values: Mapping[str, object]) -> int:
    """A new person, known from now (``history.bring``); returns the id."""
    person_id = next_value(connection, "person")
    touched = next_value(connection, "touched")
    brought = history.newest(connection).id
    connection.execute(
        insert(person).values(**values, id=person_id, touched=touched, brought=brought)
    )
    return person_id


def change_person(
    connection: Connection,
    person_id: int,
    values: Mapping[str, object],
    *,
    since: str = "",
    reason: str = "",
) -> None:
    """Change a person; the next delivery takes it along. What was known before is remembered,
    what is new is true from ``since`` (YYYY-MM-DD), else from the day of what brings it;
    ``reason`` says why (of the register's files the 異動事由)."""
    with remembered(connection, person_id, since=since, reason=reason):
        connection.execute(
            update(person)
            .where(person.c.id == person_id)
            .values(**values, touched=next_value(connection, "touched"))
        )


@contextmanager
def remembered(
    connection: Connection, person_id: int, *, since: str = "", reason: str = ""
) -> Iterator[None]:
    """Whatever is written of a person inside becomes history."""
    before = history.lines_now(connection, (person_id,)).get(person_id, {})
    yield
    history.remember(connection, person_id, before, since=since, reason=reason)


def touch(connection: Connection, person_id: int) -> None:
    """Something about the person changed elsewhere: the next delivery takes it along."""
    connection.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(touched=next_value(connection, "touched"))
    )


def add_coverage(
    connection: Connection, person_id: int, acquired_on: str, reason: str, *, given: str = ""
) -> str:
    """Number an insured person (被保険者番号, with check digit) from ``acquired_on``: anew, or by
    the number ``given`` before, which stands on a paper already."""
    while True:
        if given and connection.execute(_numbered(given)).first() is None:
            insured_number = given
            break
        body = f"{next_value(connection, 'insured_number'):07d}"
        insured_number = body + luhn_check_digit(body)
        if connection.execute(_numbered(insured_number)).first() is None:
            break
    with remembered(connection, person_id):
        connection.execute(
            insert(coverage).values(
                id=next_value(connection, "coverage"),
                person_id=person_id,
                insured_number=insured_number,
                acquired_on=acquired_on,
                acquisition_reason=reason,
            )
        )
    touch(connection, person_id)
    levy_waits(connection, person_id)
    return insured_number


def _numbered(insured_number: str) -> Select[int]:
    return select(coverage.c.id).where(coverage.c.insured_number == insured_number)


def end_coverage(connection: Connection, coverage_id: int, lost_on: str, reason: str) -> None:
    """資格喪失 from ``lost_on``."""
    mine = coverage.c.id == coverage_id
    person_id = connection.execute(select(coverage.c.person_id).where(mine)).scalar_one()
    with remembered(connection, person_id):
        connection.execute(update(coverage).where(mine).values(lost_on=lost_on, loss_reason=reason))
    levy_waits(connection, person_id)


def reopen_coverage(connection: Connection, coverage_id: int) -> None:
    """A loss is taken back: the coverage goes on as if it had never ended."""
    mine = coverage.c.id == coverage_id
    person_id = connection.execute(select(coverage.c.person_id).where(mine)).scalar_one()
    with remembered(connection, person_id):
        connection.execute(update(coverage).where(mine).values(lost_on="", loss_reason=""))
    touch(connection, person_id)
    levy_waits(connection, person_id)


def levy_waits(connection: Connection, person_id: int) -> None:
    """The next daily run reckons this person's premium again."""
    there = select(levy_due.c.person_id).where(levy_due.c.person_id == person_id)
    if connection.execute(there).first() is None:
        connection.execute(insert(levy_due).values(person_id=person_id))


def insured_by(connection: Connection, insured_number: str) -> PersonRow | None:
    """Whose coverage that has not ended bears this 被保険者番号."""
    return connection.execute(
        select(person)
        .join(coverage, coverage.c.person_id == person.c.id)
        .where(coverage.c.insured_number == insured_number, coverage.c.lost_on == "")
    ).first()


def shares_of(
    connection: Connection, person_ids: Iterable[int], day: str = ""
) -> dict[int, Row[Any]]:
    """The share that holds on ``day`` by person, the first one where none has begun yet; without
    a day the last one, which may begin only next August."""
    found: dict[int, Row[Any]] = {}
    for person_id, rows in all_shares_of(connection, person_ids).items():
        begun = [row for row in rows if not day or row.copay_from <= day]
        found[person_id] = begun[-1] if begun else rows[0]
    return found


def all_shares_of(connection: Connection, person_ids: Iterable[int]) -> dict[int, list[Row[Any]]]:
    """Every share by person, in the order of their days."""
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(
        select(share)
        .where(among(share.c.person_id, person_ids))
        .order_by(share.c.person_id, share.c.copay_from)
    ):
        found.setdefault(row.person_id, []).append(row)
    return found


def touched_since(
    connection: Connection, municipality_code: str, last: int, *, limit: int = 5_000
) -> list[PersonRow]:
    """Persons changed after ``last``, in that order, about ``limit``: a change of many at once
    (a piece of a yearly run) is one, and is never cut."""
    mine = person.c.municipality_code == municipality_code
    newer = select(person).where(mine, person.c.touched > last).order_by(person.c.touched)
    rows = list(connection.execute(newer.limit(limit)))
    if len(rows) == limit:
        same = select(person).where(mine, person.c.touched == rows[-1].touched)
        rows = [row for row in rows if row.touched != rows[-1].touched] + list(
            connection.execute(same.order_by(person.c.id))
        )
    return rows


def former_atena_of(connection: Connection, person_ids: Iterable[int]) -> dict[int, list[str]]:
    """Former atena numbers by person."""
    found: dict[int, list[str]] = {}
    for row in connection.execute(
        select(former_atena)
        .where(among(former_atena.c.person_id, person_ids))
        .order_by(former_atena.c.atena_number)
    ):
        found.setdefault(row.person_id, []).append(row.atena_number)
    return found
