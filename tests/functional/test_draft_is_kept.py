"""A notification half keyed: kept sealed, offered again, and nothing of the number in it."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from app.cases import checks, drafts, taking_up
from app.cases.screens.entry import EntryScreen
from app.cases.taking_up import HEARD
from app.core.errors import UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.rules.values.reader import Reader
from app.security.keys.my_number import MyNumbers
from app.security.refusals import Refusal
from app.ui.base.names import NameLabel
from db.tables.cases import case_file
from db.tables.persons import my_number
from tests.support.counter import ENTRY, NUMBER, OTHER_NUMBER, Counter, Resident, put_residents
from tests.support.day import cases_waiting
from tests.support.desk import Room
from tests.support.world import NUMBER_KEY, open_world

HALF = {"name": "辻󠄀﨑　髙子", "kana": "つじさき　たかこ", "my_number": NUMBER}


def opened(counter: Counter) -> drafts.KeyedCase:
    world = counter.world
    return drafts.open_case(world.gate, world.session("clerk"), MOVE_IN, {})


@pytest.mark.req("FLOW-101", "FLOW-103")
def test_closing_and_starting_again_offers_the_draft(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    case = drafts.keep_number(world.gate, session, opened(counter), NUMBER)
    drafts.save_draft(world.gate, session, case, HALF, "move")
    again = counter.reopened()
    session = again.world.session("clerk")
    (line,) = cases_waiting(again.world.gate, session)
    assert (line.key, line.state, line.whose) == (case.id, "書きかけ", HALF["name"])
    kept = drafts.load_case(again.world.gate, session, MOVE_IN, case.id)
    assert kept.values == {"name": HALF["name"], "kana": HALF["kana"]}
    assert kept.step == "move" and kept.has_number
    again.world.close()
    counter.world = open_world(counter.world.paths.data)


@pytest.mark.req("FLOW-103")
def test_a_kill_right_after_saving_loses_nothing(counter: Counter) -> None:
    case = opened(counter)
    data = counter.world.paths.data
    counter.world.close()
    child = os.fork()
    if child == 0:
        try:
            world = open_world(data)
            drafts.save_draft(world.gate, world.session("clerk"), case, HALF, "identity")
            os.kill(os.getpid(), signal.SIGKILL)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    counter.world = open_world(data)
    kept = counter.load(case.id)
    assert (kept.values["name"], kept.step) == (HALF["name"], "identity")
    assert counter.world.journal.open_acts() == ()


@pytest.mark.req("SEC-52", "SEC-53")
def test_the_number_lies_under_the_number_key_and_never_in_the_draft(counter: Counter) -> None:
    case = counter.entered()
    (row,) = counter.rows(case_file)
    assert NUMBER not in row.draft
    (sealed,) = counter.rows(my_number)
    assert (sealed.owner_kind, sealed.owner_id) == ("case", case.id)
    assert NUMBER.encode() not in bytes(sealed.sealed)
    with counter.world.store.view(("my_number", "store_fact")) as work:
        assert MyNumbers(work, NUMBER_KEY).show("case", case.id) == NUMBER
    assert not any(NUMBER in repr(line) for line in counter.world.lines())


@pytest.mark.req("SEC-52")
def test_without_the_number_key_no_number_is_kept(counter: Counter) -> None:
    world = counter.world
    session = world.session("branch")
    case = drafts.open_case(world.gate, session, MOVE_IN, {})
    with pytest.raises(Refusal, match=r"number\.no_key"):
        drafts.keep_number(world.gate, session, case, NUMBER)
    assert counter.rows(my_number) == []


def test_a_number_that_cannot_be_one_is_refused(counter: Counter) -> None:
    world = counter.world
    for typed in ("000001234561", "12345", "000000000000"):
        with pytest.raises(UserError):
            drafts.keep_number(world.gate, world.session("clerk"), opened(counter), typed)
    assert counter.rows(my_number) == []


@pytest.mark.req("SEC-04")
def test_a_number_of_somebody_else_is_refused_when_it_is_keyed(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    first = counter.entered()
    with pytest.raises(UserError) as twice:
        drafts.keep_number(world.gate, session, opened(counter), NUMBER)
    assert twice.value.code == "cases.number_elsewhere" and first.id in twice.value.message
    drafts.cancel_case(world.gate, session, first, "入力する方を間違えた")
    put_residents(world, Resident(my_number=NUMBER))
    with pytest.raises(UserError) as elsewhere:
        drafts.keep_number(world.gate, session, opened(counter), NUMBER)
    assert elsewhere.value.code == "cases.number_elsewhere"
    assert elsewhere.value.field == "my_number"


@pytest.mark.req("SEC-54")
def test_cancelling_erases_what_was_keyed_and_the_number(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    case = counter.entered()
    drafts.cancel_case(world.gate, session, case, "届出人が取りやめた")
    (row,) = counter.rows(case_file)
    assert (row.state, row.draft) == ("cancelled", "{}")
    assert counter.rows(my_number) == [] and cases_waiting(world.gate, session) == ()
    with pytest.raises(UserError) as over:
        drafts.save_draft(
            world.gate,
            session,
            counter.load(case.id),
            ENTRY,
            "person",
        )
    assert over.value.code == "cases.not_draft"


def test_two_screens_on_one_draft_do_not_overwrite_each_other(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    case = opened(counter)
    drafts.save_draft(world.gate, session, case, {"name": "見本"}, "person")
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        drafts.save_draft(world.gate, session, case, {"name": "別"}, "person")


def test_a_case_that_is_not_here_is_said_so(counter: Counter, tmp_path: Path) -> None:
    with pytest.raises(UserError) as unknown:
        drafts.load_case(
            counter.world.gate, counter.world.session("clerk"), MOVE_IN, "T01-1-999999"
        )
    assert unknown.value.code == "cases.no_case"


def test_what_is_typed_and_not_saved_is_kept_when_the_screen_goes(
    counter: Counter, qtbot: Any
) -> None:
    room = Room(counter, qtbot)
    screen = room.add(EntryScreen(room.desk(), "move_in"))
    room.until(lambda: screen.form is not None)
    screen.form.field("name").set_value(HALF["name"])
    work = screen.keep()
    assert work is not None
    work()
    (row,) = counter.rows(case_file)
    assert json.loads(row.draft)["name"] == HALF["name"] and row.state == "draft"
    room.operations.close()


def test_a_number_that_is_being_typed_is_not_kept_in_the_draft(
    counter: Counter, qtbot: Any
) -> None:
    room = Room(counter, qtbot)
    case = counter.entered()
    screen = room.taken_up(room.add(EntryScreen(room.desk(), "move_in", case.id)))
    room.until(lambda: screen.step > 0)
    while not (screen.form is not None and "my_number" in screen.form.values()):
        before = screen.step
        screen.back_button.click()
        room.until(lambda before=before: screen.step < before)  # type: ignore[misc]
    screen.form.field("my_number").set_value(OTHER_NUMBER)
    work = screen.keep()
    assert work is not None
    work()
    assert OTHER_NUMBER not in counter.rows(case_file)[0].draft
    room.operations.close()


def test_a_case_that_was_left_is_taken_up_for_its_own_person_only(
    counter: Counter, qtbot: Any
) -> None:
    """The next visitor's account in the case of the one before pays the wrong heir."""
    room = Room(counter, qtbot)
    case = counter.entered()
    screen = room.add(EntryScreen(room.desk(), "move_in", case.id))
    room.until(lambda: screen.form is not None)
    names = "".join(one.text() for one in screen.findChildren(NameLabel))
    assert case.name in names and screen.documents is None
    assert [field.name for field in screen.form.page.fields] == [HEARD]
    assert screen.keep() is None, "what is typed here belongs to no case"
    heard = screen.form.field(HEARD)
    heard.set_value("S20.5.4")
    screen.next_button.click()
    room.until(lambda: "生年月日ではありません" in heard.error)
    assert case.name in heard.error and screen.step == 0
    heard.set_value("S20.5.3")
    screen.next_button.click()
    room.until(lambda: screen.step > 0)
    room.operations.close()


