"""``confirmed`` means: the law, an ordinance, or a page of the body that decides says it. Whatever
reckons with another row names it, in every rule (DOMAIN 10)."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import shutil
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

import app.rules
from app.core.tables import Table, Tables, Unconfirmed, load_tables, shipped_tables
from app.rules.benefits import tables as benefit_tables
from app.rules.benefits.funeral import FuneralCase, decide_funeral_benefit
from app.rules.benefits.hospital_charges import LivingClass
from app.rules.calendar.days import BusinessCalendar
from app.rules.collection import tables as collection_tables
from app.rules.collection.charges import LateInstalment, Payment, late_charge
from app.rules.collection.instalments import correct_deduction, deduction_year, mixed_year
from app.rules.copay.exemption import CopayCause, copay_exemption_rule
from app.rules.copay.explain import unconfirmed_lines
from app.rules.copay.facts import copay_terms
from app.rules.copay.judgement import judge_copay
from app.rules.eligibility.papers import certificate_rule
from app.rules.eligibility.residence import Stay, require_stay
from app.rules.levy import tables as levy_tables
from app.rules.levy.premium import assess
from app.rules.practice import practice_of
from tests.support.copay import household, insured
from tests.support.levy import single, tables

DAY = date(2026, 5, 10)
AUGUST = date(2026, 8, 1)

SECOND_HAND = re.compile("二次|未読|要確認|未確認|limo|記載なし|見たもの|見つからない")
OFFICIAL = re.compile(
    "法|令|則|条例|告示|通知|省|庁|広域連合|仕様書|JIS|詔書|[市区町村]|seed|本システム|研修用"
    "|issue|DESIGN|SEC-|FILE-"
)


@pytest.fixture(scope="module")
def doubted(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The shipped tables as if nobody had confirmed a single row."""
    copy = tmp_path_factory.mktemp("doubted") / "tables"
    shutil.copytree(shipped_tables(), copy)
    for file in copy.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("confirmed = true", "confirmed = false"), encoding="utf-8")
    found = load_tables(copy)
    assert len(found.unconfirmed()) == sum(len(table.rows()) for table in found.values())
    return found


class TestSources:
    def test_a_confirmed_row_says_which_law_or_body_says_so(self) -> None:
        wrong = {
            (row.table, row.source)
            for table in tables().values()
            for row in table.rows()
            if row.confirmed and (SECOND_HAND.search(row.source) or not OFFICIAL.search(row.source))
        }
        assert wrong == set()

    def test_what_was_read_at_second_hand_is_unconfirmed(self) -> None:
        rows = [row for table in tables().values() for row in table.rows()]
        second_hand = [row for row in rows if "二次資料" in row.source]
        assert len(second_hand) > 150
        assert not any(row.confirmed for row in second_hand)

    @pytest.mark.parametrize(
        ("source", "good"),
        [
            ("厚労省 001689077.pdf（二次資料による）", False),
            ("DOMAIN 3.5", False),
            ("limo 93848、新宿区", False),
            ("高確令7条。条文は未読", False),
            ("江南市 1003682", True),
            ("高確法67条1項", True),
        ],
    )
    def test_the_check_tells_them_apart(self, source: str, good: bool) -> None:
        found = bool(OFFICIAL.search(source)) and not SECOND_HAND.search(source)
        assert found is good


class Watched(Tables):
    """Tables that note which of them are read."""

    def __init__(self, inner: Tables) -> None:
        super().__init__(dict(inner))
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Table:
        self.read.add(name)
        return super().__getitem__(name)


def named(value: object) -> set[str]:
    """The tables that a value names as unconfirmed, with those of what lies in it."""
    if isinstance(value, Mapping):
        return set().union(*(named(each) for each in value.values()))
    if isinstance(value, tuple):
        return set().union(*(named(each) for each in value))
    found = {row.table for row in getattr(value, "unconfirmed", ())}
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            if field.name != "unconfirmed":
                inner = getattr(value, field.name)
                if dataclasses.is_dataclass(inner):
                    found |= named(inner)
    return found


