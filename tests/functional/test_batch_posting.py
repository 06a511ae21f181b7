"""一括印刷 on its way: who is pulled after the making, the parts in the post, their lists."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import forms.batch
from app.cases import board
from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.printing import batch_posting, batch_sending, lists, posting
from app.functions.printing.batch_posting import Posting
from app.persons import effects, stopping
from app.persons.effects import Loss
from app.rules.calendar.wareki import Eras
from db.tables.certificates import certificate
from db.tables.printing import batch_item, batch_part, hand_over, mail_item, print_batch
from tests.functional.test_batch import built_now, made, release, see
from tests.functional.test_issue_a_certificate import text_of
from tests.support.batches import card, residents
from tests.support.counter import Counter

ADDRESS = {"municipality_code": "152994", "postal_code": "9500009", "written": "港町9番"}


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms.batch, "PART", 4)


@pytest.fixture
def batch_id(counter: Counter, small_parts: None) -> Iterator[str]:
    """Nine papers in three parts, not built yet."""
    residents(counter, 9)
    yield made(counter, [card(n) for n in range(9)]).batch_id


def released(counter: Counter, batch_id: str, root: Path, count: int = 9) -> None:
    built_now(counter, batch_id, root)
    for who in ("supervisor", "supervisor2"):
        see(counter, batch_id, root, who)
    release(counter, batch_id, root, count=count)


def post(counter: Counter, batch_id: str, *keyed: Any) -> int:
    gate, session = counter.gate, counter.world.session("supervisor")
    prepared = batch_posting.prepare_post_parts(
        gate, session, batch_id, Posting(*keyed), counter.tables
    )
    given = tuple(counter.world.approvals(prepared))
    return batch_posting.perform_post_parts(gate, prepared, given)


def causes(counter: Counter) -> dict[str, str]:
    return {one.person_id: one.cause for one in counter.rows(batch_item) if one.state == "held"}


@pytest.mark.req("FLOW-307")
def test_who_moved_changed_or_did_not_get_a_letter_is_pulled_like_the_dead(
    counter: Counter, tmp_path: Path, batch_id: str
) -> None:
    """Whatever brings it: it is where persons are written."""
    built_now(counter, batch_id, tmp_path)
    with counter.world.engine_hand.system("eligibility.receive_decision") as work:
        writer = effects.writer_of_decision(work, "U15-D-7", Eras(counter.tables["eras"]))
        lives = {**ADDRESS, "building": ""}
        effects.changes(writer, "P-1", "address", lives, since="2026-11-10", subject="current")
        name = {"name": "改姓　花子", "kana": "カイセイ　ハナコ"}
        effects.changes(writer, "P-2", "name", name, since="2026-11-10")
        gone = Loss("2026-11-10", "LOSS_MOVE", "2", "2026-11-10")
        effects.loses(writer, "P-3", gone)
        effects.loses(writer, "P-4", Loss("2026-11-11", "LOSS_DEATH", "3", "2026-11-10"))
        effects.changes(writer, "P-5", "state", {"state": "3"}, since="2026-11-10")
    assert causes(counter) == {
        "P-1": "removed",
        "P-2": "changed",
        "P-3": "moved",
        "P-4": "death",
        "P-5": "death",
    }
    release(counter, batch_id, tmp_path, refused="batch_changed")
    built_now(counter, batch_id, tmp_path)
    assert sum(row.sheets for row in counter.rows(batch_part)) == 4


def test_a_letter_that_came_back_holds_the_next_paper(
    counter: Counter, tmp_path: Path, batch_id: str
) -> None:
    released(counter, batch_id, tmp_path)
    post(counter, batch_id, 1, 3, "regular", False, "", "")
    counter.made += 1
    with counter.world.hands_on("print_batch", "batch_item") as work:  # the next year's batch
        old = work.one(print_batch.select().where(print_batch.c.id == batch_id))
        work.run(print_batch.insert().values({**old._mapping, "id": "B-2", "state": "made"}))
        row = work.one(batch_item.select().where(batch_item.c.person_id == "P-5"))
        fresh = {**row._mapping, "batch_id": "B-2", "state": "waiting", "part": 0}
        work.run(batch_item.insert().values(fresh))
    gate, session = counter.gate, counter.world.session("clerk")
    (hers,) = [one for one in counter.rows(mail_item) if one.person_id == "P-5"]
    with gate.view("printing.letters", session) as view:
        (letter,) = posting._letters(view, mail_item.c.id == hers.id)
    posting.note_returned(gate, session, letter, "moved")
    held = [one for one in counter.rows(batch_item) if one.batch_id == "B-2"]
    assert [(one.state, one.cause) for one in held] == [("held", "returned")]
    (again,) = posting.letters(gate, session)
    assert (again.id, again.state) == (hers.id, "returned"), "alone it waits for somebody"


@pytest.mark.req("FLOW-307")
def test_parts_are_posted_with_the_numbers_of_the_post(
    counter: Counter, tmp_path: Path, batch_id: str
) -> None:
    released(counter, batch_id, tmp_path)
    gate, session = counter.gate, counter.world.session("supervisor")
    assert posting.letters(gate, session) == (), "nobody gets nine lines to work off"
    lines = board.lines(gate, session, CATALOG)
    (line,) = [one for one in lines if one.what in ("一括印刷", "郵送する証")]
    assert (line.state, line.opens) == ("9件", "printing.show_batch")
    dead = next(one for one in counter.rows(batch_item) if one.position == 1)
    with counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [dead.person_id])
    first, last = "131-12-38385-2", "131-12-38391-1"
    for keyed, cause in (
        ((1, 2, "simple_registered", False, first, last[:-1] + "2"), "post_number_wrong"),
        ((1, 3, "simple_registered", False, first, last), "post_count"),
        ((4, 9, "simple_registered", False, first, last), "part_range"),
        ((1, 2, "recorded", False, "", ""), "post_number_wrong"),
    ):
        with pytest.raises(UserError, match=cause):
            post(counter, batch_id, *keyed)
    assert {one.state for one in counter.rows(mail_item)} == {"waiting", "stopped"}
    assert post(counter, batch_id, 1, 2, "simple_registered", True, first, last) == 7
    items = {one.number: one for one in counter.rows(batch_item)}
    sent = sorted(
        (one for one in counter.rows(mail_item) if one.state == "posted"),
        key=lambda one: items[one.certificate_number].position,
    )
    numbers = [one.post_number for one in sent]
    assert numbers == sorted(numbers) and (numbers[0], numbers[-1]) == (first, last)
    assert dead.number not in {one.certificate_number for one in sent}
    assert {one.no_forward for one in sent} == {1} and len(counter.rows(hand_over)) == 7
    with pytest.raises(UserError, match="parts_posted"):
        post(counter, batch_id, 2, 3, "regular", False, "", "")
    one, two, three = batch_posting.parts_posted(gate, session, batch_id)
    assert (one.stopped, one.first_number, two.last_number) == ((dead.number,), first, last)
    assert (three.posted, three.letters) == (0, 1)
    with pytest.raises(UserError, match="parts_left"):
        batch_sending.prepare_end(gate, session, batch_id, "")


def test_the_lists_of_the_parts_and_of_the_day(
    counter: Counter, tmp_path: Path, batch_id: str
) -> None:
    released(counter, batch_id, tmp_path)
    post(counter, batch_id, 1, 2, "recorded", False, "131-12-38385-2", "131-12-38392-2")
    gate, session = counter.gate, counter.world.session("supervisor")
    way, place = (counter.drawing, counter.printer), lists.Place("見本市役所")
    lists.print_part_list(gate, session, batch_id, 1, place, way)
    said = text_of(counter.printer.sheets[-1][1])
    part = [one for one in counter.rows(batch_item) if one.part == 2]
    assert [one.number in said for one in part] == [True] * 4 and "131-12-38392-2" in said
    assert "特定記録 4通" in said
    lists.print_posting_book(gate, session, counter.today, place, *way)
    book = text_of(counter.printer.sheets[-1][1])
    assert "一括印刷　8通" in book and "131-12-38385-2" in book and part[0].number not in book
    (issued,) = lists.issues_of_day(gate, session, counter.today)
    assert issued.name == "一括印刷　9件" and len(counter.rows(certificate)) == 9
