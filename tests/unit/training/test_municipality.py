"""The synthetic municipality counts what it promises and gives the same bytes every time."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date
from itertools import islice

import pytest

from app.core.tables import load_tables, shipped_tables
from app.rules.calendar.days import anniversary, day_of_75
from app.rules.calendar.wareki import Eras
from app.rules.calendar.wareki_input import parse_date
from app.rules.identifiers import (
    DigitCheck,
    atena_check_digit,
    insured_number,
    insurer_number,
    municipality_code,
    my_number,
)
from app.training.movers import movers
from app.training.municipality import municipality
from app.training.people import (
    INSURER_NUMBER,
    MUNICIPALITY_CODE,
    insured_record,
    resident_record,
)

TABLES = load_tables(shipped_tables())
ON = date(2026, 11, 20)
PLACE = municipality(TABLES, on=ON)
PERSONS = list(PLACE.persons())
VARIANTS = set("髙﨑邉邊濵齋齊\U00020bb7")


def of_case(case: str) -> list:  # type: ignore[type-arg]
    return [person for person in PERSONS if person.case == case]


def test_size_and_determinism():
    assert len(PERSONS) == 10_000
    assert list(municipality(TABLES, on=ON).persons()) == PERSONS
    assert list(municipality(TABLES, size=321, on=ON).persons()) == PERSONS[:321]
    assert list(municipality(TABLES, size=321, seed=2, on=ON).persons()) != PERSONS[:321]


def test_the_bytes_are_those_of_every_machine():
    digest = hashlib.sha256()
    for person in islice(PERSONS, 500):
        seen = (person.name, person.kana, str(person.birth_sort), person.address, person.my_number)
        digest.update("|".join(seen).encode())
    assert digest.hexdigest()[:16] == "5b93776ab8e0895a"


def test_a_million_is_streamed():
    stream = municipality(TABLES, size=1_000_000, on=ON).persons()
    assert next(stream) == PERSONS[0]
    stream.close()  # type: ignore[attr-defined]


def test_numbers_have_right_check_digits_and_are_plainly_artificial():
    assert municipality_code(MUNICIPALITY_CODE) == MUNICIPALITY_CODE
    assert insurer_number(INSURER_NUMBER) == INSURER_NUMBER
    row = TABLES["municipalities"].at(ON, code=MUNICIPALITY_CODE)
    assert row.text("insurer_number") == INSURER_NUMBER
    assert row.flag("synthetic")
    for person in PERSONS:
        assert person.atena_number[-1] == atena_check_digit(person.atena_number[:-1])
        if person.my_number:
            assert person.my_number.startswith("9900")
            assert my_number(person.my_number) == person.my_number
        for coverage in person.coverages:
            assert not insured_number(coverage.insured_number, DigitCheck.WARN).doubtful


def test_nobody_shares_a_number():
    for numbers in (
        [person.atena_number for person in PERSONS],
        [person.my_number for person in PERSONS if person.my_number],
        [item.insured_number for person in PERSONS for item in person.coverages],
    ):
        assert len(set(numbers)) == len(numbers)


def test_the_promised_cases_are_there():
    same = of_case("same_name")
    assert len({(person.name, person.kana, person.birth_sort) for person in same}) == 1
    assert len({person.household_number for person in same}) == len(same) == 2
    father, son = of_case("same_kana")
    assert father.kana == son.kana
    assert father.household_number == son.household_number
    assert father.name != son.name
    assert all(person.former_atena for person in of_case("two_atena"))
    assert of_case("dead")[0].state == "3"
    assert of_case("dead")[0].coverage.loss_reason == "LOS_DEATH"
    assert {person.birth_precision for person in of_case("unknown_birth")} == {
        "around",
        "year",
        "month",
        "part_of_month",
        "noncalendar",
        "unknown",
    }
    assert of_case("foreigner")[0].birth_written == "1949年4月10日"
    assert of_case("foreigner")[0].person_kind == "2"
    (protected,) = of_case("support_measure")
    (other,) = of_case("measure_other")
    assert protected.household_number == other.household_number
    assert protected.support_from is not None
    assert protected.support_from <= ON <= protected.support_until
    assert other.support_from is None
    assert of_case("undeclared")[0].income.declared is False
    assert all(65 <= ON.year - person.birth_sort.year <= 74 for person in of_case("aged_65_74"))
    assert of_case("disability")[0].coverage.reason == "ACQ_DIS"
    assert len(of_case("two_atena")[1].coverages) == 2


def test_unknown_births_read_back_as_they_were_written():
    eras = Eras(TABLES["eras"])
    for person in of_case("unknown_birth") + of_case("border_day"):
        parsed = parse_date(person.birth_written, eras, uncertain=True)
        assert parsed.written == person.birth_written
        assert parsed.precision == person.birth_precision


def test_about_one_name_in_twenty_is_a_variant():
    varied = sum(
        any(char in VARIANTS or ord(char) > 0xFFFF for char in person.name) for person in PERSONS
    )
    assert 0.035 <= varied / len(PERSONS) <= 0.065
    selectors = {char for person in PERSONS for char in person.name if ord(char) >= 0xE0100}
    assert selectors == {"\U000e0100", "\U000e0102", "\U000e010f"}


def test_those_of_75_and_over_are_insured_and_younger_ones_are_not():
    kinds = Counter()
    for person in PERSONS:
        if person.case:
            continue
        old = day_of_75(person.birth_sort) <= ON
        disabled = bool(person.coverage and person.coverage.reason == "ACQ_DIS")
        assert bool(person.coverage) == (old or disabled)
        if disabled:
            assert person.coverage.acquired_on >= anniversary(person.birth_sort, 65)
        kinds[old] += 1
    assert kinds[True] > 1000


def test_records_of_both_files_are_filled():
    for person in PERSONS[:200]:
        assert resident_record(person).my_number == person.my_number
        line = insured_record(person)
        assert line.atena_number == person.atena_number
        assert (line.insured_number != "") == bool(person.coverages)


@pytest.mark.req("FLOW-101", "FLOW-103")
def test_movers_are_in_nobodys_store_but_their_households_are():
    households = {person.household_number: person for person in PERSONS if person.is_head}
    three = movers(TABLES, PLACE)
    assert [(ON.year - mover.person.birth_sort.year, mover.person.card_use) for mover in three] == [
        (81, "not_registered"),
        (81, "registered"),
        (86, "registered"),
    ]
    for mover in three:
        assert mover.person.atena_number not in {person.atena_number for person in PERSONS}
        assert my_number(mover.person.my_number) not in {person.my_number for person in PERSONS}
        assert households[mover.person.household_number].case == mover.joins
        assert mover.person.address == households[mover.person.household_number].address
        assert mover.former_municipality_code != MUNICIPALITY_CODE
        full = mover.notification("T01-1-000001", ON)
        assert full.copay_paper == "1"
        assert full.copay_class == mover.paper.limit_class
        bare = mover.notification("T01-1-000001", ON, with_copay_paper=False)
        assert bare.copay_paper == "0"
        assert bare.copay_taxable_income == bare.copay_class == ""
    (namesake,) = of_case("namesake")
    assert namesake.name == three[0].person.name
    assert namesake.kana == three[0].person.kana
    assert namesake.birth_sort != three[0].person.birth_sort
