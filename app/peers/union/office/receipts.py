"""What receipts (レセプト, FILE-47) come to: 高額療養費 of a household and month, and what a
計算期間 of twelve months left to a person (DOMAIN 3.5-3.9).

A treatment with a public fund (公費) or a specified disease (特定疾病) counts with what these leave
to the person; any other with what the person has paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select

from app.peers.union.database import among
from app.peers.union.office.persons import (
    PersonRow,
    all_shares_of,
    coverages_of,
    insured_on,
)
from app.peers.union.office.rejudging import lived_in, members_on
from app.peers.union.system import System
from app.peers.union.tables import entitlement, treatment
from app.rules.benefits.monthly import (
    HouseholdBenefit,
    MonthLimits,
    PersonBenefit,
    PersonMonth,
    Treatment,
    monthly_benefit,
)
from app.rules.benefits.public_funds import FundedCare, month_with_funds
from app.rules.benefits.tables import disease_cap, month_limits, public_funds
from app.rules.calendar.days import ONE_DAY, day_of_75, month_start, next_month_start, years_before
from app.rules.copay.explain import unconfirmed_lines

HIGH_COST = "high_cost"
_THREE_TENTHS = 3
_YEAR = 12


@dataclass(frozen=True, slots=True)
class PersonsMonth:
    """One person's part of the month of a household: what she paid, what comes back, and how it
    was reckoned, a line each."""

    month: date
    copay: int
    outpatient: int
    benefit: int
    outpatient_benefit: int
    three_tenths: bool
    counts: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Treated:
    """An insured person of the household with her share and her treatments of the month."""

    row: PersonRow
    ratio: int
    limits: MonthLimits
    cares: Sequence[Row[Any]]
    half: bool


def month_of(
    system: System, connection: Connection, place: tuple[str, str], month: date
) -> dict[int, PersonsMonth]:
    """The month (any day of it) of a household, by person; those without a receipt are left out.

    Raises RuleError for a month whose limits are not known, and for amounts that cannot be."""
    treated = _treated(system, connection, place, month)
    if not treated:
        return {}
    limits = max((one.limits for one in treated), key=lambda one: one.household)
    months = tuple(
        PersonMonth(one.row.atena_number, _treatments(system, one, month), one.half)
        for one in treated
    )
    earlier = _earlier(connection, [one.row.id for one in treated], month)
    found = monthly_benefit(limits, months, earlier)
    return {
        one.row.id: _told(one, part, found, month)
        for one, part in zip(treated, found.persons, strict=True)
    }


def year_of(
    system: System, connection: Connection, place: tuple[str, str], person_id: int, first: date
) -> list[PersonsMonth]:
    """The months of the 計算期間 from ``first`` (1 August) in which the person has receipts."""
    found = []
    for at in range(_YEAR):
        month = date(first.year + (first.month - 1 + at) // 12, (first.month - 1 + at) % 12 + 1, 1)
        part = month_of(system, connection, place, month).get(person_id)
        if part is not None:
            found.append(part)
    return found


def _treated(
    system: System, connection: Connection, place: tuple[str, str], month: date
) -> list[_Treated]:
    first, last = month_start(month), next_month_start(month) - ONE_DAY
    rows = {row.id: row for row in lived_in(connection, place)}
    cares = _cares(connection, rows, first, last)
    if not cares:
        return []
    members = members_on(system, connection, place, list(rows.values()), last.isoformat())
    periods = coverages_of(connection, rows)
    shares = all_shares_of(connection, rows)
    # who died or lost the eligibility within the month is still of its household
    there = {row.id for row in members} | {key for key in cares if key not in _moved(members, rows)}
    found = []
    for key in sorted(there & set(cares)):
        begun = [one for one in shares.get(key, ()) if one.copay_from <= last.isoformat()]
        mine = [one for one in cares[key] if insured_on(periods.get(key, ()), one.treated_on)]
        if not begun or not mine:
            continue
        share = begun[-1]
        limits = month_limits(system.shelf.on(first).tables, share.limit_class, first)
        found.append(_Treated(rows[key], share.copay_ratio, limits, mine, _half(rows[key], month)))
    return found


def _moved(members: Iterable[PersonRow], rows: dict[int, PersonRow]) -> set[int]:
    """Who lives elsewhere by the end of the month."""
    here = {row.id for row in members}
    return {key for key, row in rows.items() if key not in here and row.state == "1"}


def _cares(
    connection: Connection, person_ids: Iterable[int], first: date, last: date
) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    days = treatment.c.treated_on.between(first.isoformat(), last.isoformat())
    for row in connection.execute(
        select(treatment)
        .where(among(treatment.c.person_id, person_ids), days)
        .order_by(treatment.c.treated_on, treatment.c.key)
    ):
        found.setdefault(row.person_id, []).append(row)
    return found


def _half(row: PersonRow, month: date) -> bool:
    """The month of the 75th birthday, unless it is its first day (DOMAIN 3.7)."""
    day = day_of_75(date.fromisoformat(row.birth_sort))
    return day.day > 1 and month_start(day) == month_start(month)


def _treatments(system: System, one: _Treated, month: date) -> tuple[Treatment, ...]:
    tables = system.shelf.on(month_start(month)).tables
    apart = [care for care in one.cares if care.fund or care.specified_disease]
    plain = tuple(
        Treatment(bool(care.inpatient), care.cost, care.paid)
        for care in one.cares
        if not (care.fund or care.specified_disease)
    )
    if not apart:
        return plain
    funded = month_with_funds(
        one.limits,
        one.ratio,
        [
            FundedCare(
                care.cost,
                care.fund,
                care.own_limit,
                bool(care.specified_disease),
                bool(care.inpatient),
            )
            for care in apart
        ],
        public_funds(tables, month),
        disease_cap(tables, month),
        half=one.half,
        person=one.row.atena_number,
    )
    return plain + funded.treatments()


def _earlier(connection: Connection, person_ids: Sequence[int], month: date) -> int:
    """In how many of the eleven months before 高額療養費 was due to one of them."""
    since = next_month_start(years_before(month_start(month), 1)).isoformat()[:7]
    rows = connection.execute(
        select(entitlement.c.period)
        .where(
            among(entitlement.c.person_id, person_ids),
            entitlement.c.benefit == HIGH_COST,
            entitlement.c.counts == 1,
            entitlement.c.period >= since,
            entitlement.c.period < month.isoformat()[:7],
        )
        .distinct()
    )
    return len(rows.all())


def _told(one: _Treated, part: PersonBenefit, found: HouseholdBenefit, month: date) -> PersonsMonth:
    """The steps in words."""
    lines = [f"{month:%Y年%m月}診療分　負担割合{one.ratio}割"]
    if part.outpatient_copay:
        limit = "なし" if part.outpatient_limit is None else f"{part.outpatient_limit:,}円"
        lines.append(
            f"外来の自己負担 {part.outpatient_copay:,}円、外来の限度額 {limit}"
            f" → 支給 {part.outpatient_benefit:,}円"
        )
    if part.half_limit is not None and part.half_benefit:
        lines.append(
            f"75歳到達月の個人の限度額 {part.half_limit:,}円 → 支給 {part.half_benefit:,}円"
        )
    if part.inpatient_copay or found.household_benefit:
        repeated = "（多数回該当）" if found.repeated else ""
        lines.append(
            f"世帯の自己負担の残り {found.left:,}円、世帯の限度額{repeated} {found.limit:,}円"
            f" → 世帯の支給 {found.household_benefit:,}円のうち {part.household_share:,}円"
        )
    lines.append(f"この月の支給額 {part.benefit:,}円")
    noted = unconfirmed_lines(found.unconfirmed)
    return PersonsMonth(
        month_start(month),
        part.outpatient_copay + part.inpatient_copay,
        part.outpatient_copay,
        part.benefit,
        part.outpatient_benefit,
        one.ratio == _THREE_TENTHS,
        found.counts,
        (*lines, *noted.splitlines()),
    )
