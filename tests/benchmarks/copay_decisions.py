"""How many households one core judges in a minute (issue 3.9: 1,000,000 on two cores)."""

from __future__ import annotations

import random
import time
from datetime import date

from app.core.tables import load_tables, shipped_tables
from app.rules.copay import judge
from app.rules.copay_facts import Household, IncomeFacts, Member, StandardIncome, copay_terms

JUDGED_ON = date(2026, 8, 1)
GOAL_PER_CORE = 500_000


def _member(chance: random.Random, key: str, insured: bool) -> Member:
    taxed = chance.random() < 0.5
    facts = IncomeFacts(
        taxed=taxed,
        taxable_income=chance.randrange(4_000_000) if taxed else 0,
        revenue=chance.randrange(6_000_000),
        pension_other=chance.randrange(6_000_000),
        base_income=chance.randrange(5_000_000),
        income_zero=not taxed and chance.random() < 0.5,
    )
    born = date(chance.randint(1930, 1950), chance.randint(1, 12), chance.randint(1, 28))
    return Member(key, born, insured, facts)


def households(count: int, seed: int = 1) -> list[Household]:
    """Synthetic households of one to three persons, the third with another insurer."""
    chance = random.Random(seed)
    return [
        Household(
            tuple(
                _member(chance, f"H{number}-{place}", place < 2)
                for place in range(chance.choice([1, 1, 2, 2, 2, 3]))
            ),
            JUDGED_ON,
            StandardIncome(by_office=True),
        )
        for number in range(count)
    ]


def measure(count: int = 50_000) -> float:
    """Households judged per minute on one core."""
    terms = copay_terms(load_tables(shipped_tables()), JUDGED_ON)
    homes = households(count)
    start = time.perf_counter()
    for home in homes:
        judge(home, terms)
    return count / (time.perf_counter() - start) * 60


if __name__ == "__main__":
    rate = measure()
    print(f"copay decisions per minute and core: {rate:,.0f} ({rate / GOAL_PER_CORE:.1f} x goal)")
