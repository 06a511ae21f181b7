"""What the counter keeps beside its cases: notes on the person's page, the in-box from which a case
begins, appointments, where an original lies, benefits that nobody claimed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.cases import board, drafts
from app.cases.beginning import Begun
from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.functions.eligibility.kinds.reissue import REISSUE
from app.functions.records.ledgers import LEDGERS, book
from app.functions.records.ledgers.book import Place
from app.functions.records.ledgers.record import Record
from app.persons import show
from app.security.control.state import SUPPORT
from app.security.waiting import Waits
from db.tables.persons import restriction
from tests.support.case_examples import DAY
from tests.support.counter import Resident, put_residents
from tests.support.ledger_examples import typed
from tests.support.world import World, world_in

HUSBAND = Resident(
    id="P-2", name="髙橋　一郎", sex="1", atena_number="000000000000009", insured_number="00000991"
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_in(tmp_path) as made:
        put_residents(made, Resident(), HUSBAND)
        yield made


def write(world: World, ledger: str, step: str, who: str = "clerk", *, record: str = "",
          person: str = "P-1", **said: str) -> str:  # fmt: skip
    declared = LEDGERS[ledger]
    place = Place(record, step, person="" if record else person)
    cells = typed(declared.step(step), **said)
    prepared = book.prepare_entry(world.gate, world.session(who), declared, place, cells)
    return book.perform_entry(world.gate, prepared, world.approvals(prepared))


def read(world: World, ledger: str, key: str) -> Record:
    found = book.show(world.gate, world.session("supervisor"), LEDGERS[ledger])
    return next(one for one in found if one.id == key)


def notes(world: World, person_id: str, who: str = "clerk") -> list[str]:
    view = show.open_person(
        world.gate, world.session(who), person_id, world.tables, DAY,
        by_number=False, confirmed=False,
    )  # fmt: skip
    return [one.said for one in view.notes]


def waiting(world: World, ledger: str, who: str = "clerk") -> list[Waits]:
    shows = LEDGERS[ledger].shows
    return [
        one for one in board.lines(world.gate, world.session(who), CATALOG) if one.opens == shows
    ]


def test_a_note_stands_on_the_page_of_whom_it_concerns(world: World) -> None:
    write(world, "contacts", "noted", contact_said="耳が遠い", contact_with="娘", whose="person")
    write(world, "contacts", "noted", contact_said="日中は留守", contact_with="本人", whose="home")
    write(world, "reserved_contacts", "noted", "supervisor", contact_said="苦情", whose="person")
    assert notes(world, "P-1") == ["本人　日中は留守", "娘　耳が遠い"]
    assert notes(world, "P-2") == ["（髙橋　タケ 様の記録）本人　日中は留守"]
    with_reserved = notes(world, "P-1", "supervisor")
    assert len(with_reserved) == 3 and with_reserved[0].startswith("【責任者限り】")
    call = write(
        world, "contacts", "noted", next="call", call_by="2026-11-17", contact_said="折返し"
    )
    (line,) = waiting(world, "contacts")
    assert line.key == call and line.state == "あす" and "折返し" in line.what
    write(world, "contacts", "followed", record=call)
    assert not waiting(world, "contacts")
    with world.hands_on("restriction") as work:
        held = {"id": "R-1", "person_id": "P-1", "kind": SUPPORT}
        work.run(insert(restriction).values(**held, from_on="2026-11-01", until_on="2027-10-31"))
    assert notes(world, "P-1") == [] and notes(world, "P-2") == []  # nothing of a restricted person


def test_what_came_by_post_begins_its_kind_as_far_as_it_is_filled(world: World) -> None:
    key = write(
        world, "arrivals", "arrived", person="", kind=MOVE_IN.label, name="佐藤　花",
        kana="サトウ　ハナ", birth_written="昭和15年1月2日", phone="", written_on="",
    )  # fmt: skip
    (line,) = waiting(world, "arrivals")
    assert MOVE_IN.label in line.what and line.given == (("record", key),)
    said = read(world, "arrivals", key).values
    filled = {name: text for name, text in said.items() if name in MOVE_IN.fields}
    case = drafts.open_case(
        world.gate, world.session("clerk"), MOVE_IN, filled, begun=Begun(line=key)
    )
    assert case.values["name"] == "佐藤　花" and case.values["birth_written"] == "昭和15年1月2日"
    record = read(world, "arrivals", key)
    assert record.closed and record.values["case_number"] == case.id
    assert not waiting(world, "arrivals")
    with pytest.raises(UserError) as told:  # the same letter begins no second case
        drafts.open_case(world.gate, world.session("clerk"), MOVE_IN, {}, begun=Begun(line=key))
    assert told.value.code == "cases.line_gone"


def test_the_record_of_one_person_begins_no_case_of_another(world: World) -> None:
    key = write(world, "arrivals", "arrived", kind=REISSUE.label)
    with pytest.raises(UserError) as told:
        drafts.open_case(
            world.gate, world.session("clerk"), REISSUE, {}, person_id="P-2", begun=Begun(line=key)
        )
    assert told.value.code == "cases.line_gone" and not read(world, "arrivals", key).closed
    drafts.open_case(
        world.gate, world.session("clerk"), REISSUE, {}, person_id="P-1", begun=Begun(line=key)
    )
    assert read(world, "arrivals", key).closed


def test_tomorrows_visit_stands_on_the_board_with_what_is_to_be_prepared(world: World) -> None:
    far = write(world, "appointments", "booked", visit_on="2026-12-10", visit_time="10時")
    key = write(
        world, "appointments", "booked", visit_on="2026-11-17", visit_time="10時30分",
        visitor="長女", prepare="申請書と車いす", kind="",
    )  # fmt: skip
    (line,) = waiting(world, "appointments")
    assert (line.key, line.state) == (key, "あす") and line.next_step == "「用意」を書く"
    assert line.what == "予約　11月17日（火）　10時30分　長女　申請書と車いす"
    # whoever comes earlier than anything was prepared is received all the same
    steps = [step.code for step in read(world, "appointments", far).open_steps]
    assert steps == ["prepared", "begun"]
    write(world, "appointments", "begun", record=far, how="came")
    assert read(world, "appointments", far).closed


def test_an_original_is_found_by_its_case_until_the_union_has_it(world: World) -> None:
    key = write(
        world, "originals", "kept", case_number="T01-1-7", box="３番箱", send_by="2026-11-18"
    )
    found = book.search(
        book.show(world.gate, world.session("clerk"), LEDGERS["originals"]), "T01-1-7"
    )
    assert [one.id for one in found] == [key] and found[0].values["box"] == "３番箱"
    (line,) = waiting(world, "originals")
    assert line.due == "2026-11-18" and "３番箱" in line.what and "進達" in line.next_step
    write(world, "originals", "sent", record=key)
    write(world, "originals", "taken", record=key)
    assert read(world, "originals", key).closed


def test_a_letter_and_the_prescription_of_an_unclaimed_benefit_are_due(world: World) -> None:
    key = write(
        world, "unclaimed", "listed", letter_by="2026-11-10", claim_until="2026-11-18",
        of_when="令和6年9月診療",
    )  # fmt: skip
    (line,) = waiting(world, "unclaimed")
    assert line.state == "期限を過ぎています" and "手紙" in line.next_step
    write(world, "unclaimed", "letter", record=key)
    (line,) = waiting(world, "unclaimed")
    assert line.due == "2026-11-18"  # now until it is barred
    assert read(world, "unclaimed", key).due_on == date(2026, 11, 18)
    write(world, "unclaimed", "ended", record=key)
    assert not waiting(world, "unclaimed")
