"""What is not announced or not found yet, and how it is refused (issue 10 point 14).

This is the one file of tests that a change of law edits: whoever fills a row takes its line away
here and adds the case that the new figures make (docs/howto/change-of-law.md).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from app.core.errors import UserError
from app.rules.benefits.hospital_charges import (
    LivingClass,
    MealClass,
    living_charge,
    meal_charge,
)
from app.rules.benefits.tables import (
    combined_limits,
    living_row,
    meal_row,
    month_limits,
    year_limits,
)
from app.rules.collection.charges import LateChargeSetting, LateInstalment, late_charge
from app.rules.collection.tables import charge_rule, late_charge_rates
from app.rules.levy.premium import assess
from tests.support.levy import single, tables, year_of

DUE = date(2026, 7, 31)


def late_charge_until(day: date) -> object:
    return late_charge(
        charge_rule(tables(), DUE),
        LateChargeSetting(1),
        late_charge_rates(tables()),
        LateInstalment(98_765, DUE, DUE),
        (),
        day,
    )


OPEN: list[tuple[str, Callable[[], object], str, str]] = [
    (
        "premiums of 令和9年度",
        lambda: year_of("15", 2027),
        "premium.no_reduction_share",
        "2027年度（令和9年度）",
    ),
    ("premiums of 令和10年度", lambda: year_of("15", 2028), "premium.no_ceiling", "令和10年度"),
    (
        "Tokyo's own cut from 令和8年度",
        lambda: assess(year_of("13", 2026), single(1_680_000)),
        "premium.own_cut_open",
        "独自",
    ),
    (
        "meals from 2026-06",
        lambda: meal_charge(meal_row(tables(), date(2026, 6, 1)), MealClass.GENERAL, 3),
        "benefits.meal_open",
        "要確認",
    ),
    (
        "living costs from 2026-06",
        lambda: living_charge(living_row(tables(), date(2026, 6, 1), LivingClass.BORDER), 3, 1),
        "benefits.living_open",
        "要確認",
    ),
    (
        "limits of 高額療養費 from 2027-08",
        lambda: month_limits(tables(), "general1", date(2027, 8, 1)),
        "benefits.no_limits",
        "2027年08月",
    ),
    (
        "yearly limits from 2027-08",
        lambda: year_limits(tables(), "low2", 2027),
        "benefits.no_limits",
        "2028年07月",
    ),
    (
        "高額介護合算 from 2027-08",
        lambda: combined_limits(tables(), "low2", 2027),
        "benefits.no_limits",
        "2028年07月",
    ),
    (
        "late charges over 2027",
        lambda: late_charge_until(date(2027, 1, 1)),
        "charges.no_rate",
        "2027年",
    ),
]


@pytest.mark.parametrize(
    ("call", "code", "says"), [case[1:] for case in OPEN], ids=[case[0] for case in OPEN]
)
def test_what_is_open_is_refused_with_its_cause(
    call: Callable[[], object], code: str, says: str
) -> None:
    with pytest.raises(UserError) as caught:
        call()
    assert caught.value.code == code
    assert says in caught.value.message
    assert caught.value.remedy
