"""From the keyed entry to a sealed file in the outbox: what stops it, and what goes out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.cases import drafts, sending
from app.core.errors import EnvironmentFault, UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.security.acts.approval import Role
from app.security.journal.line import State
from app.security.refusals import Refusal
from app.sync.terminal_keys import _PREFIX
from db.tables.cases import case_file
from db.tables.control import store_fact
from db.tables.exchange import outbox
from db.tables.persons import my_number
from tests.support.counter import NUMBER, OTHER_NUMBER, Counter, Resident, put_residents
from tests.support.day import cases_waiting

TWO_PAPERS = {"identity_paper": "pension", "identity_paper_two": "care"}


def refusal_of(counter: Counter, case: drafts.KeyedCase, **options: object) -> UserError:
    with pytest.raises(UserError) as refused:
        counter.prepare_send(case, **options)  # type: ignore[arg-type]
    return refused.value


@pytest.mark.req("FLOW-103", "FLOW-104", "SEC-98")
def test_what_goes_out_is_what_was_keyed(counter: Counter) -> None:
    sent = counter.send(counter.entered())
    (row,) = counter.rows(outbox)
    assert (row.id, row.state, row.case_id) == (sent.outbox_id, "confirmed", sent.case_id)
    assert NUMBER.encode() not in bytes(row.payload)
    assert counter.engine.send_now(sent.outbox_id).accepted
    ((sent_id, (record,)),) = counter.union.taken
    assert sent_id == sent.outbox_id
    assert (record.name, record.kana) == ("辻󠄀﨑　髙子", "ツジサキ　タカコ")
    assert (record.my_number, record.birth_sort) == (NUMBER, "1945-05-03")
    assert (record.event_on, record.notified_on) == ("2026-11-10", "2026-11-16")
    assert (record.copay_taxable_income, record.disability_paper) == ("280000", "0")
    assert (record.number_check, record.proxy_basis) == ("number_card", "")


@pytest.mark.req("SEC-93", "SEC-98")
def test_sending_is_signed_over_what_was_approved(counter: Counter) -> None:
    prepared = counter.prepare_send(counter.entered())
    assert "辻󠄀﨑　髙子 様" in prepared.sentence
    assert NUMBER not in repr(prepared.content)
    with pytest.raises(Refusal, match=r"approval\.none"):
        sending.perform_send(counter.world.gate, prepared, (), MOVE_IN, counter.world.tables)
    assert counter.rows(outbox) == []
    given = tuple(counter.world.approvals(prepared))
    sending.perform_send(counter.world.gate, prepared, given, MOVE_IN, counter.world.tables)
    lines = [line.entry for line in counter.world.lines()]
    begun = next(e for e in lines if e.function_id == MOVE_IN.sending and e.evidence)
    assert begun.evidence[0].signed == prepared.signed("S101", Role.ACTOR, prepared.grant_id)
    assert begun.document_digest == prepared.digest
    with pytest.raises(Refusal):
        sending.perform_send(counter.world.gate, prepared, given, MOVE_IN, counter.world.tables)
    assert len(counter.rows(outbox)) == 1


@pytest.mark.req("SEC-01", "SEC-02", "SEC-03", "SEC-17", "SEC-18")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"event_on": "R8.11.17"}, "event_on"),
        ({"identity_check": ""}, "identity_check"),
        ({"number_check": ""}, "number_check"),
        ({"notifier": ""}, "notifier"),
        ({"notifier": "proxy"}, "proxy_basis"),
        ({"purpose_explained": "0"}, "purpose_explained"),
        ({"channel": "post"}, "copies_received"),
        ({"former_insured_number": "1234567"}, "former_insured_number"),
        ({"identity_check": "plain_two"}, "identity_paper"),
        ({"identity_check": "plain_two", **TWO_PAPERS}, "delivery"),
    ],
)
def test_an_error_stops_the_sending(counter: Counter, changed: dict[str, str], field: str) -> None:
    error = refusal_of(counter, counter.entered(**changed))
    assert (error.code, error.field) == ("cases.not_ready", field)
    assert counter.rows(outbox) == []


def test_weak_identification_goes_by_post(counter: Counter) -> None:
    counter.send(counter.entered(identity_check="plain_two", delivery="post", **TWO_PAPERS))
    assert counter.rows(outbox)[0].state == "confirmed"


def test_a_warning_must_be_answered(counter: Counter) -> None:
    case = counter.entered(copay_paper="0")
    assert counter.warnings(case) == ["household_unknown", "income_unknown"]
    assert refusal_of(counter, case, answered=()).code == "cases.unanswered"
    assert refusal_of(counter, case, answered=("late",)).code == "cases.unanswered"
    prepared = counter.prepare_send(case, answered=("household_unknown", "income_unknown"))
    assert prepared.content.warnings == ("household_unknown", "income_unknown")  # type: ignore[attr-defined]


@pytest.mark.req("SEC-01")
def test_a_checked_number_must_have_been_keyed(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    case = counter.entered(number_check="none", my_number_absent="not_assigned")
    values = {**case.values, "number_check": "number_card"}
    case = drafts.save_draft(world.gate, session, case, values, "summary")
    error = refusal_of(counter, case)
    assert error.code in ("cases.not_ready", "cases.no_number")
    assert error.field == "my_number"


@pytest.mark.req("SEC-01")
def test_without_a_number_the_reason_goes_along(counter: Counter) -> None:
    case = counter.entered(number_check="none", my_number_absent="not_assigned")
    assert "number_absent" in counter.warnings(case)
    counter.engine.send_now(counter.send(case).outbox_id)
    ((_, (record,)),) = counter.union.taken
    assert (record.my_number, record.my_number_absent) == ("", "not_assigned")


def test_a_number_kept_and_then_not_wanted_is_not_sent(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    case = counter.entered()
    values = {**case.values, "number_check": "none", "my_number_absent": "not_assigned"}
    case = drafts.save_draft(world.gate, session, case, values, "summary")
    counter.engine.send_now(counter.send(case).outbox_id)
    ((_, (record,)),) = counter.union.taken
    assert record.my_number == ""


@pytest.mark.req("SEC-04")
def test_a_number_tied_to_somebody_meanwhile_is_not_sent(counter: Counter) -> None:
    prepared = counter.prepare_send(counter.entered())
    put_residents(counter.world, Resident(my_number=NUMBER))
    given = tuple(counter.world.approvals(prepared))
    with pytest.raises(UserError) as elsewhere:
        sending.perform_send(counter.world.gate, prepared, given, MOVE_IN, counter.world.tables)
    assert elsewhere.value.code == "cases.number_elsewhere"
    assert counter.rows(outbox) == []
    assert counter.rows(case_file)[0].state == "draft"
    assert counter.world.last_line().entry.state is State.FAILED
    assert {row.owner_kind for row in counter.rows(my_number)} == {"case", "person"}


@pytest.mark.req("SEC-05")
@pytest.mark.parametrize("method", ["atena_system", "juki_net"])
def test_a_check_by_system_needs_its_right(counter: Counter, method: str) -> None:
    case = counter.entered(number_check=method)
    counter.prepare_send(case)
    counter.world.change_grant("clerk", "eligibility.verify_by_system", state="revoked")
    error = refusal_of(counter, case)
    assert (error.code, error.field) == ("cases.system_check_right", "number_check")


@pytest.mark.req("SEC-13")
def test_the_setting_lets_nothing_out_before_a_second_person_has_looked(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    same_day = counter.prepare_send(counter.entered())
    world.set_setting("eligibility.second_look", "before")
    given = tuple(world.approvals(same_day))
    with pytest.raises(UserError) as late:
        sending.perform_send(world.gate, same_day, given, MOVE_IN, world.tables)
    assert late.value.code == "cases.second_look_first"
    case = counter.load(same_day.subject.key)
    assert refusal_of(counter, case).code == "cases.second_look_first"
    (line,) = cases_waiting(world.gate, session)
    assert "送信前の確認" in line.next_step and line.opens == "eligibility.open_move_in"
    counter.look(case.id)
    case = counter.load(case.id)
    assert case.second_look == "S201"
    counter.prepare_send(case)
    case = drafts.save_draft(world.gate, session, case, {**case.values, "sex": "1"}, "summary")
    assert case.second_look == ""
    assert refusal_of(counter, case).code == "cases.second_look_first"
    counter.look(case.id)
    counter.send(counter.load(case.id))
    assert len(counter.rows(outbox)) == 1


@pytest.mark.req("SEC-13")
def test_another_number_must_be_looked_through_again(counter: Counter) -> None:
    """Who looked it through saw the entry with the number that was there."""
    world, session = counter.world, counter.world.session("clerk")
    world.set_setting("eligibility.second_look", "before")
    case = counter.entered()
    counter.look(case.id)
    case = counter.load(case.id)
    counter.prepare_send(case)
    case = drafts.keep_number(world.gate, session, case, OTHER_NUMBER)
    assert case.second_look == ""
    assert refusal_of(counter, case).code == "cases.second_look_first"
    counter.look(case.id)
    counter.send(counter.load(case.id))


@pytest.mark.req("SEC-14")
def test_a_number_for_an_unregistered_resident_takes_two_checkers_and_a_supervisor(
    counter: Counter,
) -> None:
    world = counter.world
    case = counter.entered(person_kind="3")
    assert refusal_of(counter, case).code == "cases.second_look_first"
    counter.look(case.id, "supervisor")
    case = counter.load(case.id)
    prepared = counter.prepare_send(case)
    assert prepared.needs == (Role.ACTOR, Role.SUPERVISOR)
    own = world.own(prepared)
    with pytest.raises(Refusal, match=r"approval\.second_missing"):
        sending.perform_send(world.gate, prepared, (own,), MOVE_IN, world.tables)
    looked = world.second(prepared, "supervisor", Role.SUPERVISOR)
    with pytest.raises(UserError) as third:
        sending.perform_send(world.gate, prepared, (own, looked), MOVE_IN, world.tables)
    assert third.value.code == "cases.third_person"
    prepared = counter.prepare_send(case)
    three = (world.own(prepared), world.second(prepared, "supervisor2", Role.SUPERVISOR))
    sending.perform_send(world.gate, prepared, three, MOVE_IN, world.tables)
    assert counter.rows(outbox)[0].state == "confirmed"
    begun = [line.entry for line in world.lines() if line.entry.function_id == prepared.function.id]
    assert len(next(e for e in reversed(begun) if e.evidence).evidence) == 2


def test_what_the_screen_holds_must_be_what_was_kept(counter: Counter) -> None:
    case = counter.entered()
    other = replace(case, values={**case.values, "name": "別　人"})
    prepared = counter.prepare_send(other)
    with pytest.raises(UserError) as differs:
        sending.perform_send(
            counter.world.gate,
            prepared,
            tuple(counter.world.approvals(prepared)),
            MOVE_IN,
            counter.world.tables,
        )
    assert differs.value.code == "cases.draft_differs"
    assert counter.rows(outbox) == []


def test_taken_back_before_it_has_left(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    sent = counter.send(counter.entered())
    case = counter.load(sent.case_id)
    sending.withdraw(world.gate, session, case)
    case = counter.load(sent.case_id)
    assert (case.state, case.step, case.has_number) == ("draft", "summary", True)
    (row,) = counter.rows(outbox)
    assert (row.state, bytes(row.payload)) == ("withdrawn", b"")
    with pytest.raises(UserError) as again:
        sending.withdraw(world.gate, session, case)
    assert again.value.code == "cases.case_state"
    second = counter.send(case)
    assert counter.engine.send_now(second.outbox_id).accepted
    case = counter.load(sent.case_id)
    with pytest.raises(UserError):
        sending.withdraw(world.gate, session, case)


def test_a_terminal_that_is_not_enrolled_keeps_the_draft(counter: Counter) -> None:
    case = counter.entered()
    with counter.world.hands_on("store_fact") as work:
        work.run(store_fact.delete().where(store_fact.c.name.startswith(_PREFIX)))
    with pytest.raises(EnvironmentFault) as fault:
        counter.send(case)
    assert fault.value.code == "line.not_enrolled"
    (row,) = counter.rows(case_file)
    assert row.state == "draft" and json.loads(row.draft)["name"] == "辻󠄀﨑　髙子"


def test_the_summary_says_everything_but_the_number(counter: Counter) -> None:
    case = counter.entered()
    lines = sending.summary(case, counter.world.tables, counter.world.clock.now().date())
    said = {line.label: line.value for line in lines}
    assert said["氏名"] == "辻󠄀﨑　髙子" and "昭和20年5月3日" in said["生年月日"]
    assert said["個人番号"] == "登録済み（表示しません）"
    assert said["課税所得（円）"] == "280,000 円"
    assert not any(NUMBER in line.value for line in lines)
