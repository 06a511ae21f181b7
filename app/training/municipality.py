"""見本県見本市: a deterministic synthetic municipality of any size (issue 2, item 10).

The special cases come first (``app.training.special``), then ordinary households, each drawn
from its own stream, so that a million persons can be produced one household at a time and the
same seed, size and day always give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.tables import Tables
from app.rules.calendar.days import anniversary, day_of_75, years_before
from app.rules.calendar.wareki import Eras, Precision, on_paper
from app.rules.calendar.wareki_input import parse_date
from app.training import names
from app.training.chance import Chance
from app.training.people import (
    Coverage,
    Income,
    Person,
    atena_of,
    income_of,
    insured_of,
    my_number_of,
)
from app.training.special import SPECIAL_HOUSEHOLDS, Wanted

SYSTEM_START = date(2008, 4, 1)
PLACE = "見本県見本市"

_OLD, _MIDDLE, _YOUNG = 75, 30, 0
_TOWNS = tuple(town for town in names.TOWNS for _ in range(town[2]))

# (weight of 100, members: relation, sex 1/2 or 0 for either, youngest and oldest age)
_FAMILIES: tuple[tuple[int, tuple[tuple[str, int, int, int], ...]], ...] = (
    (13, (("世帯主", 0, 68, 97),)),
    (14, (("世帯主", 1, 70, 93), ("妻", 2, 68, 91))),
    (
        14,
        (
            ("世帯主", 1, 45, 66),
            ("妻", 2, 42, 64),
            ("子", 0, 8, 30),
            ("母", 2, 72, 96),
            ("子", 0, 5, 28),
        ),
    ),
    (9, (("世帯主", 0, 48, 68), ("母", 2, 76, 98))),
    (24, (("世帯主", 1, 30, 58), ("妻", 2, 28, 56), ("子", 0, 0, 24), ("子", 0, 0, 22))),
    (15, (("世帯主", 0, 19, 62),)),
    (11, (("世帯主", 1, 55, 72), ("妻", 2, 52, 70))),
)
_FAMILY = tuple(members for weight, members in _FAMILIES for _ in range(weight))
_GIVEN = {
    ("1", _OLD): names.OLD_MEN,
    ("2", _OLD): names.OLD_WOMEN,
    ("1", _MIDDLE): names.MIDDLE_MEN,
    ("2", _MIDDLE): names.MIDDLE_WOMEN,
    ("1", _YOUNG): names.YOUNG_MEN,
    ("2", _YOUNG): names.YOUNG_WOMEN,
}


def born(age: int, month: int, day: int, on: date) -> date:
    """The birth date in ``month`` and ``day`` of somebody who is ``age`` years old ``on``."""
    year = on.year - age - ((month, day) > (on.month, on.day))
    return date(year, month, day)


@dataclass(frozen=True, slots=True)
class Municipality:
    """The synthetic municipality: ``size`` persons as they stand on the day ``on``."""

    size: int
    seed: int
    on: date
    eras: Eras

    def households(self) -> Iterator[tuple[Person, ...]]:
        """All households; the last one is cut where ``size`` is reached."""
        done = 0
        for number in range(1, self.size + 1):
            if number <= len(SPECIAL_HOUSEHOLDS):
                members = self._special(number, done)
            else:
                members = self._ordinary(number, done)
            members = members[: self.size - done]
            done += len(members)
            yield members
            if done == self.size:
                return

    def persons(self) -> Iterator[Person]:
        """All persons, household by household."""
        for household in self.households():
            yield from household

    def _special(self, number: int, done: int) -> tuple[Person, ...]:
        place = self._place(Chance(self.seed, number))
        return tuple(
            self._wanted(wanted, number, done + index, place)
            for index, wanted in enumerate(SPECIAL_HOUSEHOLDS[number - 1], start=1)
        )

    def _wanted(self, wanted: Wanted, number: int, index: int, place: _Place) -> Person:
        birth, written, precision = self._birth(wanted)
        support = years_before(self.on, 1) + timedelta(days=60) if wanted.supported else None
        return Person(
            atena_number=atena_of(index),
            former_atena=tuple(atena_of(other) for other in wanted.former_atena),
            household_number=atena_of(number),
            relation=wanted.relation,
            is_head=wanted.relation == "世帯主",
            person_kind=wanted.kind,
            name=wanted.name,
            kana=wanted.kana,
            alias=wanted.alias,
            alias_kana=wanted.alias_kana,
            birth_written=written,
            birth_sort=birth,
            birth_precision=precision,
            sex=wanted.sex,
            my_number="" if wanted.without_number else my_number_of(index),
            postal_code=place.postal_code,
            address=place.address,
            building=place.building,
            phone=place.phone,
            state=wanted.state,
            event=wanted.event,
            event_on=self.on - timedelta(days=wanted.event_days_ago),
            support_from=support,
            support_until=support and anniversary(support, 1) - timedelta(days=1),
            coverages=self._wanted_coverages(wanted, birth, index),
            income=wanted.income,
            card_use=wanted.card_use,
            card_visits_year=12 if wanted.card_use == "registered" else 0,
            card_visits_quarter=3 if wanted.card_use == "registered" else 0,
            case=wanted.case,
        )

    def _birth(self, wanted: Wanted) -> tuple[date, str, str]:
        if wanted.birth_written:
            parsed = parse_date(wanted.birth_written, self.eras, uncertain=True)
            day = date.fromisoformat(wanted.birth_sort) if wanted.birth_sort else parsed.sort_date
            return day, parsed.written, str(parsed.precision)
        day = born(wanted.age, wanted.month, wanted.day, self.on)
        if wanted.days_to_75:
            day = years_before(self.on + timedelta(days=wanted.days_to_75), 75)
        return day, on_paper(day, self.eras, western=wanted.kind == "2"), str(Precision.DAY)

    def _wanted_coverages(self, wanted: Wanted, birth: date, index: int) -> tuple[Coverage, ...]:
        if wanted.coverage == "none":
            return ()
        if wanted.coverage == "disability":
            recognised = self.on - timedelta(days=400)
            return (
                Coverage(
                    insured_number=insured_of(index), acquired_on=recognised, reason="ACQ_DIS"
                ),
            )
        acquired = max(day_of_75(birth), SYSTEM_START)
        if wanted.coverage == "returned":  # moved out of the prefecture and came back
            left = acquired + timedelta(days=700)
            return (
                Coverage(
                    insured_number=insured_of(5_000_000 + index),
                    acquired_on=acquired,
                    reason="ACQ_AGE",
                    lost_on=left,
                    loss_reason="LOS_OUT",
                ),
                Coverage(
                    insured_number=insured_of(index),
                    acquired_on=left + timedelta(days=800),
                    reason="ACQ_IN",
                ),
            )
        lost_on = None
        if wanted.loss_reason:
            lost_on = self.on - timedelta(days=wanted.event_days_ago - 1)
        return (
            Coverage(
                insured_number=insured_of(index),
                acquired_on=acquired,
                reason="ACQ_AGE",
                lost_on=lost_on,
                loss_reason=wanted.loss_reason,
            ),
        )

    def _ordinary(self, number: int, done: int) -> tuple[Person, ...]:
        chance = Chance(self.seed, number)
        place = self._place(chance)
        variant = chance.percent(5)
        surname = chance.of(names.VARIANT_SURNAMES if variant else names.SURNAMES)
        return tuple(
            self._member(chance, member, surname, number, done + index, place)
            for index, member in enumerate(chance.of(_FAMILY), start=1)
        )

    def _member(
        self,
        chance: Chance,
        member: tuple[str, int, int, int],
        surname: names.Name,
        number: int,
        index: int,
        place: _Place,
    ) -> Person:
        relation, fixed_sex, youngest, oldest = member
        sex = str(fixed_sex or chance.between(1, 2))
        birth = born(
            chance.between(youngest, oldest), chance.between(1, 12), chance.between(1, 28), self.on
        )
        age = self.on.year - birth.year
        given = chance.of(_GIVEN[sex, _OLD if age >= 62 else _MIDDLE if age >= 26 else _YOUNG])
        dead = age >= 75 and chance.percent(1)
        event_on = self.on - timedelta(days=chance.between(30, 3000))
        income = _income(chance, age)
        coverages, event_on = self._coverages(chance, birth, index, event_on, dead=dead)
        card = chance.percent(60)
        visits = chance.between(0, 24) if card else 0
        return Person(
            atena_number=atena_of(index),
            household_number=atena_of(number),
            relation=relation,
            is_head=relation == "世帯主",
            name=f"{surname[0]}　{given[0]}",
            kana=f"{surname[1]}　{given[1]}",
            birth_written=on_paper(birth, self.eras),
            birth_sort=birth,
            sex=sex,
            my_number=my_number_of(index),
            postal_code=place.postal_code,
            address=place.address,
            building=place.building,
            phone=place.phone,
            state="3" if dead else "1",
            event="death" if dead else "ex_officio_entry",
            event_on=event_on,
            coverages=coverages,
            income=income,
            card_use="registered" if card else "not_registered",
            card_visits_year=visits,
            card_visits_quarter=visits // 4,
        )

    def _coverages(
        self, chance: Chance, birth: date, index: int, event_on: date, *, dead: bool
    ) -> tuple[tuple[Coverage, ...], date]:
        """Insured from 75, two in a hundred by disability before; the event is not earlier."""
        if birth <= years_before(self.on, 75):
            acquired = max(day_of_75(birth), SYSTEM_START)
            event_on = max(event_on, acquired)
            coverage = Coverage(
                insured_number=insured_of(index),
                acquired_on=acquired,
                reason="ACQ_AGE",
                lost_on=event_on + timedelta(days=1) if dead else None,
                loss_reason="LOS_DEATH" if dead else "",
            )
            return (coverage,), event_on
        if birth <= years_before(self.on, 65) and chance.percent(2):
            recognised = max(event_on, anniversary(birth, 65))
            number = insured_of(index)
            coverage = Coverage(insured_number=number, acquired_on=recognised, reason="ACQ_DIS")
            return (coverage,), recognised
        return (), event_on

    def _place(self, chance: Chance) -> _Place:
        town, postal_code, _ = chance.of(_TOWNS)
        lot = f"{chance.between(1, 60)}番{chance.between(1, 30)}号"
        if town.startswith("大字"):
            lot = f"{chance.between(1, 3000)}番地{chance.between(1, 9)}"
        building = ""
        if chance.percent(15):
            building = f"{chance.of(names.BUILDINGS)}{chance.between(101, 508)}号"
        return _Place(
            postal_code, f"{PLACE}{town}{lot}", building, f"0250-00-{chance.below(10000):04d}"
        )


@dataclass(frozen=True, slots=True)
class _Place:
    postal_code: str
    address: str
    building: str
    phone: str


def _income(chance: Chance, age: int) -> Income | None:
    """Incomes of a plausible spread; None for children, whose incomes nobody keeps."""
    if age < 20:
        return None
    if age < 65:
        salary = chance.between(0, 60) * 100_000
        earned = max(0, salary * 7 // 10 - 80_000)
        base = max(0, earned - 430_000)
        return Income(
            taxed=earned > 450_000,
            revenue=salary,
            other_income=earned,
            total_income=earned,
            base_income=base,
            taxable_income=max(0, base - 300_000) // 1000 * 1000,
        )
    if chance.percent(2):
        return Income(declared=False)
    draw = chance.below(100)
    if draw < 35:
        pension = chance.between(400, 1100)
    elif draw < 72:
        pension = chance.between(1100, 1800)
    else:
        pension = chance.between(1800, 3000)
    if chance.percent(6):
        rent = chance.between(10, 120) * 100_000
        return income_of(pension * 1000, rent, rent * 6 // 10)
    return income_of(pension * 1000)


def municipality(
    tables: Tables, size: int = 10_000, seed: int = 1, on: date = date(2026, 11, 20)
) -> Municipality:
    """The synthetic municipality of ``size`` persons on the day ``on``.

    Streams: ask ``persons()`` as often as needed; nothing is held. Reads the table ``eras``.
    """
    return Municipality(size, seed, on, Eras(tables["eras"]))
