"""The share of the costs (負担割合) and the limit class (限度区分) of a household (DOMAIN 3.2–3.4).

高確法67条1項, 令7条 (share), 令15条 (class), 則32条 (基準収入額). ``judge_copay`` answers for the
whole household: all insured of one household bear the same share. The grounds it returns are data
(which person, which amount, which line, which day); ``app.rules.copay.explain`` words them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from app.core.tables import Unconfirmed
from app.rules.calendar.days import next_month_start
from app.rules.copay.facts import (
    CopayError,
    CopayHousehold,
    CopayMember,
    CopayTerms,
    check_household,
    counts_as_elderly,
)
from app.rules.income import MissingIncome

T = TypeVar("T")


class LimitClass(StrEnum):
    """限度区分; the code table ``limit_classes``."""

    EARNER3 = "earner3"
    EARNER2 = "earner2"
    EARNER1 = "earner1"
    GENERAL2 = "general2"
    GENERAL1 = "general1"
    LOW2 = "low2"
    LOW1 = "low1"
    LOW1_PENSION = "low1_pension"
    LOW1_BORDER = "low1_border"


class GroundKind(StrEnum):
    """Which question of the decision a ground answers; ``Ground.met`` is its answer."""

    UNTAXED_HOUSEHOLD = "untaxed_household"
    THREE_LINE = "three_line"
    CHILD_DEDUCTION = "child_deduction"
    RELEASE_BASE_INCOME = "release_base_income"
    STANDARD_SINGLE = "standard_single"
    STANDARD_WITH_ELDERLY = "standard_with_elderly"
    STANDARD_FAMILY = "standard_family"
    APPLICATION = "application"
    TWO_LINE = "two_line"
    TWO_INCOME = "two_income"
    EARNER2_LINE = "earner2_line"
    EARNER3_LINE = "earner3_line"
    NO_INCOME = "no_income"
    WELFARE_PENSION = "welfare_pension"
    BORDERLINE = "borderline"
    INCOME_UNKNOWN = "income_unknown"


@dataclass(frozen=True, slots=True)
class Ground:
    """One answered question: ``amount`` of ``persons`` against ``line`` (yen), and a ``day``.

    ``persons`` are the neutral keys of those whose figures count; ``day`` is the day from which
    an application takes effect (None: none was made), or the birth line of the release.
    """

    kind: GroundKind
    met: bool
    persons: tuple[str, ...] = ()
    amount: int | None = None
    line: int | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class CopayDecision:
    """The share in tenths (割: 1, 2 or 3), the class, and why.

    ``own_classes`` holds the persons whose class differs from the household's (老福, 境).
    ``provisional``: 見込み, decided without the income and to be decided again.
    ``release_from``: the day from which 基準収入額適用 lowers a 3割, when it was applied for.
    """

    ratio: int
    limit_class: LimitClass
    judged_on: date
    grounds: tuple[Ground, ...]
    own_classes: tuple[tuple[str, LimitClass], ...] = ()
    provisional: bool = False
    release_from: date | None = None
    unconfirmed: tuple[Unconfirmed, ...] = ()
    """Rows of the tables that were used although nobody confirmed them yet."""

    def class_of(self, key: str) -> LimitClass:
        """The limit class of one insured person of the household."""
        for person, own in self.own_classes:
            if person == key:
                return own
        return self.limit_class


def judge_copay(household: CopayHousehold, terms: CopayTerms) -> CopayDecision:
    """Share and class of all insured in ``household`` from ``household.judged_on``.

    ``terms`` are those of that day. Raises CopayError: no_insured, duplicate_member,
    income_impossible, and income_missing or income_not_declared for the first figure that the
    decision turns on and that is not known. Figures of a step that is not reached are not asked
    for.
    """
    insured = check_household(household)
    untaxed = _untaxed(household)
    if untaxed.met:
        return _low_income(household, insured, untaxed, terms)
    highest, amount, grounds = _highest_taxable(insured)
    grounds = [untaxed, *grounds]
    above = amount >= terms.three_line
    grounds.append(Ground(GroundKind.THREE_LINE, above, (highest.key,), amount, terms.three_line))
    if above:
        released, release_from, reasons = _released(household, insured, terms)
        grounds += reasons
        if not released:
            return _earner(household, highest, amount, terms, grounds, release_from)
    return _two_or_one(household, insured, (highest, amount), terms, grounds)


def judge_copay_for(household: CopayHousehold, key: str, terms: CopayTerms) -> CopayDecision:
    """As ``judge_copay``; refuses (``copay.no_member``) when ``key`` is not an insured member."""
    if not any(member.key == key and member.insured for member in household.members):
        raise CopayError(
            "no_member",
            "判定する本人が世帯に入っていません。",
            "世帯員の一覧に本人を被保険者として加えてください。",
            person=key,
            missing="members",
        )
    return judge_copay(household, terms)


def provisional(
    household: CopayHousehold,
    cause: CopayError,
    ratio: int,
    unconfirmed: tuple[Unconfirmed, ...] = (),
) -> CopayDecision:
    """見込み: the union's share for those whose income is not known yet, marked as such.

    ``unconfirmed``: of the union's practice, from which ``ratio`` comes.
    """
    classes = {1: LimitClass.GENERAL1, 2: LimitClass.GENERAL2, 3: LimitClass.EARNER1}
    ground = Ground(GroundKind.INCOME_UNKNOWN, True, (cause.person,) if cause.person else ())
    return CopayDecision(
        ratio,
        classes[ratio],
        household.judged_on,
        (ground,),
        provisional=True,
        unconfirmed=unconfirmed,
    )


def _need(value: T | None, member: CopayMember, field: str, title: str) -> T:
    if value is None and member.why_missing is MissingIncome.NOT_DECLARED:
        raise CopayError(
            "income_not_declared",
            f"所得の申告がなく、{title}が分からないため、負担割合を判定できません。",
            "住民税の申告（簡易申告）をしていただいてから、判定し直してください。",
            person=member.key,
            missing=field,
        )
    if value is None:
        raise CopayError(
            "income_missing",
            f"{title}が分からないため、負担割合を判定できません。",
            "負担区分等証明書で確かめるか、1月1日に住んでいた市区町村へ所得照会をしてください。",
            person=member.key,
            missing=field,
        )
    return value


def _untaxed(household: CopayHousehold) -> Ground:
    """Step 1: is the whole household untaxed? One taxed member answers it for all."""
    for member in household.members:
        if member.income.taxed:
            return Ground(GroundKind.UNTAXED_HOUSEHOLD, False, (member.key,))
    for member in household.members:
        _need(member.income.taxed, member, "taxed", "住民税が課税か非課税か")
    return Ground(GroundKind.UNTAXED_HOUSEHOLD, True, tuple(m.key for m in household.members))


def _low_income(
    household: CopayHousehold,
    insured: tuple[CopayMember, ...],
    untaxed: Ground,
    terms: CopayTerms,
) -> CopayDecision:
    """区分Ⅱ or 区分Ⅰ of an untaxed household; 老福 and 境 are a person's own."""
    with_income = [m.key for m in household.members if m.income.income_zero is False]
    if with_income:
        zero = Ground(GroundKind.NO_INCOME, False, tuple(with_income))
    else:
        for member in household.members:
            _need(member.income.income_zero, member, "income_zero", "年金収入と所得の額")
        zero = Ground(GroundKind.NO_INCOME, True, untaxed.persons)
    own: list[tuple[str, LimitClass]] = []
    grounds = [untaxed, zero]
    for member in insured:
        if member.welfare_pension:
            own.append((member.key, LimitClass.LOW1_PENSION))
            grounds.append(Ground(GroundKind.WELFARE_PENSION, True, (member.key,)))
        elif member.borderline:
            own.append((member.key, LimitClass.LOW1_BORDER))
            grounds.append(Ground(GroundKind.BORDERLINE, True, (member.key,)))
    limit_class = LimitClass.LOW1 if zero.met else LimitClass.LOW2
    return CopayDecision(
        1,
        limit_class,
        household.judged_on,
        tuple(grounds),
        tuple(own),
        unconfirmed=terms.of_lines + terms.of_class_one,
    )


