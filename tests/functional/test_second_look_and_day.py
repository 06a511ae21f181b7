"""Somebody else looks each entry through, and the day is not closed over what is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.cases import board, drafts, issuing, second_look
from app.cases.state import SUMMARY
from app.cases.waiting import NUMBER as NUMBER_LEFT
from app.cases.waiting import SECOND_LOOK, SENDING, SHEET
from app.catalog import CATALOG
from app.core.errors import UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.security.journal.line import State
from app.security.refusals import Refusal
from app.security.waiting import Waits
from db.tables.cases import case_file
from tests.support.counter import NUMBER, OTHER_NUMBER, Counter, accepted, refused
from tests.support.day import cases_waiting

DAY = date(2026, 11, 16)


def lines(counter: Counter) -> dict[str, Waits]:
    found = cases_waiting(counter.world.gate, counter.world.session("clerk"))
    return {line.key: line for line in found}


def close_day(counter: Counter, day: date = DAY) -> None:
    world = counter.world
    prepared = board.prepare_close(world.gate, world.session("supervisor"), CATALOG, day)
    board.perform_close(world.gate, prepared, tuple(world.approvals(prepared)), CATALOG)


def refusal(counter: Counter, day: date = DAY) -> UserError:
    with pytest.raises(UserError) as stopped:
        close_day(counter, day)
    return stopped.value


@pytest.mark.req("SEC-13")
def test_whoever_keyed_or_sent_it_is_not_the_second(counter: Counter) -> None:
    world = counter.world
    view = counter.decided()
    with pytest.raises(UserError) as own:
        second_look.prepare_second_look(world.gate, world.session("clerk"), view)
    assert own.value.code == "cases.same_person"
    pretended = replace(view, keyed_by=())
    prepared = second_look.prepare_second_look(world.gate, world.session("clerk"), pretended)
    with pytest.raises(UserError) as row:
        second_look.perform_second_look(
            world.gate, prepared, tuple(world.approvals(prepared)), MOVE_IN
        )
    assert row.value.code == "cases.same_person"
    assert counter.rows(case_file)[0].second_look_by == ""


@pytest.mark.req("SEC-13")
def test_the_one_who_sent_what_another_keyed_is_not_the_second(counter: Counter) -> None:
    world = counter.world
    case = counter.entered()
    sent = counter.send(case, "supervisor")
    view = counter.show(sent.case_id, "supervisor")
    prepared = second_look.prepare_second_look(world.gate, world.session("supervisor"), view)
    with pytest.raises(UserError) as sender:
        second_look.perform_second_look(
            world.gate, prepared, tuple(world.approvals(prepared)), MOVE_IN
        )
    assert sender.value.code == "cases.same_person"
    counter.look(sent.case_id, "supervisor2")
    assert counter.rows(case_file)[0].second_look_by == "S202"


@pytest.mark.req("SEC-13")
def test_whoever_changed_a_draft_that_another_opened_has_keyed_it(counter: Counter) -> None:
    world = counter.world
    case = counter.entered()
    values = {**case.values, "phone": "0250-00-9999"}
    supervisor = world.session("supervisor")
    case = drafts.save_draft(world.gate, supervisor, case, values, SUMMARY)
    sent = counter.send(case, "clerk")
    view = counter.show(sent.case_id, "supervisor")
    assert view.keyed_by == ("S101", "S201")
    with pytest.raises(UserError) as editor:
        second_look.prepare_second_look(world.gate, supervisor, view)
    assert editor.value.code == "cases.same_person"
    counter.look(sent.case_id, "supervisor2")


@pytest.mark.req("SEC-13")
def test_the_second_look_is_a_touch_over_this_state_of_the_case(counter: Counter) -> None:
    world = counter.world
    view = counter.decided()
    prepared = second_look.prepare_second_look(world.gate, world.session("supervisor"), view)
    with pytest.raises(Refusal, match=r"approval\.none"):
        second_look.perform_second_look(world.gate, prepared, (), MOVE_IN)
    counter.decide(replace(view.record, copay_ratio="1"), supersedes=view.record.decision_id)  # type: ignore[arg-type, type-var]
    counter.contact()
    with pytest.raises(Refusal, match=r"act\.row_changed"):
        second_look.perform_second_look(
            world.gate, prepared, tuple(world.approvals(prepared)), MOVE_IN
        )


@pytest.mark.req("SEC-13", "SEC-98")
def test_a_case_is_over_when_the_sheet_is_good_and_a_second_person_has_looked(
    counter: Counter,
) -> None:
    issued = counter.issued()
    (line,) = lines(counter).values()
    assert line.state == "交付済み" and set(line.holds_day) == {SECOND_LOOK, SHEET}
    counter.settle(issued)
    (line,) = lines(counter).values()
    assert line.holds_day == (SECOND_LOOK,)
    counter.look(line.key)
    assert lines(counter) == {}
    view = counter.show(line.key, "supervisor2")
    assert view.case_state == "closed"
    with pytest.raises(UserError) as over:
        second_look.prepare_second_look(
            counter.world.gate, counter.world.session("supervisor2"), view
        )
    assert over.value.code == "cases.nothing_to_look_at"


@pytest.mark.req("SEC-13")
def test_looked_at_first_and_confirmed_last_ends_the_case_too(counter: Counter) -> None:
    view = counter.compared()
    counter.look(view.case_id)
    view = counter.show(view.case_id)
    issued = counter.issue(counter.draw(view), view)
    assert len(lines(counter)) == 1
    counter.settle(issued)
    assert lines(counter) == {}


@pytest.mark.req("SEC-13", "SEC-98")
def test_the_day_does_not_close_over_what_is_open(counter: Counter) -> None:
    world = counter.world
    sent = counter.send(counter.entered())
    waiting = refusal(counter)
    assert waiting.code == "day.open"
    assert f"二人目の確認が済んでいない受付 1件（{sent.case_id}）" in waiting.message
    assert f"{SENDING} 1件（{sent.case_id}）" in waiting.message
    counter.look(sent.case_id)
    assert "二人目" not in refusal(counter).message
    counter.engine.send_now(sent.outbox_id)
    close_day(counter)
    assert world.last_line().entry.function_id == "day.close"
    assert world.last_line().entry.state is State.DONE
    again = refusal(counter)
    assert again.code == "day.closed"


@pytest.mark.req("SEC-13")
def test_a_reserved_number_and_an_open_sheet_keep_the_day_open(counter: Counter) -> None:
    view = counter.compared()
    counter.look(view.case_id)
    view = counter.show(view.case_id)
    proof = counter.draw(view)
    assert f"{NUMBER_LEFT} 1件（{proof.case_id}）" in refusal(counter).message
    issued = counter.issue(proof, view)
    assert f"用紙の確認が済んでいない受付 1件（{view.case_id}）" in refusal(counter).message
    counter.settle(issued, good=False, cause="汚れ")
    assert "用紙の確認" in refusal(counter).message
    close_after = issuing.redraw(
        counter.world.gate,
        counter.world.session("clerk"),
        MOVE_IN,
        issued.number,
        counter.drawing,
    )
    prepared = issuing.prepare_reprint(
        counter.world.gate, counter.world.session("clerk"), close_after, 2
    )
    second = issuing.perform_reprint(
        counter.world.gate,
        prepared,
        tuple(counter.world.approvals(prepared)),
        close_after,
        counter.printer,
    )
    counter.settle(second)
    close_day(counter)


def test_something_that_opens_between_the_look_and_the_touch_stops_it(counter: Counter) -> None:
    world = counter.world
    prepared = board.prepare_close(world.gate, world.session("supervisor"), CATALOG, DAY)
    counter.send(counter.entered())
    with pytest.raises(UserError) as late:
        board.perform_close(world.gate, prepared, tuple(world.approvals(prepared)), CATALOG)
    assert late.value.code == "day.open"
    assert world.last_line().entry.state is State.FAILED


def test_drafts_and_later_days_do_not_keep_a_day_open(counter: Counter) -> None:
    counter.entered()
    close_day(counter)
    counter.world.later(days=1)
    for who in ("clerk", "supervisor"):
        live = counter.world.sessions.get(counter.world.session(who))
        live.verified_at = counter.world.clock.monotonic()
    case = drafts.open_case(counter.world.gate, counter.world.session("clerk"), MOVE_IN, {})
    assert case.state == "draft"
    close_day(counter, date(2026, 11, 17))


def test_refused_cases_do_not_keep_a_day_open(counter: Counter) -> None:
    counter.answers.append(refused)
    counter.decided()
    close_day(counter)


def test_only_a_supervisor_closes_and_only_days_that_have_come(counter: Counter) -> None:
    world = counter.world
    with pytest.raises(Refusal, match=r"right\.none"):
        board.prepare_close(world.gate, world.session("clerk"), CATALOG, DAY)
    assert refusal(counter, date(2026, 11, 17)).code == "day.future"


def test_two_cases_are_two_lines_oldest_first(counter: Counter) -> None:
    counter.answers += [accepted, accepted]
    first = counter.entered()
    counter.world.later(minutes=1)
    session = counter.world.session("clerk")
    second = drafts.open_case(counter.world.gate, session, MOVE_IN, {})
    second = drafts.keep_number(counter.world.gate, session, second, OTHER_NUMBER)
    assert list(lines(counter)) == [first.id, second.id]
    assert OTHER_NUMBER != NUMBER and not any(line.holds_day for line in lines(counter).values())
