"""確認リスト: each contradiction waits until somebody writes down what was done about it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cases import check_list
from app.core.errors import UserError
from app.core.text import search_key
from app.security.refusals import Refusal
from app.wire.layout import columns
from app.wire.records import CheckRecord
from app.wire.values import check_of
from db.tables.cases import check_entry
from db.tables.persons import person
from tests.support.counter import Counter
from tests.support.list_examples import put_check
from tests.support.sendings import sample


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
