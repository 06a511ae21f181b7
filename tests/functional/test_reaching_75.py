"""年齢到達: whoever turns 75 is asked about before any paper is there (DOMAIN 2.2, 5.1, 5.3)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from sqlalchemy import insert

from app.cases import board
from app.core.tables import Replaced, load_tables, shipped_tables
from app.persons import reaching, show
from app.persons.screens.person import PersonScreen
from app.persons.screens.reaching import ReachingScreen
from app.security.waiting import Waits
from db.tables.persons import address, insured
from tests.support.counter import Counter, Resident, put_residents
from tests.support.desk import Room
from tests.support.table_packages import shipped

TODAY = date(2026, 11, 16)


def born(written: str, sort: str, number: int, **values: object) -> Resident:
    made = Resident(
        id=f"P-{number}",
        name=f"見本　{number}",
        birth_written=written,
        birth_sort=sort,
        atena_number=f"{number:015d}",
        insured_number="",
        phone="",
    )
    return replace(made, **values)  # type: ignore[arg-type]


SOON = born("昭和26年12月5日", "1951-12-05", 1)
FIRST = born("昭和26年12月1日", "1951-12-01", 2)
PASSED = born("昭和26年11月3日", "1951-11-03", 3)
JANUARY = born("昭和27年1月9日", "1952-01-09", 4)
LEAP = born("昭和27年2月29日", "1952-02-29", 5)
INSURED = born("昭和26年12月7日", "1951-12-07", 6)
CARE = born("昭和26年12月8日", "1951-12-08", 7, care=True)
DEAD = born("昭和26年12月9日", "1951-12-09", 8, state="3")
UNKNOWN = born("昭和26年12月 日不詳", "1951-12-31", 9, birth_precision="month")
EVERYBODY = (SOON, FIRST, PASSED, JANUARY, LEAP, INSURED, CARE, DEAD, UNKNOWN)


@pytest.fixture
def townsfolk(counter: Counter) -> Counter:
    put_residents(counter.world, *EVERYBODY)
    with counter.world.hands_on("insured") as work:
        work.run(
            insert(insured).values(
                insured_number="00000990",
                acquired_on="2024-05-01",
                person_id=INSURED.id,
                insurer_number="39152996",
                acquisition_reason="ACQ_DIS",
            )
        )
    return counter


@pytest.fixture
def room(counter: Counter, qtbot: Any) -> Iterator[Room]:
    made = Room(counter, qtbot)
    yield made
    made.operations.close()


def picture(room: Room, screen: QWidget, name: str) -> None:
    """A screenshot, where somebody wants them."""
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1100, 760)
        room.settle()
        screen.grab().save(str(Path(folder, f"{name}.png")))


def listed(counter: Counter, month: date) -> list[tuple[str, date]]:
    world = counter.world
    found = reaching.list_reaching(world.gate, world.session(), month, world.tables)
    return [(one.person_id, one.day) for one in found]


def opened(counter: Counter, who: Resident) -> show.PersonView:
    world = counter.world
    return show.open_person(
        world.gate,
        world.session(),
        who.id,
        world.tables,
        TODAY,
        by_number=False,
        confirmed=False,
    )


def lines(counter: Counter) -> dict[str, Waits]:
    world = counter.world
    found = board.lines(world.gate, world.session(), world.catalog)
    return {one.key: one for one in found}


@pytest.mark.req("FLOW-301")
def test_who_turns_75_in_a_month_and_is_not_insured_already(townsfolk: Counter) -> None:
    assert listed(townsfolk, date(2026, 12, 1)) == [
        (FIRST.id, date(2026, 12, 1)),
        (SOON.id, date(2026, 12, 5)),
        (CARE.id, date(2026, 12, 8)),
    ]
    assert listed(townsfolk, date(2027, 1, 1)) == [(JANUARY.id, date(2027, 1, 9))]


def test_born_on_29_february_is_75_on_1_march(townsfolk: Counter) -> None:
    assert listed(townsfolk, date(2027, 2, 1)) == []
    assert listed(townsfolk, date(2027, 3, 1)) == [(LEAP.id, date(2027, 3, 1))]


def test_the_day_board_has_a_line_a_month_that_holds_no_day(townsfolk: Counter) -> None:
    found = {key: one for key, one in lines(townsfolk).items() if key.startswith("reaching")}
    assert {key: one.state for key, one in found.items()} == {
        "reaching-2026-12": "3人",
        "reaching-2027-01": "1人",
    }
    assert all(not one.holds_day and one.opens == reaching.LIST for one in found.values())


def test_from_which_day_which_paper_when_and_where(townsfolk: Counter) -> None:
    told = opened(townsfolk, SOON).outlook
    assert told is not None
    assert told.day == "令和8年12月5日（あと19日）"
    assert told.comes == "令和8年11月に、簡易書留で届く予定です。"
    assert "利用登録があれば" in told.paper
    assert told.where == f"住所　{SOON.written}"
    assert told.words[0].startswith("75歳になる日から、手続をしなくても")
    for word in ("口座振替は引き継がれません", "扶養", "特定疾病", "限度区分"):
        assert any(word in one for one in told.words), word


def test_born_on_the_first_of_a_month_the_paper_comes_a_month_earlier(townsfolk: Counter) -> None:
    told = opened(townsfolk, FIRST).outlook
    assert told is not None and told.comes.startswith("令和8年10月に、")


def test_the_paper_goes_where_letters_go(townsfolk: Counter) -> None:
    with townsfolk.world.hands_on("address") as work:
        work.run(
            insert(address).values(
                person_id=SOON.id,
                kind="mailing",
                municipality_code="152994",
                postal_code="9990002",
                written="見本県見本市山手９番地",
                building="娘方",
            )
        )
    told = opened(townsfolk, SOON).outlook
    assert told is not None and told.where == "送付先　見本県見本市山手９番地　娘方"


@pytest.mark.parametrize("who", [PASSED, INSURED, DEAD, UNKNOWN], ids=lambda one: one.id)
def test_nobody_else_is_told(townsfolk: Counter, who: Resident) -> None:
    assert opened(townsfolk, who).outlook is None


@pytest.mark.req("SEC-94")
def test_of_a_restricted_person_nothing_but_name_and_birth(townsfolk: Counter) -> None:
    assert opened(townsfolk, CARE).outlook is None
    world = townsfolk.world
    found = reaching.list_reaching(world.gate, world.session(), date(2026, 12, 1), world.tables)
    (mine,) = (one for one in found if one.person_id == CARE.id)
    assert mine.care and CARE.written not in repr(found)


def test_what_the_union_agreed_is_a_row_with_a_day(townsfolk: Counter) -> None:
    changed = shipped("age_notices").replace("months_before = 1", "months_before = 2")
    tables = load_tables(shipped_tables(), Replaced(1, {"age_notices": changed}))
    world = townsfolk.world
    view = show.open_person(
        world.gate, world.session(), SOON.id, tables, TODAY, by_number=False, confirmed=False
    )
    assert view.outlook is not None and view.outlook.comes.startswith("令和8年10月に、")


def test_the_list_leads_to_the_person_and_the_months_turn(townsfolk: Counter, room: Room) -> None:
    screen = room.add(ReachingScreen(room.desk(), month="2026-12-01"))
    room.until(lambda: len(screen.lines) == 3)
    picture(room, screen, "reaching")
    screen._open()
    assert room.went == [("persons.open", {"person_id": FIRST.id})]
    screen.turn(1)
    room.until(lambda: [one.person_id for one in screen.lines] == [JANUARY.id])
    screen.turn(1)
    room.until(lambda: not screen.lines)
    assert not screen.button.isEnabled()


def test_the_page_shows_it_first(townsfolk: Counter, room: Room) -> None:
    page = room.add(PersonScreen(room.desk(), SOON.id))
    room.until(lambda: page.view is not None)
    picture(room, page, "turns-75")
    texts = [one.text() for one in page.findChildren(QLabel)]
    assert "75歳になります（届出はいりません）" in texts
    assert any("口座振替は引き継がれません" in one for one in texts)
