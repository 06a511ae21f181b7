"""High-cost medical benefits (高額療養費) of a month and a year, and 高額介護合算療養費.

Source: DOMAIN 3.5-3.9; 高確法84・85条, 同施行令14-16条の4. All amounts are whole yen. A month is
judged by its treatment (診療月): the limits given here are those of that month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.rules.errors import RuleError
from app.rules.money import PERMILLE


@dataclass(frozen=True, slots=True)
class MonthLimits:
    """Limits of one limit class in one month of treatment.

    ``outpatient`` is of a person (None: 現役並み, who have none); ``relief_…`` is the 配慮措置 of
    2割 (2022-10 to 2025-09). ``household`` grows by 1 % of the cost above ``one_percent_over``.
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


@dataclass(frozen=True, slots=True)
class YearLimits:
    """Limits of one class for one 計算期間 (8/1-7/31); None: the class has none."""

    limit_class: str
    outpatient_year: int | None
    """外来年間合算, of a person."""
    year: int | None
    """年間上限."""
    year_low_income: int | None
    """年間上限 of 一般 when the low-income line is confirmed."""


@dataclass(frozen=True, slots=True)
class CombinedLimits:
    """高額介護合算: limit of the household, and of its care part when several use care (区分Ⅰ).

    Nothing is paid unless the sum is above the limit by ``least`` (501 yen) or more.
    """

    limit_class: str
    limit: int
    limit_several_care: int | None
    least: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """What one person was treated for in the month: total cost (医療費) and copay, yen."""

    inpatient: bool
    cost: int
    copay: int


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


@dataclass(frozen=True, slots=True)
class YearBenefit:
    """What a yearly limit gives back: burden of the period, limit (None: no limit), benefit."""

    burden: int
    limit: int | None
    benefit: int


@dataclass(frozen=True, slots=True)
class CombinedBenefit:
    """高額介護合算療養費: ``over`` the limit, and how medical and care insurer share it."""

    medical: int
    care: int
    limit: int
    over: int
    medical_benefit: int
    care_benefit: int


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
    limit = _household_limit(limits, cost, repeated=repeated, halves=1)
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


def yearly_outpatient_benefit(limits: YearLimits, burdens: Iterable[int]) -> YearBenefit:
    """外来年間合算 of one person: monthly outpatient burdens after 高額療養費, 8/1-7/31."""
    return _over(sum(burdens), limits.outpatient_year)


def yearly_benefit(
    limits: YearLimits, burdens: Iterable[int], *, low_income_confirmed: bool = False
) -> YearBenefit:
    """年間上限: monthly burdens after 高額療養費 and 外来年間合算, 8/1-7/31 (from 2026-08)."""
    limit = limits.year
    if low_income_confirmed and limits.year_low_income is not None:
        limit = limits.year_low_income
    return _over(sum(burdens), limit)


def combined_benefit(
    limits: CombinedLimits, medical: int, care: int, *, several_care: bool = False
) -> CombinedBenefit:
    """高額介護合算療養費 from the year's burdens of a household (after monthly benefits).

    Medical and care insurer share what is over the limit by their burdens; a fraction of a yen
    falls on the care side. In 区分Ⅰ with several users of care the care side reckons with its own
    higher limit, after the medical side has paid.
    """
    total = medical + care
    over = total - limits.limit
    if over < limits.least or not medical or not care:
        return CombinedBenefit(medical, care, limits.limit, max(0, over), 0, 0)
    medical_benefit = over * medical // total
    care_benefit = over - medical_benefit
    if several_care and limits.limit_several_care is not None:
        care_over = total - medical_benefit - limits.limit_several_care
        care_benefit = care_over if care_over >= limits.least else 0
        care_benefit = min(care_benefit, over - medical_benefit)
    return CombinedBenefit(medical, care, limits.limit, over, medical_benefit, care_benefit)


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
    outpatient_limit = _outpatient_limit(limits, sum(each.cost for each in outpatient), halves)
    outpatient_benefit = 0
    if outpatient_limit is not None:
        outpatient_benefit = max(0, outpatient_copay - outpatient_limit)
    left = outpatient_copay - outpatient_benefit + inpatient_copay
    half_limit = None
    half_benefit = 0
    if person.half:
        cost = sum(each.cost for each in person.treatments)
        half_limit = _household_limit(limits, cost, repeated=repeated, halves=2)
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


def _outpatient_limit(limits: MonthLimits, cost: int, halves: int) -> int | None:
    if limits.outpatient is None:
        return None
    limit = limits.outpatient // halves
    if limits.relief_base is None or limits.relief_over is None or limits.relief_permille is None:
        return limit
    above = max(0, cost - limits.relief_over // halves)
    return min(limit, limits.relief_base // halves + above * limits.relief_permille // PERMILLE)


def _household_limit(limits: MonthLimits, cost: int, *, repeated: bool, halves: int) -> int:
    """The limit of household (halves 1) or of a person in the half month (2); 1 % is cut."""
    if repeated and limits.repeated is not None:
        return limits.repeated // halves
    limit = limits.household // halves
    if limits.one_percent_over is not None:
        limit += max(0, cost - limits.one_percent_over // halves) // 100
    return limit


def _over(burden: int, limit: int | None) -> YearBenefit:
    return YearBenefit(burden, limit, 0 if limit is None else max(0, burden - limit))
