"""High-cost medical benefits (高額療養費) of a household in one month.

Source: DOMAIN 3.5-3.7; 高確法84条, 同施行令14-16条. All amounts are whole yen. A month is judged by
its treatment (診療月): the limits given here are those of that month. What a year gives back says
``yearly``; what a public fund or a specified disease leaves of a copay says ``public_funds``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.tables import Unconfirmed
from app.rules.errors import RuleError
from app.rules.money import PERMILLE, one_percent


@dataclass(frozen=True, slots=True)
class MonthLimits:
    """Limits of one limit class in one month of treatment.

    ``outpatient`` is of a person (None: 現役並み, who have none); ``relief_…`` is the 配慮措置 of
    2割 (2022-10 to 2025-09). ``household`` grows by 1 % of the cost above ``one_percent_over``
    (under 50 銭 is cut, 50 銭 and over is a yen).
    """

    limit_class: str
    outpatient: int | None
    household: int
    one_percent_over: int | None
    repeated_after: int
    """多数回該当: after so many months within twelve (3: the fourth has the lower limit)."""
    repeated: int | None
    relief_base: int | None = None
    relief_over: int | None = None
    relief_permille: int | None = None
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one person was treated for in the month: total cost (医療費) and copay, yen.

    ``apart``: a public fund (公費) or the cap of a specified disease (特定疾病) holds for it. Then
    ``copay`` is what the person bears after them (``public_funds``), and the relief of 2割 does not
    look at it.
    """

    inpatient: bool
    cost: int
    copay: int
    apart: bool = False


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """One insured person's month; ``half`` in the month of the 75th birthday (DOMAIN 3.7)."""

    key: str
    treatments: tuple[Treatment, ...]
    half: bool = False


@dataclass(frozen=True, slots=True)
class PersonBenefit:
    """A person's steps: first the outpatient limit, then (in a half month) the person's own
    limit, then the share of what the household's limit gives.
    """

    key: str
    outpatient_copay: int
    outpatient_limit: int | None
    outpatient_benefit: int
    inpatient_copay: int
    half_limit: int | None
    half_benefit: int
    left: int
    """What goes into the sum of the household."""
    household_share: int
    benefit: int


@dataclass(frozen=True, slots=True)
class HouseholdBenefit:
    """高額療養費 of one household and month with every step."""

    limit_class: str
    persons: tuple[PersonBenefit, ...]
    cost: int
    left: int
    repeated: bool
    limit: int
    household_benefit: int
    benefit: int
    counts: bool
    """Counts for 多数回該当: a month that only the outpatient limit touched does not."""
    unconfirmed: tuple[Unconfirmed, ...] = ()
    """Rows of the tables that were used although nobody confirmed them yet."""


def monthly_benefit(
    limits: MonthLimits, persons: tuple[PersonMonth, ...], earlier_months: int
) -> HouseholdBenefit:
    """高額療養費 of the household's insured persons in one month.

    ``earlier_months``: months in the last twelve that count for 多数回該当. Raises RuleError
    ``benefits.no_person``, ``benefits.person_twice``, ``benefits.copay_impossible``.
    """
    _check(persons)
    repeated = earlier_months >= limits.repeated_after and limits.repeated is not None
    steps = [_person_steps(limits, person, repeated=repeated) for person in persons]
    cost = sum(treatment.cost for person in persons for treatment in person.treatments)
    left = sum(step.left for step in steps)
    limit = household_limit(limits, cost, repeated=repeated, halves=1)
    household_benefit = max(0, left - limit)
    shares = apportion(household_benefit, [(step.key, step.left) for step in steps])
    done = tuple(_with_share(step, share) for step, share in zip(steps, shares, strict=True))
    return HouseholdBenefit(
        limits.limit_class,
        done,
        cost,
        left,
        repeated,
        limit,
        household_benefit,
        sum(person.benefit for person in done),
        household_benefit > 0 or any(person.half_benefit > 0 for person in done),
        limits.unconfirmed,
    )


