"""The union's yearly runs (issue 3, item 9): premiums and copay decisions with all grounds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from app.core.tables import load_tables, shipped_tables
from app.rules import copay, copay_facts
from app.rules.income import Incomes, pension_income
from app.rules.premium import Household, InsuredStatus, Member, assess
from app.rules.premium_tables import pension_deduction, premium_year
from tests.benchmarks.frame import Bench, Better, Row, parallel_rate

PER_MINUTE = 1_000_000
HOUSEHOLDS = 100_000
"""For each process: a second or more of work."""


def _pensions(chance: random.Random) -> int:
    return int(min(12_000_000, chance.lognormvariate(14.2, 0.55)))


def premiums(number: int) -> Callable[[], int]:
    """Households of one or two insured persons, some with a householder who is not insured."""
    tables = load_tables(shipped_tables())
    year = premium_year(tables, "15", 2026)
    deduction = pension_deduction(tables, 2026, is_65=True)
    chance = random.Random(number)

    def member(key: str, *, insured: bool) -> Member:
        revenue = _pensions(chance)
        born = date(1930, 1, 1) + timedelta(chance.randrange(8_120))
        status = InsuredStatus(
            date(born.year + 75, born.month, min(born.day, 28)),
            lost=date(2027, 3, 10) if chance.random() < 0.05 else None,
            former_dependant=chance.random() < 0.05,
        )
        incomes = Incomes(
            pension_revenue=revenue,
            pension=pension_income(deduction, revenue),
            dividend=chance.choice((0, 0, 0, 120_000)),
        )
        return Member(key, born, incomes, status if insured else None)

    households = []
    for index in range(HOUSEHOLDS):
        members = [member("A", insured=chance.random() < 0.85)]
        if chance.random() < 0.45 or members[0].insured is None:
            members.append(member("B", insured=True))
        households.append(Household(str(index), "A", tuple(members)))

    def work() -> int:
        return sum(len(assess(year, household).persons) for household in households)

    return work


def decisions(number: int) -> Callable[[], int]:
    """One decision per household; all branches of the rule occur, with their grounds."""
    terms = copay_facts.copay_terms(load_tables(shipped_tables()), date(2026, 8, 1))
    chance = random.Random(number)
    standard = copay_facts.StandardIncome(by_office=True)

    def member(key: str) -> copay_facts.Member:
        income = max(0, _pensions(chance) - 1_530_000)
        facts = copay_facts.IncomeFacts(
            taxed=income > 0,
            taxable_income=max(0, income - 200_000),
            revenue=income + 1_530_000,
            pension_other=income + 1_000_000,
            base_income=income,
            income_zero=income == 0,
        )
        birth = date(1930, 1, 1) + timedelta(chance.randrange(7_000))
        return copay_facts.Member(key, birth, insured=True, income=facts)

    households = [
        copay_facts.Household(
            tuple(member(key) for key in ("A", "B")[: chance.choice((1, 1, 2))]),
            date(2026, 8, 1),
            standard,
        )
        for _ in range(HOUSEHOLDS)
    ]

    def work() -> int:
        for household in households:
            copay.judge(household, terms)
        return len(households)

    return work


def _rate(name: str, prepare: Callable[[int], Callable[[], int]]) -> Iterable[Row]:
    yield Row(
        name,
        PER_MINUTE,
        parallel_rate(prepare) * 60,
        "/min",
        Better.MORE,
        "2 processes, every step and ground in the result",
    )


def premiums_per_minute() -> Iterable[Row]:
    return _rate("premiums", premiums)


def decisions_per_minute() -> Iterable[Row]:
    return _rate("copay decisions", decisions)


BENCHES = (
    Bench(
        "rules.premiums",
        "premiums of households with all intermediate amounts",
        premiums_per_minute,
    ),
    Bench(
        "rules.copay", "shares and classes of households with their grounds", decisions_per_minute
    ),
)
