"""The yearly premium (保険料の賦課): per-capita share, income-based share, reductions, ceiling,
months. Source: DOMAIN 4.2-4.6, 高確法104条, 同施行令18条.

The union decides premiums; here they are computed so that the reference union can decide and the
counter can explain and try out. Every intermediate amount is in the result. All amounts are whole
yen; shares are thousandths (``money.PERMILLE``), rates of income are of ``money.RATE_BASE``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.tables import Unconfirmed
from app.rules.errors import RuleError
from app.rules.income import (
    IncomeRule,
    Incomes,
    LevyBase,
    MissingIncome,
    check_incomes,
    declared_incomes,
    is_65_for,
    levy_base,
)
from app.rules.levy.months import (
    FormerDependantRule,
    LiableMonths,
    former_dependant_months,
    liable_months,
)
from app.rules.levy.reduction import (
    ReductionClass,
    ReductionJudgement,
    ReductionRule,
    judge_income,
    judge_reduction,
)
from app.rules.money import PERMILLE, RATE_BASE, cut


class Part(StrEnum):
    """The parts of a premium; each has its own amounts, ceiling and 100-yen cut."""

    MEDICAL = "medical"
    """医療分."""
    CHILD = "child"
    """子ども・子育て支援金分, from 令和8年度."""


class MonthOrder(StrEnum):
    """月割 and the 100-yen cut: which comes first (per union, DOMAIN 4.6)."""

    MONTHS_FIRST = "months_first"
    CUT_FIRST = "cut_first"


class OpenQuestion(StrEnum):
    """What a table leaves open for one person; the premium is refused, never guessed."""

    LOWER_RATE = "lower_rate"
    OWN_CUT = "own_cut"


@dataclass(frozen=True, slots=True)
class PartRate:
    """保険料率 of one part: yearly per-capita amount (yen) and income rate."""

    per_capita: int
    income_rate: int


@dataclass(frozen=True, slots=True)
class Ceiling:
    """賦課限度額 of one part and year, yen, with the lower one of 令和6年度.

    ``special`` holds for those born on or before ``special_born_until`` and for those whose
    disability was recognised on or before ``special_recognised_until``.
    """

    amount: int
    special: int | None = None
    special_born_until: date | None = None
    special_recognised_until: date | None = None


@dataclass(frozen=True, slots=True)
class LowerRate:
    """所得割率 for a small base (令和6年度 only). ``rate`` None: the union's rate is not known."""

    base_up_to: int
    rate: int | None


@dataclass(frozen=True, slots=True)
class OwnCuts:
    """A union's own cut of the income-based share by base (東京広域の独自軽減).

    ``up_to`` are upper ends (inclusive) of the base, ``permille`` the cut of each band. With
    ``decided`` False nobody has said yet whether the cut holds in this year.
    """

    up_to: tuple[int, ...]
    permille: tuple[int, ...]
    decided: bool = True


@dataclass(frozen=True, slots=True)
class PartRule:
    """Everything that decides one part of the premium in one union and year."""

    part: Part
    rate: PartRate
    ceiling: Ceiling
    reductions: Mapping[ReductionClass, int]
    """Reduction of the per-capita amount, thousandths, for each class."""
    special_areas: Mapping[str, PartRate]
    """特定地域 (令18条2項): lower rates by area code."""
    lower_rate: LowerRate | None = None
    own_cuts: OwnCuts | None = None


@dataclass(frozen=True, slots=True)
class PremiumYear:
    """All rules of one union and one fiscal year (賦課年度), resolved once."""

    union: str
    fiscal_year: int
    parts: tuple[PartRule, ...]
    income: IncomeRule
    reduction: ReductionRule
    former_dependant: FormerDependantRule
    component_unit: int
    """Per-capita and income-based amounts are cut to this unit: 1 or 10 yen."""
    part_unit: int
    """Each part is cut to this unit: 100 yen."""
    month_order: MonthOrder
    same_month_counts: bool
    """A month of both acquisition and loss counts (DOMAIN 2.4 [U])."""
    unconfirmed: tuple[Unconfirmed, ...] = ()


@dataclass(frozen=True, slots=True)
class InsuredStatus:
    """What the premium needs to know of an insured person beyond income."""

    acquired: date
    """資格取得日."""
    lost: date | None = None
    """資格喪失日."""
    former_dependant: bool = False
    recognised_on: date | None = None
    """障害認定日, for those who are insured before 75."""
    special_area: str | None = None


@dataclass(frozen=True, slots=True)
class LevyMember:
    """One person of the household; ``insured`` is None for a householder who is not insured."""

    key: str
    born: date
    incomes: Incomes | MissingIncome
    insured: InsuredStatus | None = None


@dataclass(frozen=True, slots=True)
class LevyHousehold:
    """世帯 on the levy day: the householder and all insured persons (others do no harm)."""

    key: str
    householder: str
    """Key of the householder (世帯主), who must be among ``members``."""
    members: tuple[LevyMember, ...]