def apportion(amount: int, weights: Iterable[tuple[str, int]]) -> tuple[int, ...]:
    """``amount`` divided by weight, in the order given; the yen left over by cutting go to the
    heaviest (of equals to the first key), so that the order of persons changes nothing.
    """
    items = tuple(weights)
    whole = sum(weight for _, weight in items)
    if whole == 0:
        return tuple(0 for _ in items)
    parts = [amount * weight // whole for _, weight in items]
    heaviest = min(range(len(items)), key=lambda index: (-items[index][1], items[index][0]))
    parts[heaviest] += amount - sum(parts)
    return tuple(parts)


def _check(persons: tuple[PersonMonth, ...]) -> None:
    if not persons:
        raise RuleError(
            "benefits.no_person",
            "高額療養費を計算する人がいません。",
            "世帯の被保険者と、その月の診療を加えてください。",
            missing="persons",
        )
    seen = set()
    for person in persons:
        if person.key in seen:
            raise RuleError(
                "benefits.person_twice",
                "同じ人が2回入っています。",
                "世帯の被保険者を確かめ、重なりを除いてください。",
                person=person.key,
                missing="persons",
            )
        seen.add(person.key)
        for treatment in person.treatments:
            if not 0 <= treatment.copay <= treatment.cost:
                raise RuleError(
                    "benefits.copay_impossible",
                    "一部負担金が医療費を超えているか、マイナスです。",
                    "診療の金額を確かめてください。",
                    person=person.key,
                    missing="copay",
                )


def _person_steps(limits: MonthLimits, person: PersonMonth, *, repeated: bool) -> PersonBenefit:
    halves = 2 if person.half else 1
    outpatient = [each for each in person.treatments if not each.inpatient]
    outpatient_copay = sum(each.copay for each in outpatient)
    inpatient_copay = sum(each.copay for each in person.treatments if each.inpatient)
    outpatient_limit = _outpatient_limit(limits, outpatient, halves)
    outpatient_benefit = 0
    if outpatient_limit is not None:
        outpatient_benefit = max(0, outpatient_copay - outpatient_limit)
    left = outpatient_copay - outpatient_benefit + inpatient_copay
    half_limit = None
    half_benefit = 0
    if person.half:
        cost = sum(each.cost for each in person.treatments)
        half_limit = household_limit(limits, cost, repeated=repeated, halves=2)
        half_benefit = max(0, left - half_limit)
    return PersonBenefit(
        person.key,
        outpatient_copay,
        outpatient_limit,
        outpatient_benefit,
        inpatient_copay,
        half_limit,
        half_benefit,
        left - half_benefit,
        0,
        outpatient_benefit + half_benefit,
    )


def _with_share(step: PersonBenefit, share: int) -> PersonBenefit:
    return PersonBenefit(
        step.key,
        step.outpatient_copay,
        step.outpatient_limit,
        step.outpatient_benefit,
        step.inpatient_copay,
        step.half_limit,
        step.half_benefit,
        step.left,
        share,
        step.benefit + share,
    )


def _outpatient_limit(limits: MonthLimits, outpatient: list[Treatment], halves: int) -> int | None:
    """The limit of a person's outpatient treatments: that of the class, or less by the relief,
    which lowers only what no public fund and no specified disease touches (計算事例集 15-23).
    """
    if limits.outpatient is None:
        return None
    limit = limits.outpatient // halves
    relieved = relief_limit(limits, sum(each.cost for each in outpatient if not each.apart))
    if relieved is None:
        return limit
    return min(limit, relieved + sum(each.copay for each in outpatient if each.apart))


def relief_limit(limits: MonthLimits, cost: int) -> int | None:
    """配慮措置 of 2割: at most so much (yen) for outpatient treatment of ``cost``; None: there is
    no relief in this class and month. It is not halved in the month of the 75th birthday.
    """
    if limits.relief_base is None or limits.relief_over is None or limits.relief_permille is None:
        return None
    above = max(0, cost - limits.relief_over)
    return limits.relief_base + above * limits.relief_permille // PERMILLE


def household_limit(
    limits: MonthLimits, cost: int, *, repeated: bool = False, halves: int = 1
) -> int:
    """The limit (yen) of a household with ``cost`` of treatment, or of a person in the month of
    the 75th birthday (``halves`` 2)."""
    if repeated and limits.repeated is not None:
        return limits.repeated // halves
    limit = limits.household // halves
    if limits.one_percent_over is not None:
        limit += one_percent(max(0, cost - limits.one_percent_over // halves))
    return limit
