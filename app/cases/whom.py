"""Whom a case is about, from the address master (宛名): shown on every page, changed on none.

What stands here was never keyed (SEC-09): it is read anew whenever the case is opened. Of a
household its members are read too, of a payer the person who pays, of everybody who was named
in a role for her (喪主, 相続人代表 …).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select

from app.core.errors import UserError
from app.persons.eligibility_state import DEAD, eligibility_state_of
from app.persons.restrictions import is_restricted
from app.persons.roles import Named, named_for
from app.security.gate.work import GateWork
from db.items import HIDDEN
from db.named import Names
from db.tables.persons import address, atena, household_member, insured, person

WHOM_READS = (
    "person",
    "atena",
    "insured",
    "address",
    "household_member",
    "restriction",
    "fact",
    "origin",
    "same_person",
)
"""What a function declares that shows whom a case is about."""


_RESIDENT = "1"


@dataclass(frozen=True, slots=True)
class Related:
    """Somebody beside whom a case is about: a member of the household, or who pays. ``care``: under
    support measures; ``name`` is "" then where it is shown (``shown``). ``restricted`` as in
    ``Whom``. ``is_head``: 世帯主."""

    person_id: str
    name: str
    kana: str
    birth_written: str
    relation: str
    atena_number: str
    eligibility_state: str
    care: bool = False
    is_head: bool = False
    restricted: bool = False

    @property
    def called(self) -> str:
        """As the clerk reads it."""
        name = self.name or "（取扱注意の方）"
        return f"{name}（{self.relation}）" if self.relation else name


@dataclass(frozen=True, slots=True)
class Whom:
    """A person as the address master has her. Days are ISO, "" for none; the period is the last
    one. ``eligibility_state`` is insured, lost (資格喪失), dead, or never (no period here).
    Where a case of the same visit will have changed it, it is as it will be; ``expected_by`` is
    that case while it is not sent (``app.cases.becoming``).
    ``resident``: 現住民 (住民状態). ``restricted``: under support measures (支援措置); ``care``:
    and not open to who looks (``shown``).

    ``household`` is the household's number; ``members`` are those of it whom the kind is about,
    ``payer`` who pays where the kind is about that. ``roles`` are those named for her.
    """

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
    eligibility_state: str
    care: bool
    resident: bool = True
    restricted: bool = False
    died_on: str = ""
    expected_by: str = ""
    household: str = ""
    members: tuple[Related, ...] = ()
    payer: Related | None = None
    roles: tuple[Named, ...] = ()


def read_whom(work: GateWork, person_id: str) -> Whom:
    """The person of an id, without those beside her. Raises UserError ``cases.no_person``."""
    row = work.first(
        select(person, atena.c.municipality_code, atena.c.atena_number)
        .join(atena, (atena.c.person_id == person.c.id) & atena.c.current.is_(True))
        .where(person.c.id == person_id)
    )
    if row is None:
        raise UserError(
            "cases.no_person",
            "その方が、この端末に見つかりません。",
            "検索から、もう一度その方の照会画面を開いてください。",
        )
    lives = work.first(
        select(address).where(address.c.person_id == person_id, address.c.kind == "current")
    )
    home = work.scalar(
        select(household_member.c.household_number).where(household_member.c.person_id == person_id)
    )
    period = _last_period(work, person_id)
    restricted = is_restricted(work, person_id)
    eligibility = eligibility_state_of(row.state, period)
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
        household_number=home or "",
        postal_code=lives.postal_code if lives else "",
        address=f"{lives.written}　{lives.building}".rstrip("　") if lives else "",
        insured_number=period.insured_number if period is not None else "",
        acquired_on=period.acquired_on if period is not None else "",
        lost_on=period.lost_on if period is not None else "",
        eligibility_state=eligibility,
        care=restricted and person_id not in work.opened,
        resident=row.state == _RESIDENT,
        restricted=restricted,
        died_on=row.state_on if eligibility == DEAD else "",
        household=home or "",
    )


def shown(whom: Whom, names: Names) -> Whom:
    """What is shown of whom a case is about: of somebody under support measures (支援措置) name,
    birth date and numbers; of the others beside her nobody who is under one, be it by the register
    or, in a role, by ``names`` (DOMAIN 7.3)."""
    payer = whom.payer
    if payer is not None and payer.care:
        payer = replace(payer, name="", kana="")
    if not whom.care:
        visible = tuple(one for one in whom.members if not one.care)
        roles = tuple(
            replace(one, name=HIDDEN, phone="") if names.within(one.name) else one
            for one in whom.roles
        )
        return replace(whom, members=visible, payer=payer, roles=roles)
    return replace(
        whom,
        household_number="",
        postal_code="",
        address="",
        household="",
        members=(),
        payer=payer,
        roles=(),
    )


def with_members(
    work: GateWork, whom: Whom, states: Collection[str] = (), *, living_in: bool = False
) -> Whom:
    """The same with the members of her household, herself first, the head next; only those in
    ``states`` where any are named, and with ``living_in`` only 現住民: a household's number stays
    with who died or moved out."""
    found = [
        _related(one, home.relation, is_head=bool(home.is_head))
        for one, home in _household(work, whom)
        if not states or one.eligibility_state in states
        if one.resident or not living_in
    ]
    found.sort(key=lambda one: one.person_id != whom.person_id)
    return replace(whom, members=tuple(found))


def with_payer(work: GateWork, whom: Whom, payer_id: str) -> Whom:
    """The same with who pays for her. Raises UserError ``cases.no_person``, and
    ``cases.payer_is_insured`` and ``cases.payer_dead`` for somebody who cannot be it."""
    if payer_id == whom.person_id:
        raise UserError(
            "cases.payer_is_insured",
            "納める方として、被保険者ご本人が選ばれています。",
            "この手続は、ご本人のほかに納める方がいるときのものです。納める方を選び直してください。",
        )
    payer = read_whom(work, payer_id)
    if payer.eligibility_state == DEAD:
        raise UserError(
            "cases.payer_dead",
            f"{payer.name} 様は亡くなっているため、納める方にできません。",
            "相続人など、ほかの方を選んでください。",
        )
    of_home = {one.person_id: home.relation for one, home in _household(work, whom)}
    return replace(whom, payer=_related(payer, of_home.get(payer_id, "")))


def with_roles(work: GateWork, whom: Whom) -> Whom:
    """The same with whoever was named for her in a role, as it is known now."""
    return replace(whom, roles=named_for(work, whom.person_id, work.at.date()))


def _household(work: GateWork, whom: Whom) -> list[tuple[Whom, Row[Any]]]:
    """Everybody of her household and how each stands in it, the head first."""
    if not whom.household:
        return []
    rows = work.all(
        select(
            household_member.c.person_id, household_member.c.relation, household_member.c.is_head
        )
        .join(
            atena,
            (atena.c.person_id == household_member.c.person_id) & atena.c.current.is_(True),
        )
        .where(
            household_member.c.municipality_code == whom.municipality_code,
            household_member.c.household_number == whom.household,
        )
        .order_by(household_member.c.is_head.desc(), household_member.c.person_id)
    )
    return [(read_whom(work, row.person_id), row) for row in rows]


def _related(one: Whom, relation: str, *, is_head: bool = False) -> Related:
    return Related(
        person_id=one.person_id,
        name=one.name,
        kana=one.kana,
        birth_written=one.birth_written,
        relation=relation,
        atena_number=one.atena_number,
        eligibility_state=one.eligibility_state,
        care=one.care,
        is_head=is_head,
        restricted=one.restricted,
    )


def _last_period(work: GateWork, person_id: str) -> Row[Any] | None:
    return work.first(
        select(insured)
        .where(insured.c.person_id == person_id)
        .order_by(insured.c.acquired_on.desc())
    )
