"""The in-box on the screen: a row begins its kind, filled; the notes on the person's page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert

from app.core.errors import UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.functions.eligibility.kinds.reissue import REISSUE
from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.ledgers.book import Place
from app.functions.records.screens.ledger import LedgerScreen
from app.functions.records.screens.ledger_entry import LedgerEntryScreen
from app.functions.records.screens.phases import PhasesScreen
from app.functions.records.screens.shelf import ShelfScreen
from app.persons.screens.person import PersonScreen
from app.ui.base.form_parts import OneOfField
from db.tables.cases import case_file
from tests.support.counter import Counter, Resident, put_residents
from tests.support.desk import Room
from tests.support.ledger_examples import typed
from tests.support.line import LoopUnion, enrol
from tests.support.world import World, world_in


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as opened:
        put_residents(opened, Resident())
        yield opened


@pytest.fixture
def room(world: World, qtbot: Any) -> Iterator[Room]:
    union = LoopUnion()
    enrol(world, union)
    made = Room(Counter(world, union), qtbot)
    yield made
    made.operations.close()
    made.printing.close()


def _picture(room: Room, screen: Any, name: str) -> None:
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 800)
        room.qtbot.wait(200)
        screen.grab().save(f"{folder}/{name}.png")


def write(world: World, ledger: str, person: str = "", **said: str) -> str:
    declared = LEDGERS[ledger]
    step = declared.steps[0]
    cells = typed(step, **said)
    place = Place("", step.code, person=person)
    prepared = book.prepare_entry(world.gate, world.session("clerk"), declared, place, cells)
    return book.perform_entry(world.gate, prepared, world.approvals(prepared))


def test_a_row_of_the_in_box_begins_its_kind(world: World, room: Room) -> None:
    key = write(world, "arrivals", kind=MOVE_IN.label, name="佐藤　花", kana="サトウ　ハナ",
                birth_written="昭和15年1月2日", phone="0250-11-1111", lacking="")  # fmt: skip
    nobody = write(
        world, "arrivals", kind=REISSUE.label, name="髙橋　タケ", kana="", lacking="委任状"
    )
    screen = room.add(LedgerScreen(room.desk(), "arrivals", record=key))
    room.until(lambda: bool(screen.records))
    _picture(room, screen, "arrivals")
    assert not screen.case_button.isHidden() and not screen.new_button.isHidden()
    screen.case_button.click()
    went, given = room.went[-1]
    assert went == MOVE_IN.opening and given["line"] == key
    assert given["prefill"]["name"] == "佐藤　花" and "lacking" not in given["prefill"]
    screen.table.selectRow([one.id for one in screen.records].index(nobody))
    screen.case_button.click()  # nobody is opened: told, nothing begun
    told = room.door.shown.pop()
    assert isinstance(told, UserError) and told.code == "ledger.nobody"
    assert room.went[-1][1] == given
    entry = room.add(LedgerEntryScreen(room.desk(), "arrivals"))
    kind = next(one for one in entry.fields if one.name == "kind")
    assert isinstance(kind, OneOfField)
    kind.set_value("転入")
    _picture(room, entry, "arrivals_entry")
    with pytest.raises(UserError) as several:
        kind.chosen()
    assert several.value.field == "kind" and MOVE_IN.label in several.value.remedy
    kind.set_value("再交付　申請")
    assert kind.chosen() == REISSUE.label


def test_the_page_says_what_the_next_clerk_must_know(world: World, room: Room) -> None:
    write(
        world, "contacts", "P-1", contact_said="耳が遠い。大きな声でゆっくり。", contact_with="娘"
    )
    write(
        world, "contacts", "P-1", contact_said="再交付の相談。来週また来る。", contact_with="本人"
    )
    page = room.add(PersonScreen(room.desk(), "P-1"))
    room.until(lambda: page.view is not None)
    _picture(room, page, "page_with_notes")
    assert page.view is not None and len(page.view.notes) == 2
    labels = [offer.label for offer, *_ in page._begins]
    assert {LEDGERS[one].title + "に書く" for one in ("contacts", "arrivals", "originals")} <= set(
        labels
    )
    shelf = room.add(ShelfScreen(room.desk()))
    room.qtbot.wait(50)
    _picture(room, shelf, "shelf_counter")


@pytest.mark.req("SEC-62")
def test_sums_of_visits_and_nothing_to_open(world: World, room: Room) -> None:
    for day in (14, 15, 16, 16, 16):
        with world.hands_on("case_file") as work:
            work.run(
                insert(case_file).values(
                    id=work.new_id(),
                    kind="move_in",
                    state="draft",
                    opened_by="S101",
                    opened_at=f"2026-11-{day}T09:00:00+09:00",
                )
            )
    room.staff_door = SimpleNamespace(terminal=SimpleNamespace(journal=world.journal))
    screen = room.add(PhasesScreen(room.desk("supervisor")))
    room.until(lambda: screen.sums is not None)
    _picture(room, screen, "phases")
    assert screen.phases.item(0, 1).text() == "5件に満たない"
    assert screen.kinds.item(0, 1).text() == "5件"
    screen.kinds.itemActivated.emit(screen.kinds.item(0, 0))
    screen.bars.chosen.emit(29)
    assert room.went == []  # no way from a number to persons
