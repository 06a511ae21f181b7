"""保存期間を過ぎた情報 before a supervisor: looked at, ordered by two, erased, the file anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from app.functions.records.screens.erasure import ErasureScreen
from app.security.control.state import REGISTERED, ControlState, Terminal
from db.tables.cases import case_file
from db.tables.persons import insured, person
from tests.support.counter import PERSON_TABLES, _put
from tests.support.founded import PASSWORDS, believing
from tests.support.office import Office, founded_office
from tests.support.retention_scene import LONG_AGO, someone


@pytest.fixture
def office(tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    def at_work(state: ControlState) -> None:  # registered, and others answer for it by now
        state.founders, state.terminal = (), Terminal(state=REGISTERED)

    believing(monkeypatch, at_work)
    _, made = founded_office(tmp_path)
    made.log_in("S201", PASSWORDS["S201"])
    store = made.counter.desk.door_of_staff.terminal.store
    tables = (*PERSON_TABLES, "case_file")
    with store.update(tables, tables) as work:
        for number in range(1, 31):
            _put(work, someone(number))
        work.run(update(person).values(state="2", state_on=LONG_AGO))
        work.run(update(insured).values(lost_on=LONG_AGO))
        row = {"id": "C-1", "kind": "move_in", "state": "waiting", "opened_by": "S101"}
        moment = "2026-11-02T09:00:00+09:00"
        work.run(insert(case_file).values(**row, person_id="P-7", opened_at=moment))
    yield made
    made.close()


@pytest.mark.req("SEC-154", "SEC-156")
def test_a_supervisor_sees_orders_and_has_the_file_written_anew(office: Office) -> None:
    """One story through the window, because the pieces run behind it."""
    screen = office.choose("records.show_erasure", ErasureScreen)
    office.until(lambda: screen.proposal is not None, "the proposal")
    office.settle()
    office.picture("erasure")
    assert screen.table.item(0, 1).text() == "29人" and screen.table.item(0, 2).text() == "1人"
    assert "終わっていない受付" in screen.stays.item(0, 0).text()
    screen.button.click()
    office.answer_second("S202")
    office.until(lambda: bool(screen.proposal and screen.proposal.run), "the run")

    def state() -> str:
        office.counter.look_at_the_clock()
        office.settle()
        screen.load()
        office.settle()
        found = screen.proposal
        return found.run.state if found is not None and found.run is not None else ""

    office.until(lambda: state() == "done", "the erasure")
    office.picture("erasure-done")
    assert screen.table.item(0, 1).text() == "0人"
    screen.rewrite_button.click()
    office.until(lambda: state() == "", "the writing anew")
    office.picture("erasure-clean")
