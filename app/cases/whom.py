"""Whom a case is about, from the address master (宛名): shown on every page, changed on none.

What stands here was never keyed (SEC-09): it is read anew whenever the case is opened.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.core.errors import UserError
from app.security.gate.work import GateWork
from db.tables.persons import address, atena, household_member, insured, person, restriction

WHOM_READS = (
    "person",
    "atena",
    "insured",
    "address",
    "household_member",
    "restriction",
)
"""What a function declares that shows whom a case is about."""

INSURED, LOST, DEAD, NEVER = "insured", "lost", "dead", "never"
_DEAD = "3"


@dataclass(frozen=True, slots=True)
class Whom:
    """A person as the address master has her. Days are ISO, "" for none; the period is the last
    one. ``standing`` is insured, lost (資格喪失), dead, or never (no period here). Under support
    measures (``care``) address and household are empty."""

    person_id: str
    name: str
    kana: str
    birth_written: str
    birth_sort: str
    sex: str
    person_kind: str
    municipality_code: str
    atena_number: str
    household_number: str
    postal_code: str
    address: str
    insured_number: str
    acquired_on: str
    lost_on: str
    standing: str
    care: bool


def read_whom(work: GateWork, person_id: str) -> Whom:
    """The person of an id. Raises UserError ``cases.no_person``."""
    row = work.first(
        select(person, atena.c.municipality_code, atena.c.atena_number)
        .join(atena, (atena.c.person_id == person.c.id) & atena.c.current.is_(True))
        .where(person.c.id == person_id)
    )
    if row is None:
        raise UserError(
            "cases.no_person",
            "その方が、この端末に見つかりません。",
            "検索から、もう一度その方を開いてください。",
        )
    lives = work.first(
        select(address).where(address.c.person_id == person_id, address.c.kind == "current")
    )
    home = work.scalar(
        select(household_member.c.household_number).where(household_member.c.person_id == person_id)
    )
    period = work.first(
        select(insured)
        .where(insured.c.person_id == person_id)
        .order_by(insured.c.acquired_on.desc())
    )
    care = work.first(
        select(restriction.c.id).where(
            restriction.c.person_id == person_id, restriction.c.lifted_at == ""
        )
    )
    home_shown = lives if care is None else None
    return Whom(
        person_id=person_id,
        name=row.name,
        kana=row.kana,
        birth_written=row.birth_written,
        birth_sort=row.birth_sort,
        sex=row.sex,
        person_kind=row.kind,
        municipality_code=row.municipality_code,
        atena_number=row.atena_number,
        household_number="" if care is not None else home or "",
        postal_code=home_shown.postal_code if home_shown else "",
        address=f"{home_shown.written}　{home_shown.building}".rstrip("　") if home_shown else "",
        insured_number=period.insured_number if period is not None else "",
        acquired_on=period.acquired_on if period is not None else "",
        lost_on=period.lost_on if period is not None else "",
        standing=_standing(row.state, period),
        care=care is not None,
    )


def _standing(state: str, period: object) -> str:
    if state == _DEAD:
        return DEAD
    if period is None:
        return NEVER
    return LOST if getattr(period, "lost_on", "") else INSURED
