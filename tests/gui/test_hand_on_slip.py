"""引継票 (FORM-N11) from the screen of a case that is handed on: what comes out of the printer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest

from app.cases.screens.decision import DecisionScreen
from app.catalog import CASES
from db.tables.printing import print_line
from tests.support.counter import NUMBER, counter_in
from tests.support.desk import Room


@pytest.fixture
def room(tmp_path: Path, qtbot: Any) -> Iterator[Room]:
    with counter_in(tmp_path) as counter:
        counter.kind = CASES["direct_debit"]
        made = Room(counter, qtbot)
        yield made
        made.operations.close()


def words_of(pdf: bytes) -> str:
    (page,) = pdfium.PdfDocument(pdf)
    return str(page.get_textpage().get_text_range())


def test_what_is_handed_on_goes_with_its_slip(room: Room) -> None:
    case_id = room.counter.decided().case_id
    screen = room.add(DecisionScreen(room.desk(), "direct_debit", case_id))
    room.until(lambda: screen.slip_button.isEnabled())
    assert screen.slip_button.text().startswith("引継票を印刷")
    screen.slip_button.click()
    room.until(lambda: bool(room.counter.printer.sheets))
    ((number, pdf),) = room.counter.printer.sheets
    assert number == case_id and "引継票を印刷に回しました。" in room.said
    text = words_of(pdf)
    for words in (
        "引継票",
        case_id,
        "口座振替の申込・変更",
        room.counter.load(case_id).name,
        "1点",
    ):
        assert words in text, words
    assert NUMBER not in text
    (line,) = room.counter.rows(print_line)
    assert line.form_id == "FORM-N11"


def test_while_the_union_has_not_taken_it_there_is_only_the_acceptance_slip(room: Room) -> None:
    sent = room.counter.send(room.counter.entered())
    screen = room.add(DecisionScreen(room.desk(), "direct_debit", sent.case_id))
    room.until(lambda: screen.slip_button.isEnabled())
    assert screen.slip_button.text().startswith("受付票を印刷")
