"""負担割合 and 限度区分 of a household, from the union's own database (DOMAIN 3.2–3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from app.peers.union.office.persons import (
    PersonRow,
    coverages_of,
    household_of,
    insured_on,
    remembered,
)
from app.peers.union.system import System
from app.peers.union.tables import income, share
from app.rules.calendar.days import age_on, judgement_year
from app.rules.copay.days import class_mark_from, share_until
from app.rules.copay.facts import (
    CopayError,
    CopayHousehold,
    CopayMember,
    CopayTerms,
    IncomeFacts,
    StandardIncome,
    copay_terms,
)
from app.rules.copay.judgement import CopayDecision, judge_copay, provisional
from app.rules.practice import Practice

_NO_INCOME = IncomeFacts(
    taxed=False,
    taxable_income=0,
    revenue=0,
    pension_other=0,
    base_income=0,
    income_zero=True,
)
_GROWN_UP = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """What the household's share is. ``missing`` names whose figure was not known (an atena
    number); then the decision is 見込み. ``undeclared``: that person never declared (未申告)."""

    decision: CopayDecision
    missing: str = ""
    undeclared: bool = False

    @property
    def income_state(self) -> str:
        """A code of ``income_states``."""
        if self.undeclared:
            return "undeclared"
        return "unconfirmed" if self.missing else "confirmed"


def judge_household(
    system: System,
    connection: Connection,
    municipality_code: str,
    household_number: str,
    judged_on: date,
) -> Judged:
    """Share and class of all insured of a household from ``judged_on``."""
    members = household_of(connection, municipality_code, household_number)
    ids = [row.id for row in members]
    found = connection.execute(
        select(income).where(
            income.c.person_id.in_(ids), income.c.year == judgement_year(judged_on)
        )
    )
    incomes = {row.person_id: row for row in found}
    coverages = coverages_of(connection, ids)
    insured = {key for key, rows in coverages.items() if insured_on(rows, judged_on.isoformat())}
    terms = copay_terms(system.tables, judged_on)
    return judge_members(system.practice, terms, members, incomes, insured, judged_on)


def judge_members(
    practice: Practice,
    terms: CopayTerms,
    members: Sequence[PersonRow],
    incomes: dict[int, Row[Any]],
    insured: set[int],
    judged_on: date,
) -> Judged:
    """The same over rows that were already read (the initial load judges thousands)."""
    household = CopayHousehold(
        members=tuple(
            _member(row, incomes.get(row.id), row.id in insured, (judged_on, terms))
            for row in members
        ),
        judged_on=judged_on,
        standard_income=StandardIncome(by_office=practice.standard_income_by_office),
    )
    try:
        return Judged(judge_copay(household, terms))
    except CopayError as cause:
        if cause.code != "copay.income_missing":
            raise
        by_atena = {row.atena_number: incomes.get(row.id) for row in members}
        row = by_atena.get(cause.person)
        return Judged(
            provisional(
                household,
                cause,
                practice.provisional_ratio,
                practice.unconfirmed,
            ),
            missing=cause.person,
            undeclared=row is not None and row.origin == "undeclared",
        )


def put_income(
    connection: Connection, person_id: int, year: int, origin: str, facts: IncomeFacts
) -> None:
    """Keep what is known of a person's income for a judgement year."""
    connection.execute(delete(income).where(income.c.person_id == person_id, income.c.year == year))
    connection.execute(
        insert(income).values(
            person_id=person_id,
            year=year,
            origin=origin,
            taxed=_number(facts.taxed),
            taxable_income=facts.taxable_income,
            revenue=facts.revenue,
            pension_other=facts.pension_other,
            base_income=facts.base_income,
            income_zero=_number(facts.income_zero),
        )
    )


