"""What else fits the household, on the person's page; and the sheet that the visitor takes home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from app.cases.next_steps import SHOWN_BY_HAND
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.next_steps import NextStepsScreen
from app.catalog import CASES
from app.persons.screens.person import PersonScreen
from app.ui.base.picker import Picker
from db.tables.printing import print_line
from tests.functional.test_support_measures import restrict
from tests.golden.pictures import make_press
from tests.support.about_kinds import HER, HUSBAND
from tests.support.counter import Resident, counter_in, put_residents
from tests.support.desk import Room
from tests.support.form_examples import NOW, example

GONE = replace(HUSBAND, state="3")


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with counter_in(tmp_path) as counter:
        made = Room(counter, qtbot)
        yield made
        made.operations.close()


def page_of(room: Room, one: Resident) -> PersonScreen:
    page = room.add(PersonScreen(room.desk(), one.id))
    room.until(lambda: page.view is not None)
    return page


def fits(page: PersonScreen) -> set[tuple[str, str]]:
    return {(one.member.person_id, one.label) for one in page.fitting}


def sheet_of(room: Room) -> str:
    ((_, pdf),) = room.counter.printer.sheets
    pages = pdfium.PdfDocument(pdf)
    return "".join(str(page.get_textpage().get_text_range()) for page in pages)


@pytest.mark.req("FLOW-103")
def test_a_dead_head_is_thought_of_on_the_widows_page(room: Room) -> None:
    put_residents(room.counter.world, HER, GONE)
    page = page_of(room, HER)
    assert (GONE.id, "葬祭費の申請") in fits(page)
    assert (GONE.id, "相続人代表者の指定の届出") in fits(page)
    assert {(HER.id, "支給口座の届出"), (HER.id, "送付先の変更の届出")} <= fits(page)
    page.fits_button.click()
    dialog = page.findChild(Picker)
    assert dialog is not None and "送付先の変更の届出" in dialog.labels()
    dialog.take("葬祭費の申請")
    assert room.went[-1] == ("benefits.open_funeral", {"person_id": GONE.id})


def test_a_household_that_wants_nothing_shows_no_card(room: Room) -> None:
    put_residents(room.counter.world, replace(HER, insured_number=""))
    page = page_of(room, HER)
    assert page.fitting == () and not page.fits_button.isVisible()


def test_members_under_support_measures_are_not_told_of(room: Room) -> None:
    put_residents(room.counter.world, HER, replace(GONE, care=True))
    assert {who for who, _ in fits(page_of(room, HER))} == {HER.id}


def test_what_comes_next_is_taken_home_in_large_letters(room: Room) -> None:
    room.counter.kind = CASES["death"]
    case = room.counter.decided(mourner_name="髙橋　一郎", mourner_relation="子")
    decision = room.add(DecisionScreen(room.desk(), "death", case.case_id))
    room.until(lambda: decision.guide_button.isEnabled())
    decision.guide_button.click()
    function_id, given = room.went[-1]
    assert function_id == "eligibility.show_next_steps"
    screen = room.add(NextStepsScreen(room.desk(), **given))
    room.until(lambda: bool(screen.boxes))
    (paper,) = [one for one in screen.boxes if "書類の返還" in one.text()]
    paper.setChecked(False)
    screen.print_button.click()
    room.until(lambda: bool(room.counter.printer.sheets))
    said = sheet_of(room)
    for words in (
        *("次の手続のご案内", "髙橋　タケ 様のご家族の方", "死亡の届出", "決定しました"),
        *("葬祭費の申請", "2年以内", "会葬礼状", "見本市役所", "証明書ではありません"),
    ):
        assert words.replace("\n", "") in said.replace("\r\n", ""), words
    assert "書類の返還" not in said and HER.insured_number not in said
    (line,) = room.counter.rows(print_line)
    assert (line.form_id, line.subject_id) == ("FORM-N45", HER.id)


def test_whatever_a_kind_tells_the_visitor_has_room_on_the_sheet() -> None:
    """Of a person with the longest name, each kind's papers beside it."""
    press, long = make_press(), example("FORM-N45", "longest")
    told = {
        (kind.label, words, "、".join((*(one.title for one in kind.documents), SHOWN_BY_HAND)))
        for kind in CASES.values()
        for words in (kind.fits.told if kind.fits else "", *(one.told for one in kind.follow_up))
        if words
    }
    assert len(told) >= 9
    name = long.steps[0][1]
    data = replace(long, steps=tuple((a, name, b, c, "") for a, b, c in sorted(told)))
    press.prove(press.render("FORM-N45", data, training=False, now=NOW), data)


def test_of_somebody_under_support_measures_nothing_is_taken_home(room: Room) -> None:
    put_residents(room.counter.world, HER, replace(GONE, care=True))
    screen = room.add(NextStepsScreen(room.desk(), GONE.id))
    assert not screen.print_button.isEnabled() and screen.boxes == ()
    hers = room.add(NextStepsScreen(room.desk(), HER.id))
    assert hers.boxes and "葬祭費の申請" not in [one.text() for one in hers.boxes]


def test_who_came_under_support_measures_meanwhile_stops_the_sheet(room: Room) -> None:
    put_residents(room.counter.world, HER, GONE)
    screen = room.add(NextStepsScreen(room.desk(), HER.id))
    restrict(room.counter.world, GONE.id)
    screen.print_button.click()
    room.qtbot.waitUntil(lambda: bool(room.door.shown), timeout=10_000)
    assert "印刷できません" in str(room.door.shown.pop())
    assert room.counter.printer.sheets == []
