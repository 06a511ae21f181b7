"""Writing down whom a decision concerns: the one place where a single person enters the store.

What contradicts the store is never written over (SEC-108): the caller lists it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from app.rules.wareki import Eras
from app.rules.wareki_input import parse_date
from app.security.gate_work import ActWork
from app.wire.records import DecisionRecord
from db import search as index
from db.tables.persons import address, atena, insured, person

READS = ("person", "atena", "insured", "address", "watermark")
WRITES = ("person", "atena", "insured", "address")
"""What a function that calls ``put_decided`` declares."""


def put_decided(work: ActWork, record: DecisionRecord, eras: Eras) -> str | None:
    """Make the person of an accepted decision known here, with number and address; gives the
    person's id. None when the atena number belongs here to somebody of another birth date or
    sex: nothing is written then."""
    held = work.first(
        select(person.c.id, person.c.birth_sort, person.c.sex)
        .join(atena, atena.c.person_id == person.c.id)
        .where(
            atena.c.municipality_code == record.municipality_code,
            atena.c.atena_number == record.atena_number,
        )
    )
    if held is not None and (held.birth_sort, held.sex) != (record.birth_sort, record.sex):
        return None
    if held is None:
        person_id = work.new_id()
        index.insert_persons(work, [_person(person_id, record, eras)])
        work.run(
            insert(atena).values(
                municipality_code=record.municipality_code,
                atena_number=record.atena_number,
                person_id=person_id,
                current=True,
            )
        )
    else:
        person_id = str(held.id)
        index.update_person(
            work,
            person_id,
            {"name": record.name, "kana": record.kana, "birth_written": record.birth_written},
        )
    _put_address(work, person_id, record)
    _put_insured(work, person_id, record)
    return person_id


def _person(person_id: str, record: DecisionRecord, eras: Eras) -> dict[str, Any]:
    return {
        "id": person_id,
        "kind": record.person_kind,
        "name": record.name,
        "kana": record.kana,
        "birth_written": record.birth_written,
        "birth_sort": record.birth_sort,
        "birth_precision": parse_date(record.birth_written, eras, uncertain=True).precision.value,
        "sex": record.sex,
        "state": "1",
    }


def _put_address(work: ActWork, person_id: str, record: DecisionRecord) -> None:
    values = {
        "municipality_code": record.municipality_code,
        "postal_code": record.postal_code,
        "written": record.address,
        "building": record.building,
        "since": record.acquired_on,
    }
    changed = work.run(
        update(address)
        .where(address.c.person_id == person_id, address.c.kind == "current")
        .values(**values, version=address.c.version + 1)
    )
    if not changed:
        work.run(insert(address).values(person_id=person_id, kind="current", **values))


def _put_insured(work: ActWork, person_id: str, record: DecisionRecord) -> None:
    values = {
        "person_id": person_id,
        "insurer_number": record.insurer_number,
        "acquisition_reason": record.acquisition_reason,
        "copay_ratio": record.copay_ratio,
        "copay_from": record.copay_from,
        "limit_class": record.limit_class,
        "limit_from": record.limit_from,
        "provisional": record.provisional == "1",
    }
    changed = work.run(
        update(insured)
        .where(
            insured.c.insured_number == record.insured_number,
            insured.c.acquired_on == record.acquired_on,
        )
        .values(**values, version=insured.c.version + 1)
    )
    if not changed:
        work.run(
            insert(insured).values(
                insured_number=record.insured_number, acquired_on=record.acquired_on, **values
            )
        )
