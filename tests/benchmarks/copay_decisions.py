"""Households whose share is judged by ``bench_rules``: synthetic, every branch of the rule."""

from __future__ import annotations

import random
from datetime import date

from app.rules.copay.facts import CopayHousehold, CopayMember, IncomeFacts, StandardIncome

JUDGED_ON = date(2026, 8, 1)


def _member(chance: random.Random, key: str, insured: bool) -> CopayMember:
    taxed = chance.random() < 0.5
    facts = IncomeFacts(
        taxed=taxed,
        taxable_income=chance.randrange(8_000_000) if taxed else 0,
        revenue=chance.randrange(6_000_000),
        pension_other=chance.randrange(6_000_000),
        base_income=chance.randrange(5_000_000),
        income_zero=not taxed and chance.random() < 0.5,
    )
    born = date(chance.randint(1930, 1950), chance.randint(1, 12), chance.randint(1, 28))
    return CopayMember(key, born, insured, facts)


def households(count: int, seed: int = 1) -> list[CopayHousehold]:
    """Synthetic households of one to three persons, the third with another insurer."""
    chance = random.Random(seed)
    return [
        CopayHousehold(
            tuple(
                _member(chance, f"H{number}-{place}", place < 2)
                for place in range(chance.choice([1, 1, 2, 2, 2, 3]))
            ),
            JUDGED_ON,
            StandardIncome(by_office=True),
        )
        for number in range(count)
    ]
