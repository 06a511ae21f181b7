"""賦課: the premium of a year of each insured person of a household, with every part and the ground
of each reduction (FILE-20; DOMAIN 4.2-4.6).

The household is that of 賦課期日: 1 April, or the day on which somebody became insured later in the
year. An income that is not known yet counts as one that was not declared: no reduction, and 見込み.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from app.core.canon import canonical_json
from app.peers.union.database import among
from app.peers.union.facts import DISABILITY, WAS_DEPENDANT
from app.peers.union.office.holding import hold
from app.peers.union.office.incomes import UNDECLARED, kept_incomes
from app.peers.union.office.persons import PersonRow
from app.peers.union.system import System
from app.peers.union.tables import fact, levy
from app.rules.calendar.days import fiscal_period
from app.rules.income import Incomes, MissingIncome
from app.rules.levy.premium import (
    HouseholdPremium,
    InsuredStatus,
    LevyHousehold,
    LevyMember,
    Part,
    PartPremium,
    PersonPremium,
    PremiumYear,
    assess,
)
from app.rules.levy.reduction import ReductionClass
from app.rules.levy.tables import premium_year
from app.wire.files import FILES
from app.wire.records import PremiumRecord

PREMIUMS = "FILE-20"
_FACTS = (WAS_DEPENDANT, DISABILITY)
_REDUCTIONS = {
    ReductionClass.NONE: "none",
    ReductionClass.TWO: "two",
    ReductionClass.FIVE: "five",
    ReductionClass.SEVEN: "seven",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What a levy reads of persons, by person: coverages oldest first, incomes of the year, and
    facts beside them."""

    coverages: Mapping[int, Sequence[Row[Any]]]
    incomes: Mapping[int, Row[Any]]
    facts: Mapping[int, Mapping[str, str]]


@dataclass(slots=True)
class Levying:
    """The premiums of one year; the household of a day is assessed once."""

    year: PremiumYear
    known: Known
    _done: dict[tuple[int, ...], HouseholdPremium] = field(default_factory=dict)

    def due(self, person_id: int) -> Iterator[tuple[Row[Any], date]]:
        """The coverages of a person that lie in the year, and the 賦課期日 of each."""
        first, last = fiscal_period(self.year.fiscal_year)
        for one in self.known.coverages.get(person_id, ()):
            begins = date.fromisoformat(one.acquired_on)
            if begins <= last and (not one.lost_on or one.lost_on > first.isoformat()):
                yield one, max(first, begins)

    def record(
        self, row: PersonRow, covered: Row[Any], members: Sequence[PersonRow], day: date
    ) -> PremiumRecord | None:
        """The premium by one coverage over the household of 賦課期日; None where no month of the
        year carries one. Raises RuleError for a household that cannot be assessed."""
        household = self._household(row, members, day)
        found = self._assessed(household, tuple(one.id for one in members), day)
        premium = next(one for one in found.persons if one.key == row.atena_number)
        if not premium.months.count:
            return None
        missing = {
            one.key for one in household.members if one.incomes is MissingIncome.NOT_DECLARED
        }
        by_atena = {one.atena_number: one for one in members}
        unknown = {key for key in missing if not self._undeclared(by_atena[key].id)}
        return self._written(row, covered, found, premium, (missing, unknown))

    def _assessed(
        self, household: LevyHousehold, ids: tuple[int, ...], day: date
    ) -> HouseholdPremium:
        key = (day.toordinal(), *ids)
        if key not in self._done:
            self._done[key] = assess(self.year, household, accept_undeclared=True)
        return self._done[key]

    def _household(self, row: PersonRow, members: Sequence[PersonRow], day: date) -> LevyHousehold:
        heads = [one for one in members if one.is_head]
        alone = len(members) == 1
        head = heads[0] if heads else (row if alone else None)
        return LevyHousehold(
            row.household_number,
            "" if head is None else head.atena_number,
            tuple(self._member(one, day) for one in members),
        )

    def _member(self, row: PersonRow, day: date) -> LevyMember:
        known = self.known.incomes.get(row.id)
        incomes: Incomes | MissingIncome = MissingIncome.NOT_DECLARED
        if known is not None and known.assessed:
            incomes = kept_incomes(known.assessed)
        born = date.fromisoformat(row.birth_sort)
        return LevyMember(row.atena_number, born, incomes, self._status(row.id, day.isoformat()))

    def _status(self, person_id: int, day: str) -> InsuredStatus | None:
        for one in self.known.coverages.get(person_id, ()):
            if one.acquired_on <= day and (not one.lost_on or day < one.lost_on):
                facts = self._facts(person_id)
                recognised = facts.get(DISABILITY, "")
                return InsuredStatus(
                    date.fromisoformat(one.acquired_on),
                    date.fromisoformat(one.lost_on) if one.lost_on else None,
                    former_dependant=WAS_DEPENDANT in facts,
                    recognised_on=date.fromisoformat(recognised) if recognised else None,
                )
        return None

    def _facts(self, person_id: int) -> Mapping[str, str]:
        return self.known.facts.get(person_id, {})

    def _undeclared(self, person_id: int) -> bool:
        known = self.known.incomes.get(person_id)
        return known is not None and known.origin == UNDECLARED

    def _written(
        self,
        row: PersonRow,
        covered: Row[Any],
        found: HouseholdPremium,
        premium: PersonPremium,
        gaps: tuple[set[str], set[str]],
    ) -> PremiumRecord:
        missing, unknown = gaps
        year, months = self.year.fiscal_year, premium.months
        parts = {part.part: _part(part) for part in premium.parts}
        medical = parts[Part.MEDICAL]
        child = parts.get(Part.CHILD, dict.fromkeys(_PART, ""))
        dependant = any(
            part.former_months and part.former_permille > part.reduction_permille
            for part in premium.parts
        )
        state = "confirmed"
        if row.atena_number in missing:
            state = "unconfirmed" if row.atena_number in unknown else "undeclared"
        return PremiumRecord(
            municipality_code=row.municipality_code,
            atena_number=row.atena_number,
            household_number=row.household_number,
            insured_number=covered.insured_number,
            levy_id="",
            levy_year=str(year),
            equivalent_year=str(year),
            cause="",
            decided_on="",
            month_from=_month(year, months.first),
            month_to=_month(year, months.first + months.count - 1),
            months=str(months.count),
            income_state=state,
            base=str(premium.income.base),
            judged="" if missing else str(found.judgement.income),
            reduction="dependant" if dependant else _REDUCTIONS[found.judgement.reduction],
            former_dependant="1" if WAS_DEPENDANT in self._facts(row.id) else "0",
            **{f"medical_{name}" if name else "medical": text for name, text in medical.items()},
            **{f"child_{name}" if name else "child": text for name, text in child.items()},
            amount=str(premium.amount),
            provisional="1" if unknown else "0",
        )


