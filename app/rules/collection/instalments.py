"""How the year's premium is paid: ordinary collection (普通徴収) in periods (期割) and deduction
from the pension (特別徴収).

Source: DOMAIN 4.7; 高確法107-110条, 同施行令21-23条. All amounts are whole yen. Whatever is split
adds up to what was to be split, to the yen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed, joined
from app.rules.calendar.days import BusinessCalendar
from app.rules.collection.due_days import MONTH_END, DueRule, due_in_fiscal_year
from app.rules.errors import RuleError
from app.rules.money import PERMILLE, cut

PROVISIONAL_MONTHS = (4, 6, 8)
"""仮徴収."""
MAIN_MONTHS = (10, 12, 2)
"""本徴収."""
DEDUCTION_MONTHS = PROVISIONAL_MONTHS + MAIN_MONTHS
"""The months in which pensions are paid, in the order of the fiscal year."""


@dataclass(frozen=True, slots=True)
class CollectionPattern:
    """納期 of a municipality: calendar months in the order of the fiscal year.

    The first ``provisional`` of them are billed before the year's premium is known (暫定賦課).
    Amounts are multiples of ``unit`` yen but for the first period, which takes the rest.
    """

    months: tuple[int, ...]
    unit: int
    provisional: int = 0
    due: DueRule = MONTH_END
    unconfirmed: tuple[Unconfirmed, ...] = ()

    def due_in(self, fiscal_year: int, month: int, calendar: BusinessCalendar) -> date:
        """納期限 of the period in calendar month ``month``."""
        return due_in_fiscal_year(self.due, fiscal_year, month, calendar)

    @property
    def used(self) -> tuple[Unconfirmed, ...]:
        """What is unconfirmed of the periods and of their days."""
        return joined(self.unconfirmed, self.due.unconfirmed)


@dataclass(frozen=True, slots=True)
class Instalment:
    """One period (期): number from 1, calendar month, due date (納期限), amount in yen."""

    number: int
    month: int
    due: date
    amount: int
    provisional: bool = False
    extra: bool = False
    """随時期: after the ordinary periods of the year are over."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Instalments, and what was billed beyond the premium (``over``: to be refunded)."""

    instalments: tuple[Instalment, ...]
    over: int = 0
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class DeductionRule:
    """When premiums are taken from the pension."""

    pension_least: int
    """Yearly amount of the pension (180,000 yen)."""
    share_permille: int
    """Care and premium together may take so much of a payment (half)."""
    unit: int
    """Main amounts are multiples of this but for October."""
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class PensionFacts:
    """The one pension from which the care premium is taken, per payment and per year, yen."""

    annual: int
    payment: int
    care_deducted: bool
    """介護保険料 is already taken from it."""
    care: int
    premium: int


class Method(StrEnum):
    """徴収方法."""

    DEDUCTION = "deduction"
    """特別徴収."""
    ORDINARY = "ordinary"
    """普通徴収."""


class MethodReason(StrEnum):
    """Why this method."""

    ALL_CONDITIONS = "all_conditions"
    PENSION_TOO_SMALL = "pension_too_small"
    CARE_NOT_DEDUCTED = "care_not_deducted"
    OVER_SHARE = "over_share"


@dataclass(frozen=True, slots=True)
class MethodDecision:
    """徴収方法の判定 with its grounds: together ≤ limit is needed (yen per payment)."""

    method: Method
    reason: MethodReason
    together: int
    limit: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class DeductionYear:
    """One year of deductions: calendar month and amount in the order of the fiscal year.

    ``over`` is what the provisional amounts took beyond the year's premium.
    """

    months: tuple[tuple[int, int], ...]
    over: int = 0
    unconfirmed: tuple[Unconfirmed, ...] = ()

    @property
    def total(self) -> int:
        """All deductions of the year, yen."""
        return sum(amount for _, amount in self.months)


@dataclass(frozen=True, slots=True)
class MixedYear:
    """併徴: both methods in one year; ``over`` is to be refunded."""

    deductions: tuple[tuple[int, int], ...]
    ordinary: tuple[Instalment, ...]
    over: int = 0
    unconfirmed: tuple[Unconfirmed, ...] = ()


class RequestAnswer(StrEnum):
    """Answer to a request for paying by account instead of from the pension (納付方法変更申出)."""

    ACCEPTED = "accepted"
    ONLY_BY_ACCOUNT = "only_by_account"
    IN_ARREARS = "in_arrears"


