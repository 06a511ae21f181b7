"""Late charge (延滞金), refund interest (還付加算金) and the demand (督促).

Source: DOMAIN 4.9; 地方自治法231条の3, 地方税法附則3条の2 as taken over by ordinances. Amounts are
whole yen, days are calendar days. Rates are percent a year, as whole numbers of
``money.RATE_BASE``; a year has 365 days even when it is a leap year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from operator import attrgetter

from app.core.tables import Unconfirmed, joined
from app.rules.calendar.days import ONE_DAY
from app.rules.calendar.periods import last_day_of
from app.rules.errors import RuleError
from app.rules.money import RATE_BASE, cut


@dataclass(frozen=True, slots=True)
class YearRates:
    """The special rates of one calendar year (特例基準割合による率)."""

    first: int
    """Late charge within the first period after the due date."""
    later: int
    """Late charge afterwards."""
    refund: int
    """還付加算金."""
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """Rounding of charges (端数計算), yen, and the days that make a year."""

    base_least: int
    """Below this amount (2,000) nothing is charged."""
    base_unit: int
    """The amount is cut to this unit (1,000) before it is multiplied."""
    amount_least: int
    """A charge below this (1,000) is not collected."""
    amount_unit: int
    """A charge is cut to this unit (100)."""
    days_of_year: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class LateChargeSetting:
    """What a municipality's ordinance says about late charges."""

    first_months: int
    """The lower rate holds for so many months after the due date: 1 or 3."""
    charged_from: date | None = None
    """Charges only on premiums levied on or after this day; None: always."""
    unconfirmed: tuple[Unconfirmed, ...] = ()


class Outcome(StrEnum):
    """Why a charge is what it is."""

    CHARGED = "charged"
    IN_TIME = "in_time"
    NOT_CHARGED_YET = "not_charged_yet"
    """Levied before the municipality began to charge (延滞金の徴収開始前の賦課)."""
    BASE_TOO_SMALL = "base_too_small"
    AMOUNT_TOO_SMALL = "amount_too_small"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment (納付): the day it was received and the amount."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class LateInstalment:
    """An instalment as levied: ``principal`` yen (本料), due date, 賦課決定日, neutral key."""

    principal: int
    due: date
    levied_on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class ChargeSegment:
    """Days with one rate on one base; ``amount`` is cut to 1 yen by itself."""

    start: date
    end: date
    days: int
    base: int
    rate: int
    amount: int


@dataclass(frozen=True, slots=True)
class Charge:
    """A late charge or refund interest with every step."""

    outcome: Outcome
    segments: tuple[ChargeSegment, ...]
    total: int
    """Sum of the segments before the last rounding."""
    amount: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


class RefundCause(StrEnum):
    """過誤納の別."""

    REDUCED = "reduced"
    """過納: paid rightly, too much after a correction (更正減額)."""
    MISTAKEN = "mistaken"
    """誤納: paid without any ground, such as twice."""


@dataclass(frozen=True, slots=True)
class DemandSetting:
    """督促 of a municipality: days after the due date, fee in yen (督促手数料)."""

    days: int
    fee: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class DemandTerm:
    """The last day for sending the demand (督促状) and its fee."""

    last_day: date
    fee: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


_Which = Callable[[YearRates], int]
_FIRST: _Which = attrgetter("first")
_LATER: _Which = attrgetter("later")
_REFUND: _Which = attrgetter("refund")


def late_charge(
    rule: ChargeRule,
    setting: LateChargeSetting,
    rates: Mapping[int, YearRates],
    debt: LateInstalment,
    payments: Iterable[Payment],
    until: date,
) -> Charge:
    """The late charge (延滞金) of one instalment.

    What of ``debt`` is not paid by ``payments`` is reckoned up to and including ``until``. A part
    payment lowers the base from the day after it. Raises RuleError ``charges.no_rate`` (a
    calendar year without rates), ``charges.overpaid``.
    """
    settings = joined(rule.unconfirmed, setting.unconfirmed)
    if debt.levied_on < (setting.charged_from or date.min):
        return Charge(Outcome.NOT_CHARGED_YET, (), 0, 0, settings)
    first_end = last_day_of(debt.due + ONE_DAY, setting.first_months)
    spans = list(_open_spans(debt, payments, until))
    if not spans:
        return Charge(Outcome.IN_TIME, (), 0, 0, settings)
    segments: list[ChargeSegment] = []
    for start, end, open_amount in spans:
        if min(debt.principal, open_amount) >= rule.base_least:
            base = cut(open_amount, rule.base_unit)
            later_start = max(start, first_end + ONE_DAY)
            segments += _segments(rule, rates, base, start, min(end, first_end), _FIRST, debt.key)
            segments += _segments(rule, rates, base, later_start, end, _LATER, debt.key)
    if not segments:
        return Charge(Outcome.BASE_TOO_SMALL, (), 0, 0, settings)
    return finish_charge(rule, segments, joined(settings, _rates_used(rates, segments)))


