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
from app.functions.printing import batch_posting, batch_sending, batch_view, lists, posting
from app.functions.printing.batch_paper import card_of
from app.functions.printing.batch_posting import Posting
from app.functions.printing.batch_stopped import without_stopped
from app.persons import effects, stopping
from app.persons.effects import Loss
from app.rules.calendar.wareki import Eras
from db.tables.certificates import certificate
from db.tables.printing import (
    batch_item,
    batch_part,
    hand_over,
    mail_item,
    print_batch,
    print_line,
    stock_move,
)
from forms.preview import page_texts
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


@pytest.mark.req("FLOW-307")
def test_who_is_stopped_after_the_release_is_not_printed(
    counter: Counter, tmp_path: Path, batch_id: str
) -> None:
    """Death, support measures, a letter that came back, a paper void by another decision: left out
    of what goes to the printer, the other sheets byte for byte; their numbers become void."""
    released(counter, batch_id, tmp_path)
    items = {one.position: one for one in counter.rows(batch_item)}
    print_part(counter, batch_id, 1, tmp_path)
    with counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [items[0].person_id])
        stopping.pull_restricted(work, [items[1].person_id])
        stopping.pull_from_batches(work, [items[5].person_id], stopping.RETURNED)
        void = certificate.update().where(certificate.c.number == items[3].number)
        work.run(void.values(state="void", cause="新しい決定"))
    parts = batch_sending.parts_of(counter.gate, counter.world.session("supervisor"), batch_id)
    assert [one.stopped for one in parts] == [3, 1, 0]
    went = print_part(counter, batch_id, 0, tmp_path)
    assert went.sheets == 1 and set(went.stopped) == {items[at].number for at in (0, 1, 3)}
    sheet = counter.printer.sheets[-1][1]
    said = [text for text in page_texts(sheet) if "T01-" in text]
    assert len(said) == 1 and items[2].number in said[0]
    for at in (0, 1, 3):
        assert card_of(items[at].record).name.split("　")[1] not in text_of(sheet)
    numbers = {row.number: row for row in counter.rows(certificate)}
    assert {numbers[items[at].number].state for at in (0, 1, 3)} == {"void"}
    assert numbers[items[5].number].state == "issued", "her paper lies in the tray: by hand"
    letters = {row.certificate_number: row.state for row in counter.rows(mail_item)}
    assert {letters[items[at].number] for at in (0, 1, 5)} == {"stopped"}
    assert [row.copies for row in counter.rows(print_line)][-1] == 1
    taken = [(row.stock, row.change) for row in counter.rows(stock_move)]
    assert taken == [("card-2026", -4), ("card-2026", -1)], "the sheets of the year, counted"
    again = print_part(counter, batch_id, 1, tmp_path, again="用紙が出てこなかった")
    assert (again.sheets, again.stopped) == (3, (items[5].number,))
    held = batch_view.held_back(counter.gate, counter.world.session("supervisor"), batch_id)
    assert {one.number: one.cause for one in held} == {
        items[0].number: "死亡",
        items[1].number: "支援措置",
        items[3].number: "証が無効になった",
        items[5].number: "前の郵便が返戻",
    }
    first, second, _ = batch_posting.parts_posted(
        counter.gate, counter.world.session("supervisor"), batch_id
    )
    assert (first.letters, first.stopped) == (1, ()), "what no paper bears, nobody looks for"
    assert (second.letters, second.stopped) == (4, (items[5].number,))


def test_a_part_of_nobody_and_one_stopped_on_the_way(
    counter: Counter, tmp_path: Path, batch_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a part stopped: nothing is spooled. Somebody stopped while it is made ready: refused,
    nothing written; parts that never went leave no valid number behind."""
    released(counter, batch_id, tmp_path)
    items = {one.position: one for one in counter.rows(batch_item)}
    with counter.world.hands_on(*stopping.WRITES) as work:
        stopping.pull_dead(work, [items[8].person_id])
    assert print_part(counter, batch_id, 2, tmp_path).sheets == 0
    assert counter.printer.sheets == []

    def dies(*given: Any) -> bytes:
        with counter.world.hands_on(*stopping.WRITES) as work:
            stopping.pull_dead(work, [items[4].person_id])
        return without_stopped(*given)

    monkeypatch.setattr(batch_sending, "without_stopped", dies)
    with pytest.raises(UserError, match="part_stopped"):
        print_part(counter, batch_id, 1, tmp_path)
    monkeypatch.undo()
    monkeypatch.setattr(forms.batch, "PART", 4)
    assert counter.printer.sheets == [] and len(counter.rows(print_line)) == 1  # of the release
    assert print_part(counter, batch_id, 1, tmp_path).sheets == 3
    gate, session = counter.gate, counter.world.session("supervisor")
    prepared = batch_sending.prepare_end(gate, session, batch_id, "年度を間違えた")
    given = tuple(counter.world.approvals(prepared))
    batch_sending.perform_end(gate, prepared, given, tmp_path, tmp_path / "leaving")
    states = {row.number: row.state for row in counter.rows(certificate)}
    assert [states[items[at].number] for at in range(9)] == ["void"] * 5 + ["issued"] * 3 + ["void"]


def print_part(
    counter: Counter, batch_id: str, part: int, root: Path, again: str = ""
) -> batch_sending.PartPrinted:
    session = counter.world.session("supervisor")
    which = batch_sending.WhichPart(batch_id, part, again)
    way = (counter.tables, counter.printer)
    return batch_sending.print_part(counter.gate, session, which, root, way)
