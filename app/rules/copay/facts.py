"""What the share is judged by: the household, and what is known of each person's income
(高確法令7条; DOMAIN 3.2, 3.4).

Amounts are whole yen of the year before the judgement year. ``None`` means not known: a rule
that needs it refuses, naming the person by the neutral ``key`` the caller gave.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from app.core.tables import Tables, Unconfirmed, unconfirmed_among
from app.rules.calendar.days import (
    ONE_DAY,
    age_on,
    anniversary,
    completion_day,
    next_month_start,
)
from app.rules.errors import RuleError
from app.rules.income import IncomeRule, Incomes, MissingIncome, combined_income, levy_base


class CopayError(RuleError):
    """A share that cannot be judged; code ``copay.<cause>``.

    Causes: no_member, no_insured, duplicate_member, income_missing (not arrived yet),
    income_not_declared, income_impossible; of corrections ratio_impossible, care_impossible,
    care_twice; of exemptions exemption_months.
    """

    def __init__(
        self, cause: str, message: str, remedy: str, *, person: str = "", missing: str = ""
    ) -> None:
        super().__init__(f"copay.{cause}", message, remedy, person=person, missing=missing)


@dataclass(frozen=True, slots=True)
class CopayTerms:
    """The lines of one judgement day (yen, ages in years), joined from four tables.

    ``of_…``: which row of each table is unconfirmed, so that a decision names what it turned on.
    """

    three_line: int
    earner2_line: int
    earner3_line: int
    release_born_from: date
    release_base: int
    standard_single: int
    standard_family: int
    two_line: int
    two_single: int
    two_family: int
    salary_relief: int
    pension_line: int
    elderly_reached: int
    elderly_until: int
    child_younger: int
    child_younger_below: int
    child_older: int
    child_older_below: int
    child_income_line: int
    child_salary_relief: int
    of_lines: tuple[Unconfirmed, ...] = ()
    of_class_one: tuple[Unconfirmed, ...] = ()
    of_child: tuple[Unconfirmed, ...] = ()
    of_elderly: tuple[Unconfirmed, ...] = ()
    unconfirmed: tuple[Unconfirmed, ...] = ()


def copay_terms(tables: Tables, day: date) -> CopayTerms:
    """The lines that hold on ``day``; raises NoRowError for a day without them.

    Resolve once per run: a judgement itself looks nothing up.
    """
    lines = tables["copay_thresholds"].at(day)
    child = tables["copay_child_deductions"].at(day)
    one = tables["class_one_lines"].at(day)
    elderly = tables["copay_elderly_members"].at(day)
    return CopayTerms(
        three_line=lines.number("three_line"),
        earner2_line=lines.number("earner2_line"),
        earner3_line=lines.number("earner3_line"),
        release_born_from=lines.day("release_born_from"),
        release_base=lines.number("release_base"),
        standard_single=lines.number("standard_single"),
        standard_family=lines.number("standard_family"),
        two_line=lines.number("two_line"),
        two_single=lines.number("two_single"),
        two_family=lines.number("two_family"),
        salary_relief=lines.number("salary_relief"),
        pension_line=one.number("pension_line"),
        elderly_reached=elderly.number("reached"),
        elderly_until=elderly.number("until"),
        child_younger=child.number("younger"),
        child_younger_below=child.number("younger_below"),
        child_older=child.number("older"),
        child_older_below=child.number("older_below"),
        child_income_line=child.number("income_line"),
        child_salary_relief=child.number("salary_relief"),
        of_lines=lines.unconfirmed,
        of_class_one=one.unconfirmed,
        of_child=child.unconfirmed,
        of_elderly=elderly.unconfirmed,
        unconfirmed=unconfirmed_among((lines, child, one, elderly)),
    )


@dataclass(frozen=True, slots=True)
class IncomeFacts:
    """The figures of 負担区分判定 for one person, as 負担区分等証明書 states them.

    ``taxed``: 住民税が課税. ``taxable_income``: 課税所得 (住民税課税標準額) before the 調整控除.
    ``revenue``: 収入額 before expenses and deductions. ``pension_other``: 公的年金等収入 + その他の
    合計所得金額. ``base_income``: 旧ただし書所得. ``income_zero``: no income under the 区分Ⅰ test.
    """

    taxed: bool | None = None
    taxable_income: int | None = None
    revenue: int | None = None
    pension_other: int | None = None
    base_income: int | None = None
    income_zero: bool | None = None


UNKNOWN_INCOME = IncomeFacts()


@dataclass(frozen=True, slots=True)
class CopayMember:
    """One person of the household on the resident register (住民票上の同一世帯).

    ``key`` is neutral (never a name). ``child_deduction``: 調整控除, yen, from ``child_deduction``.
    ``why_missing``: why figures of ``income`` are not known (所得照会中, 未申告).
    ``welfare_pension``: 老齢福祉年金受給者. ``borderline``: 境界層該当.
    """

    key: str
    birth: date
    insured: bool
    income: IncomeFacts = UNKNOWN_INCOME
    why_missing: MissingIncome = MissingIncome.NOT_ARRIVED
    child_deduction: int = 0
    welfare_pension: bool = False
    borderline: bool = False


@dataclass(frozen=True, slots=True)
class StandardIncome:
    """基準収入額適用: does the union see the income itself, or when was it applied for."""

    by_office: bool
    applied_on: date | None = None


@dataclass(frozen=True, slots=True)
class CopayHousehold:
    """A household as it stands on ``judged_on``, the day from which the share is to hold."""

    members: tuple[CopayMember, ...]
    judged_on: date
    standard_income: StandardIncome


def counts_as_elderly(terms: CopayTerms, birth: date, day: date) -> bool:
    """Whether a member with other insurance counts on ``day`` with his revenue (令7条): from the
    month after the day on which 70 is reached (that day is the eve of the birthday) until 75.
    """
    if birth > day:
        return False
    counts_from = next_month_start(completion_day(birth, terms.elderly_reached))
    return counts_from <= day < anniversary(birth, terms.elderly_until)


def check_household(household: CopayHousehold) -> tuple[CopayMember, ...]:
    """The insured members; refuses a household that cannot be judged at all."""
    members = household.members
    if len({member.key for member in members}) != len(members):
        raise CopayError(
            "duplicate_member",
            "世帯に同じ人が二度入っています。",
            "世帯員の一覧を確かめ、重なりを除いてください。",
            missing="members",
        )
    for member in members:
        if member.birth > household.judged_on:
            raise CopayError(
                "income_impossible",
                "判定日より後に生まれた人が世帯に入っています。",
                "判定日と生年月日を確かめてください。",
                person=member.key,
                missing="birth",
            )
        facts = member.income
        for field in ("taxable_income", "revenue", "pension_other", "base_income"):
            amount = getattr(facts, field)
            if amount is not None and amount < 0:
                raise CopayError(
                    "income_impossible",
                    "所得の金額がマイナスになっています。",
                    "所得情報または負担区分等証明書を確かめ、入れ直してください。",
                    person=member.key,
                    missing=field,
                )
    insured = tuple(member for member in members if member.insured)
    if not insured:
        raise CopayError(
            "no_insured",
            "世帯に後期高齢者医療の被保険者がいないため、負担割合を判定できません。",
            "世帯員の資格を確かめてください。",
            missing="members",
        )
    return insured


@dataclass(frozen=True, slots=True)
class Young:
    """A household member who may lower the head's 課税所得 (19歳未満).

    ``combined_income``: 合計所得金額 of the year before, as the tax assessed it. ``salary``: the
    給与所得 within it; the deduction takes 10万円 off it first.
    """

    birth: date
    combined_income: int
    salary: int = 0


def deduction_day(judged_on: date) -> date:
    """31 December on which the 調整控除 is looked at: of the previous year, or of the year
    before that for a judgement from January to July (令7条)."""
    years = 2 if judged_on.month <= 7 else 1
    return date(judged_on.year - years, 12, 31)


def child_deduction(terms: CopayTerms, young: Iterable[Young], day: date) -> int:
    """調整控除 in yen of an insured who was 世帯主 on ``day`` (令7条): per member under 16 and of
    16 to 18 whose 合計所得金額 (with the 給与所得 in it less 10万円) does not pass the line.

    The age is that at 24:00 of ``day`` (年齢計算ニ関スル法律): born on 1 January is a year older
    already on 31 December, as for the tax.
    """
    total = 0
    for child in young:
        income = child.combined_income - min(child.salary, terms.child_salary_relief)
        if child.birth > day or income > terms.child_income_line:
            continue
        age = age_on(child.birth, day + ONE_DAY)
        if age < terms.child_younger_below:
            total += terms.child_younger
        elif age < terms.child_older_below:
            total += terms.child_older
    return total


def income_facts(
    terms: CopayTerms,
    rule: IncomeRule,
    incomes: Incomes,
    *,
    taxed: bool,
    taxable_income: int,
    revenue: int,
    salary_adjustment: int = 0,
) -> IncomeFacts:
    """The figures of judgement from assessed income by kind.

    ``salary_adjustment``: 所得金額調整控除 already taken off ``incomes.salary`` (yen); the tests of
    2割 and 区分Ⅰ take the salary before it, less 10万円 (DOMAIN 3.2, 3.4). A loss of one kind
    lowers the others (損益通算), never the pension's revenue.
    """
    salary = max(0, incomes.salary + salary_adjustment - terms.salary_relief)
    others = max(0, combined_income(replace(incomes, salary=salary)) - incomes.pension)
    over_line = max(0, incomes.pension_revenue - terms.pension_line)
    return IncomeFacts(
        taxed=taxed,
        taxable_income=taxable_income,
        revenue=revenue,
        pension_other=incomes.pension_revenue + others,
        base_income=levy_base(rule, incomes).base,
        income_zero=over_line + others == 0,
    )
