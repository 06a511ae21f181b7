"""確認リスト: each contradiction waits until somebody writes down what was done about it."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from pytestqt.qtbot import QtBot

from app.cases import check_list, check_notice
from app.cases.screens.checks import CheckListScreen
from app.core.errors import UserError
from app.core.text import search_key
from app.security.refusals import Refusal
from app.wire.layout import columns
from app.wire.records import CheckRecord
from app.wire.values import check_of
from db.tables.cases import check_entry, delivered_list
from db.tables.persons import person
from db.tables.printing import print_line
from tests.functional.test_support_measures import restrict
from tests.support.counter import Counter, Resident, put_residents
from tests.support.desk import Room
from tests.support.list_examples import notice_desk, put_check
from tests.support.sendings import sample
from tests.support.stories import text_of


@pytest.mark.req("SEC-108", "SEC-109")
@pytest.mark.parametrize("disposition", ["ok", "notified", "remake"])
def test_what_was_done_is_kept_with_person_and_time(counter: Counter, disposition: str) -> None:
    world, session = counter.world, counter.world.session("clerk")
    line = put_check(world)
    check_list.settle(world.gate, session, line, disposition)
    assert check_list.list_checks(world.gate, session) == ()
    (row,) = counter.rows(check_entry)
    assert (row.disposition, row.disposed_by) == (disposition, "S101")
    assert row.disposed_at == world.clock.now().isoformat()
    (done,) = check_list.list_checks(world.gate, session, open_only=False)
    assert done.disposition == disposition


@pytest.mark.req("SEC-109")
def test_nothing_but_the_three_dispositions(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    line = put_check(world)
    with pytest.raises(UserError) as other:
        check_list.settle(world.gate, session, line, "ignored")
    assert other.value.code == "cases.disposition"
    assert counter.rows(check_entry)[0].disposition == ""


@pytest.mark.req("SEC-109")
def test_two_people_do_not_settle_one_entry_differently(counter: Counter) -> None:
    world = counter.world
    line = put_check(world)
    check_list.settle(world.gate, world.session("clerk"), line, "ok")
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        check_list.settle(world.gate, world.session("supervisor"), line, "remake")
    assert counter.rows(check_entry)[0].disposition == "ok"


@pytest.mark.req("SEC-108", "SEC-110", "FLOW-1010")
def test_what_the_union_lists_arrives_here_once(counter: Counter) -> None:
    records = list(sample("FILE-24"))
    counter.union.announce("FILE-24", records)
    counter.contact()
    world, session = counter.world, counter.world.session("clerk")
    listed = check_list.list_checks(world.gate, session)
    assert {line.id for line in listed} == {record.entry_id for record in records}
    check_list.settle(world.gate, session, listed[0], "notified")
    counter.union.announce("FILE-24", records)
    counter.contact()
    assert len(check_list.list_checks(world.gate, session)) == len(records) - 1


@pytest.mark.parametrize(
    ("entry_id", "reason"), [("U15-1-1234567890", ""), ("U15-1-12345678901", "id"), ("U 15", "id")]
)
def test_an_id_that_no_journal_line_could_hold_is_not_let_in(entry_id: str, reason: str) -> None:
    column = next(one for one in columns(CheckRecord) if one.name == "entry_id")
    assert check_of(column, {})(entry_id) == reason


@pytest.mark.req("SEC-108")
def test_a_hidden_sign_in_a_name_that_a_file_brings_is_listed_and_the_person_found(
    counter: Counter,
) -> None:
    (first, *_) = sample("FILE-17")
    name = first.name[:1] + "\u202e" + first.name[1:]
    counter.union.announce("FILE-17", [replace(first, name=name)])
    counter.contact()
    world, session = counter.world, counter.world.session("clerk")
    (listed,) = check_list.list_checks(world.gate, session)
    assert listed.cause == "hidden_sign"
    assert "氏名" in listed.detail and "U+202E" in listed.detail and "\u202e" not in listed.detail
    (row,) = counter.rows(person)
    assert row.name == name
    assert row.name_key == search_key(first.name)


def _put_lines(counter: Counter) -> str:
    """A delivered list: one line each of three persons, the last under support measures."""
    residents = [
        Resident(),
        Resident(id="P-2", atena_number="000000000000009", insured_number="", my_number=""),
        Resident(id="P-3", atena_number="000000000000017", insured_number="", care=True),
    ]
    put_residents(counter.world, *residents)
    record = sample("FILE-24")[0]
    counter.union.announce(
        "FILE-24",
        [
            replace(
                record,
                entry_id=f"U-{number}",
                cause="resident_differs",
                atena_number=one.atena_number,
                case_id="",
                items="birth_sort",
                detail=f"窓口の入力と違います（{number}）。",
            )
            for number, one in enumerate(residents)
        ],
    )
    counter.contact()
    (row,) = counter.rows(delivered_list)
    return str(row.id)


@pytest.mark.req("SEC-109", "FORM-70", "FLOW-1010")
def test_the_notice_of_a_delivered_list_prints_from_its_screen(
    counter: Counter, qtbot: QtBot
) -> None:
    """Every line but what was found right, also what is settled; the restricted person's line
    stays here, and the clerk is told so."""
    list_id = _put_lines(counter)
    room = Room(counter, qtbot)
    screen = room.add(CheckListScreen(room.desk(), list_id))
    room.until(lambda: screen.table.rowCount() == 3 and screen.print_button.isVisible())
    screen._settle("remake")
    room.until(lambda: screen.table.rowCount() == 2)
    screen.print_button.click()
    room.until(lambda: bool(counter.printer.sheets))
    (number, pdf), text = counter.printer.sheets[0], text_of(counter.printer.sheets[0][1])
    assert "確認結果の通知" in text and "確認リスト（11月16日に届いたもの）" in text
    assert "窓口での入力が住基情報と違う" in text and "違う項目：生年月日" in text
    assert Resident().atena_number in text and "作り直す" in text and "確かめる" in text
    assert "（2）" not in text and "000000000000017" not in text and "取扱注意" not in text
    room.until(lambda: bool(room.said))
    assert number in room.said[0] and "取扱注意の方の1件は載せていません" in room.said[0]
    noted = next(one for one in counter.rows(print_line) if one.number == number)
    assert (noted.form_id, noted.digest) == ("FORM-70", sha256(pdf).hexdigest())
    room.operations.close()


@pytest.mark.req("SEC-109", "FORM-70")
def test_a_notice_without_a_line_is_refused_and_nothing_prints(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    with pytest.raises(UserError) as nothing:
        check_notice.print_notice(notice_desk(world, session), None)
    assert nothing.value.code == "cases.nothing_to_tell"
    check_list.settle(world.gate, session, put_check(world), "ok")
    with pytest.raises(UserError):
        check_notice.print_notice(notice_desk(world, session), None)
    assert counter.rows(print_line) == []


@pytest.mark.req("SEC-94", "FORM-70")
def test_a_measure_registered_before_the_notice_prints_stops_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_id = _put_lines(counter)
    world, session = counter.world, counter.world.session("clerk")
    found = check_list.open_list(world.gate, session, list_id)
    desk = notice_desk(world, session)
    render = desk.drawing.press.render

    def meanwhile(*given: object, **more: object) -> object:
        restrict(world, "P-2")
        return render(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.drawing.press, "render", meanwhile)
    with pytest.raises(UserError) as closed:
        check_notice.print_notice(desk, found)
    assert closed.value.code == "cases.notice_closed"
    assert counter.rows(print_line) == []