READERS: dict[Callable[..., object], tuple[object, ...]] = {
    benefit_tables.month_limits: ("general2", DAY),
    benefit_tables.year_limits: ("general2", 2026),
    benefit_tables.combined_limits: ("general2", 2026),
    benefit_tables.meal_row: (DAY,),
    benefit_tables.living_row: (DAY, LivingClass.BORDER),
    benefit_tables.disease_cap: (DAY,),
    benefit_tables.public_funds: (DAY,),
    benefit_tables.year_rule: (2026,),
    benefit_tables.funeral_amount: ("13", "132292", DAY),
    collection_tables.late_charge_rates: (),
    collection_tables.charge_rule: (DAY,),
    collection_tables.late_charge_setting: ("152994", DAY),
    collection_tables.demand_setting: ("152994", DAY),
    collection_tables.collection_pattern: ("152994", 2026),
    collection_tables.due_rule: ("152994", DAY),
    collection_tables.pattern_of: ("8", 100, DAY),
    collection_tables.order_rule: ("152994", DAY),
    collection_tables.deferral_rule: ("27", "disaster", DAY),
    collection_tables.relief_rule: ("152994", "disaster", DAY),
    collection_tables.appropriation_rule: (DAY,),
    collection_tables.payee_rule: (DAY,),
    collection_tables.slip_rule: (DAY,),
    collection_tables.bank_file_rule: (DAY,),
    collection_tables.deduction_rule: (DAY,),
    collection_tables.limitation_rule: ("premium", DAY),
    collection_tables.act_rules: (DAY,),
    levy_tables.premium_year: ("13", 2024),
    levy_tables.exemption_rules: ("23", DAY),
    copay_terms: (AUGUST,),
    copay_exemption_rule: ("27", CopayCause.DISASTER, DAY),
    certificate_rule: (DAY,),
    practice_of: ("15", DAY),
}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_what_is_read_from_a_table_names_every_table_it_was_read_from(
    reader: Callable[..., object], doubted: Tables
) -> None:
    watched = Watched(doubted)
    value = reader(watched, *READERS[reader])
    assert watched.read
    # 賦課限度額 tells which parts are levied; a special area that nobody has is looked for in vain.
    assert named(value) == watched.read - {"premium_special_areas"}
    assert named(reader(Watched(tables()), *READERS[reader])) <= watched.read


def test_pension_and_salary_deductions_name_their_rows(doubted: Tables) -> None:
    for is_65 in (True, False):
        assert named(levy_tables.pension_deduction(doubted, 2026, is_65=is_65)) == {
            "pension_deductions"
        }
    assert named(levy_tables.salary_deduction(doubted, 2026)) == {"salary_deductions"}


def _modules() -> Iterator[types.ModuleType]:
    root = Path(app.rules.__path__[0])
    for file in sorted(root.rglob("*.py")):
        if file.name != "__init__.py":
            dotted = ".".join(file.relative_to(root).with_suffix("").parts)
            yield importlib.import_module(f"app.rules.{dotted}")


