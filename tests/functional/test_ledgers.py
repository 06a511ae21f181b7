"""The ledgers in a real store: written once, corrected by another entry, confirmed by a second
person, signed (SEC-106, SEC-107, SEC-135, SEC-138, SEC-164)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from app.cases import board
from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.records.ledgers import LEDGERS, book, paper
from app.functions.records.ledgers.book import Place
from app.functions.records.ledgers.record import Record
from app.functions.records.retention import proposal
from app.security.journal.line import State
from app.security.refusals import Refusal
from app.security.waiting import Waits
from db.faults import RowConflict
from db.tables.persons import person, restriction
from db.tables.printing import print_line
from db.tables.records import ledger_entry
from tests.support.counter import KeepingPrinter
from tests.support.ledger_examples import list_desk, put, typed
from tests.support.retention_scene import put_gone
from tests.support.world import World, world_in

QUESTIONS, REQUESTS, TRAINING = LEDGERS["questions"], LEDGERS["requests"], LEDGERS["training"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        yield made


def write(world: World, ledger, place: Place, who: str = "supervisor", **said: str) -> str:
    step = ledger.step(place.step)
    session = world.session(who)
    cells = typed(step, **said)
    prepared = book.prepare_entry(world.gate, session, ledger, place, cells)
    return book.perform_entry(world.gate, prepared, world.approvals(prepared))


def read(world: World, ledger, key: str) -> Record:
    found = book.show(world.gate, world.session("supervisor"), ledger)
    return next(one for one in found if one.id == key)


@pytest.mark.req("SEC-107")
def test_a_question_is_taken_corrected_answered_and_closed(world: World) -> None:
    key = write(world, QUESTIONS, Place("", "received"), who="clerk", question="証が届かない")
    first = read(world, QUESTIONS, key).entries[0]
    write(world, QUESTIONS, Place(key, "received", first.id, "聞き違い"), question="納付書の再発行")
    write(world, QUESTIONS, Place(key, "handled"), who="clerk")
    write(world, QUESTIONS, Place(key, "closed"))
    found = read(world, QUESTIONS, key)
    assert found.closed and found.values["question"] == "納付書の再発行"
    before, after, *_ = found.entries
    assert before.cells["question"] == "証が届かない" and before.corrected_by == after.id
    assert (after.why, after.written_by) == ("聞き違い", "S201")
    # each entry is an act that its writer signed
    begun = {line.number: line.entry for line in world.lines() if line.entry.state is State.BEGUN}
    for one in found.entries:
        act = begun[one.line]
        assert act.staff_id == one.written_by and len(act.evidence) == 1
    text = "\n".join(map(str, world.lines()))
    assert "納付書" not in text  # ids only


def test_what_another_wrote_meanwhile_is_told_and_not_written_over(world: World) -> None:
    key = put(world, QUESTIONS, 1)
    entry = read(world, QUESTIONS, key).entries[0]
    place = Place(key, "received", entry.id, "誤り")
    session = world.session("clerk")
    cells = typed(QUESTIONS.steps[0])
    mine = book.prepare_entry(world.gate, session, QUESTIONS, place, cells)
    write(world, QUESTIONS, place)
    with pytest.raises(UserError) as told:
        book.perform_entry(world.gate, mine, [world.own(mine)])
    assert told.value.code == "ledger.corrected" and "F5" in told.value.remedy
    assert len(read(world, QUESTIONS, key).entries) == 2
    for place, code in (
        (Place(key, "received"), "ledger.not_next"),
        (Place("", "closed"), "ledger.not_next"),
        (Place("T01-1-999", "handled"), "ledger.gone"),
    ):
        with pytest.raises(UserError) as told:
            write(world, QUESTIONS, place)
        assert told.value.code == code
    with pytest.raises(UserError, match="why"):
        write(world, QUESTIONS, Place(key, "received", "E-1", " "))


@pytest.mark.req("SEC-135", "SEC-138")
def test_nothing_is_given_before_the_head_approved(world: World) -> None:
    key = put(world, REQUESTS, 2, judgement="yes")
    with pytest.raises(UserError, match="not_next"):
        write(world, REQUESTS, Place(key, "given"))
    step = REQUESTS.step("approved")
    place = Place(key, "approved")
    session = world.session("supervisor")
    prepared = book.prepare_entry(world.gate, session, REQUESTS, place, typed(step, approval="yes"))
    with pytest.raises(Refusal):
        book.perform_entry(world.gate, prepared, [world.own(prepared)])  # alone
    book.perform_entry(world.gate, prepared, world.approvals(prepared))
    write(world, REQUESTS, Place(key, "given"))
    found = read(world, REQUESTS, key)
    assert [one.confirmed_by for one in found.entries] == ["", "", "S202", "S202"]


@pytest.mark.req("SEC-164")
def test_training_names_somebody_who_is_registered(world: World) -> None:
    key = write(world, TRAINING, Place("", "attended"), trained="S101", good_until="2027-11-15")
    assert read(world, TRAINING, key).values["good_until"] == "2027-11-15"
    with pytest.raises(UserError) as told:
        write(world, TRAINING, Place("", "attended"), trained="S999")
    assert (told.value.code, told.value.field) == ("ledger.staff", "trained")


def test_the_engine_itself_keeps_an_entry_from_being_written_over(world: World) -> None:
    put(world, QUESTIONS, 1)
    with pytest.raises(RowConflict), world.hands_on("ledger_entry") as work:
        work.run(update(ledger_entry).values(cells="{}"))


@pytest.mark.req("SEC-94")
def test_free_words_about_a_restricted_person_are_shown_to_nobody(world: World) -> None:
    with world.hands_on("ledger_entry", "restriction", "person") as work:
        names = dict.fromkeys(("name_key", "kana_key"), "")
        work.run(
            insert(person).values(
                id="P-1", kind="1", name="田中", kana="タナカ", birth_written="昭和10年5月3日",
                birth_sort="1935-05-03", birth_precision="day", sex="2", state="1", **names,
            )
        )  # fmt: skip
        for key, whom in (("E-1", "P-1"), ("E-2", "")):
            values = {
                "id": key, "record_id": key, "ledger": "questions", "step": "received",
                "person_id": whom, "cells": '{"question":"中央町１丁目に住む"}',
                "written_by": "S101", "at": "2026-11-16T09:00:00+09:00", "line": 1,
            }  # fmt: skip
            work.run(insert(ledger_entry).values(**values))
        held = {"id": "R-1", "person_id": "P-1", "kind": "support_measure"}
        days = {"from_on": "2026-04-01", "until_on": "2027-03-31"}
        work.run(insert(restriction).values(**held, **days))
    assert read(world, QUESTIONS, "E-1").values == {}
    assert "中央町" in read(world, QUESTIONS, "E-2").values["question"]


def test_a_record_prints_with_what_was_corrected_and_leaves_its_line(world: World) -> None:
    key = put(world, QUESTIONS, 1, question="証が届かない。" * 20)
    first = read(world, QUESTIONS, key).entries[0]
    write(world, QUESTIONS, Place(key, "received", first.id, "聞き違い"), question="再発行の依頼")
    desk = list_desk(world, world.session("supervisor"))
    number = paper.print_sheet(desk, QUESTIONS, read(world, QUESTIONS, key))
    with world.store.view(("print_line",)) as work:
        line = work.one(select(print_line).where(print_line.c.number == number))
    assert (line.form_id, line.staff_id) == ("FORM-85", "S201")
    assert isinstance(desk.printer, KeepingPrinter) and len(desk.printer.sheets) == 1


def waiting(world: World, who: str = "supervisor") -> dict[str, Waits]:
    return {line.key: line for line in board.lines(world.gate, world.session(who), CATALOG)}


@pytest.mark.req("SEC-90")
def test_what_was_lent_stays_on_the_day_board_until_it_is_back(world: World) -> None:
    lendings = LEDGERS["lendings"]
    key = put(world, lendings, 1, back_until="2026-11-20")
    assert key not in waiting(world)  # four days before
    world.later(days=1)
    line = waiting(world)[key]
    assert (line.state, line.due, line.opens) == ("期限が近い", "2026-11-20", lendings.shows)
    assert dict(line.given)["record"] == key
    assert key not in waiting(world, "branch")
    world.later(days=7)
    assert waiting(world)[key].state == "期限を過ぎています"
    write(world, lendings, Place(key, "back"))
    assert key not in waiting(world)


@pytest.mark.req("SEC-164")
def test_training_that_is_over_is_shown_until_it_is_done_again(world: World) -> None:
    put(world, TRAINING, 1, trained="S101", course="security", good_until="2026-11-15")
    put(world, TRAINING, 1, trained="S102", course="security", good_until="2027-03-31")
    line = waiting(world, "administrator")["training:S101:security"]
    assert "S101" in line.what and line.state == "有効期限が切れています"
    assert "training:S102:security" not in waiting(world, "administrator")
    put(world, TRAINING, 1, trained="S101", course="security", good_until="2027-11-15")
    assert "training:S101:security" not in waiting(world, "administrator")


@pytest.mark.req("SEC-170")
def test_a_disclosure_is_due_in_thirty_days_and_keeps_its_person(world: World) -> None:
    disclosures = LEDGERS["disclosures"]
    put_gone(world, 1)
    place = Place("", "asked", person="P-1")
    key = write(world, disclosures, place, asked_on="2026-11-16")
    assert read(world, disclosures, key).due_on == date(2026, 12, 16)
    found = proposal.look(world.gate, world.session("supervisor"))
    persons = next(one for one in found.kinds if one.kind.id == "persons")
    assert persons.keys == () and [hold.code for hold, _ in persons.stays] == ["ledger"]
    with pytest.raises(UserError, match="not_next"):
        write(world, disclosures, Place(key, "done"))
    write(world, disclosures, Place(key, "decided"))
    write(world, disclosures, Place(key, "done"))
    assert read(world, disclosures, key).closed
    found = proposal.look(world.gate, world.session("supervisor"))
    assert next(one for one in found.kinds if one.kind.id == "persons").keys == ("P-1",)