def _highest_taxable(
    insured: tuple[CopayMember, ...],
) -> tuple[CopayMember, int, list[Ground]]:
    """Step 2: who has the highest 課税所得 after the 調整控除 (of equals the first key)."""
    highest, top, grounds = insured[0], -1, []
    for member in insured:
        amount = 0
        if member.income.taxed is not False:
            taxable = member.income.taxable_income
            amount = _need(taxable, member, "taxable_income", "課税所得")
        if member.child_deduction:
            grounds.append(
                Ground(
                    GroundKind.CHILD_DEDUCTION, True, (member.key,), member.child_deduction, amount
                )
            )
            amount = max(0, amount - member.child_deduction)
        if amount > top or (amount == top and member.key < highest.key):
            highest, top = member, amount
    return highest, top, grounds


def _released(
    household: CopayHousehold, insured: tuple[CopayMember, ...], terms: CopayTerms
) -> tuple[bool, date | None, list[Ground]]:
    """Step 3: does a release lower a 3割? (released, day an application takes effect, why)."""
    grounds: list[Ground] = []
    young_enough = any(m.birth >= terms.release_born_from for m in insured)
    unknown = [m for m in insured if m.income.base_income is None]
    if young_enough and not unknown:
        grounds.append(_base_income_release(insured, terms))
        if grounds[0].met:
            return True, None, grounds
    met, takes_effect, reasons = _standard_income_release(household, insured, terms)
    if young_enough and unknown and not met:
        # 基準収入額 did not release, so the share turns on the figure that is missing.
        _need(unknown[0].income.base_income, unknown[0], "base_income", "旧ただし書所得")
    return met, takes_effect, grounds + reasons


