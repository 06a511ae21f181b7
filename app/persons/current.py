"""What is known now of one fact: read from, and put into, the current tables."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.persons.facts import KINDS
from app.persons.history import current_lines
from app.rules.calendar.axes import Span, whole
from db import search
from db.tables.persons import (
    address,
    household,
    household_member,
    insured,
    person,
    restriction,
)
from db.work import Rows

_PERSON_COLUMNS = {"person_kind": "kind"}


def line_of(work: Rows, person_id: str, kind: str, subject: str) -> tuple[Span, ...] | None:
    """What the current tables state of one fact, as a whole line; None for somebody who is not
    here."""
    row = work.first(select(person).where(person.c.id == person_id))
    if row is None:
        return None
    lines = current_lines(work, {person_id: row}, frozenset((kind,)))[person_id]
    return lines.get((kind, subject)) or whole(())


def put(
    work: Rows, person_id: str, kind: str, subject: str, value: Mapping[str, str], since: str
) -> None:
    """Let the current tables state ``value`` from ``since`` on."""
    if kind == "address":
        _put_address(work, person_id, subject, value, since)
    elif kind == "household":
        _put_household(work, person_id, subject, value, since)
    elif kind in ("copay", "limit"):
        _put_share(work, person_id, kind, value, since)
    elif kind == "restriction":
        _put_restriction(work, person_id, subject, value, since)
    else:
        columns = {
            _PERSON_COLUMNS.get(item, item): value.get(item, "") for item in KINDS[kind].items
        }
        if kind == "state":
            columns["state_on"] = since
        search.update_person(work, person_id, columns)


def _put_address(
    work: Rows, person_id: str, subject: str, value: Mapping[str, str], since: str
) -> None:
    key = {"person_id": person_id, "kind": subject}
    mine = (address.c.person_id == person_id, address.c.kind == subject)
    if not value:
        work.run(delete(address).where(*mine))
        return
    columns = {item: value.get(item, "") for item in KINDS["address"].items} | {"since": since}
    if not work.run(update(address).where(*mine).values(**columns, version=address.c.version + 1)):
        work.run(insert(address).values(**key, **columns))


def _put_household(
    work: Rows, person_id: str, municipality: str, value: Mapping[str, str], since: str
) -> None:
    here = household_member.c.municipality_code == municipality
    work.run(delete(household_member).where(household_member.c.person_id == person_id, here))
    if not value:
        return
    names = {"municipality_code": municipality, "household_number": value["household_number"]}
    work.run(upsert(household).values(**names).on_conflict_do_nothing())
    work.run(
        insert(household_member).values(
            **names,
            person_id=person_id,
            relation=value.get("relation", ""),
            is_head=value.get("is_head") == "1",
            since=since,
        )
    )


def _put_share(work: Rows, person_id: str, kind: str, value: Mapping[str, str], since: str) -> None:
    """負担割合 or 限度区分 of the latest period."""
    last = work.first(
        select(insured.c.insured_number, insured.c.acquired_on)
        .where(insured.c.person_id == person_id)
        .order_by(insured.c.acquired_on.desc())
    )
    if last is None:
        return
    columns: dict[str, str | bool]
    if kind == "copay":
        columns = {
            "copay_ratio": value.get("ratio", ""),
            "provisional": value.get("provisional") == "1",
            "copay_from": since,
        }
    else:
        columns = {"limit_class": value.get("limit_class", ""), "limit_from": since}
    work.run(
        update(insured)
        .where(
            insured.c.insured_number == last.insured_number,
            insured.c.acquired_on == last.acquired_on,
        )
        .values(**columns, version=insured.c.version + 1)
    )


def _put_restriction(
    work: Rows, person_id: str, restriction_id: str, value: Mapping[str, str], since: str
) -> None:
    if not value:
        work.run(
            update(restriction)
            .where(restriction.c.id == restriction_id)
            .values(lifted_at=since, version=restriction.c.version + 1)
        )
        return
    columns = {"kind": value["kind"], "until_on": value["until_on"], "from_on": since}
    known = restriction.c.id == restriction_id
    if not work.run(update(restriction).where(known).values(**columns)):
        work.run(insert(restriction).values(id=restriction_id, person_id=person_id, **columns))
