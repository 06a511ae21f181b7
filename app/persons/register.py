"""Writing down whom a decision concerns: the one place where a single person enters the store.

What contradicts the store is never written over (SEC-108): it is given back as contradictions,
which the caller puts on the check list (確認リスト).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import parse_date
from app.security.gate.work import ActWork
from app.wire.bodies.coverage import Coverage
from db import search as index
from db.tables.persons import address, atena, household, household_member, insured, person

READS = ("person", "atena", "insured", "address", "household", "household_member", "watermark")
WRITES = ("person", "atena", "insured", "address", "household", "household_member")
"""What a function that calls ``put_decided`` declares."""

_LIVING = "1"
_OPEN_END = "9999-12-31"


@dataclass(frozen=True, slots=True)
class Membership:
    """The household (世帯) that the notification named; ``number`` is "" when it named none."""

    number: str
    relation: str
    is_head: bool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What the decision says against the store: a code of ``check_causes`` and the words for
    the list."""

    cause: str
    detail: str


@dataclass(frozen=True, slots=True)
class Put:
    """Whom the decision concerns here; no person when it contradicts who that is."""

    person_id: str | None
    contradictions: tuple[Contradiction, ...]


def put_decided(
    work: ActWork,
    record: Coverage,
    eras: Eras,
    membership: Membership,
    replaced: tuple[str, str] | None,
) -> Put:
    """Make the person of an accepted decision known here, with number and address.

    ``replaced``: insured number and day of acquisition of the decision that this one takes
    back. Nothing at all is written when the atena number belongs here to somebody of another
    birth date or sex, or the insured number to somebody else.
    """
    held = work.first(
        select(person)
        .join(atena, atena.c.person_id == person.c.id)
        .where(
            atena.c.municipality_code == record.municipality_code,
            atena.c.atena_number == record.atena_number,
        )
    )
    if held is not None and (held.birth_sort, held.sex) != (record.birth_sort, record.sex):
        return Put(None, (_said("atena_elsewhere"),))
    owners = select(insured.c.person_id).where(insured.c.insured_number == record.insured_number)
    owner = work.scalar(owners)
    if owner is not None and (held is None or owner != held.id):
        return Put(None, (_said("insured_elsewhere"),))
    if held is None:
        person_id, found = _add(work, record, eras, membership), []
    else:
        person_id, found = str(held.id), _compare(work, held, record)
    found += _put_insured(work, person_id, record, replaced)
    return Put(person_id, tuple(found))


def _add(work: ActWork, record: Coverage, eras: Eras, membership: Membership) -> str:
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
    work.run(insert(address).values(person_id=person_id, kind="current", **_address(record)))
    if membership.number:
        names = {
            "municipality_code": record.municipality_code,
            "household_number": membership.number,
        }
        work.run(upsert(household).values(**names).on_conflict_do_nothing())
        work.run(
            insert(household_member).values(
                **names,
                person_id=person_id,
                relation=membership.relation,
                is_head=membership.is_head,
                since=record.acquired_on,
            )
        )
    return person_id


def _person(person_id: str, record: Coverage, eras: Eras) -> dict[str, Any]:
    return {
        "id": person_id,
        "kind": record.person_kind,
        "name": record.name,
        "kana": record.kana,
        "birth_written": record.birth_written,
        "birth_sort": record.birth_sort,
        "birth_precision": parse_date(record.birth_written, eras, uncertain=True).precision.value,
        "sex": record.sex,
        "state": _LIVING,
    }


def _address(record: Coverage) -> dict[str, str]:
    return {
        "municipality_code": record.municipality_code,
        "postal_code": record.postal_code,
        "written": record.address,
        "building": record.building,
        "since": record.acquired_on,
    }


def _compare(work: ActWork, held: Row[Any], record: Coverage) -> list[Contradiction]:
    """What the register says of a person who is known here stays; a difference is listed.

    Only an address is taken over, and only for somebody who does not live at the old one any
    more by the register's own word (住民状態).
    """
    differing = [
        label
        for label, ours, theirs in (
            ("氏名", held.name, record.name),
            ("フリガナ", held.kana, record.kana),
        )
        if ours != theirs
    ]
    where = (address.c.person_id == held.id, address.c.kind == "current")
    known = work.first(select(address).where(*where))
    values = _address(record)
    if known is None:
        work.run(insert(address).values(person_id=held.id, kind="current", **values))
    elif held.state != _LIVING:
        work.run(update(address).where(*where).values(**values, version=address.c.version + 1))
    elif (known.written, known.building) != (record.address, record.building):
        differing.append("住所")
    return [_said("resident_differs", "・".join(differing))] if differing else []


def _put_insured(
    work: ActWork, person_id: str, record: Coverage, replaced: tuple[str, str] | None
) -> list[Contradiction]:
    mine = (record.insured_number, record.acquired_on)
    values = {
        "insurer_number": record.insurer_number,
        "acquisition_reason": record.acquisition_reason,
        "copay_ratio": record.copay_ratio,
        "copay_from": record.copay_from,
        "limit_class": record.limit_class,
        "limit_from": record.limit_from,
        "provisional": record.provisional == "1",
    }
    known = False
    for row in work.all(select(insured).where(insured.c.person_id == person_id)):
        key = (row.insured_number, row.acquired_on)
        if key == mine:
            known = True
        elif key == replaced:
            work.run(delete(insured).where(_is(key)))
        elif record.acquired_on < (row.lost_on or _OPEN_END):
            return [_said("period_overlaps")]
    if known:
        changed = update(insured).where(_is(mine))
        work.run(changed.values(**values, version=insured.c.version + 1))
    else:
        names = {"insured_number": mine[0], "acquired_on": mine[1], "person_id": person_id}
        work.run(insert(insured).values(**names, **values))
    return []


def _is(key: tuple[str, str]) -> Any:
    return (insured.c.insured_number == key[0]) & (insured.c.acquired_on == key[1])


_DETAILS = {
    "atena_elsewhere": "決定の宛名番号が、この端末では生年月日か性別の違う方に付いています。",
    "insured_elsewhere": "決定の被保険者番号が、この端末では別の方に付いています。",
    "resident_differs": "決定の{items}が、この端末にある住民記録と違います。",
    "period_overlaps": "決定の資格の期間が、この端末にある期間と重なっています。",
}


def _said(cause: str, items: str = "") -> Contradiction:
    return Contradiction(cause, f"{_DETAILS[cause].format(items=items)}書き換えていません。")