def _base_income_release(insured: tuple[CopayMember, ...], terms: CopayTerms) -> Ground:
    """Release a: somebody is born late enough and the 旧ただし書所得 together are low enough."""
    base = sum(member.income.base_income or 0 for member in insured)
    return Ground(
        GroundKind.RELEASE_BASE_INCOME,
        base <= terms.release_base,
        tuple(member.key for member in insured),
        base,
        terms.release_base,
        terms.release_born_from,
    )


def _standard_income_release(
    household: CopayHousehold, insured: tuple[CopayMember, ...], terms: CopayTerms
) -> tuple[bool, date | None, list[Ground]]:
    """Releases b–d (基準収入額適用), by office or from the month after an application."""
    grounds = _standard_income(household, insured, terms)
    if not grounds[-1].met:
        return False, None, grounds
    standard = household.standard_income
    if standard.by_office:
        return True, None, grounds
    takes_effect = None if standard.applied_on is None else next_month_start(standard.applied_on)
    met = takes_effect is not None and takes_effect <= household.judged_on
    grounds.append(Ground(GroundKind.APPLICATION, met, day=takes_effect))
    return met, takes_effect, grounds


def _standard_income(
    household: CopayHousehold, insured: tuple[CopayMember, ...], terms: CopayTerms
) -> list[Ground]:
    """基準収入額: the questions asked, the last one decides."""
    revenue = sum(_need(m.income.revenue, m, "revenue", "収入額") for m in insured)
    keys = tuple(m.key for m in insured)
    if len(insured) > 1:
        line = terms.standard_family
        return [Ground(GroundKind.STANDARD_FAMILY, revenue < line, keys, revenue, line)]
    line = terms.standard_single
    single = Ground(GroundKind.STANDARD_SINGLE, revenue < line, keys, revenue, line)
    elderly = [
        m
        for m in household.members
        if not m.insured and counts_as_elderly(terms, m.birth, household.judged_on)
    ]
    if single.met or not elderly:
        return [single]
    revenue += sum(_need(m.income.revenue, m, "revenue", "収入額") for m in elderly)
    keys += tuple(m.key for m in elderly)
    line = terms.standard_family
    return [
        single,
        Ground(GroundKind.STANDARD_WITH_ELDERLY, revenue < line, keys, revenue, line),
    ]


def _earner(
    household: CopayHousehold,
    highest: CopayMember,
    amount: int,
    terms: CopayTerms,
    grounds: list[Ground],
    release_from: date | None,
) -> CopayDecision:
    """3割, and which of the three classes of 現役並み."""
    steps = (
        (GroundKind.EARNER3_LINE, terms.earner3_line, LimitClass.EARNER3),
        (GroundKind.EARNER2_LINE, terms.earner2_line, LimitClass.EARNER2),
    )
    limit_class = LimitClass.EARNER1
    for kind, line, named in steps:
        met = amount >= line
        grounds.append(Ground(kind, met, (highest.key,), amount, line))
        if met:
            limit_class = named
            break
    return CopayDecision(
        3,
        limit_class,
        household.judged_on,
        tuple(grounds),
        release_from=release_from,
        unconfirmed=_unconfirmed(terms, grounds),
    )


def _two_or_one(
    household: CopayHousehold,
    insured: tuple[CopayMember, ...],
    highest: tuple[CopayMember, int],
    terms: CopayTerms,
    grounds: list[Ground],
) -> CopayDecision:
    """Step 4: 2割 (一般Ⅱ) or 1割 (一般Ⅰ)."""
    member, amount = highest
    two = amount >= terms.two_line
    grounds.append(Ground(GroundKind.TWO_LINE, two, (member.key,), amount, terms.two_line))
    if two:
        income = sum(
            _need(m.income.pension_other, m, "pension_other", "年金収入とその他の所得の合計")
            for m in insured
        )
        line = terms.two_single if len(insured) == 1 else terms.two_family
        two = income >= line
        keys = tuple(m.key for m in insured)
        grounds.append(Ground(GroundKind.TWO_INCOME, two, keys, income, line))
    limit_class = LimitClass.GENERAL2 if two else LimitClass.GENERAL1
    return CopayDecision(
        2 if two else 1,
        limit_class,
        household.judged_on,
        tuple(grounds),
        unconfirmed=_unconfirmed(terms, grounds),
    )


_CHILD, _STANDARD = GroundKind.CHILD_DEDUCTION, GroundKind.STANDARD_SINGLE


def _unconfirmed(terms: CopayTerms, grounds: list[Ground]) -> tuple[Unconfirmed, ...]:
    """The unconfirmed rows that the questions asked turned on."""
    found = terms.of_lines
    for ground in grounds:
        kind = ground.kind
        if kind is _STANDARD:
            found += terms.of_elderly
        elif kind is _CHILD:
            found += terms.of_child
    return found and tuple(dict.fromkeys(found))
