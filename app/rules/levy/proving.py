"""A premium that was decided elsewhere, reckoned again from the grounds that the decision names
(検算; issue 21.1). Nothing is decided here: where a figure differs, both are said.

The class of reduction and the base are the decision's own: what a household's incomes make of them
is not known at a counter. Everything that follows from them is reckoned by the dated tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from app.core.tables import Unconfirmed
from app.rules.income import Incomes
from app.rules.levy.months import LiableMonths, former_dependant_months
from app.rules.levy.premium import (
    InsuredStatus,
    LevyMember,
    Part,
    PartPremium,
    PremiumYear,
    part_premium,
)
from app.rules.levy.reduction import ReductionClass

REDUCTIONS: Mapping[str, tuple[ReductionClass, ...]] = {
    "none": (ReductionClass.NONE,),
    "two": (ReductionClass.TWO,),
    "five": (ReductionClass.FIVE,),
    "seven": (ReductionClass.SEVEN,),
    # the cut of former dependants was greater than the household's, whichever that was
    "dependant": (ReductionClass.NONE, ReductionClass.TWO, ReductionClass.FIVE),
}
"""Codes of ``reduction_classes`` and the classes of a household that they may stand for."""


@dataclass(frozen=True, slots=True)
class PartDecided:
    """One part as it was decided, yen: yearly per-capita amount, what was taken off it, yearly
    income-based amount, whether the ceiling cut it, and the part's premium for the months."""

    per_capita: int
    reduced: int
    income: int
    capped: bool
    amount: int


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided premium and its grounds. ``reductions`` are the classes that the household may
    have had (``REDUCTIONS``), ``months`` the liable months; ``acquired`` and ``born`` the insured
    person's days; amounts in yen."""

    reductions: tuple[ReductionClass, ...]
    former_dependant: bool
    base: int
    months: LiableMonths
    acquired: date
    born: date
    parts: Mapping[Part, PartDecided]
    exempted: int
    amount: int
    recognised_on: date | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure that the rules reckon otherwise. ``part`` None: the sum of all parts; ``item``
    is a field of ``PartDecided``. A flag is 0 or 1."""

    part: Part | None
    item: str
    decided: int
    reckoned: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The reckoning beside the decision; ``special_area`` is the area (特定地域) whose rates gave
    the decision's figures, None for the union's general ones; ``unconfirmed`` are the rows of
    tables that no official text confirms and that were reckoned with."""

    parts: tuple[PartPremium, ...]
    differences: tuple[Difference, ...]
    special_area: str | None = None
    unconfirmed: tuple[Unconfirmed, ...] = ()


def prove(year: PremiumYear, decided: Decided) -> Proof:
    """Reckon a decided premium again. Where the household's class or the special area is left
    open, the one that gives the decision's figures is taken. Raises RuleError as
    ``premium.part_premium``."""
    everywhere = [
        area
        for area in dict.fromkeys(area for rule in year.parts for area in rule.special_areas)
        if all(area in rule.special_areas for rule in year.parts)
    ]
    first = None
    for area in (None, *everywhere):
        for reduction in decided.reductions:
            found = _prove(year, decided, reduction, area)
            if not found.differences:
                return found
            first = first or found
    assert first is not None, "a decision names at least one class"
    return first


def _prove(
    year: PremiumYear, decided: Decided, reduction: ReductionClass, area: str | None
) -> Proof:
    status = InsuredStatus(
        decided.acquired,
        former_dependant=decided.former_dependant,
        recognised_on=decided.recognised_on,
        special_area=area,
    )
    member = LevyMember("", decided.born, Incomes(), status)
    former = (
        former_dependant_months(
            year.former_dependant, year.fiscal_year, decided.acquired, decided.months
        )
        if decided.former_dependant
        else 0
    )
    counted = (decided.months.count, former)
    parts = tuple(
        part_premium(year, rule, reduction, member, status, decided.base, counted)
        for rule in year.parts
    )
    found = [one for part in parts for one in _compare(part, decided.parts.get(part.part))]
    levied = {part.part for part in parts}
    found += [
        Difference(part, "amount", said.amount, 0)
        for part, said in decided.parts.items()
        if part not in levied and said.amount
    ]
    total = sum(one.amount for one in decided.parts.values()) - decided.exempted
    if total != decided.amount:
        found.append(Difference(None, "amount", decided.amount, total))
    return Proof(parts, tuple(found), area, year.unconfirmed)


_NOTHING = PartDecided(0, 0, 0, capped=False, amount=0)


def _compare(part: PartPremium, said: PartDecided | None) -> Iterator[Difference]:
    """Where one part differs. The reduction of a former dependant may be said as that of the
    months with the cut or of those after it."""
    said = said or _NOTHING
    yearly = {part.per_capita_full - part.per_capita}
    if part.former_months:
        yearly.add(part.per_capita_full - part.former_per_capita)
    reduced = said.reduced if said.reduced in yearly else max(yearly)
    capped = part.per_capita + part.income_based > part.ceiling
    reckoned = PartDecided(part.per_capita_full, reduced, part.income_based, capped, part.amount)
    for item in ("per_capita", "reduced", "income", "capped", "amount"):
        one, other = int(getattr(said, item)), int(getattr(reckoned, item))
        if one != other:
            yield Difference(part.part, item, one, other)
