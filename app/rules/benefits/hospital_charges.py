"""What a hospital patient pays for meals and living (入院時食事・生活療養), long stays
(長期入院該当) and the monthly cap of specified diseases (特定疾病).

Source: DOMAIN 3.10; 高確法74・75条, 同施行令14条8項. Amounts are whole yen, per meal and per day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed
from app.rules.benefits.public_funds import DiseaseCap
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
    """生活療養標準負担額の区分: the rows of the table ``living_charges``.

    ``…_1`` and ``…_2``: 入院時生活療養(Ⅰ) and (Ⅱ), which only tell 一般 apart. ``severe``:
    医療の必要性の 高い者. ``intractable``: 指定難病, who pay no room.
    """

    GENERAL_1 = "general_1"
    GENERAL_2 = "general_2"
    LOW2 = "low2"
    LOW1 = "low1"
    LOW1_PENSION = "low1_pension"
    BORDER = "border"
    SEVERE_1 = "severe_1"
    SEVERE_2 = "severe_2"
    SEVERE_LOW2 = "severe_low2"
    SEVERE_LOW2_LONG = "severe_low2_long"
    SEVERE_LOW1 = "severe_low1"
    INTRACTABLE = "intractable"
    INTRACTABLE_LOW2 = "intractable_low2"
    INTRACTABLE_LOW2_LONG = "intractable_low2_long"
    INTRACTABLE_LOW1 = "intractable_low1"


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
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class LivingRow:
    """生活療養 of one class: yen per meal, and for the room (居住費) per day."""

    open: bool
    meal: int | None
    room: int | None
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class HospitalCharge:
    """Meals × amount + days × room."""

    per_meal: int
    meals: int
    per_day: int
    days: int
    amount: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class LongStay:
    """長期入院該当: from ``effective_from`` on the lower meal amount is charged.

    What was paid too much from ``refund_from`` (the day of application) until then is paid back
    (差額支給).
    """

    effective_from: date
    refund_from: date
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecifiedDiseaseCap:
    """What one institution may take in a month, and what it would have taken."""

    copay: int
    cap: int
    charged: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


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
    return HospitalCharge(per_meal, meals, 0, 0, per_meal * meals, row.unconfirmed)


def living_class(
    limit_class: str,
    *,
    second_kind: bool = False,
    intractable: bool = False,
    severe: bool = False,
    long_stay: bool = False,
) -> LivingClass:
    """区分 of 生活療養 for a limit class (table ``limit_classes``).

    ``second_kind``: the hospital files for 入院時生活療養(Ⅱ). 境界層 and 老齢福祉年金 come first,
    because they pay no room whatever the illness; then 指定難病, then 医療の必要性の高い者.
    ``long_stay`` (長期入院該当) lowers only these two.
    """
    if limit_class == "low1_border":
        return LivingClass.BORDER
    if limit_class == "low1_pension":
        return LivingClass.LOW1_PENSION
    if limit_class in ("low1", "low2"):
        prefix = "intractable_" if intractable else "severe_" if severe else ""
        long = "_long" if prefix and limit_class == "low2" and long_stay else ""
        return LivingClass(f"{prefix}{limit_class}{long}")
    if intractable:
        return LivingClass.INTRACTABLE
    kind = "2" if second_kind else "1"
    return LivingClass(f"{'severe' if severe else 'general'}_{kind}")


def living_charge(row: LivingRow, meals: int, days: int) -> HospitalCharge:
    """生活療養標準負担額 of the row's class: meals and room. Raises RuleError
    ``benefits.living_open`` while the amounts of the month are 要確認."""
    title = "療養病床の食事代・居住費"
    per_meal = _confirmed(row.open, row.meal, "living_open", title)
    per_day = _confirmed(row.open, row.room, "living_open", title)
    _not_negative(meals, "meals")
    _not_negative(days, "days")
    amount = per_meal * meals + per_day * days
    return HospitalCharge(per_meal, meals, per_day, days, amount, row.unconfirmed)


def long_stay(row: MealRow, days: int, applied_on: date) -> LongStay | None:
    """長期入院該当 by application, or None while the stay is not long enough.

    ``days``: days in hospital within the last twelve months while in 区分Ⅱ; days under another
    insurer count with proof.
    """
    if days <= row.long_stay_over:
        return None
    return LongStay(next_month_start(applied_on), applied_on, row.unconfirmed)


def specified_disease_caps(
    disease: DiseaseCap, copays: Iterable[int], *, half: bool = False
) -> tuple[SpecifiedDiseaseCap, ...]:
    """特定疾病: the monthly cap holds for each institution, outpatient and inpatient apart.

    ``half``: the month of the 75th birthday.
    """
    each = disease.cap // 2 if half else disease.cap
    return tuple(
        SpecifiedDiseaseCap(copay, each, min(copay, each), disease.unconfirmed) for copay in copays
    )


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