_PART = ("per_capita", "reduced", "income", "capped", "")


def _part(part: PartPremium) -> dict[str, str]:
    """The amounts of a part, "" the part itself. The per-capita cut of former dependants is that
    of the months in which it holds."""
    per_capita = part.former_per_capita if part.former_months else part.per_capita
    capped = part.per_capita + part.income_based > part.ceiling
    return {
        "per_capita": str(part.per_capita_full),
        "reduced": str(part.per_capita_full - per_capita),
        "income": str(part.income_based),
        "capped": "1" if capped else "0",
        "": str(part.amount),
    }


def _month(year: int, number: int) -> str:
    """Month ``number`` of a fiscal year, 0 April."""
    return f"{year + (number + 3) // 12}-{(number + 3) % 12 + 1:02d}"


def year_rules(system: System, year: int) -> PremiumYear:
    """All rules of a fiscal year. Raises RuleError or NoRowError for a year without tables."""
    tables = system.shelf.on(max(fiscal_period(year)[0], system.today())).tables
    return premium_year(tables, system.setup.prefecture, year)


def facts_of(connection: Connection, ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """By person, since when each fact that a levy counts has been so."""
    rows = connection.execute(
        select(fact.c.person_id, fact.c.kind, fact.c.true_from).where(
            among(fact.c.person_id, ids),
            fact.c.kind.in_(_FACTS),
            fact.c.known_until == "",
            fact.c.value != "",
        )
    )
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.person_id, {})[row.kind] = row.true_from
    return found


def levies_of(
    connection: Connection, ids: Iterable[int], year: int
) -> dict[str, tuple[int, PremiumRecord]]:
    """The levies in force of a year by 被保険者番号, with their numbers."""
    rows = connection.execute(
        select(levy.c.insured_number, levy.c.number, levy.c.record)
        .where(among(levy.c.person_id, ids), levy.c.levy_year == year)
        .order_by(levy.c.number)
    )
    return {
        row.insured_number: (row.number, PremiumRecord(**json.loads(row.record))) for row in rows
    }


def keep(
    system: System,
    connection: Connection,
    municipality: str,
    decided: Iterable[tuple[int, int, PremiumRecord]],
) -> int:
    """Keep decided levies (person, number, record) and hold them for FILE-20; how many."""
    today = system.today().isoformat()
    rows, records = [], []
    for person_id, number, record in decided:
        year, insured = record.levy_year, record.insured_number
        levy_id = f"{system.setup.id}-P{year}-{insured}-{number}"
        record = replace(record, levy_id=levy_id, decided_on=today)
        records.append(record)
        values = {name: getattr(record, name) for name in PremiumRecord.__dataclass_fields__}
        rows.append(
            {
                "id": levy_id,
                "insured_number": insured,
                "person_id": person_id,
                "levy_year": int(year),
                "number": number,
                "amount": int(record.amount),
                "record": canonical_json(values),
                "decided_on": today,
            }
        )
    if rows:
        connection.execute(insert(levy), rows)
    return hold(connection, FILES[PREMIUMS], municipality, records)
