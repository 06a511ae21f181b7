"""DOMAIN 3.3 through the real decision path, on both databases."""

from __future__ import annotations

import pytest

from tests.support.union_inside import (
    HOUSEHOLD,
    decide,
    income,
    load,
    notification,
    seed_person,
    union_inside,
)

pytestmark = pytest.mark.req("SYS-01", "FLOW-104")


def paper(taxable, revenue, pension_other, base=5_000_000, *, taxed=True, zero=False):
    """The 負担区分等証明書 of a notification."""
    return {
        "copay_taxed": "1" if taxed else "0",
        "copay_taxable_income": str(taxable),
        "copay_revenue": str(revenue),
        "copay_pension_other": str(pension_other),
        "copay_base_income": str(base),
        "copay_all_income_zero": "1" if zero else "0",
    }


SINGLE = [
    ("D1", paper(1_449_999, 2_500_000, 2_500_000), "2", "general2"),
    ("D2", paper(1_450_000, 3_829_999, 2_500_000), "2", "general2"),
    ("D3", paper(1_450_000, 3_830_000, 2_500_000), "3", "earner1"),
    ("D11", paper(280_000, 1_999_999, 1_999_999), "1", "general1"),
    ("D12", paper(280_000, 2_000_000, 2_000_000), "2", "general2"),
    ("D13", paper(279_999, 2_400_000, 2_400_000), "1", "general1"),
    ("earner2", paper(3_800_000, 8_000_000, 8_000_000), "3", "earner2"),
    ("earner3", paper(6_900_000, 9_000_000, 9_000_000), "3", "earner3"),
    ("low2", paper(0, 1_500_000, 1_500_000, 0, taxed=False), "1", "low2"),
    ("low1", paper(0, 800_000, 800_000, 0, taxed=False, zero=True), "1", "low1"),
]

# (name, the insured already in the household, what the mover's paper shows, ratio, class)
COUPLES = [
    ("D6", (2_000_000, 4_200_000, 4_200_000), (0, 990_000, 990_000), "2", "general2"),
    ("D7", (1_450_000, 4_200_000, 4_200_000), (0, 1_000_000, 1_000_000), "3", "earner1"),
    ("D14", (300_000, 2_100_000, 2_100_000), (0, 1_090_000, 1_090_000), "1", "general1"),
    ("D15", (300_000, 2_100_000, 2_100_000), (0, 1_100_000, 1_100_000), "2", "general2"),
]


def test_single_households_and_couples(tmp_path, database):
    households = []
    lines = []
    for number, (_, (taxable, revenue, both), _, _, _) in enumerate(COUPLES, start=1):
        household = str(number) + HOUSEHOLD[1:]
        households.append(household)
        facts = income(taxable, revenue, both, 5_000_000, taxed=True)
        lines.append(seed_person(number, "1943-01-01", household_number=household, income=facts))
    with union_inside(tmp_path / "u", database) as system:
        load(system, *lines)
        for number, (name, values, ratio, limit_class) in enumerate(SINGLE, start=100):
            decided = decide(system, notification(number, **values))
            assert (decided.copay_ratio, decided.limit_class) == (ratio, limit_class), name
        for number, (name, _, own, ratio, limit_class) in enumerate(COUPLES):
            record = notification(
                200 + number,
                household_number=households[number],
                is_head="0",
                relation="妻",
                **paper(own[0], own[1], own[2], taxed=False),
            )
            decided = decide(system, record)
            assert (decided.copay_ratio, decided.limit_class) == (ratio, limit_class), name


def test_papers_by_age_and_card(tmp_path, database):
    """85 or over on 1 August: certificate whatever the card; younger: by registration."""
    with union_inside(tmp_path / "u", database) as system:
        old = {"birth_written": "昭和15年2月11日", "birth_sort": "1940-02-11"}
        cases = [
            ({"card_use": "not_registered"}, "eligibility_certificate"),
            ({"card_use": "registered"}, "eligibility_notice"),
            ({"card_use": "unknown"}, "eligibility_certificate"),
            ({"card_use": "registered", **old}, "eligibility_certificate"),
        ]
        for number, (values, expected) in enumerate(cases, start=300):
            assert decide(system, notification(number, **values)).paper == expected


def test_the_intermediary_servers_answer_wins_over_what_was_keyed(tmp_path, database):
    from app.peers.union.office.seed import put_card_use

    with union_inside(tmp_path / "u", database) as system:
        record = notification(310, card_use="not_registered")
        put_card_use(system, record.my_number, registered=True, year=9, quarter=2)
        assert decide(system, record).paper == "eligibility_notice"


def test_a_changed_household_changes_the_others_from_the_next_month(tmp_path, database):
    from app.peers.union.office.persons import shares_of

    low = income(0, 900_000, 900_000, 0)
    with union_inside(tmp_path / "u", database) as system:
        load(system, seed_person(1, "1943-01-01", income=low))
        with system.database.read() as connection:
            assert shares_of(connection, [1])[1].limit_class == "low2"
        decided = decide(
            system,
            notification(
                320,
                household_number=HOUSEHOLD,
                is_head="0",
                relation="妻",
                **paper(3_000_000, 6_000_000, 6_000_000),
            ),
        )
        assert decided.copay_ratio == "3"
        with system.database.read() as connection:
            other = shares_of(connection, [1])[1]
    assert (other.copay_ratio, other.copay_from) == (3, "2026-12-01")


def test_disability_and_disease_papers(tmp_path, database):
    with union_inside(tmp_path / "u", database) as system:
        decided = decide(
            system,
            notification(
                330,
                birth_written="昭和33年5月3日",
                birth_sort="1958-05-03",
                disability_paper="1",
                disability_on="2024-04-01",
                disability_until="2027-03-31",
                disease_paper="1",
                disease_kind="1",
                disease_on="2024-04-01",
                copay_class="general1",
            ),
        )
    assert decided.acquisition_reason == "ACQ_DIS"
    assert decided.expires_on == "2027-03-31"
    assert (decided.disease_kind, decided.disease_from) == ("1", "2026-11-20")


def test_the_class_is_printed_only_where_the_former_paper_named_it_and_it_matters(tmp_path):
    low = paper(0, 1_500_000, 1_500_000, 0, taxed=False)
    with union_inside(tmp_path / "u") as system:
        named = decide(system, notification(340, copay_class="low2", **low))
        unnamed = decide(system, notification(341, **low))
        general = decide(system, notification(342, copay_class="general1"))
    assert [item.limit_printed for item in (named, unnamed, general)] == ["1", "0", "0"]


def test_the_clerk_reads_which_standards_nobody_confirmed(tmp_path, database):
    """区分Ⅰ turns on a line that is not confirmed for this system; nobody hears of it aloud."""
    with union_inside(tmp_path / "u", database) as system:
        load(system)
        low = paper(0, 800_000, 800_000, 0, taxed=False, zero=True)
        decided = decide(system, notification(1, **low))
        lines = decided.grounds_clerk.splitlines()
        heading = lines.index("※公の文書で確認できていない基準:")
        assert "　・区分Ⅰの年金控除額" in lines[heading:]
        assert lines[-1] == f"使った表の版 {system.tables.version}"
        assert "※" not in decided.grounds_aloud
        common = decide(system, notification(2, **paper(100_000, 1_000_000, 1_000_000)))
        assert "区分Ⅰの年金控除額" not in common.grounds_clerk
