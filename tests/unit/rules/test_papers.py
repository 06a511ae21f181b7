"""Which paper for whom and until when: DOMAIN 5.1, by period, age, use and union."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.core.errors import EnvironmentFault
from app.core.tables import NoRowError, Tables, load_tables, shipped_tables
from app.rules.copay.judgement import LimitClass
from app.rules.eligibility.papers import (
    CardUse,
    Holder,
    PaperDecision,
    PaperGround,
    PaperKind,
    certificate_rule,
    expiry,
    limit_mark_matters,
    which_paper,
)
from app.rules.practice import Practice, practice_of

TODAY = date(2026, 11, 20)
OF_81 = date(1945, 3, 3)
OF_86 = date(1940, 3, 3)
NEW, LONG = TODAY, date(2020, 3, 3)
USER = CardUse(True, 6, 1)


@pytest.fixture(scope="module")
def practice(tables: Tables) -> Practice:
    return practice_of(tables, "15", TODAY)


def decide(tables: Tables, practice: Practice, holder: Holder, day: date = TODAY) -> PaperDecision:
    return which_paper(holder, day, certificate_rule(tables, day), practice)


@pytest.mark.parametrize(
    ("holder", "paper", "ground"),
    [
        # the three visitors of the demonstration, all new in November
        (Holder(OF_81, NEW, CardUse(False)), PaperKind.CERTIFICATE, PaperGround.NOT_REGISTERED),
        (Holder(OF_81, NEW, CardUse(True)), PaperKind.NOTICE, PaperGround.NEWLY_REGISTERED),
        (Holder(OF_86, NEW, CardUse(True)), PaperKind.CERTIFICATE, PaperGround.AGE),
        # new on 1 August itself is new, the day before is not
        (
            Holder(date(1951, 8, 1), date(2026, 8, 1), CardUse(True)),
            PaperKind.NOTICE,
            PaperGround.NEWLY_REGISTERED,
        ),
        (
            Holder(date(1951, 7, 31), date(2026, 7, 31), CardUse(True)),
            PaperKind.CERTIFICATE,
            PaperGround.LITTLE_USE,
        ),
        # those insured before August go by use
        (Holder(OF_81, LONG, USER), PaperKind.NOTICE, PaperGround.RECENT_USE),
        (Holder(OF_81, LONG, CardUse(True, 5, 1)), PaperKind.CERTIFICATE, PaperGround.LITTLE_USE),
        (Holder(OF_81, LONG, CardUse(True, 6, 0)), PaperKind.CERTIFICATE, PaperGround.LITTLE_USE),
        (Holder(OF_86, LONG, USER), PaperKind.CERTIFICATE, PaperGround.AGE),
        # 85 on 1 August itself, and one day too young
        (Holder(date(1941, 8, 1), LONG, USER), PaperKind.CERTIFICATE, PaperGround.AGE),
        (Holder(date(1941, 8, 2), LONG, USER), PaperKind.NOTICE, PaperGround.RECENT_USE),
        # support measures at any age; an application only of those who need care
        (
            Holder(OF_81, LONG, USER, support_measure=True),
            PaperKind.CERTIFICATE,
            PaperGround.SUPPORT_MEASURE,
        ),
        (
            Holder(OF_81, LONG, USER, applied=True, needs_care=True),
            PaperKind.CERTIFICATE,
            PaperGround.APPLIED,
        ),
        (Holder(OF_81, LONG, USER, applied=True), PaperKind.NOTICE, PaperGround.RECENT_USE),
    ],
)
def test_domain_5_1_from_august_2026(
    holder: Holder, paper: PaperKind, ground: PaperGround, tables: Tables, practice: Practice
) -> None:
    found = decide(tables, practice, holder)
    assert (found.paper, found.ground, found.expires_on) == (paper, ground, date(2027, 7, 31))
    assert {"certificate_rules"} <= {row.table for row in found.unconfirmed}


def test_domain_5_1_in_saitama_one_may_apply_without_needing_care(tables: Tables) -> None:
    holder = Holder(OF_81, LONG, USER, applied=True)
    saitama = practice_of(tables, "11", TODAY)
    assert decide(tables, saitama, holder).ground is PaperGround.APPLIED


@pytest.mark.parametrize(
    ("day", "paper", "expires"),
    [
        (date(2024, 12, 1), PaperKind.INSURED_CARD, date(2025, 7, 31)),
        (date(2024, 12, 2), PaperKind.CERTIFICATE, date(2025, 7, 31)),
        (date(2026, 7, 31), PaperKind.CERTIFICATE, date(2026, 7, 31)),
        (date(2026, 8, 1), PaperKind.NOTICE, date(2027, 7, 31)),
    ],
)
def test_domain_5_1_each_period_has_its_paper(
    day: date, paper: PaperKind, expires: date, tables: Tables, practice: Practice
) -> None:
    decision = decide(tables, practice, Holder(OF_81, LONG, USER), day)
    assert (decision.paper, decision.expires_on) == (paper, expires)


def test_beyond_the_settled_period_no_paper_is_chosen(tables: Tables) -> None:
    with pytest.raises(NoRowError) as caught:
        certificate_rule(tables, date(2027, 8, 1))
    assert caught.value.table == "certificate_rules"


def test_unions_differ_by_their_row_only(tables: Tables, practice: Practice) -> None:
    newcomer = Holder(OF_81, NEW, CardUse(True))
    by_use = replace(practice, newcomer_by="use")
    assert decide(tables, by_use, newcomer).ground is PaperGround.LITTLE_USE
    from_80 = replace(practice, kakunin_all_from_age=80)
    assert decide(tables, from_80, newcomer).ground is PaperGround.AGE


def test_the_paper_expires_with_the_handbook_that_proved_the_disability(
    tables: Tables, practice: Practice
) -> None:
    rule = certificate_rule(tables, TODAY)
    holder = Holder(date(1956, 1, 1), NEW, CardUse(False))
    limits = (None, date(2027, 3, 31))
    decision = which_paper(holder, TODAY, rule, practice, limits=limits)
    assert decision.expires_on == date(2027, 3, 31)
    assert expiry(2026, (date(2028, 1, 1),)) == date(2027, 7, 31)


def test_a_card_sent_before_the_birthday_expires_by_the_day_it_begins(
    tables: Tables, practice: Practice
) -> None:
    holder = Holder(date(1951, 8, 5), date(2026, 8, 5), CardUse(False))
    assert decide(tables, practice, holder, date(2026, 7, 10)).expires_on == date(2027, 7, 31)


def test_a_rule_that_forgets_its_day_of_age_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    shutil.copytree(shipped_tables(), folder)
    file = folder / "certificate_rules.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("age_on = 2026-08-01\n", ""), encoding="utf-8"
    )
    with pytest.raises(EnvironmentFault) as caught:
        certificate_rule(load_tables(folder), TODAY)
    assert caught.value.code == "tables.columns"


def test_every_paper_is_a_code_of_the_table(tables: Tables) -> None:
    assert all(tables["papers"].has(paper.value) for paper in PaperKind)


def test_every_union_has_a_practice_and_an_unknown_one_is_refused(tables: Tables) -> None:
    for code in tables["unions"].codes(TODAY):
        assert practice_of(tables, str(code), TODAY).union == code
    with pytest.raises(NoRowError) as caught:
        practice_of(tables, "48", TODAY)
    assert caught.value.key == {"union": "48"}


def test_the_mark_of_a_class_matters_where_it_changes_the_bill() -> None:
    without = {c for c in LimitClass if not limit_mark_matters(c)}
    assert without == {LimitClass.EARNER3, LimitClass.GENERAL1, LimitClass.GENERAL2}
