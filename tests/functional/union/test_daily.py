"""The next day's resident file confirms or contradicts what the counter keyed (SEC-108, 110)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.training.people import my_number_of, resident_record
from app.wire.files import FILES
from tests.support.framed import encode_file
from tests.support.union_terminal import CODES, MORNING

CITY = "152994"


@pytest.fixture(scope="module")
def decided(terminal, three):
    """The three movers, keyed and decided on the first day."""
    for number, mover in enumerate(three, start=1):
        record = mover.notification(f"{terminal.id}-1-{number:06d}", mover.moved_on)
        terminal.send("FILE-01", [record])
    assert [item.outcome for item in terminal.receive("FILE-16")] == ["accepted"] * 3
    return three


@pytest.fixture(scope="module")
def ran(union, terminal, decided, place):
    """The file of the next morning: one mover as keyed, one differing, one missing; and among
    the others a changed number, a blank one, a foreign one, a death and a move."""
    union.deliver(CITY)
    terminal.receive("FILE-17")
    union.first.set_clock(MORNING + timedelta(days=1))
    persons = {person.case: person for person in place.persons() if person.case}
    same, other, _ = (resident_record(mover.person) for mover in decided)
    changed = resident_record(persons["general2"])
    blank = resident_record(persons["low1"])
    foreign = resident_record(persons["low2"])
    records = [
        same,
        replace(other, address="見本県見本市桜町9番9号", kana="ヨシダ　ショウコ"),
        replace(changed, my_number=my_number_of(8_888_888)),
        replace(blank, my_number=""),
        replace(foreign, my_number=persons["earner"].my_number),
        replace(
            resident_record(persons["undeclared"]),
            state="3",
            event="death",
            event_on="2026-11-19",
        ),
        replace(
            resident_record(persons["namesake"]),
            event="move_within",
            event_on="2026-11-19",
            address="見本県見本市寺町1番1号",
        ),
        replace(resident_record(persons["border_day"]), sex="1"),
    ]
    file = encode_file(FILES["FILE-03"], records, CODES)
    result = union.first.daily(CITY, file)
    yield result, file, persons
    union.first.set_clock(MORNING)


def test_counts(ran):
    result = ran[0]
    assert (result["records"], result["confirmed"], result["contradicted"]) == (8, 1, 2)


@pytest.mark.req("SEC-110")
def test_entries_are_confirmed_or_contradicted(union, decided, ran):
    standing = {item["atena_number"]: item["standing"] for item in union.first.act("notifications")}
    assert [standing[mover.person.atena_number] for mover in decided] == [
        "confirmed",
        "contradicted",
        "contradicted",
    ]


@pytest.mark.req("SEC-108", "SEC-110")
def test_the_check_list_reaches_the_terminal_with_exactly_these_lines(terminal, decided, ran):
    persons = ran[2]
    lines = {(line.cause, line.atena_number): line for line in terminal.receive("FILE-24")}
    other, missing = decided[1].person, decided[2].person
    assert set(lines) == {
        ("resident_differs", other.atena_number),
        ("not_in_register", missing.atena_number),
        ("number_differs", persons["general2"].atena_number),
        ("number_blank", persons["low1"].atena_number),
        ("number_elsewhere", persons["low2"].atena_number),
        ("birth_differs", persons["border_day"].atena_number),
    }
    differs = lines["resident_differs", other.atena_number]
    assert differs.items == "kana address"
    assert differs.case_id
    for line in lines.values():
        assert "9900" not in line.detail


@pytest.mark.req("SEC-108")
def test_nothing_contradicted_was_overwritten(union, terminal, decided, ran):
    persons = ran[2]
    lines = {line.atena_number: line for line in terminal.receive("FILE-17")}
    assert decided[1].person.atena_number not in lines
    dead = lines[persons["undeclared"].atena_number]
    assert (dead.state, dead.lost_on, dead.loss_reason) == ("3", "2026-11-20", "LOS_DEATH")
    assert lines[persons["namesake"].atena_number].address == "見本県見本市寺町1番1号"
    assert persons["border_day"].atena_number not in lines


def test_the_same_file_again_lists_nothing_twice(union, terminal, ran):
    terminal.receive("FILE-24")  # the lines of the first run, whichever test read them
    again = union.first.daily(CITY, ran[1])
    assert (again["confirmed"], again["contradicted"], again["listed"]) == (0, 0, 0)
    assert terminal.receive("FILE-24") == []


def test_a_file_of_another_municipality_is_refused_whole(union, terminal, ran, decided):
    strange = replace(resident_record(decided[0].person), municipality_code="152986")
    receipt = terminal.send("FILE-03", [strange])
    assert receipt.cause == "union.other_municipality"


def test_the_file_comes_over_the_line_too(terminal, ran, decided):
    receipt = terminal.send("FILE-03", [resident_record(decided[0].person)])
    assert receipt.settlement.value == "accepted"