def _functions() -> dict[str, Callable[..., object]]:
    """The public functions of the rules, by module and name."""
    return {
        f"{module.__name__.removeprefix('app.rules.')}.{name}": function
        for module in _modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


def _carries(hint: object) -> bool:
    """Whether a type is, or holds, a dataclass with a field ``unconfirmed``."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        names = {field.name for field in dataclasses.fields(hint)}
        return "unconfirmed" in names or any(map(_carries, typing.get_type_hints(hint).values()))
    return any(map(_carries, typing.get_args(hint)))


def _hints(function: Callable[..., object]) -> dict[str, object]:
    return typing.get_type_hints(function)


def test_every_reader_of_tables_is_among_those_that_were_tried() -> None:
    tried = set(READERS) | {levy_tables.pension_deduction, levy_tables.salary_deduction}
    readers = {
        name: function
        for name, function in _functions().items()
        if Tables in _hints(function).values()
    }
    assert {name for name, function in readers.items() if function not in tried} == {
        "eligibility.reasons.union_code"  # a code of the union's own system, and nothing reckoned
    }


PLAIN = {
    # A yes, a day, a figure or a text within a step; what it belongs to carries the rows.
    "benefits.monthly.household_limit",
    "benefits.monthly.relief_limit",
    "collection.due_days.due_day",
    "collection.due_days.due_in_fiscal_year",
    "collection.instalments.provisional_plan",
    "collection.slip_code.slip_code",
    "collection.zengin.zengin_kana",
    "copay.explain.for_clerk",
    "copay.explain.to_read_aloud",
    "copay.facts.child_deduction",
    "copay.facts.counts_as_elderly",
    "copay.facts.income_facts",
    "eligibility.events.actions",
    "income.pension_income",
    "levy.premium.part_premium",
    "income.salary_adjustment",
    "income.salary_income",
}


def test_whatever_reckons_with_a_row_says_which_are_unconfirmed() -> None:
    """Every public function of the rules that is given a value from a table gives back one that
    names its rows, or stands above with the reason."""
    silent = set()
    for name, function in _functions().items():
        hints = _hints(function)
        result = hints.pop("return", None)
        if any(_carries(hint) for hint in hints.values()) and not _carries(result):
            silent.add(name)
    assert silent == PLAIN


class TestResults:
    """The rows reach the result, in rules of each area."""

    def test_a_share_names_only_the_tables_its_questions_turned_on(self, doubted: Tables) -> None:
        terms = copay_terms(doubted, AUGUST)

        def of(*members) -> set[str]:
            return named(judge_copay(household(*members), terms))

        assert of(insured("A", 100_000)) == {"copay_thresholds"}
        untaxed = insured("A", 0, taxed=False, zero=True)
        assert of(untaxed) == {"copay_thresholds", "class_one_lines"}
        child = insured("A", 100_000, child_deduction=330_000)
        assert of(child) == {"copay_thresholds", "copay_child_deductions"}
        earner = insured("A", 2_000_000, revenue=5_000_000, pension_other=1)
        assert of(earner) == {"copay_thresholds", "copay_elderly_members"}

    def test_today_a_share_of_class_one_is_marked_and_a_common_one_is_not(self) -> None:
        terms = copay_terms(tables(), AUGUST)
        common = judge_copay(household(insured("A", 100_000)), terms)
        assert common.unconfirmed == ()
        low = judge_copay(household(insured("A", 0, taxed=False, zero=True)), terms)
        assert [row.table for row in low.unconfirmed] == ["class_one_lines"]
        assert "要確認" in low.unconfirmed[0].source

    def test_a_late_charge_names_rule_setting_and_the_years_it_crossed(
        self, doubted: Tables
    ) -> None:
        charge = late_charge(
            collection_tables.charge_rule(doubted, DAY),
            collection_tables.late_charge_setting(doubted, "152994", DAY),
            collection_tables.late_charge_rates(doubted),
            LateInstalment(98_765, date(2025, 7, 31), date(2025, 7, 1)),
            [Payment(date(2026, 3, 1), 98_765)],
            date(2026, 3, 1),
        )
        assert named(charge) == {"charge_rules", "municipal_late_charges", "late_charge_rates"}

    def test_instalments_name_deduction_pattern_and_due_days(self, doubted: Tables) -> None:
        rule = collection_tables.deduction_rule(doubted, DAY)
        pattern = collection_tables.collection_pattern(doubted, "152994", 2026)
        calendar = BusinessCalendar.from_table(doubted["closed_days"])
        everything = {
            "deduction_rules",
            "municipal_collections",
            "collection_patterns",
            "municipal_due_days",
        }
        mixed = mixed_year(rule, pattern, 2026, 100_000, 30_000, 7, calendar)
        assert named(mixed) == everything
        year = deduction_year(rule, 115_200, 17_000)
        assert named(correct_deduction(year, 130_000, 8, pattern, 2026, 10, calendar)) == everything

    def test_premium_funeral_and_stay(self, doubted: Tables) -> None:
        year = levy_tables.premium_year(doubted, "15", 2026)
        assert {"premium_rates", "premium_ceilings", "unions"} <= named(
            assess(year, single(2_000_000))
        )
        decision = decide_funeral_benefit(
            collection_tables.limitation_rule(doubted, "funeral_benefit", DAY),
            benefit_tables.funeral_amount(doubted, "01", "012076", DAY),
            FuneralCase(DAY, DAY, DAY, insured_on_death=True, other_law=False),
        )
        assert named(decision) == {"funeral_benefits", "limitation_periods"}
        stay = require_stay(Stay("long_term", 12), doubted["residence_statuses"], DAY, person="P")
        assert named(stay) == {"residence_statuses"}

    def test_the_clerks_lines_name_each_table_once(self) -> None:
        rows = [
            Unconfirmed("a", "区分Ⅰの年金控除額", "x"),
            Unconfirmed("a", "区分Ⅰの年金控除額", "y"),
        ]
        rows.append(Unconfirmed("b", "広域連合の取扱い", "z"))
        assert unconfirmed_lines(rows) == (
            "※公の文書で確認できていない基準:\n　・区分Ⅰの年金控除額\n　・広域連合の取扱い"
        )
        assert unconfirmed_lines([]) == ""
