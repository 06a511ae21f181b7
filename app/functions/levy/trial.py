"""試算: what a visitor's premium would be, reckoned by the tables of a year from what she says.

Nothing of it is kept: the journal says that a trial was made, by whom and when, and neither what
was said nor what came out. It is printed only with 試算 across the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.cases.list_paper import ListDesk, head_of, print_list
from app.core.errors import UserError
from app.core.tables import Tables
from app.functions.levy.proof import PARTS
from app.functions.levy.shown import INCOME_BASE, Reason, Segment
from app.functions.levy.words import fiscal_year, yen
from app.rules.calendar.days import fiscal_period
from app.rules.income import Incomes, pension_income, salary_adjustment, salary_income
from app.rules.levy.premium import (
    HouseholdPremium,
    InsuredStatus,
    LevyHousehold,
    LevyMember,
    PartPremium,
    PersonPremium,
    assess,
)
from app.rules.levy.reduction import ReductionClass
from app.rules.levy.tables import pension_deduction, premium_year, salary_deduction
from app.rules.money import RATE_BASE
from app.security.gate.gate import Gate
from app.security.staff.session import Session
from forms.lists import premium_trial
from forms.lists.premium_trial import PremiumTrialData

TRY, PRINT = "levy.try_out", "levy.print_trial"

_LONG_INSURED = 5
_AGES = {"over": 80, "under": 60}
_CLASSES = {
    ReductionClass.NONE: "軽減なし",
    ReductionClass.TWO: "2割軽減",
    ReductionClass.FIVE: "5割軽減",
    ReductionClass.SEVEN: "7割軽減",
}


@dataclass(frozen=True, slots=True)
class Money:
    """What somebody says of a year's income, yen: 公的年金等収入, 給与収入, and other income after
    expenses."""

    pension: int = 0
    salary: int = 0
    other: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A visitor's question. ``head`` is the householder who is not insured, None where an insured
    person is the head; ``head_over_65`` counts for the head's pension. ``others`` are the other
    insured persons of the household. ``joined``, ``left``: days within the year, None for all of
    it."""

    year: int
    own: Money
    head: Money | None = None
    head_over_65: bool = True
    others: tuple[Money, ...] = ()
    joined: date | None = None
    left: date | None = None
    former_dependant: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out: the visitor's premium, the household's reduction and its lines, and whether
    a table that was used is not confirmed."""

    asked: Asked
    words: str
    household: HouseholdPremium
    notes: tuple[str, ...]

    @property
    def premium(self) -> PersonPremium:
        """The visitor's own."""
        return self.household.persons[0]


def try_out(gate: Gate, session: Session, asked: Asked, tables: Tables) -> Tried:
    """Reckon a trial (試算). Raises UserError ``levy.trial_months`` for days outside of the year,
    RuleError for a year that the tables do not have."""
    with gate.view(TRY, session) as work:
        union = str(work.fact("municipality_code") or "")[:2]
        tried = reckon(tables, union, asked)
        work.note(query_kind="trial")
    return tried


def reckon(tables: Tables, union: str, asked: Asked) -> Tried:
    """The trial itself, by the tables of ``union`` (two-digit prefecture code)."""
    first, last = fiscal_period(asked.year)
    joined, left = asked.joined, asked.left
    for name, day in (("joined", joined), ("left", left)):
        if day is not None and not first <= day <= last:
            raise _months(name, fiscal_year(asked.year, tables))
    if joined is not None and left is not None and left < joined:
        raise UserError(
            "levy.trial_months",
            "資格がなくなる日が、加入の日より前です。",
            "二つの日を見比べて、入れ直してください。",
            field="left",
        )
    year = premium_year(tables, union, asked.year)
    status = InsuredStatus(
        joined or date(asked.year - _LONG_INSURED, 4, 1),
        left,
        former_dependant=asked.former_dependant,
    )
    whole = InsuredStatus(date(asked.year - _LONG_INSURED, 4, 1))
    members = [
        _member("visitor", asked.own, asked.year, tables, status),
        *(
            _member(f"other-{at}", one, asked.year, tables, whole)
            for at, one in enumerate(asked.others)
        ),
    ]
    head = "visitor"
    if asked.head is not None:
        head = "head"
        age = "over" if asked.head_over_65 else "under"
        members.append(_member(head, asked.head, asked.year, tables, None, age))
    found = assess(year, LevyHousehold("trial", head, tuple(members)))
    notes = tuple(dict.fromkeys(one.title for one in found.unconfirmed))
    return Tried(asked, fiscal_year(asked.year, tables), found, notes)


def _months(field: str, year: str) -> UserError:
    return UserError(
        "levy.trial_months",
        f"{year}の中の日ではありません。",
        "年度の4月1日から翌年3月31日までの日を入れるか、年度を替えてください。"
        "一年を通して加入するときは空けておきます。",
        field=field,
    )


