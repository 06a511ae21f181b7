"""Whom a kind of case is about, and how it begins: declared by the kind, worked by the room.

``KnownPerson`` and what it stands for (``DeadPerson``, ``Household``, ``Payer``) are about
somebody whom the address master knows (宛名): read anew whenever the case is opened, shown on
every page and changed on none (SEC-09). ``app.cases.whom`` reads them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from app.cases.whom import Whom
from app.persons.eligibility_state import DEAD, INSURED, LOST

PAID_BY = "paid_by"
"""Prefix of the columns and fields that tell of a payer."""

PAYER_KNOWN = "payer_known"
"""In the values of an entry: the payer is one of the register, so nobody keys the name."""


class Begin(StrEnum):
    """How a case begins: from the search or the menu, from an opened person, from another case
    (the same sitting), from a line of the day board (後に続くこと)."""

    SEARCH = "search"
    PERSON = "person"
    CASE = "case"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A kind about somebody who may not be here yet; begins at the search or the menu, or after
    another case of the sitting: those who move in together come to the counter together. The
    fields are those by which a namesake (同姓同名) is looked for."""

    name: str = "name"
    kana: str = "kana"
    birth: str = "birth_written"

    @property
    def begins(self) -> tuple[Begin, ...]:
        """How such a case begins, where its kind does not say otherwise."""
        return (Begin.SEARCH, Begin.CASE)

    @property
    def named_by(self) -> tuple[str, str]:
        """The fields of name and kana by which an entry names whom it is about."""
        return self.name, self.kana


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A kind about a person who is here. ``states`` are those of ``app.cases.whom`` in which
    it may begin. ``from_roles`` fills a block of fields from a person who is kept in a role with
    her: (role, prefix of the fields), e.g. the 喪主 of the death as the payee of the claim."""

    states: tuple[str, ...]
    from_roles: tuple[tuple[str, str], ...] = ()

    def offered_to(self, state: str) -> bool:
        """Whether it is offered on the page of somebody in that state."""
        return state in self.states

    @property
    def begins(self) -> tuple[Begin, ...]:
        """How such a case begins, where its kind does not say otherwise."""
        return (Begin.PERSON, Begin.CASE, Begin.LINE)

    @property
    def named_by(self) -> tuple[str, str]:
        """The address master names her: no field does."""
        return "", ""


@dataclass(frozen=True, slots=True)
class DeadPerson(KnownPerson):
    """A kind about somebody who died, as such: the day of death is shown and known to the rules
    (``died_on``), and who was named for her is offered."""

    states: tuple[str, ...] = (DEAD,)


@dataclass(frozen=True, slots=True)
class Household(KnownPerson):
    """A kind about a household (世帯), opened by one of its members, who is in one of
    ``states``. Those who live in it, of ``members`` where any are named, are shown and sent: their
    atena numbers stand in the body's column ``members``, the household's number in
    ``household_number``."""

    states: tuple[str, ...] = (INSURED,)
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Payer(KnownPerson):
    """A kind about somebody who pays for an insured person and is not that person (世帯主,
    配偶者, 相続人代表, who pays from his own account). ``states`` are those of the insured
    person. The payer is chosen where the case begins: a member of the household, somebody kept in
    one of ``roles``, or somebody who is in no register here and is keyed
    (``blocks.payer_fields``)."""

    states: tuple[str, ...] = (INSURED, LOST)
    roles: tuple[str, ...] = ()

    def offered_to(self, state: str) -> bool:
        """Also to whoever lives and may be the one who pays: for whom is asked then."""
        return state in self.states or state != DEAD

    @property
    def named_by(self) -> tuple[str, str]:
        """The fields of name and kana of a payer of no register."""
        return f"{PAID_BY}_name", f"{PAID_BY}_kana"


About: TypeAlias = Newcomer | KnownPerson

PAYER = tuple(f"{PAID_BY}_{item}" for item in ("atena_number", "name", "kana", "relation"))
"""Columns that tell of the payer: from the address master, or keyed where no register knows."""

FROM_REGISTER = (
    "atena_number",
    "died_on",
    "household_number",
    "members",
    "insured_number",
    "nondisclosed",
    "self_info_off",
    *PAYER,
)
"""Columns of a body that the address master fills and nobody keys."""


def said_of(whom: Whom | None, columns: Collection[str]) -> Mapping[str, str]:
    """What the address master says of ``whom`` for those of ``columns`` that it fills; of a
    payer only where the payer is one of the register."""
    if whom is None:
        return {}
    said = {
        "atena_number": whom.atena_number,
        "died_on": whom.died_on,
        "household_number": whom.household,
        "members": " ".join(one.atena_number for one in whom.members),
        "insured_number": whom.insured_number,
        # whoever is under support measures is 不開示該当, and nobody keys that (SEC-124)
        "nondisclosed": "1" if whom.restricted else "",
        "self_info_off": "1" if whom.restricted else "",
    }
    if whom.payer is not None:
        payer = whom.payer
        said |= dict(
            zip(PAYER, (payer.atena_number, payer.name, payer.kana, payer.relation), strict=True)
        )
    return {name: text for name, text in said.items() if name in columns}
