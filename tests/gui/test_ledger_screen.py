"""A ledger before its people: begun, gone on with, corrected, confirmed, found, printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.functions.records.screens.ledger import LedgerScreen
from app.functions.records.screens.ledger_entry import LedgerEntryScreen
from app.functions.records.screens.shelf import ShelfScreen
from app.ui.base.fields import Field
from db.tables.printing import print_line
from tests.support.founded import PASSWORDS
from tests.support.office import Office, founded_office

pytestmark = pytest.mark.req("SEC-106")


@pytest.fixture
def office(tmp_path: Path, qtbot: Any) -> Iterator[Office]:
    _, made = founded_office(tmp_path)
    made.log_in("S201", PASSWORDS["S201"])
    yield made
    made.close()


def fill(screen: LedgerEntryScreen, **said: str) -> None:
    for field in screen.fields:
        value = said.get(field.name, "")
        field.set_value(value or _right(screen, field))


def _right(screen: LedgerEntryScreen, field: Field) -> str:
    items = {item.name: item for item in screen.step.items}
    if field.name not in items:
        return ""
    item = items[field.name]
    return {
        "day": "R8.11.16",
        "choice": item.choices[0][0] if item.choices else "",
        "count": "3",
    }.get(item.form.value, f"{item.label}の例")


def written(office: Office, screen: LedgerEntryScreen) -> LedgerScreen:
    screen.carry_out()
    shown = office.screen(LedgerScreen)
    office.until(lambda: bool(shown.records), "the records")
    return shown


def opened(office: Office) -> LedgerScreen:
    shelf = office.choose("records.ledgers", ShelfScreen)
    office.until(lambda: bool(shelf.ledgers), "the ledgers")
    office.picture("shelf")
    incidents = [one.id for one in shelf.ledgers].index("incidents")
    shelf.table.setCurrentCell(incidents, 0)
    office.press(Qt.Key.Key_Return)
    screen = office.screen(LedgerScreen)
    office.settle()
    return screen


def found(office: Office, ledger: LedgerScreen, words: str) -> None:
    ledger.words.set_value(words)
    ledger.words.done.emit()
    office.settle()


def test_an_incident_from_the_first_report_to_its_paper(office: Office) -> None:
    """One story through the window: a few seconds, because it is the window."""
    ledger = opened(office)
    office.picture("ledger-empty")
    assert "Alt+N で起こします" in office.texts()
    ledger.new_button.click()
    entry = office.screen(LedgerEntryScreen)
    fill(entry, what_happened="髙橋様の証を別の方に渡した", found_on="")
    entry.fields[0].set_value("")
    office.picture("ledger-entry")
    entry.carry_out()
    office.until(lambda: bool(entry.fields[0].error), "the wrong field is told")
    entry.fields[0].set_value("R8.11.16")
    ledger = written(office, entry)
    assert ledger.records[0].state == "次：2 事実の調査"
    # corrected: both stand there
    ledger.correct_button.click()
    entry = office.screen(LedgerEntryScreen)
    assert next(f for f in entry.fields if f.name == "what_happened").value().startswith("髙橋様")
    next(f for f in entry.fields if f.name == "why").set_value("渡しかけて止めた")
    ledger = written(office, entry)
    assert len(ledger.records[0].entries) == 2
    for _ in range(2):
        ledger.next_button.click()
        entry = office.screen(LedgerEntryScreen)
        fill(entry)
        ledger = written(office, entry)
    # the fourth step asks for a supervisor beside the one who writes
    ledger.next_button.click()
    entry = office.screen(LedgerEntryScreen)
    fill(entry)
    entry.carry_out()
    office.answer_second("S202")
    ledger = office.screen(LedgerScreen)
    office.until(lambda: bool(ledger.records), "the records")
    assert ledger.records[0].standing[-1].confirmed_by == "S202"
    office.picture("ledger-four-steps")
    found(office, ledger, "高橋")
    assert len(ledger.records) == 1 and "「高橋」のある" in office.texts()
    found(office, ledger, "鈴木")
    assert not ledger.records
    found(office, ledger, "")
    ledger.sheet_button.click()
    store = office.counter.desk.door_of_staff.terminal.store

    def printed() -> list[Any]:
        with store.view(("print_line",)) as work:
            return work.all(select(print_line.c.form_id))

    office.until_told(lambda: bool(printed()))
    assert [row.form_id for row in printed()] == ["FORM-N21"]
