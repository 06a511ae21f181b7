"""A decided premium reckoned again from its own grounds: the same figures, or both said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.rules.levy.premium import InsuredStatus, Part, PartPremium, PersonPremium, assess
from app.rules.levy.proving import REDUCTIONS, Decided, Difference, PartDecided, prove
from app.rules.levy.reduction import ReductionClass
from tests.support.levy import ACQUIRED, BORN, single, year_of

CODES = {
    ReductionClass.NONE: "none",
    ReductionClass.TWO: "two",
    ReductionClass.FIVE: "five",
    ReductionClass.SEVEN: "seven",
}


def _part(part: PartPremium) -> PartDecided:
    capita = part.former_per_capita if part.former_months else part.per_capita
    return PartDecided(
        part.per_capita_full,
        part.per_capita_full - capita,
        part.income_based,
        part.per_capita + part.income_based > part.ceiling,
        part.amount,
    )


def decided(premium: PersonPremium, code: str, status: InsuredStatus) -> Decided:
    return Decided(
        REDUCTIONS[code],
        status.former_dependant,
        premium.income.base,
        premium.months,
        status.acquired,
        BORN,
        {one.part: _part(one) for one in premium.parts},
        0,
        premium.amount,
    )


@pytest.mark.parametrize("pension", [800_000, 1_700_000, 2_100_000, 2_600_000, 20_000_000])
@pytest.mark.parametrize(
    "status",
    [
        InsuredStatus(ACQUIRED),
        InsuredStatus(ACQUIRED, lost=date(2026, 9, 10)),
        InsuredStatus(date(2026, 8, 3)),
        InsuredStatus(date(2024, 9, 1), former_dependant=True),  # the cut ends in August
        InsuredStatus(ACQUIRED, former_dependant=True),
    ],
)
def test_what_the_rules_decide_is_proved_by_its_own_figures(
    pension: int, status: InsuredStatus
) -> None:
    year = year_of("15", 2026)
    found = assess(year, single(pension, 2026, insured=status))
    premium = found.persons[0]
    former = any(one.former_permille > one.reduction_permille for one in premium.parts)
    code = "dependant" if former else CODES[found.judgement.reduction]
    assert prove(year, decided(premium, code, status)).differences == ()


def test_each_figure_that_differs_is_said_with_both_values() -> None:
    year, status = year_of("15", 2026), InsuredStatus(ACQUIRED)
    found = assess(year, single(1_700_000, 2026, insured=status))
    premium = found.persons[0]
    right = decided(premium, CODES[found.judgement.reduction], status)
    medical = right.parts[Part.MEDICAL]
    for item in ("per_capita", "reduced", "income", "amount"):
        wrong = replace(medical, **{item: getattr(medical, item) + 100})
        told = prove(year, replace(right, parts={**right.parts, Part.MEDICAL: wrong})).differences
        assert Difference(
            Part.MEDICAL, item, getattr(wrong, item), getattr(medical, item)
        ) in told, item  # fmt: skip
    told = prove(year, replace(right, amount=right.amount - 100)).differences
    assert told == (Difference(None, "amount", right.amount - 100, right.amount),)
    without = {Part.MEDICAL: medical}
    told = prove(year, replace(right, parts=without)).differences
    assert {one.part for one in told} >= {Part.CHILD}, "a part that is left out is missed"
