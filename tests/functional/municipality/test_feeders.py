"""What the municipal system gives: right files by their layout, once each, and errors by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.core.errors import MadoguchiError
from app.peers.municipality import feeders, life, system
from app.peers.municipality.feeders import DAILY, FEEDERS, MONTHLY, write_day, write_file
from app.peers.municipality.mistakes import Mistake
from app.peers.municipality.system import Municipality
from app.peers.municipality.tables import file_log, movement, resident
from app.rules import identifiers
from app.rules.calendar.days import day_of_75
from app.wire.codec import decode_file
from app.wire.faults import FileRefused
from app.wire.files import FILES
from tests.support.world import shared_tables

FORM = (Mistake.CUT, Mistake.COUNT, Mistake.FLIPPED, Mistake.BOM, Mistake.SJIS, Mistake.KANA)
CONTENT = (Mistake.TWICE, Mistake.BLANK_NUMBER, Mistake.OTHER_NUMBER)


def refuses(code: str):
    return pytest.raises(MadoguchiError, match=code.replace(".", r"\."))


def records_of(here: Municipality, made: feeders.Made):
    return decode_file(FILES[made.file_id], made.path.read_bytes(), here.codes)


def live(here: Municipality, days: int = 1, moves: int = 8) -> None:
    for _ in range(days):
        life.next_day(here, moves)


@pytest.mark.req("FLOW-2014", "FLOW-2015", "FLOW-2016", "FLOW-2019", "FLOW-2023", "FLOW-2036",
                 "FLOW-2037", "DATA-31")  # fmt: skip
@pytest.mark.parametrize("file_id", list(FEEDERS))
def test_every_file_is_right_by_its_layout(here: Municipality, out: Path, file_id: str) -> None:
    live(here, 5)
    made = write_file(here, file_id, out)
    records = records_of(here, made)
    assert len(records) == made.count
    assert all(one.municipality_code == here.code for one in records)


@pytest.mark.req("FLOW-202", "FILE-03")
def test_the_first_residents_are_whole_and_then_only_what_moved(
    here: Municipality, out: Path
) -> None:
    whole = records_of(here, write_file(here, "FILE-03", out))
    with here.read() as connection:
        everybody = {
            row.atena_number
            for row in connection.execute(select(resident).where(resident.c.person_kind != "3"))
        }
    assert {one.atena_number for one in whole} == everybody
    live(here)
    with here.read() as connection:
        moved = {row.atena_number for row in connection.execute(select(movement))}
    second = records_of(here, write_file(here, "FILE-03", out))
    assert {one.atena_number for one in second} == moved and moved
    assert len(second) == len(moved), "each person once, as now"
    third = write_file(here, "FILE-03", out)
    assert third.count == 0, "nothing goes out twice"
    assert (third.edition, records_of(here, third)) == (2, ())


@pytest.mark.req("FLOW-201", "FILE-02", "FILE-05")
def test_each_event_goes_once_with_its_own_number(here: Municipality, out: Path) -> None:
    live(here, 2)
    first = records_of(here, write_file(here, "FILE-02", out))
    assert len({one.serial for one in first}) == len(first) > 5
    known = {str(code) for code in shared_tables()["resident_events"].codes(here.today)}
    assert {one.event for one in first} <= known
    for one in first:
        if one.my_number:
            assert identifiers.my_number(one.my_number) == one.my_number
    assert records_of(here, write_file(here, "FILE-02", out)) == ()
    live(here)
    linked = records_of(here, write_file(here, "FILE-05", out))
    assert linked and all(one.linked_at.startswith(here.today.isoformat()) for one in linked)


@pytest.mark.req("FLOW-2014", "FILE-12")
def test_those_who_reach_75_are_named_once_within_two_months(here: Municipality, out: Path) -> None:
    records = records_of(here, write_file(here, "FILE-12", out))
    last = here.today + feeders.AHEAD
    with here.read() as connection:
        births = {
            row.atena_number: date.fromisoformat(row.birth_sort)
            for row in connection.execute(select(resident).where(resident.c.state == "1"))
            if row.birth_sort
        }
    wanted = {key for key, birth in births.items() if here.today < day_of_75(birth) <= last}
    assert {one.atena_number for one in records} == wanted


def test_the_same_seed_lives_the_same_day(
    here: Municipality, out: Path, tmp_path: Path, seeds: list[bytes]
) -> None:
    other = system.make(tmp_path / "other", shared_tables(), here.clock, here.code, here.today)
    system.load(other, seeds)
    live(here, 2)
    live(other, 2)
    there = tmp_path / "there"
    there.mkdir()
    one, two = write_file(here, "FILE-02", out), write_file(other, "FILE-02", there)
    assert one.path.read_bytes() == two.path.read_bytes()
    other.close()


def test_a_day_writes_what_is_due_and_the_first_of_a_month_more(
    here: Municipality, out: Path
) -> None:
    assert [one.file_id for one in write_day(here, out)] == list(DAILY)
    while here.today.day != 1:
        life.next_day(here, 0)
    made = write_day(here, out)
    assert {one.file_id for one in made} == {*DAILY, *MONTHLY}
    with here.read() as connection:
        lines = connection.execute(select(file_log)).all()
    assert len(lines) == len(DAILY) * 2 + len(MONTHLY)
    assert all(len(line.digest) == 64 for line in lines)


@pytest.mark.parametrize("mistake", FORM)
def test_an_error_of_form_is_refused_by_the_layout(
    here: Municipality, out: Path, mistake: Mistake
) -> None:
    made = write_file(here, "FILE-03", out, mistake)
    with pytest.raises(FileRefused):
        records_of(here, made)


@pytest.mark.parametrize("mistake", CONTENT)
def test_an_error_of_content_passes_the_layout(
    here: Municipality, out: Path, mistake: Mistake
) -> None:
    made = write_file(here, "FILE-03", out, mistake)
    records = records_of(here, made)
    assert made.mistake == mistake
    if mistake is Mistake.TWICE:
        assert records[0] == records[1]
    else:
        with here.read() as connection:
            true = connection.execute(
                select(resident.c.my_number).where(
                    resident.c.atena_number == records[0].atena_number
                )
            ).scalar()
        assert records[0].my_number != true


def test_what_cannot_be_made_says_why_and_loses_nothing(
    here: Municipality, out: Path, seeds: list[bytes]
) -> None:
    live(here)
    with refuses("municipality.no_feeder"):
        write_file(here, "FILE-17", out)
    with refuses("municipality.out"):
        write_file(here, "FILE-02", out / "nowhere")
    assert write_file(here, "FILE-02", out).count > 0, "the events were not lost"
    with refuses("municipality.not_empty"):
        system.load(here, seeds)
    with refuses("municipality.exists"):
        system.make(here.data, shared_tables(), here.clock, here.code, here.today)


def test_a_system_of_the_version_before_goes_on(here: Municipality, out: Path) -> None:
    """With everything in it; incomes get their kinds when they are assessed anew."""
    with here.write() as connection:
        for column in ("pension", "total"):
            connection.exec_driver_sql(f"ALTER TABLE tax DROP COLUMN {column}")
        connection.exec_driver_sql("PRAGMA user_version=1")
    here.close()
    later = Municipality(here.data, here.tables, here.clock)
    try:
        records = records_of(later, write_file(later, "FILE-06", out))
    finally:
        later.close()
    assert len(records) > 50 and {one.pension for one in records} == {""}


@pytest.mark.req("FILE-06")
def test_an_income_names_what_a_premium_is_reckoned_from(here: Municipality, out: Path) -> None:
    """課税 by kind of income: with the sums alone every premium would be the least."""
    records = records_of(here, write_file(here, "FILE-06", out))
    earning = [one for one in records if int(one.pension_revenue or 0) > 1_100_000]
    assert earning and all(int(one.total) >= int(one.pension) > 0 for one in earning)