def _member(
    key: str,
    said: Money,
    year: int,
    tables: Tables,
    insured: InsuredStatus | None,
    age: str = "over",
) -> LevyMember:
    """Somebody with the income that follows from what was said."""
    salaries = salary_deduction(tables, year)
    salary = salary_income(salaries, said.salary)
    pensions = pension_deduction(tables, year, is_65=age == "over")
    pension = pension_income(pensions, said.pension, salary + said.other)
    salary -= salary_adjustment(salaries, salary, pension)
    incomes = Incomes(
        pension_revenue=said.pension,
        pension=pension,
        salary_revenue=said.salary,
        salary=max(0, salary),
        other=said.other,
    )
    return LevyMember(key, date(year - _AGES[age], 4, 2), incomes, insured)


def conditions(tried: Tried) -> Iterator[Reason]:
    """What was said, as it is repeated on the screen and the paper."""
    asked = tried.asked
    yield Reason("年度", tried.words)
    yield Reason("本人", *_money(asked.own))
    if asked.head is not None:
        text, how = _money(asked.head)
        age = "65歳以上" if asked.head_over_65 else "65歳未満"
        yield Reason("世帯主（被保険者でない方）", text, f"{how}（{age}）")
    for one in asked.others:
        yield Reason("世帯のほかの被保険者", *_money(one))
    if asked.joined is not None:
        yield Reason("加入の日", f"{asked.joined.year}年{asked.joined.month}月{asked.joined.day}日")
    if asked.left is not None:
        yield Reason(
            "資格がなくなる日", f"{asked.left.year}年{asked.left.month}月{asked.left.day}日"
        )
    if asked.former_dependant:
        yield Reason("被扶養者であった", "はい", "会社などの健康保険の被扶養者でした")


def _money(said: Money) -> tuple[str, str]:
    return f"年金 {yen(said.pension)}", f"給与 {yen(said.salary)}、その他の所得 {yen(said.other)}"


def reasons(tried: Tried) -> Iterator[Reason]:
    """How the amount comes about, from the income to the sum."""
    premium, judged = tried.premium, tried.household.judgement
    base = premium.income
    yield Reason(
        INCOME_BASE, yen(base.base), f"{yen(base.total)} − 基礎控除 {yen(base.basic_deduction)}"
    )
    yield Reason(
        "均等割の軽減", _CLASSES[judged.reduction], f"世帯の判定の所得 {yen(judged.income)}"
    )
    yield Reason(
        "軽減になる世帯の所得",
        f"7割 {yen(judged.seven_line)}",
        f"5割 {yen(judged.five_line)}、2割 {yen(judged.two_line)}（いずれも以下）",
    )
    for part in premium.parts:
        yield from _part(part)
    months = f"{premium.months.count}か月"
    yield Reason("月数", months, "加入の月から、資格がなくなる月の前の月まで")
    total = " ＋ ".join(PARTS[part.part] for part in premium.parts)
    yield Reason("保険料額（試算）", yen(premium.amount), total)


def _part(part: PartPremium) -> Iterator[Reason]:
    label = PARTS[part.part]
    capita = part.former_per_capita if part.former_months else part.per_capita
    yield Reason(f"{label}　均等割", yen(part.per_capita_full), "一人ずつ同じ額")
    if capita != part.per_capita_full:
        how = f"被扶養者であった方の軽減{part.former_months}か月分" if part.former_months else ""
        yield Reason(f"{label}　軽減", f"−{yen(part.per_capita_full - capita)}", how)
    rate = part.income_rate * 100 / RATE_BASE
    cut = f"、所得割の軽減{part.income_cut_permille / 100:g}割" if part.income_cut_permille else ""
    yield Reason(f"{label}　所得割", yen(part.income_based), f"所得 × {rate:g}%{cut}")
    if part.per_capita + part.income_based > part.ceiling:
        yield Reason(f"{label}　限度額", yen(part.ceiling), "これより多くはなりません")
    how = "100円未満は切り捨て"
    if part.months != 12:
        how = f"12か月のうち{part.months}か月分、{how}"
    yield Reason(f"{label}　計", yen(part.amount), how)


def pieces(tried: Tried) -> tuple[Segment, ...]:
    """What the amount is made of, for the picture."""
    found = []
    for part in tried.premium.parts:
        capita = part.former_per_capita if part.former_months else part.per_capita
        each = part.amount * capita // max(1, capita + part.income_based)
        found += [
            Segment(f"{PARTS[part.part]} 均等割", each),
            Segment(f"{PARTS[part.part]} 所得割", part.amount - each),
        ]
    return tuple(one for one in found if one.amount)


def print_trial(desk: ListDesk, tried: Tried) -> str:
    """Print it with 試算 across the page; its number. Raises as ``print_list``."""
    head = head_of(desk, PRINT, "Y", yen(tried.premium.amount))
    rows = tuple((one.label, one.text, one.how) for one in (*conditions(tried), *reasons(tried)))
    data = PremiumTrialData(**head, year=tried.words, rows=rows)
    return print_list(desk, PRINT, premium_trial.FORM.id, data)