def put_share(
    connection: Connection,
    person_id: int,
    judged: Judged,
    limit_class: str,
    copay_from: date,
    limit_from: date,
) -> None:
    """Keep the share that holds from ``copay_from`` to the end of its judgement year, in the place
    of any that was to begin later in it; what was known before is remembered."""
    since, until = copay_from.isoformat(), share_until(copay_from).isoformat()
    with remembered(connection, person_id):
        gone = (share.c.copay_from >= since, share.c.copay_from <= until)
        connection.execute(delete(share).where(share.c.person_id == person_id, *gone))
        connection.execute(
            insert(share).values(
                person_id=person_id,
                copay_ratio=judged.decision.ratio,
                copay_from=copay_from.isoformat(),
                limit_class=limit_class,
                limit_from=limit_from.isoformat(),
                provisional=int(judged.decision.provisional),
                income_state=judged.income_state,
            )
        )


def initial_shares(
    system: System, connection: Connection, members: Iterable[PersonRow], judged_on: date
) -> int:
    """Judge everybody insured on ``judged_on`` once, household by household; returns how many."""
    incomes = {
        row.person_id: row
        for row in connection.execute(
            select(income).where(income.c.year == judgement_year(judged_on))
        )
    }
    households: dict[str, list[PersonRow]] = {}
    for row in members:
        if row.state == "1":
            households.setdefault(row.household_number, []).append(row)
    everybody = [row.id for rows in households.values() for row in rows]
    coverages = _all_coverages(connection, everybody)
    terms = copay_terms(system.tables, judged_on)
    rows: list[dict[str, object]] = []
    for household in households.values():
        insured = {
            row.id
            for row in household
            if insured_on(coverages.get(row.id, ()), judged_on.isoformat())
        }
        if not insured:
            continue
        judged = judge_members(system.practice, terms, household, incomes, insured, judged_on)
        for row in household:
            if row.id in insured:
                acquired = max(coverages[row.id], key=lambda item: item.acquired_on).acquired_on
                rows.append(_share_row(row, judged, date.fromisoformat(acquired), judged_on))
    if rows:
        connection.execute(insert(share), rows)
    return len(rows)


def _share_row(
    row: PersonRow, judged: Judged, acquired_on: date, judged_on: date
) -> dict[str, object]:
    start = max(acquired_on, date(judgement_year(judged_on), 8, 1))
    return {
        "person_id": row.id,
        "copay_ratio": judged.decision.ratio,
        "copay_from": start.isoformat(),
        "limit_class": judged.decision.class_of(row.atena_number).value,
        "limit_from": class_mark_from(start, acquired_on).isoformat(),
        "provisional": int(judged.decision.provisional),
        "income_state": judged.income_state,
    }


def _all_coverages(connection: Connection, ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for start in range(0, len(ids), 5_000):
        found.update(coverages_of(connection, ids[start : start + 5_000]))
    return found


def _member(
    row: PersonRow, known: Row[Any] | None, insured: bool, judged: tuple[date, CopayTerms]
) -> CopayMember:
    judged_on, terms = judged
    deduction = 0
    birth = date.fromisoformat(row.birth_sort)
    if known is None:
        # Nobody keeps incomes of the young; of a grown-up it must be asked for.
        young = birth <= judged_on and age_on(birth, judged_on) < _GROWN_UP
        facts = _NO_INCOME if young else IncomeFacts()
    else:
        facts = IncomeFacts(
            taxed=_truth(known.taxed),
            taxable_income=known.taxable_income,
            revenue=known.revenue,
            pension_other=known.pension_other,
            base_income=known.base_income,
            income_zero=_truth(known.income_zero),
        )
        if row.is_head:  # 調整控除 is the householder's (DOMAIN 3.2)
            deduction = known.younger * terms.child_younger + known.older * terms.child_older
    return CopayMember(
        key=row.atena_number,
        birth=birth,
        insured=insured,
        income=facts,
        child_deduction=deduction,
    )


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _number(value: bool | None) -> int | None:
    return None if value is None else int(value)
