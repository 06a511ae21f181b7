"""The union's yearly runs (issue 3, item 9): premiums and copay decisions with all grounds."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from app.core.tables import load_tables, shipped_tables
from app.rules.copay import judgement
from app.rules.copay.facts import copay_terms
from app.rules.income import Incomes, pension_income
from app.rules.levy.premium import InsuredStatus, LevyHousehold, LevyMember, assess
from app.rules.levy.tables import pension_deduction, premium_year
from tests.benchmarks import limits
from tests.benchmarks.copay_decisions import JUDGED_ON
from tests.benchmarks.copay_decisions import households as copay_households
from tests.benchmarks.frame import Bench, Better, Limit, Row, parallel_rate

PER_MINUTE = 1_000_000
HOUSEHOLDS = 100_000
"""For each process: a second or more of work."""


def _pensions(chance: random.Random) -> int:
    """Yearly pensions, most between 700,000 and 3,000,000 yen, one in a hundred very high."""
    return 12_000_000 if chance.random() < 0.01 else int(chance.lognormvariate(14.2, 0.55))


def premiums(number: int) -> Callable[[], int]:
    """Households of one or two insured persons, some with a householder who is not insured."""
    tables = load_tables(shipped_tables())
    year = premium_year(tables, "15", 2026)
    deduction = pension_deduction(tables, 2026, is_65=True)
    chance = random.Random(number)

    def member(key: str, *, insured: bool) -> LevyMember:
        revenue = _pensions(chance)
        born = date(1930, 1, 1) + timedelta(chance.randrange(8_120))
        acquired = date(born.year + 75, born.month, min(born.day, 28))
        status = InsuredStatus(
            acquired,
            lost=max(acquired, date(2026, 10, 1)) if chance.random() < 0.05 else None,
            former_dependant=chance.random() < 0.05,
        )
        incomes = Incomes(
            pension_revenue=revenue,
            pension=pension_income(deduction, revenue),
            dividend=chance.choice((0, 0, 0, 120_000)),
        )
        return LevyMember(key, born, incomes, status if insured else None)

    households = []
    for index in range(HOUSEHOLDS):
        members = [member("A", insured=chance.random() < 0.85)]
        if chance.random() < 0.45 or members[0].insured is None:
            members.append(member("B", insured=True))
        households.append(LevyHousehold(str(index), "A", tuple(members)))

    def work() -> int:
        return sum(len(assess(year, household).persons) for household in households)

    return work


def decisions(number: int) -> Callable[[], int]:
    """One decision per household; all branches of the rule occur, with their grounds."""
    terms = copay_terms(load_tables(shipped_tables()), JUDGED_ON)
    homes = copay_households(HOUSEHOLDS, seed=number)

    def work() -> int:
        for home in homes:
            judgement.judge_copay(home, terms)
        return len(homes)

    return work


def lines_read(number: int) -> Callable[[], int]:
    """One line of incomes for each household, read by the module ``csv``: the least that a
    yearly run has to do with anybody."""
    chance = random.Random(number)
    return limits.csv_reader(
        [",".join(str(chance.randrange(8_000_000)) for _ in range(12)) for _ in range(HOUSEHOLDS)]
    )


def _rate(name: str, prepare: Callable[[int], Callable[[], int]]) -> Iterable[Row]:
    yield Row(
        name,
        PER_MINUTE,
        parallel_rate(prepare) * 60,
        "/min",
        Limit("csv.reader, a line of 12 numbers each", parallel_rate(lines_read) * 60),
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