def test_a_case_of_which_nothing_is_keyed_is_nobodys_yet(counter: Counter, qtbot: Any) -> None:
    room = Room(counter, qtbot)
    case = drafts.open_case(counter.gate, counter.world.session(), MOVE_IN, {})
    screen = room.add(EntryScreen(room.desk(), "move_in", case.id))
    room.until(lambda: screen.form is not None and "name" in screen.form.values())
    room.operations.close()


def test_a_newcomer_whose_birth_date_is_not_keyed_is_named_by_her_name(
    counter: Counter, qtbot: Any
) -> None:
    room = Room(counter, qtbot)
    case = counter.key_in(opened(counter), {"name": HALF["name"], "kana": HALF["kana"]}, "person")
    screen = room.add(EntryScreen(room.desk(), "move_in", case.id))
    room.until(lambda: screen.form is not None)
    heard = screen.form.field(HEARD)
    heard.set_value("佐藤　花子")
    screen.next_button.click()
    room.until(lambda: "氏名と違います" in heard.error)
    heard.set_value("ツジサキ　タカコ")
    screen.next_button.click()
    room.until(lambda: "name" in screen.form.values())
    room.operations.close()


@pytest.mark.parametrize("said", ["S10.8.1", "S10.5.3"])
def test_a_day_of_an_uncertain_birth_date_is_hers(counter: Counter, said: str) -> None:
    case = counter.key_in(opened(counter), {"birth_written": "昭和10年 月日不詳"}, "person")
    reader = Reader.of(counter.tables, counter.today)
    page = taking_up.page_of(case, reader)
    assert page is not None
    assert checks.check_page(page, taking_up.entered(case, page, said, reader)) == []
    (refused,) = checks.check_page(page, taking_up.entered(case, page, "S11.1.1", reader))
    assert refused.code == "somebody_else"
