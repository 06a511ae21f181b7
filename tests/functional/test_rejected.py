"""The union does not even take a sending: the clerk learns why, and mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog

from app.cases import board, drafts, rejected, sending
from app.cases.screens.decision import DecisionScreen
from app.cases.screens.rejected import RejectedScreen
from app.cases.state import SUMMARY, CaseState
from app.cases.waiting import REJECTED
from app.catalog import CASES, CATALOG
from app.core.errors import UserError
from app.functions.benefits.kinds.funeral import FUNERAL
from app.functions.eligibility.kinds.leaving import DEATH
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.sync.states import Outgoing
from app.ui.base.names import NameLabel
from db.tables.cases import case_file, check_entry, follow_up
from db.tables.exchange import outbox
from db.tables.persons import my_number
from tests.support.counter import Counter, accepted, counter_in
from tests.support.day import cases_waiting
from tests.support.desk import Room
from tests.support.kinds import SCENES
from tests.support.sendings import sample


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path) as made:
        yield made


@pytest.fixture
def room(counter: Counter, qtbot: Any) -> Iterator[Room]:
    made = Room(counter, qtbot)
    yield made
    made.operations.close()


def case_of(counter: Counter, case_id: str) -> drafts.KeyedCase:
    return counter.load(case_id)


def test_its_cause_stands_on_the_case(counter: Counter) -> None:
    case_id = counter.rejected()
    found = rejected.show(counter.world.gate, counter.world.session(), MOVE_IN, case_id)
    assert found.case.state is CaseState.REJECTED
    assert "宛名番号の検査数字が合いません" in found.cause
    (line,) = cases_waiting(counter.world.gate, counter.world.session())
    assert line.cause == found.cause and line.holds_day == (REJECTED,)
    assert line.opens == "eligibility.show_rejection"


def test_corrected_it_is_sent_under_a_new_id_and_decided(counter: Counter) -> None:
    case_id = counter.rejected()
    world, session = counter.world, counter.world.session()
    sending.withdraw(world.gate, session, case_of(counter, case_id))
    case = case_of(counter, case_id)
    assert case.state is CaseState.DRAFT and case.has_number
    (line,) = cases_waiting(world.gate, session)
    assert "検査数字" in line.cause  # the cause is there while it is corrected
    values = dict(case.values) | {"phone": "0250-00-9999"}
    case = drafts.save_draft(world.gate, session, case, values, SUMMARY)
    sent = counter.send(case)
    assert counter.engine.send_now(sent.outbox_id).accepted
    first, second = counter.rows(outbox)
    assert (first.state, second.state) == (Outgoing.REJECTED, Outgoing.ACCEPTED)
    assert first.id != second.id == sent.outbox_id
    assert counter.rows(case_file)[0].state == CaseState.DECIDED
    (line,) = cases_waiting(world.gate, session)
    assert line.cause == ""


def test_dropped_its_values_and_its_number_are_gone(counter: Counter) -> None:
    case_id = counter.rejected()
    world = counter.world
    drafts.cancel_case(world.gate, world.session(), case_of(counter, case_id), "届出人が取り下げた")
    (row,) = counter.rows(case_file)
    assert (row.state, row.draft) == (CaseState.CANCELLED, "{}")
    assert counter.rows(my_number) == []
    assert cases_waiting(world.gate, world.session()) == ()


def test_nothing_sends_it_again_by_itself(counter: Counter) -> None:
    case_id = counter.rejected()
    for _ in range(3):
        counter.world.later(minutes=20)
        counter.contact()
    assert [row.state for row in counter.rows(outbox)] == [Outgoing.REJECTED]
    assert [(row.id, row.state) for row in counter.rows(case_file)] == [
        (case_id, CaseState.REJECTED)
    ]


@pytest.mark.parametrize("turn", ["waiting", "decided", "draft"])
def test_only_a_rejected_case_is_shown_as_one(counter: Counter, turn: str) -> None:
    case = counter.entered()
    if turn != "draft":
        sent = counter.send(case)
        if turn == "decided":
            assert counter.engine.send_now(sent.outbox_id).accepted
    with pytest.raises(UserError) as refused:
        rejected.show(counter.world.gate, counter.world.session(), MOVE_IN, case.id)
    assert refused.value.code in ("cases.not_rejected", "cases.no_case")


def test_a_sending_under_way_is_not_taken_back(counter: Counter) -> None:
    case_id = counter.decided().case_id
    with pytest.raises(UserError) as refused:
        sending.withdraw(counter.world.gate, counter.world.session(), case_of(counter, case_id))
    assert refused.value.code == "cases.case_state"


def test_a_decision_for_a_dropped_case_is_kept_and_listed(counter: Counter) -> None:
    case_id = counter.rejected()
    world = counter.world
    drafts.cancel_case(world.gate, world.session(), case_of(counter, case_id), "届出人が取り下げた")
    notification = replace(sample("FILE-01")[0], case_id=case_id)
    counter.decide(accepted(notification), notification_id="T01-1-99")
    counter.contact()
    assert counter.rows(case_file)[0].state == CaseState.CANCELLED
    causes = [row.cause for row in counter.rows(check_entry)]
    assert "decision_unexpected" in causes


def test_the_day_is_closed_over_it_only_when_it_is_settled(counter: Counter) -> None:
    case_id = counter.rejected()
    world = counter.world
    session, today = world.session("supervisor"), world.clock.now().date()
    with pytest.raises(UserError, match="受け付けられなかった") as refused:
        board.prepare_close(world.gate, session, CATALOG, today)
    assert case_id in refused.value.message
    drafts.cancel_case(world.gate, world.session(), case_of(counter, case_id), "届出人が取り下げた")
    assert board.prepare_close(world.gate, session, CATALOG, today)


def test_what_a_dropped_case_had_settled_waits_again(counter: Counter) -> None:
    """Opening the claim settles the line that asked for it; a claim that never went has not."""
    world, session = counter.world, counter.world.session()
    counter.kind = DEATH
    counter.decided()
    counter.kind = FUNERAL
    case = counter.entered()

    def offered() -> Any:
        (row,) = [one for one in counter.rows(follow_up) if one.code in FUNERAL.settles]
        return row

    assert offered().how == case.id
    drafts.cancel_case(world.gate, session, case, "届出人が取り下げた")
    assert (offered().settled_at, offered().settled_by, offered().how) == ("", "", "")
    waiting = [line for line in board.lines(world.gate, session, CATALOG) if line.settles]
    assert FUNERAL.opening in [line.opens for line in waiting]


class TestScreen:
    @pytest.mark.parametrize("code", CASES)
    def test_it_names_whom_the_case_is_about(self, room: Room, code: str) -> None:
        room.counter.kind = CASES[code]
        screen = room.add(RejectedScreen(room.desk(), code, room.counter.rejected()))
        room.until(lambda: screen.rejection is not None)
        (label,) = screen.findChildren(NameLabel)
        scene, named_by = SCENES[code], CASES[code].about.named_by[0]
        keyed = scene.entry.get(named_by, "")  # a newcomer, or a payer of no register
        assert label.text() == (keyed or scene.resident.name)

    def test_corrected_from_the_keyboard(self, room: Room) -> None:
        case_id = room.counter.rejected()
        screen = room.add(RejectedScreen(room.desk(), "move_in", case_id))
        room.until(lambda: screen.rejection is not None)
        assert "送られません" in screen.lead.text()
        screen.correct_button.click()
        room.until(lambda: bool(room.went))
        assert room.went == [("eligibility.open_move_in", {"case_id": case_id})]
        assert room.counter.rows(case_file)[0].state == CaseState.DRAFT

    def test_dropped_with_a_reason(self, room: Room) -> None:
        screen = room.add(RejectedScreen(room.desk(), "move_in", room.counter.rejected()))
        room.until(lambda: screen.rejection is not None)
        screen.drop_button.click()
        screen.findChild(QInputDialog).textValueSelected.emit("届出人が取り下げた")
        room.until(lambda: ("home", {}) in room.went)
        assert room.counter.rows(case_file)[0].state == CaseState.CANCELLED

    def test_who_waits_for_the_decision_is_led_there(self, room: Room) -> None:
        case_id = room.counter.rejected()
        room.add(DecisionScreen(room.desk(), "move_in", case_id))
        room.until(lambda: bool(room.went))
        assert room.went == [
            ("eligibility.show_rejection", {"kind": "move_in", "case_id": case_id})
        ]
