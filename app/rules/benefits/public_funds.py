"""What a person pays at one institution in a month with a public fund (公費) or a specified disease
(特定疾病), and what insurer and fund bear.

Source: 高確法施行令14条・15条 (特定給付対象療養, 特定疾病); the ministry's collection of cases on
the 2割 share (計算事例集, 令和5年4月), known at second hand (DOMAIN 3.7). All amounts are whole
yen.

The order: the share of the cost; the cap of a specified disease; the limit of the insurer for what
one fund covers, alone; then the fund, which leaves to the person a share of the cost, the person's
own limit (自己負担上限額), the lesser of both, or nothing; at last the person's limit of the month
over all that is left. The relief of 2割 (配慮措置) looks only at what neither touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from app.core.tables import Unconfirmed, joined
from app.rules.benefits.monthly import MonthLimits, Treatment, household_limit, relief_limit
from app.rules.errors import RuleError
from app.rules.money import PERMILLE, share_in_tens


@dataclass(frozen=True, slots=True)
class PublicFund:
    """A row of the table ``public_funds``.

    ``person_permille``: the share of the cost that stays with the person, thousandths (None: the
    insured person's own share). ``own_limit_needed``: the paper of the fund states a limit for the
    month.
    """

    code: str
    person_permille: int | None
    own_limit_needed: bool
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class DiseaseCap:
    """特定疾病: yen per month and institution, outpatient and inpatient apart."""

    cap: int
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class FundedCare:
    """Treatment of one person at one institution in the month, ``cost`` yen (医療費).

    ``fund``: code of the public fund that covers it ("" : none), with the limit of the month that
    its paper states. ``specified_disease``: it is treatment of the person's 特定疾病.
    """

    cost: int
    fund: str = ""
    own_limit: int | None = None
    specified_disease: bool = False
    inpatient: bool = False


@dataclass(frozen=True, slots=True)
class FundedPayment:
    """Who bears what of treatment with the same fund: ``share`` = ``insurer`` + ``fund_bears`` +
    ``person``, before the person's limit over everything."""

    fund: str
    specified_disease: bool
    inpatient: bool
    cost: int
    share: int
    """一部負担金 by the share alone."""
    insurer: int
    """What the insurer takes over beyond the share (高額療養費)."""
    fund_bears: int
    person: int


@dataclass(frozen=True, slots=True)
class FundedMonth:
    """The person's month: what is left to pay, and what insurer and funds bear beyond the share."""

    payments: tuple[FundedPayment, ...]
    left: int
    """What the person pays after the fund but before the limit over everything."""
    over_limit: int
    """Of that, what the insurer bears because it is over the person's limit of the month."""
    person: int
    unconfirmed: tuple[Unconfirmed, ...] = ()

    @property
    def insurer_leaves(self) -> int:
        """What the insurer leaves to person and funds together."""
        return sum(each.share - each.insurer for each in self.payments) - self.over_limit

    def treatments(self) -> tuple[Treatment, ...]:
        """The month as ``monthly.monthly_benefit`` adds it up for the household."""
        return tuple(
            Treatment(
                each.inpatient,
                each.cost,
                each.person,
                apart=bool(each.fund) or each.specified_disease,
            )
            for each in self.payments
        )


def month_with_funds(
    limits: MonthLimits,
    ratio: int,
    cares: Iterable[FundedCare],
    funds: Mapping[str, PublicFund],
    disease: DiseaseCap,
    *,
    half: bool = False,
    person: str = "",
) -> FundedMonth:
    """What ``person`` pays for the month's treatment at ``ratio`` tenths (割).

    The person's limit over everything is that of outpatient treatment; inpatients are summed up
    by the household (``FundedMonth.treatments``). ``half``: the month of the 75th birthday.
    Raises RuleError ``benefits.fund_unknown``, ``benefits.fund_limit_missing``,
    ``benefits.cost_impossible``.
    """
    cares = sorted(cares, key=_kind)
    _check(cares, funds, person)
    halves = 2 if half else 1
    payments: list[FundedPayment] = []
    spent: dict[str, int] = {}
    for _, group in groupby(cares, key=_kind):
        same = tuple(group)
        cost = sum(care.cost for care in same)
        share = share_in_tens(cost, ratio)
        fund = funds.get(same[0].fund)
        leaves = _left_by_insurer(limits, same[0], cost, share, disease.cap, halves)
        left = leaves if fund is None else _left_by_fund(fund, same[0], cost, leaves, spent)
        payments.append(
            FundedPayment(
                same[0].fund,
                same[0].specified_disease,
                same[0].inpatient,
                cost,
                share,
                share - leaves,
                leaves - left,
                left,
            )
        )
    return _month(limits, payments, funds, disease, halves)


def _month(
    limits: MonthLimits,
    payments: list[FundedPayment],
    funds: Mapping[str, PublicFund],
    disease: DiseaseCap,
    halves: int,
) -> FundedMonth:
    left = sum(each.person for each in payments)
    outpatient = sum(each.person for each in payments if not each.inpatient)
    over = 0
    if limits.outpatient is not None:
        over = max(0, outpatient - limits.outpatient // halves)
    used = [funds[each.fund].unconfirmed for each in payments if each.fund]
    if any(each.specified_disease for each in payments):
        used.append(disease.unconfirmed)
    return FundedMonth(tuple(payments), left, over, left - over, joined(limits.unconfirmed, *used))


def _kind(care: FundedCare) -> tuple[str, int, bool, bool]:
    """Treatment of one kind is reckoned together."""
    own_limit = -1 if care.own_limit is None else care.own_limit
    return care.fund, own_limit, care.specified_disease, care.inpatient


def _left_by_insurer(
    limits: MonthLimits, care: FundedCare, cost: int, share: int, cap: int, halves: int
) -> int:
    """What the insurer leaves of the ``share`` of treatment like ``care``, taken alone."""
    leaves = min(share, cap // halves) if care.specified_disease else share
    if care.fund:
        if care.inpatient or limits.outpatient is None:
            return min(leaves, household_limit(limits, cost, halves=halves))
        return min(leaves, limits.outpatient // halves)
    if care.specified_disease or care.inpatient:
        return leaves
    relieved = relief_limit(limits, cost)
    return leaves if relieved is None else min(leaves, relieved)


def _left_by_fund(
    fund: PublicFund, care: FundedCare, cost: int, leaves: int, spent: dict[str, int]
) -> int:
    """What the fund leaves to the person of what the insurer left. The person's own limit of the
    month holds once for in- and outpatient treatment; ``spent`` is what it took already."""
    left = leaves
    if fund.person_permille is not None:
        left = min(left, cost * fund.person_permille // PERMILLE)
    if care.own_limit is not None:
        left = min(left, max(0, care.own_limit - spent.get(care.fund, 0)))
        spent[care.fund] = spent.get(care.fund, 0) + left
    return left


def _check(cares: list[FundedCare], funds: Mapping[str, PublicFund], person: str) -> None:
    for care in cares:
        if care.cost < 0 or (care.own_limit is not None and care.own_limit < 0):
            raise RuleError(
                "benefits.cost_impossible",
                "医療費または公費の自己負担上限額がマイナスです。",
                "診療の金額と受給者証を確かめてください。",
                person=person,
                missing="cost",
            )
        if not care.fund:
            continue
        fund = funds.get(care.fund)
        if fund is None:
            raise RuleError(
                "benefits.fund_unknown",
                f"公費「{care.fund}」の扱いが登録されていません。",
                "受給者証の公費負担者番号を確かめ、正しければシステム管理者に連絡してください。",
                person=person,
                missing="fund",
            )
        if fund.own_limit_needed and care.own_limit is None:
            raise RuleError(
                "benefits.fund_limit_missing",
                "この公費では、受給者証に書かれた月額の自己負担上限額が要ります。",
                "受給者証を確かめ、自己負担上限額を入れてください。",
                person=person,
                missing="own_limit",
            )
