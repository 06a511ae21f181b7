"""What a hospital patient pays for meals and living (入院時食事・生活療養), long stays
(長期入院該当) and the monthly cap of specified diseases (特定疾病).

Source: DOMAIN 3.10; 高確法74・75条, 同施行令14条8項. Amounts are whole yen, per meal and per day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.rules.calendar.days import next_month_start
from app.rules.errors import RuleError


class MealClass(StrEnum):
    """食事療養標準負担額の区分 (names of the table's columns)."""

    GENERAL = "general"
    INTRACTABLE = "intractable"
    """指定難病・小児慢性特定疾病."""
    PSYCHIATRIC = "psychiatric"
    """精神病床に長く入院している人の経過措置."""
    LOW2_SHORT = "low2_short"
    LOW2_LONG = "low2_long"
    LOW1 = "low1"


class LivingClass(StrEnum):
    """生活療養標準負担額の区分."""

    GENERAL_1 = "general_1"
    """入院時生活療養(Ⅰ)."""
    GENERAL_2 = "general_2"
    """入院時生活療養(Ⅱ)."""
    LOW2 = "low2"
    LOW1 = "low1"
    LOW1_REDUCED = "low1_reduced"
    """老福・難病など."""


@dataclass(frozen=True, slots=True)
class MealRow:
    """標準負担額 per meal by class; an ``open`` row has none: the amounts are to be confirmed."""

    open: bool
    general: int | None
    intractable: int | None
    psychiatric: int | None
    low2_short: int | None
    low2_long: int | None
    low1: int | None
    long_stay_over: int
    """長期入院該当: more days than this within twelve months."""


@dataclass(frozen=True, slots=True)
class LivingRow:
    """生活療養: per meal by class, and the room (居住費) per day."""

    open: bool
    general_1: int | None
    general_2: int | None
    low2: int | None
    low1: int | None
    low1_reduced: int | None
    room: int | None
    room_pension: int | None
    """居住費 of those with 老齢福祉年金."""


@dataclass(frozen=True, slots=True)
class HospitalCharge:
    """Meals × amount + days × room."""

    per_meal: int
    meals: int
    per_day: int
    days: int
    amount: int


@dataclass(frozen=True, slots=True)
class LongStay:
    """長期入院該当: from ``effective_from`` on the lower meal amount is charged.

    What was paid too much from ``refund_from`` (the day of application) until then is paid back
    (差額支給).
    """

    effective_from: date
    refund_from: date


@dataclass(frozen=True, slots=True)
class SpecifiedDiseaseCap:
    """What one institution may take in a month, and what it would have taken."""

    copay: int
    cap: int
    charged: int


def meal_class(
    limit_class: str,
    *,
    intractable: bool = False,
    psychiatric: bool = False,
    long_stay: bool = False,
) -> MealClass:
    """区分 of the meals for a limit class (table ``limit_classes``); the low incomes come first."""
    if limit_class.startswith("low1"):
        return MealClass.LOW1
    if limit_class == "low2":
        return MealClass.LOW2_LONG if long_stay else MealClass.LOW2_SHORT
    if intractable:
        return MealClass.INTRACTABLE
    return MealClass.PSYCHIATRIC if psychiatric else MealClass.GENERAL


def meal_charge(row: MealRow, kind: MealClass, meals: int) -> HospitalCharge:
    """食事療養標準負担額 of ``meals`` meals (at most three a day, counted by the hospital).

    Raises RuleError ``benefits.meal_open`` while the amounts of the month are 要確認.
    """
    amounts = {
        MealClass.GENERAL: row.general,
        MealClass.INTRACTABLE: row.intractable,
        MealClass.PSYCHIATRIC: row.psychiatric,
        MealClass.LOW2_SHORT: row.low2_short,
        MealClass.LOW2_LONG: row.low2_long,
        MealClass.LOW1: row.low1,
    }
    per_meal = _confirmed(row.open, amounts[kind], "meal_open", "入院時の食事代")
    _not_negative(meals, "meals")
    return HospitalCharge(per_meal, meals, 0, 0, per_meal * meals)


def living_charge(
    row: LivingRow, kind: LivingClass, meals: int, days: int, *, welfare_pension: bool = False
) -> HospitalCharge:
    """生活療養標準負担額: meals and room. Raises RuleError ``benefits.living_open``."""
    amounts = {
        LivingClass.GENERAL_1: row.general_1,
        LivingClass.GENERAL_2: row.general_2,
        LivingClass.LOW2: row.low2,
        LivingClass.LOW1: row.low1,
        LivingClass.LOW1_REDUCED: row.low1_reduced,
    }
    title = "療養病床の食事代・居住費"
    per_meal = _confirmed(row.open, amounts[kind], "living_open", title)
    room = row.room_pension if welfare_pension else row.room
    per_day = _confirmed(row.open, room, "living_open", title)
    _not_negative(meals, "meals")
    _not_negative(days, "days")
    return HospitalCharge(per_meal, meals, per_day, days, per_meal * meals + per_day * days)


def long_stay(row: MealRow, days: int, applied_on: date) -> LongStay | None:
    """長期入院該当 by application, or None while the stay is not long enough.

    ``days``: days in hospital within the last twelve months while in 区分Ⅱ; days under another
    insurer count with proof.
    """
    if days <= row.long_stay_over:
        return None
    return LongStay(next_month_start(applied_on), applied_on)


def specified_disease_caps(
    cap: int, copays: Iterable[int], *, half: bool = False
) -> tuple[SpecifiedDiseaseCap, ...]:
    """特定疾病: the monthly cap holds for each institution, outpatient and inpatient apart.

    ``half``: the month of the 75th birthday.
    """
    each = cap // 2 if half else cap
    return tuple(SpecifiedDiseaseCap(copay, each, min(copay, each)) for copay in copays)


def _confirmed(is_open: bool, amount: int | None, cause: str, title: str) -> int:
    if is_open or amount is None:
        raise RuleError(
            f"benefits.{cause}",
            f"要確認：{title}（標準負担額）は、この月の金額がまだ確認されていません。",
            "告示で金額を確かめ、表への登録をシステム管理者に依頼してください。",
            missing="amount",
        )
    return amount


def _not_negative(count: int, field: str) -> None:
    if count < 0:
        raise RuleError(
            "benefits.count_negative",
            "食数や日数がマイナスです。",
            "0以上の数を入れてください。",
            missing=field,
        )
