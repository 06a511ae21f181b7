"""Ledgers as values: what a record says, what comes next, what may be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import UserError
from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.ledgers.declared import Form, Item, Ledger, Step
from app.functions.records.ledgers.record import Record, Written, fold
from app.security.spec import SecondPerson

TODAY = date(2026, 11, 16)
QUESTIONS, INCIDENTS, REQUESTS = LEDGERS["questions"], LEDGERS["incidents"], LEDGERS["requests"]


def entry(step: str, line: int, corrects: str = "", **cells: str) -> Written:
    return Written(
        f"E-{line}", "E-1", step, cells, corrects, "", "S101", "", f"2026-11-{line:02d}", line
    )


def record(ledger: Ledger, *entries: Written) -> Record:
    corrected = {one.corrects: one.id for one in entries if one.corrects}
    marked = [replace(one, corrected_by=corrected.get(one.id, "")) for one in entries]
    (found,) = fold(ledger, marked)
    return found


@pytest.mark.req("SEC-106")
def test_an_incident_has_the_six_steps_one_after_another() -> None:
    """Report, inquiry, extent, prevention, telling, authority: closed after the sixth only."""
    written: list[Written] = []
    for number, step in enumerate(INCIDENTS.steps, 1):
        if written:
            assert [one.code for one in record(INCIDENTS, *written).open_steps] == [step.code]
        written.append(entry(step.code, number))
        assert record(INCIDENTS, *written).closed is (number == 6)


def test_a_step_that_comes_again_does_not_hold_the_next_up() -> None:
    found = record(QUESTIONS, entry("received", 1), entry("handled", 2), entry("handled", 3))
    assert [one.code for one in found.open_steps] == ["closed", "handled"]
    assert not record(QUESTIONS, *found.entries, entry("closed", 4)).open_steps


@pytest.mark.req("SEC-136")
def test_what_is_not_granted_ends_there_and_nothing_is_given() -> None:
    asked, judged = entry("asked", 1), entry("judged", 2, judgement="no")
    assert record(REQUESTS, asked, judged).closed
    granted = record(REQUESTS, asked, entry("judged", 2, judgement="yes"))
    assert [one.code for one in granted.open_steps] == ["approved"]
    # corrected: the record is open again, and the former judgement stays to be seen
    again = record(REQUESTS, asked, judged, entry("judged", 3, corrects="E-2", judgement="yes"))
    assert [one.code for one in again.open_steps] == ["approved"]
    assert len(again.entries) == 3 and again.values["judgement"] == "yes"


def test_search_finds_every_way_of_writing_in_what_was_corrected_too() -> None:
    first = entry("received", 1, asked_by="髙橋　タケ", question="証が届かない")
    found = record(QUESTIONS, first, entry("received", 2, corrects="E-1", asked_by="田中"))
    for words in ("高橋", "たけ ﾀｹ", "E-1", "届かない　田中"):
        assert book.search([found], words) == (found,), words
    assert book.search([found], "高橋 鈴木") == ()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("received_on", "", "ledger.empty"),
        ("received_on", "2026-11-17", "ledger.future"),
        ("received_on", "11月", "ledger.day"),
        ("channel", "fax", "ledger.choice"),
        ("question", "あ" * 401, "ledger.long"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(name: str, value: str, code: str) -> None:
    step = QUESTIONS.steps[0]
    right = {
        "received_on": "2026-11-16",
        "channel": "phone",
        "asked_from": "insured",
        "asked_by": "田中",
        "question": "証が届かない",
        "answer_due_on": "2026-11-30",
    }
    assert dict(book.check_cells(step, right, TODAY)) == right
    with pytest.raises(UserError) as told:
        book.check_cells(step, right | {name: value}, TODAY)
    assert (told.value.code, told.value.field) == (code, name)
    assert step.items[[one.name for one in step.items].index(name)].label in told.value.message


def test_a_number_and_two_days_have_their_order() -> None:
    extent = INCIDENTS.step("extent")
    right = {"data_kind": "personal", "persons_count": "12", "extent": "住所"}
    book.check_cells(extent, right, TODAY)
    for wrong in ("-1", "１２", "12人", "10000001"):
        with pytest.raises(UserError, match="count"):
            book.check_cells(extent, right | {"persons_count": wrong}, TODAY)
    asked = {item.name: "例" for item in REQUESTS.steps[0].items} | {"asked_on": "2026-11-16"}
    days = {"used_from": "2026-12-01", "used_until": "2026-11-30"}
    with pytest.raises(UserError, match="order"):
        book.check_cells(REQUESTS.steps[0], asked | days, TODAY)


def test_a_contradiction_in_a_declaration_is_refused() -> None:
    step = Step("one", "一", (Item("a", "あ"),))
    for wrong in (
        {"steps": (step, Step("two", "二", (Item("a", "あ", Form.DAY),)))},
        {"columns": ("b",)},
        {"second": SecondPerson.SUPERVISOR},
    ):
        given = {"steps": (step,), "columns": ("a",)} | wrong
        with pytest.raises(ValueError):
            Ledger("x", "台帳", "件", "", **given)
