"""One visitor at a time: what the store knows to be somebody else's is refused by name, on its page
and when it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from app.cases import belonging, drafts
from app.cases.screens.entry import EntryScreen
from app.catalog import CASES
from app.core.errors import UserError
from app.rules.calendar.wareki import Eras
from db.tables.cases import decision
from db.tables.certificates import certificate
from tests.support.about_kinds import HER, HUSBAND
from tests.support.counter import Counter, counter_in, put_residents
from tests.support.desk import Room
from tests.support.kind_entries import KEYED
from tests.support.kinds import NOTIFIER

OTHER = replace(
    HUSBAND, id="P-9", name="佐藤　花子", birth_written="昭和12年2月3日", birth_sort="1937-02-03"
)
HIDDEN = replace(
    HUSBAND, id="P-8", care=True, atena_number="000000000004599", insured_number="00000788"
)
PRINTED = "T01-1-20261101-00007"
BACK = {
    **NOTIFIER,
    **KEYED["paper_back"],
    "event_on": "R8.11.10",
    "notified_on": "R8.11.16",
    "accepted_on": "R8.11.16",
    "processed_on": "R8.11.16",
    "municipality_code": "152994",
}


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path / "here") as made:
        put_residents(made.world, HER, OTHER, HIDDEN)
        with made.world.hands_on("certificate", "decision") as work:
            work.run(
                insert(decision).values(
                    id="D-1",
                    outcome="accepted",
                    record="{}",
                    digest="",
                    received_at="2026-11-01T09:00:00+09:00",
                    person_id=OTHER.id,
                )
            )
            work.run(
                insert(certificate).values(
                    number=PRINTED,
                    form_id="FORM-01",
                    decision_id="D-1",
                    person_id=OTHER.id,
                    state="issued",
                    reserved_by="clerk",
                    reserved_at="2026-11-01T09:00:00+09:00",
                )
            )
        yield made


def begun(counter: Counter, code: str = "paper_back") -> drafts.KeyedCase:
    counter.kind = CASES[code]
    return counter.begin(person_id=HER.id)


def looked(counter: Counter, case: drafts.KeyedCase, **values: str) -> Any:
    session = counter.world.session("clerk")
    given = {"municipality_code": "152994", **values}
    return belonging.look(counter.gate, session, case, given, Eras(counter.tables["eras"]))


@pytest.mark.parametrize(
    "number", [PRINTED, PRINTED.lower(), "ｔ０１-1-20261101-00007", "00000991"]
)
def test_a_paper_of_somebody_else_is_refused_by_name(counter: Counter, number: str) -> None:
    (refused,) = looked(counter, begun(counter), paper_number=number)
    assert refused.field == "paper_number" and refused.level == "error"
    assert "佐藤　花子 様（昭和12年2月3日生）" in refused.message
    assert "その方を検索で開いて" in refused.remedy


def test_her_own_paper_and_one_that_nobody_knows_are_taken(counter: Counter) -> None:
    case = begun(counter)
    for number in (HER.insured_number, "T09-9-20200101-00001", ""):
        assert looked(counter, case, paper_number=number) == ()


def test_nobody_under_support_measures_is_named(counter: Counter) -> None:
    (refused,) = looked(counter, begun(counter), paper_number=HIDDEN.insured_number)
    assert HIDDEN.name not in refused.message and "取扱注意の方" in refused.message


@pytest.mark.parametrize(
    ("name", "hers", "other"),
    [
        ("former_insured_number", HER.insured_number, OTHER.insured_number),
        ("atena_number", HER.atena_number, "4569"),
    ],
)
def test_a_newcomer_is_not_somebody_who_is_here(
    counter: Counter, name: str, hers: str, other: str
) -> None:
    counter.kind = CASES["move_in_within"]
    case = counter.begin()
    birth = {"birth_written": "S10.5.3"}
    assert looked(counter, case, **birth, **{name: hers}) == (), "she came back"
    (refused,) = looked(counter, case, **birth, **{name: other})
    assert refused.field == name and "佐藤　花子" in refused.message
    assert looked(counter, case, **{name: other}) == (), "nobody knows yet who comes"


def test_it_does_not_leave_its_page_and_is_not_sent(counter: Counter, qtbot: Any) -> None:
    room = Room(counter, qtbot)
    case = counter.key_in(begun(counter), BACK | {"paper_number": PRINTED}, step="")
    with pytest.raises(UserError) as refused:
        counter.prepare_send(case)
    assert refused.value.code == "cases.not_ready" and "佐藤　花子" in refused.value.message
    screen = room.taken_up(room.add(EntryScreen(room.desk(), "paper_back", case.id)))
    field = screen.form.field("paper_number")
    screen.next_button.click()
    room.until(lambda: "佐藤　花子" in field.error)
    assert screen.step == 0
    field.set_value(HER.insured_number)
    screen.next_button.click()
    room.until(lambda: screen.step == 1)
    room.operations.close()


def test_whose_thing_it_was_stands_in_the_journal(counter: Counter) -> None:
    looked(counter, begun(counter), paper_number=PRINTED)
    last = list(counter.world.journal.lines())[-1]
    assert OTHER.id in str(last)