@dataclass(frozen=True, slots=True)
class PartPremium:
    """One part of a person's premium with every step, yen.

    ``former_…`` hold for the months in which the per-capita cut of former dependants applies;
    for everybody else ``former_months`` is 0 and they repeat the ordinary amounts.
    """

    part: Part
    per_capita_full: int
    reduction_permille: int
    per_capita: int
    former_permille: int
    former_per_capita: int
    former_months: int
    income_rate: int
    income_full: int
    """Base × rate, before cuts of the union and of former dependants; under 1 yen cut."""
    income_cut_permille: int
    income_based: int
    ceiling: int
    annual: int
    """Sum of both shares after the ceiling, for twelve months."""
    former_annual: int
    months: int
    before_cut: int
    amount: int


@dataclass(frozen=True, slots=True)
class PersonPremium:
    """The year's premium (年間保険料額) of one insured person."""

    key: str
    income: LevyBase
    months: LiableMonths
    parts: tuple[PartPremium, ...]
    amount: int


@dataclass(frozen=True, slots=True)
class HouseholdPremium:
    """Premiums of all insured persons of a household, with the reduction's grounds."""

    union: str
    fiscal_year: int
    household: str
    judgement: ReductionJudgement
    persons: tuple[PersonPremium, ...]
    unconfirmed: tuple[Unconfirmed, ...]


def assess(
    year: PremiumYear, household: LevyHousehold, *, accept_undeclared: bool = False
) -> HouseholdPremium:
    """The premiums of a household, in the order of its members (賦課計算).

    ``accept_undeclared``: persons without a declaration count with no income and the household
    gets no reduction (the levy run does this; a clerk must ask for it).
    Raises RuleError, each naming the neutral key concerned: ``premium.householder_missing``,
    ``premium.member_twice``, ``premium.no_insured``, ``premium.income_not_arrived``,
    ``premium.income_not_declared``, ``premium.income_impossible``, ``premium.no_special_area``,
    ``premium.lower_rate_open``, ``premium.own_cut_open``, ``premium.lost_before_acquired``.
    """
    _check_household(household)
    judged = []
    undeclared = []
    insured: list[tuple[LevyMember, InsuredStatus, Incomes]] = []
    for member in household.members:
        if member.insured is None and member.key != household.householder:
            continue
        if accept_undeclared and member.incomes is MissingIncome.NOT_DECLARED:
            undeclared.append(member.key)
            incomes = _NO_INCOME
        else:
            incomes = declared_incomes(member.key, member.incomes)
            check_incomes(member.key, incomes)
            is_65 = is_65_for(year.fiscal_year, member.born)
            judged.append(judge_income(year.reduction, member.key, incomes, is_65=is_65))
        if member.insured is not None:
            insured.append((member, member.insured, incomes))
    judgement = judge_reduction(year.reduction, judged, len(insured), tuple(undeclared))
    persons = tuple(
        _person_premium(year, judgement.reduction, member, status, incomes)
        for member, status, incomes in insured
    )
    return HouseholdPremium(
        year.union, year.fiscal_year, household.key, judgement, persons, year.unconfirmed
    )


_NO_INCOME = Incomes()


def _check_household(household: LevyHousehold) -> None:
    keys = {member.key for member in household.members}
    if len(keys) != len(household.members):
        raise RuleError(
            "premium.member_twice",
            "同じ人が世帯に2回入っています。",
            "世帯員を確かめ、重なりを除いてください。",
            person=household.key,
            missing="members",
        )
    if household.householder not in keys:
        raise RuleError(
            "premium.householder_missing",
            f"世帯主の情報がありません（世帯 {household.key}）。",
            "被保険者でなくても、軽減の判定に世帯主の所得が要ります。世帯主を加えてください。",
            person=household.householder,
            missing="householder",
        )
    if all(member.insured is None for member in household.members):
        raise RuleError(
            "premium.no_insured",
            "世帯に被保険者がいません。",
            "世帯の被保険者を加えてください。",
            person=household.key,
            missing="members",
        )


def _person_premium(
    year: PremiumYear,
    reduction: ReductionClass,
    member: LevyMember,
    status: InsuredStatus,
    incomes: Incomes,
) -> PersonPremium:
    base = levy_base(year.income, incomes)
    months = liable_months(
        year.fiscal_year,
        status.acquired,
        status.lost,
        same_month_counts=year.same_month_counts,
        person=member.key,
    )
    former_months = (
        former_dependant_months(year.former_dependant, year.fiscal_year, status.acquired, months)
        if status.former_dependant
        else 0
    )
    parts = tuple(
        part_premium(
            year, rule, reduction, member, status, base.base, (months.count, former_months)
        )
        for rule in year.parts
    )
    return PersonPremium(member.key, base, months, parts, sum(part.amount for part in parts))