def refund_interest(
    rule: ChargeRule,
    rates: Mapping[int, YearRates],
    cause: RefundCause,
    *,
    amount: int,
    paid_on: date,
    decided_on: date,
    key: str = "",
) -> Charge:
    """Interest on a refund (還付加算金) up to the day on which it is decided (支出決定日).

    過納: from the day after payment. 誤納: from the day after one month has passed since then.
    Raises RuleError ``charges.no_rate``, ``charges.decided_before_paid``.
    """
    if decided_on < paid_on:
        raise RuleError(
            "charges.decided_before_paid",
            f"還付の決定日（{decided_on:%Y-%m-%d}）が納付日（{paid_on:%Y-%m-%d}）より前です。",
            "納付日と決定日を確かめてください。",
            person=key,
            missing="decided_on",
        )
    start = paid_on + ONE_DAY
    if cause is RefundCause.MISTAKEN:
        start = last_day_of(start, 1) + ONE_DAY
    if decided_on < start:
        return Charge(Outcome.IN_TIME, (), 0, 0, rule.unconfirmed)
    if amount < rule.base_least:
        return Charge(Outcome.BASE_TOO_SMALL, (), 0, 0, rule.unconfirmed)
    base = cut(amount, rule.base_unit)
    segments = _segments(rule, rates, base, start, decided_on, _REFUND, key)
    return finish_charge(rule, segments, joined(rule.unconfirmed, _rates_used(rates, segments)))


def demand_term(setting: DemandSetting, due: date) -> DemandTerm:
    """Until when an instalment due on ``due`` is demanded (usually 20 days after)."""
    return DemandTerm(due + timedelta(days=setting.days), setting.fee, setting.unconfirmed)


def _open_spans(
    debt: LateInstalment, payments: Iterable[Payment], until: date
) -> Iterable[tuple[date, date, int]]:
    """Spans after the due date in which the open amount did not change: start, end, amount."""
    rest = debt.principal
    start = debt.due + ONE_DAY
    for payment in sorted(payments, key=lambda payment: payment.day):
        if payment.day > until:
            break
        if payment.day >= start and rest > 0:
            yield start, payment.day, rest
            start = payment.day + ONE_DAY
        rest -= payment.amount
        if rest < 0:
            raise RuleError(
                "charges.overpaid",
                f"納付額の合計が期割額（{debt.principal}円）を超えています。",
                "納付の記録を確かめ、納めすぎの分は過誤納として処理してください。",
                person=debt.key,
                missing="payments",
            )
    if rest > 0 and until >= start:
        yield start, until, rest


def _segments(
    rule: ChargeRule,
    rates: Mapping[int, YearRates],
    base: int,
    start: date,
    end: date,
    which: _Which,
    key: str,
) -> list[ChargeSegment]:
    """One segment per calendar year, each cut to 1 yen."""
    found = []
    while start <= end:
        year_end = min(end, date(start.year, 12, 31))
        year_rates = rates.get(start.year)
        if year_rates is None:
            raise RuleError(
                "charges.no_rate",
                f"{start.year}年の延滞金・還付加算金の割合が登録されていません。",
                "その年の割合が告示され、表に登録されるまで計算できません。",
                person=key,
                missing="late_charge_rates",
            )
        days = (year_end - start).days + 1
        rate = which(year_rates)
        amount = base * days * rate // (RATE_BASE * rule.days_of_year)
        found.append(ChargeSegment(start, year_end, days, base, rate, amount))
        start = year_end + ONE_DAY
    return found


def _rates_used(
    rates: Mapping[int, YearRates], segments: list[ChargeSegment]
) -> tuple[Unconfirmed, ...]:
    return joined(*(rates[segment.start.year].unconfirmed for segment in segments))


def finish_charge(
    rule: ChargeRule, segments: list[ChargeSegment], unconfirmed: tuple[Unconfirmed, ...] = ()
) -> Charge:
    """The charge of ``segments``: too small a sum is not collected, the rest is cut (端数計算)."""
    total = sum(segment.amount for segment in segments)
    if total < rule.amount_least:
        return Charge(Outcome.AMOUNT_TOO_SMALL, tuple(segments), total, 0, unconfirmed)
    amount = cut(total, rule.amount_unit)
    return Charge(Outcome.CHARGED, tuple(segments), total, amount, unconfirmed)