def split(amount: int, count: int, unit: int) -> tuple[int, ...]:
    """``amount`` in ``count`` periods, multiples of ``unit``, the rest in the first.

    Raises RuleError ``instalments.no_period``.
    """
    if count < 1:
        raise RuleError(
            "instalments.no_period",
            "納める期が1つもありません。",
            "納期の設定と、賦課の月を確かめてください。",
            missing="months",
        )
    each = cut(amount // count, unit)
    return (amount - each * (count - 1), *((each,) * (count - 1)))


def ordinary_plan(
    pattern: CollectionPattern,
    fiscal_year: int,
    annual: int,
    first_month: int,
    calendar: BusinessCalendar,
) -> Spread:
    """The instalments of ``annual`` yen from the first period not before ``first_month`` on.

    ``first_month`` is the calendar month in which the notice can first be paid. After the last
    period of the year all falls due at once in that month (随時期).
    """
    left = [month for month in pattern.months if _order(month) >= _order(first_month)]
    if not left:
        number = len(pattern.months) + 1
        due = pattern.due_in(fiscal_year, first_month, calendar)
        late = Instalment(number, first_month, due, annual, extra=True)
        return Spread((late,), unconfirmed=pattern.used)
    plan = _instalments(pattern, fiscal_year, left, annual, calendar)
    return Spread(plan, unconfirmed=pattern.used)


def provisional_plan(
    pattern: CollectionPattern, fiscal_year: int, previous_annual: int, calendar: BusinessCalendar
) -> tuple[Instalment, ...]:
    """暫定賦課: a share of last year's premium for each month of the pattern (12期 type)."""
    each = cut(previous_annual // len(pattern.months), pattern.unit)
    return tuple(
        Instalment(
            number, month, pattern.due_in(fiscal_year, month, calendar), each, provisional=True
        )
        for number, month in enumerate(pattern.months[: pattern.provisional], start=1)
    )


def main_plan(
    pattern: CollectionPattern,
    fiscal_year: int,
    annual: int,
    provisional: tuple[Instalment, ...],
    calendar: BusinessCalendar,
) -> Spread:
    """本算定: what the provisional instalments left of ``annual``, over the other periods."""
    rest = annual - sum(instalment.amount for instalment in provisional)
    left = list(pattern.months[pattern.provisional :])
    main = _instalments(pattern, fiscal_year, left, max(0, rest), calendar)
    return Spread(provisional + main, max(0, -rest), pattern.used)


def respread(
    pattern: CollectionPattern, plan: tuple[Instalment, ...], annual: int, day: date
) -> Spread:
    """期割の更正: the premium became ``annual`` on ``day``.

    Periods due before ``day`` stay as they are, the later ones share what is left (the rest of
    the division in the first of them). Raises RuleError ``instalments.no_period_left`` when
    there is more to pay but no period: bill a 随時期 then.
    """
    fixed = tuple(instalment for instalment in plan if instalment.due < day)
    open_ones = tuple(instalment for instalment in plan if instalment.due >= day)
    rest = annual - sum(instalment.amount for instalment in fixed)
    if not open_ones:
        if rest > 0:
            raise RuleError(
                "instalments.no_period_left",
                f"増えた{rest}円を納める期が、この年度に残っていません。",
                "随時期として納期限を決めて賦課してください。",
                missing="months",
            )
        return Spread(fixed, -rest, pattern.used)
    amounts = split(max(0, rest), len(open_ones), pattern.unit)
    changed = tuple(
        Instalment(old.number, old.month, old.due, amount, old.provisional, old.extra)
        for old, amount in zip(open_ones, amounts, strict=True)
    )
    return Spread(fixed + changed, max(0, -rest), pattern.used)


def decide_method(rule: DeductionRule, facts: PensionFacts) -> MethodDecision:
    """特別徴収 or 普通徴収 (令21-23条): pension of 18万 or more, care already deducted, and care
    and premium together not more than half of the payment.
    """
    together = facts.care + facts.premium
    limit = facts.payment * rule.share_permille // PERMILLE
    if facts.annual < rule.pension_least:
        reason = MethodReason.PENSION_TOO_SMALL
    elif not facts.care_deducted:
        reason = MethodReason.CARE_NOT_DEDUCTED
    elif together > limit:
        reason = MethodReason.OVER_SHARE
    else:
        reason = MethodReason.ALL_CONDITIONS
        return MethodDecision(Method.DEDUCTION, reason, together, limit, rule.unconfirmed)
    return MethodDecision(Method.ORDINARY, reason, together, limit, rule.unconfirmed)


def deduction_year(rule: DeductionRule, annual: int, previous_february: int) -> DeductionYear:
    """A full year: 4・6・8月 as in the February before, the rest in three, odd part in October."""
    provisional = previous_february * len(PROVISIONAL_MONTHS)
    return _deductions(
        [(month, previous_february) for month in PROVISIONAL_MONTHS],
        split(max(0, annual - provisional), len(MAIN_MONTHS), rule.unit),
        max(0, provisional - annual),
        rule.unconfirmed,
    )


def starting_year(
    rule: DeductionRule, annual: int, previous_annual: int, start_month: int
) -> DeductionYear:
    """The year in which deduction starts with 4, 6 or 8月 (仮徴収 without a February before).

    Each provisional amount is a sixth of ``previous_annual`` (the premium of the year before,
    twelve months). Raises RuleError ``instalments.start_month``.
    """
    if start_month not in PROVISIONAL_MONTHS:
        raise _start_month_error(start_month, PROVISIONAL_MONTHS)
    each = cut(previous_annual // len(DEDUCTION_MONTHS), rule.unit)
    months = PROVISIONAL_MONTHS[PROVISIONAL_MONTHS.index(start_month) :]
    provisional = each * len(months)
    return _deductions(
        [(month, each) for month in months],
        split(max(0, annual - provisional), len(MAIN_MONTHS), rule.unit),
        max(0, provisional - annual),
        rule.unconfirmed,
    )


def mixed_year(
    rule: DeductionRule,
    pattern: CollectionPattern,
    fiscal_year: int,
    annual: int,
    ordinary: int,
    first_month: int,
    calendar: BusinessCalendar,
) -> MixedYear:
    """Ordinary collection until September, deduction from October (10月開始).

    ``ordinary`` yen (cut to the pattern's unit) fall on the periods from ``first_month`` to
    September, everything else on October, December and February. Raises RuleError
    ``instalments.no_period`` when there is no such period.
    """
    left = [
        month
        for month in pattern.months
        if _order(first_month) <= _order(month) < _order(MAIN_MONTHS[0])
    ]
    billed = cut(min(ordinary, annual), pattern.unit)
    instalments = _instalments(pattern, fiscal_year, left, billed, calendar)
    main = split(annual - billed, len(MAIN_MONTHS), rule.unit)
    used = joined(rule.unconfirmed, pattern.used)
    return MixedYear(tuple(zip(MAIN_MONTHS, main, strict=True)), instalments, unconfirmed=used)


def correct_deduction(
    year: DeductionYear,
    annual: int,
    last_deducted: int,
    pattern: CollectionPattern,
    fiscal_year: int,
    first_month: int,
    calendar: BusinessCalendar,
) -> MixedYear:
    """The premium becomes ``annual`` while it is deducted (DOMAIN 4.7 併徴).

    More than the deductions: they go on and the difference is collected ordinarily. Less (or
    moved out, died): they stop after ``last_deducted``, the last month that can no longer be
    stopped; what is left is collected ordinarily, what was too much is refunded.
    """
    if annual >= year.total:
        kept = year.months
    else:
        kept = tuple(
            (month, amount)
            for month, amount in year.months
            if _order(month) <= _order(last_deducted)
        )
    rest = annual - sum(amount for _, amount in kept)
    if rest <= 0:
        return MixedYear(kept, (), -rest, year.unconfirmed)
    plan = ordinary_plan(pattern, fiscal_year, rest, first_month, calendar)
    used = joined(year.unconfirmed, plan.unconfirmed)
    return MixedYear(kept, plan.instalments, unconfirmed=used)


def answer_method_request(*, by_account: bool, arrears: int) -> RequestAnswer:
    """納付方法変更申出: from deduction only to 口座振替, and not with arrears (yen)."""
    if arrears > 0:
        return RequestAnswer.IN_ARREARS
    return RequestAnswer.ACCEPTED if by_account else RequestAnswer.ONLY_BY_ACCOUNT


def _deductions(
    provisional: list[tuple[int, int]],
    main: tuple[int, ...],
    over: int,
    unconfirmed: tuple[Unconfirmed, ...],
) -> DeductionYear:
    months = (*provisional, *zip(MAIN_MONTHS, main, strict=True))
    return DeductionYear(months, over, unconfirmed)


def _order(month: int) -> int:
    """Place of a calendar month in the fiscal year: April 0 … March 11."""
    return (month - 4) % 12


def _instalments(
    pattern: CollectionPattern,
    fiscal_year: int,
    months: list[int],
    amount: int,
    calendar: BusinessCalendar,
) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(
            pattern.months.index(month) + 1,
            month,
            pattern.due_in(fiscal_year, month, calendar),
            part,
        )
        for month, part in zip(months, split(amount, len(months), pattern.unit), strict=True)
    )


def _start_month_error(month: int, allowed: tuple[int, ...]) -> RuleError:
    shown = "・".join(f"{each}月" for each in allowed)
    return RuleError(
        "instalments.start_month",
        f"特別徴収は{month}月からは始められません（{shown}のいずれか）。",
        "開始月を選び直してください。10月開始は普通徴収との併徴として計算します。",
        missing="start_month",
    )