def part_premium(
    year: PremiumYear,
    rule: PartRule,
    reduction: ReductionClass,
    member: LevyMember,
    status: InsuredStatus,
    base: int,
    counted: tuple[int, int],
) -> PartPremium:
    """One part of a premium whose grounds are known: class of reduction, base (yen), months.
    ``counted``: liable months, and those of them with the cut of former dependants. Raises
    RuleError ``premium.no_special_area``, ``premium.lower_rate_open``, ``premium.own_cut_open``."""
    months, former_months = counted
    rate = _rate_for(year, rule, member.key, status)
    unit = year.component_unit
    permille = rule.reductions[reduction]
    per_capita = cut(rate.per_capita * (PERMILLE - permille) // PERMILLE, unit)
    former_permille, former_per_capita = permille, per_capita
    if former_months:
        former_permille = max(permille, year.former_dependant.per_capita_permille)
        former_per_capita = cut(rate.per_capita * (PERMILLE - former_permille) // PERMILLE, unit)
    income_rate, income_cut = _income_rate(year, rule, member.key, status, rate, base)
    scaled = base * income_rate
    income_based = cut(scaled * (PERMILLE - income_cut) // (RATE_BASE * PERMILLE), unit)
    ceiling = _ceiling_for(rule.ceiling, member.born, status.recognised_on)
    annual = min(per_capita + income_based, ceiling)
    former_annual = min(former_per_capita + income_based, ceiling)
    before_cut = _for_months(year, annual, former_annual, months, former_months)
    return PartPremium(
        rule.part,
        rate.per_capita,
        permille,
        per_capita,
        former_permille,
        former_per_capita,
        former_months,
        income_rate,
        scaled // RATE_BASE,
        income_cut,
        income_based,
        ceiling,
        annual,
        former_annual,
        months,
        before_cut,
        cut(before_cut, year.part_unit),
    )


def _for_months(
    year: PremiumYear, annual: int, former_annual: int, months: int, former_months: int
) -> int:
    if year.month_order is MonthOrder.CUT_FIRST:
        annual = cut(annual, year.part_unit)
        former_annual = cut(former_annual, year.part_unit)
    return (former_annual * former_months + annual * (months - former_months)) // 12


def _rate_for(year: PremiumYear, rule: PartRule, key: str, status: InsuredStatus) -> PartRate:
    if status.special_area is None:
        return rule.rate
    rate = rule.special_areas.get(status.special_area)
    if rate is None:
        raise RuleError(
            "premium.no_special_area",
            f"特定地域 {status.special_area} の保険料率が登録されていません"
            f"（広域連合 {year.union}、{year.fiscal_year}年度）。",
            "住所の地域区分を確かめ、正しければ保険料率の登録をシステム管理者に依頼してください。",
            person=key,
            missing="special_area",
        )
    return rate


def _income_rate(
    year: PremiumYear, rule: PartRule, key: str, status: InsuredStatus, rate: PartRate, base: int
) -> tuple[int, int]:
    """Rate of income, and the cut of the income-based share in thousandths."""
    cut_permille = year.former_dependant.income_permille if status.former_dependant else 0
    if not base or cut_permille >= PERMILLE:
        return rate.income_rate, cut_permille
    income_rate = rate.income_rate
    if rule.lower_rate is not None and base <= rule.lower_rate.base_up_to:
        if rule.lower_rate.rate is None:
            raise _open_question(OpenQuestion.LOWER_RATE, year, key)
        income_rate = rule.lower_rate.rate
    if rule.own_cuts is not None:
        cut_permille = max(cut_permille, _own_cut(year, rule.own_cuts, key, base))
    return income_rate, cut_permille


def _own_cut(year: PremiumYear, own_cuts: OwnCuts, key: str, base: int) -> int:
    for up_to, permille in zip(own_cuts.up_to, own_cuts.permille, strict=True):
        if base <= up_to:
            if not own_cuts.decided:
                raise _open_question(OpenQuestion.OWN_CUT, year, key)
            return permille
    return 0


_QUESTIONS = {
    OpenQuestion.LOWER_RATE: "賦課所得が少ない人の所得割率",
    OpenQuestion.OWN_CUT: "広域連合独自の所得割の軽減があるかどうか",
}


def _open_question(question: OpenQuestion, year: PremiumYear, key: str) -> RuleError:
    return RuleError(
        f"premium.{question}_open",
        f"{_QUESTIONS[question]}が確認できていないため、保険料を計算できません"
        f"（広域連合 {year.union}、{year.fiscal_year}年度）。",
        "要確認：広域連合の告示で確かめ、表の登録をシステム管理者に依頼してください。",
        person=key,
        missing=question.value,
    )


def _ceiling_for(ceiling: Ceiling, born: date, recognised_on: date | None) -> int:
    if ceiling.special is None:
        return ceiling.amount
    old = ceiling.special_born_until is not None and born <= ceiling.special_born_until
    recognised = (
        ceiling.special_recognised_until is not None
        and recognised_on is not None
        and recognised_on <= ceiling.special_recognised_until
    )
    return ceiling.special if old or recognised else ceiling.amount
