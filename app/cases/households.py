"""What the terminal knows of the household that a newcomer joins (世帯番号).

Its head, where it lives and its telephone are offered to the entry; a number that nobody here lives
under is a finding before the sending, as the union would refuse it (``household_unknown``). Of
members under support measures (支援措置) nothing is seen: they do not come in a view.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.cases.entry import Found
from app.core.signs import plain
from db.tables.persons import address, household_member, person
from db.work import ReadRows

NUMBER_FIELD = "household_number"
_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Household:
    """The household under ``number`` (15 digits), as it is seen: ``members`` counts them, 0 for a
    number that is not known here; the rest is the head's, else the first member's."""

    number: str
    members: int = 0
    head: str = ""
    head_id: str = ""
    postal_code: str = ""
    address: str = ""
    building: str = ""
    phone: str = ""


def found(work: ReadRows, values: Mapping[str, str]) -> Found | None:
    """What a newcomer's entry may take over from the household that she joins."""
    home = read(work, values)
    if home is None:
        return None
    if not home.members:
        return Found("この端末で知られていない世帯番号です", {})
    taken = {
        "postal_code": home.postal_code,
        "address": home.address,
        "building": home.building,
        "phone": home.phone,
    }
    head = f"世帯主 {home.head} 様" if home.head else "世帯主はこの端末にいません"
    values = {name: text for name, text in taken.items() if text}
    return Found(f"→ {head}（{home.members}人）　{home.address}", values, home.head_id)


def number_of(typed: str) -> str:
    """The number in its one form; "" for what is none."""
    digits = plain(typed).strip()
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS
    return digits.zfill(_DIGITS) if is_number else ""


def read(work: ReadRows, values: Mapping[str, str]) -> Household | None:
    """The household that an entry names; None where it names none."""
    number = number_of(values.get(NUMBER_FIELD, ""))
    if not number:
        return None
    rows = work.all(
        select(household_member.c.is_head, person.c.id, person.c.name, person.c.phone, address)
        .select_from(
            household_member.join(person, person.c.id == household_member.c.person_id).outerjoin(
                address, (address.c.person_id == person.c.id) & (address.c.kind == "current")
            )
        )
        .where(
            household_member.c.municipality_code == values.get("municipality_code", ""),
            household_member.c.household_number == number,
        )
        .order_by(household_member.c.is_head.desc(), household_member.c.person_id)
    )
    if not rows:
        return Household(number)
    first = rows[0]
    return Household(
        number,
        len(rows),
        head=first.name if first.is_head else "",
        head_id=first.id if first.is_head else "",
        postal_code=first.postal_code or "",
        address=first.written or "",
        building=first.building or "",
        phone=first.phone or "",
    )
