"""The screens of the printing room from the keyboard: the envelope, the lists, the stock, the
return of a paper, an application and the code on it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.functions.printing.screens.applications import ApplicationsScreen
from app.functions.printing.screens.issues import IssuesScreen
from app.functions.printing.screens.letters import LettersScreen
from app.functions.printing.screens.misdelivered import MisdeliveredScreen
from app.functions.printing.screens.read_code import ReadCodeScreen
from app.functions.printing.screens.returned import ReturnedScreen
from app.functions.printing.screens.stock import StockScreen
from db.tables.certificates import certificate
from db.tables.persons import person
from db.tables.printing import application_token, mail_item, paper_return, print_line, stock_move
from tests.support.counter import counter_in
from tests.support.desk import Room


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with counter_in(tmp_path) as counter:
        made = Room(counter, qtbot)
        yield made
        made.operations.close()


def posted(room: Room) -> str:
    view = room.counter.compared(delivery="post")
    issued = room.counter.issue(room.counter.draw(view), view)
    room.counter.settle(issued)
    return issued.number


def test_a_wrong_envelope_is_said_and_the_right_one_is_posted(room: Room) -> None:
    number = posted(room)
    screen = room.add(LettersScreen(room.desk()))
    room.until(lambda: screen.table.rowCount() == 1)
    screen.enclosed.set_value(number)
    screen.envelope.set_value(number[:-1] + "9")
    screen._check()
    room.qtbot.waitUntil(lambda: bool(room.door.shown), timeout=10_000)
    assert "封筒の番号" in str(room.door.shown.pop())
    assert room.counter.rows(mail_item)[0].state == "waiting"
    screen.envelope.set_value(number)
    screen._check()
    room.until(lambda: room.counter.rows(mail_item)[0].state == "checked")
    room.until(lambda: screen.chosen is not None and screen.chosen.state == "checked")
    screen.post_number.set_value("000-00-00001-0")
    screen._post()
    room.until(lambda: room.counter.rows(mail_item)[0].state == "posted")
    assert "差し出した" in room.touch.sentences[-1]


def test_the_day_s_issues_and_prints_are_shown_and_printed(room: Room) -> None:
    number = posted(room)
    screen = room.add(IssuesScreen(room.desk()))
    room.until(lambda: screen.prints.rowCount() == 1)
    assert screen.issues.item(0, 0).text() == number
    screen._print_list()
    room.until(lambda: screen.prints.rowCount() == 2)
    assert [row.reason for row in room.counter.rows(print_line)] == ["first", "list"]


def test_stock_takes_numbers_only(room: Room) -> None:
    screen = room.add(StockScreen(room.desk()))
    room.until(lambda: screen.table.rowCount() > 0)
    screen.sheets.set_value("たくさん")
    screen._move("received")
    assert "数字" in screen.sheets.error
    screen.sheets.set_value("500")
    screen._move("received")
    room.until(lambda: [row.change for row in room.counter.rows(stock_move)] == [500])
    room.until(
        lambda: "500枚" in {screen.table.item(r, 1).text() for r in range(screen.table.rowCount())}
    )


def test_a_paper_comes_back_with_its_reason(room: Room) -> None:
    posted(room)
    (hers,) = room.counter.rows(person)
    screen = room.add(ReturnedScreen(room.desk(), hers.id))
    room.until(lambda: screen.table.rowCount() == 1)
    screen._take_back()
    room.until(lambda: bool(screen.reason.error))
    screen.reason.set_value("県外への転出")
    screen._take_back()
    room.until(lambda: len(room.counter.rows(paper_return)) == 1)
    room.until(lambda: screen.table.rowCount() == 0)


def test_a_paper_that_went_to_somebody_else_is_void_with_a_touch(room: Room) -> None:
    posted(room)
    (hers,) = room.counter.rows(person)
    screen = room.add(MisdeliveredScreen(room.desk(), hers.id))
    room.until(lambda: screen.table.rowCount() == 1)
    if folder := os.environ.get("MADOGUCHI_PICTURES"):
        screen.resize(1280, 800)
        room.qtbot.wait(200)
        screen.grab().save(f"{folder}/misdelivered.png")
    screen._report()
    room.until(lambda: bool(screen.fields[0].error))
    for field, text in zip(screen.fields, ("隣の方", "staff", "電話した", "課長"), strict=True):
        field.set_value(text)
    screen._report()
    room.until(lambda: [row.state for row in room.counter.rows(certificate)] == ["void"])


def test_an_application_is_printed_and_a_foreign_code_opens_nothing(room: Room) -> None:
    posted(room)
    (hers,) = room.counter.rows(person)
    screen = room.add(ApplicationsScreen(room.desk(), hers.id))
    screen._print()
    room.until(lambda: len(room.counter.rows(application_token)) == 1)
    reader = room.add(ReadCodeScreen(room.desk()))
    reader.code.set_value("MDG1-" + "A" * 26)
    reader._read()
    room.until(lambda: bool(reader.code.error))
    assert "この端末で作られていません" in reader.code.error
    assert not [one for one in room.went if one[0] == "persons.open"]
