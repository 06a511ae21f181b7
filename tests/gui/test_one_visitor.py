"""One visitor at a time: who is opened in the middle of somebody's case is asked about by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog, QWidget

from app.cases import drafts
from app.cases.screens.entry import EntryScreen
from app.catalog import CASES, CATALOG
from app.start.counter import Counter as Program
from app.ui.base.pages import InHand, Page
from app.ui.shell.one_visitor import OneVisitor
from tests.gui.test_limited_and_idle import counter as program  # noqa: F401
from tests.gui.test_limited_and_idle import (
    log_in,
    screen_of,
    settle,
    settle_aside,
    terminal,  # noqa: F401
    until,
)
from tests.support.about_kinds import HER
from tests.support.counter import counter_in, put_residents
from tests.support.desk import Room
from tests.support.founded import PASSWORDS

IN_HAND = InHand(
    frozenset(("P-1", "P-2")), "髙橋　タケ 様の「死亡の届出」", "eligibility.open_death", "C-1"
)
BACK, ON = 0, 1


class CasePage(Page):
    """A screen that has a case open; what is kept of it is noted."""

    def __init__(self) -> None:
        super().__init__("受付", "")
        self.kept: list[str] = []

    @property
    def in_hand(self) -> InHand | None:
        return IN_HAND

    def keep(self) -> Callable[[], object] | None:
        return lambda: self.kept.append("kept")


class Visits:
    """The rule with the screens that it opened."""

    def __init__(self, qtbot: Any) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.opened: list[tuple[str, Mapping[str, Any]]] = []
        self.rule = OneVisitor(self.window, lambda *one: self.opened.append(one))

    @property
    def asked(self) -> QInputDialog | None:
        found = [one for one in self.window.findChildren(QInputDialog) if one.isVisible()]
        return found[-1] if found else None

    def answer(self, at: int) -> None:
        dialog = self.asked
        assert dialog is not None and "髙橋　タケ 様の「死亡の届出」" in dialog.labelText()
        dialog.setTextValue(dialog.comboBoxItems()[at])
        dialog.accept()


@pytest.fixture
def visits(qtbot: Any) -> Visits:
    made = Visits(qtbot)
    page = CasePage()
    qtbot.addWidget(page)
    made.rule.leaves(page)
    return made


def test_the_second_person_is_asked_about_and_the_first_comes_back(visits: Visits) -> None:
    visits.rule.go("persons.search", {})
    visits.rule.go("persons.open", {"person_id": "P-9"})
    assert [one for one, _ in visits.opened] == ["persons.search"]
    visits.answer(BACK)
    visits.rule.go("persons.open", {"person_id": "P-9"})
    assert visits.asked is None
    assert visits.opened[1:] == [
        ("eligibility.open_death", {"case_id": "C-1"}),
        ("persons.open", {"person_id": "P-9"}),
    ]


def test_on_the_clerks_word_the_second_person_opens(visits: Visits) -> None:
    visits.rule.go("eligibility.open_account", {"person_id": "P-9"})
    visits.answer(ON)
    assert visits.opened == [("eligibility.open_account", {"person_id": "P-9"})]


def test_giving_up_opens_nobody(visits: Visits) -> None:
    visits.rule.go("persons.open", {"person_id": "P-9"})
    assert visits.asked is not None
    visits.asked.reject()
    assert visits.opened == []
    visits.rule.go("persons.open", {"person_id": "P-9"})
    assert visits.asked is not None, "the case is still in hand"


@pytest.mark.parametrize("given", [{"person_id": "P-2"}, {"case_id": "C-7"}, {}])
def test_those_of_the_case_and_a_case_that_names_its_own_are_not_asked_about(
    visits: Visits, given: dict[str, str]
) -> None:
    visits.rule.go("persons.open", given)
    assert visits.asked is None and len(visits.opened) == 1


def test_a_case_that_was_put_back_is_nobodys(visits: Visits) -> None:
    visits.rule.ended()
    visits.rule.go("persons.open", {"person_id": "P-9"})
    assert visits.asked is None and len(visits.opened) == 1


def test_an_entry_says_whose_it_is(tmp_path: Path, qtbot: Any) -> None:
    with counter_in(tmp_path / "here") as desk:
        put_residents(desk.world, HER)
        room = Room(desk, qtbot)
        session = desk.world.session("clerk")
        case = drafts.open_case(desk.gate, session, CASES["account"], {}, person_id=HER.id)
        screen = room.taken_up(room.add(EntryScreen(room.desk(), "account", case.id)))
        assert screen.in_hand == InHand(
            frozenset((HER.id,)),
            "髙橋　タケ 様の「支給口座の届出」",
            "eligibility.open_account",
            case.id,
        )
        fresh = room.add(EntryScreen(room.desk(), "move_in"))
        room.until(lambda: fresh.form is not None)
        assert fresh.in_hand is None, "it names nobody yet"
        fresh.form.field("name").set_value("辻󠄀﨑　髙子")
        begun = fresh.in_hand
        assert begun is not None and begun.called == "辻󠄀﨑　髙子 様の「県外転入の届出」"
        room.operations.close()


@pytest.mark.parametrize("by", ["menu", "search"])
def test_who_leaves_a_case_keeps_what_is_typed_and_is_asked(
    program: Program,  # noqa: F811
    by: str,
) -> None:
    """Through the real window: a founded terminal and a login, which no cheaper test has."""
    log_in(program, PASSWORDS["S201"])
    until(lambda: isinstance(screen_of(program), Page))
    settle(program)
    page = CasePage()
    program.window.show_screen(page, "eligibility.open_death")
    kept = page.kept
    program._permitted |= {CATALOG.searches}
    if by == "menu":
        program.window.chosen.emit("own.change_password")
    else:
        program.window.search_asked.emit()
    settle_aside(program)
    assert kept == ["kept"]
    program.go("persons.open", person_id="P-9")
    asked = program.window.findChild(QInputDialog)
    assert asked is not None and IN_HAND.called in asked.labelText()
    asked.reject()
