"""来庁者画面: this visitor's case in large letters, and black for everything else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from app.cases.screens.decision import DecisionScreen
from app.cases.whom import Whom
from app.ui.base.names import NamePainter
from app.ui.base.pages import Page
from app.ui.base.visitor import ForVisitor
from app.ui.shell.visitor import VisitorDesk, VisitorWindow
from forms.fonts import load_fonts
from tests.support.counter import NUMBER, Counter, counter_in
from tests.support.desk import Room
from tests.support.founded import PASSWORDS
from tests.support.office import Office, founded_office

HEAD = "辻󠄀﨑　髙子 様　県外転入の届出"


class Shown(Page):
    """A page that lets something be seen."""

    def __init__(self, seen: ForVisitor | None) -> None:
        super().__init__("題", "")
        self.seen = seen

    def for_visitor(self) -> ForVisitor | None:
        return self.seen


class Place:
    """What stands around the desk of the visitor's window."""

    def __init__(self) -> None:
        self.page: QWidget | None = None
        self.signing = ""
        self.monitor: Any = QGuiApplication.primaryScreen()
        self.desk = VisitorDesk(
            NamePainter(load_fonts()), lambda: self.page, lambda: self.signing, lambda: self.monitor
        )

    @property
    def window(self) -> VisitorWindow:
        assert self.desk.window is not None
        return self.desk.window

    def sees(self) -> str:
        self.desk.look()
        shown = self.window.shown
        colour = self.window.palette().color(QPalette.ColorRole.Window).name()
        assert colour == ("#000000" if shown is None else "#ffffff")
        assert self.window.text.isVisible() is (shown is not None)
        return "" if shown is None else f"{shown.head}\n{shown.text}"


@pytest.fixture
def place(qtbot: Any) -> Iterator[Place]:
    made = Place()
    yield made
    made.desk.end()


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path) as made:
        yield made


@pytest.fixture
def room(counter: Counter, qtbot: Any) -> Iterator[Room]:
    made = Room(counter, qtbot)
    yield made
    made.operations.close()


def test_only_a_page_that_says_so_is_seen(place: Place) -> None:
    assert place.sees() == ""
    place.page = QWidget()
    assert place.sees() == ""
    place.page = Page("検索")
    assert place.sees() == ""
    place.page = Shown(ForVisitor(HEAD, "窓口でのお支払いは 2割です。"))
    assert place.sees() == f"{HEAD}\n窓口でのお支払いは 2割です。"
    place.page = Page("検索")
    assert place.sees() == ""


def test_what_is_about_to_be_signed_is_seen_for_a_case_alone(place: Place) -> None:
    place.page, place.signing = Shown(ForVisitor(HEAD)), "県外転入の届出を送信します。"
    assert "県外転入の届出を送信します。" in place.sees()
    place.page = Page("職員の登録")
    assert place.sees() == ""


@pytest.mark.req("SEC-10")
@pytest.mark.parametrize(
    "number",
    [NUMBER, " ".join(NUMBER[at : at + 4] for at in (0, 4, 8)), "１２３４-５６７８-９０１８"],
)
def test_what_looks_like_an_individual_number_is_never_seen(place: Place, number: str) -> None:
    place.page = Shown(ForVisitor(HEAD, f"番号は {number} です。"))
    assert place.sees() == ""
    place.page, place.signing = Shown(ForVisitor(HEAD)), f"番号 {number} を登録します。"
    assert place.sees() == ""


def test_black_at_once_and_gone_with_the_session_or_the_monitor(place: Place) -> None:
    place.page = Shown(ForVisitor(HEAD, "説明"))
    assert place.sees()
    place.desk.black()
    assert place.window.shown is None
    assert place.sees()
    place.monitor = None
    place.desk.look()
    assert place.window.shown is None and not place.window.isVisible()
    place.monitor = QGuiApplication.primaryScreen()
    assert place.sees() and place.window.isVisible()
    place.desk.end()
    assert place.desk.window is None


def test_a_decided_case_is_explained_by_what_may_be_read_aloud(
    counter: Counter, room: Room, place: Place
) -> None:
    screen = room.decision(counter.decided().case_id)
    assert isinstance(screen, DecisionScreen)
    place.page = screen
    seen = place.sees()
    assert "県外転入の届出" in seen and "窓口でのお支払いは 2割です。" in seen
    assert "課税所得" not in seen  # the clerk's grounds stay with the clerk
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        place.window.showNormal()
        place.window.resize(1280, 720)
        QApplication.processEvents()
        place.window.grab().save(str(Path(folder, "visitor.png")))


@pytest.mark.req("SEC-94")
def test_of_a_restricted_person_nothing_is_seen_though_she_is_open_to_the_clerk(
    counter: Counter, room: Room, place: Place
) -> None:
    screen = room.decision(counter.decided().case_id)
    view = screen.view
    assert view is not None
    texts: Any = dict.fromkeys([one.name for one in fields(Whom)][:16], "")
    whom = Whom(**texts | {"name": "辻󠄀﨑　髙子"}, care=False)
    for restricted in (False, True):
        screen._view = replace(view, whom=replace(whom, restricted=restricted, care=False))
        place.page = screen
        assert bool(place.sees()) is not restricted


class TestAtTheTerminal:
    @pytest.fixture
    def office(
        self, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Office]:
        monkeypatch.setattr(
            "app.start.counter.other_monitor", lambda _window: QGuiApplication.primaryScreen()
        )
        _, made = founded_office(tmp_path)
        yield made
        made.close()

    def test_off_until_the_administrator_turns_it_on(self, office: Office) -> None:
        office.log_in("S201", PASSWORDS["S201"])
        assert office.counter.visitors.window is None

    def test_on_it_is_black_without_a_case_and_goes_at_log_off(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "app.security.gate.telling.Telling.has_visitor_window", lambda _gate: True
        )
        office.log_in("S201", PASSWORDS["S201"])
        visitors = office.counter.visitors
        assert visitors.window is not None and visitors.window.shown is None
        visitors.window.put(ForVisitor(HEAD, "説明"))
        office.counter.lock()
        assert visitors.window.shown is None
        office.log_off()
        assert visitors.window is None
