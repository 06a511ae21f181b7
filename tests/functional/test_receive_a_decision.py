"""The union's decision comes back through the engine and is laid beside what was keyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.cases import closing, decisions
from app.catalog import CASES
from app.core.errors import UserError
from app.persons import show
from app.sync.faults import line_fault
from app.sync.states import Incoming
from db.tables.cases import case_file, check_entry, decision, follow_up
from db.tables.exchange import inbox, outbox
from db.tables.persons import (
    address,
    atena,
    household_member,
    insured,
    my_number,
    person,
)
from tests.support.counter import (
    ENTRY,
    Counter,
    Resident,
    accepted,
    pending,
    put_residents,
    refused,
)
from tests.support.day import cases_waiting
from tests.support.kinds import SCENES, refusing

HERS = Resident(
    name="辻󠄀﨑　髙子",
    kana="ツジサキ　タカコ",
    birth_written="昭和20年5月3日",
    birth_sort="1945-05-03",
    atena_number=ENTRY["atena_number"],
    household_number=ENTRY["household_number"],
    insured_number="",
    written=ENTRY["address"] + ENTRY["building"],
)


def compared(counter: Counter, view: decisions.DecisionView) -> dict[str, decisions.CompareLine]:
    today = counter.world.clock.now().date()
    return {line.label: line for line in decisions.compare(view, counter.world.tables, today)}


@pytest.mark.req("FLOW-104", "FLOW-105", "FLOW-106")
def test_an_accepted_decision_makes_the_person_known(counter: Counter) -> None:
    view = counter.decided()
    assert view.case_state == "decided" and view.record is not None
    assert view.keyed["name"] == view.record.name
    (one,) = counter.rows(person)
    assert (one.name, one.kana, one.birth_sort) == ("辻󠄀﨑　髙子", "ツジサキ　タカコ", "1945-05-03")
    (period,) = counter.rows(insured)
    assert (period.insured_number, period.acquired_on) == ("01234565", "2026-11-10")
    (member,) = counter.rows(household_member)
    assert (member.person_id, member.relation) == (one.id, "母")
    (number,) = counter.rows(atena)
    assert (number.municipality_code, number.atena_number) == ("152994", ENTRY["atena_number"])
    assert counter.rows(inbox)[0].state == Incoming.APPLIED
    assert counter.rows(check_entry) == []


@pytest.mark.req("SEC-54")
def test_the_number_is_erased_when_the_union_has_taken_it(counter: Counter) -> None:
    sent = counter.send(counter.entered())
    assert len(counter.rows(my_number)) == 1
    counter.engine.send_now(sent.outbox_id)
    assert counter.rows(my_number) == []
    view = show.open_person(
        counter.world.gate,
        counter.world.session("clerk"),
        counter.rows(person)[0].id,
        counter.world.tables,
        counter.world.clock.now().date(),
        by_number=False,
        confirmed=False,
    )
    assert not view.has_number and view.cases == ((sent.case_id, "決定あり"),)


@pytest.mark.req("FLOW-107", "SEC-119")
def test_keyed_and_decided_stand_side_by_side(counter: Counter) -> None:
    lines = compared(counter, counter.decided())
    assert all(line.agrees for line in lines.values())
    assert lines["生年月日"].keyed and lines["氏名"].is_name
    assert lines["被保険者番号"].decided == "01234565" and lines["被保険者番号"].only
    assert lines["負担割合"].decided.startswith("2割")
    assert lines["交付する書類"].decided == "資格確認書"


@pytest.mark.req("SEC-119")
def test_a_difference_is_shown_as_one(counter: Counter) -> None:
    counter.answers.append(
        lambda record: replace(
            accepted(record), name="辻﨑　髙子", birth_written="1945-05-03", sex="1"
        )
    )
    lines = compared(counter, counter.decided())
    assert {label for label, line in lines.items() if not line.agrees} == {"氏名", "性別"}


def test_the_same_decision_twice_changes_nothing(counter: Counter) -> None:
    view = counter.decided()
    counter.union.announce("FILE-16", [view.record])
    counter.contact()
    assert len(counter.rows(decision)) == 1
    assert counter.show(view.case_id) == view


def test_a_decision_for_nobodys_case_is_set_aside_whole(counter: Counter) -> None:
    view = counter.decided()
    assert view.record is not None
    stray = replace(view.record, case_id="T09-1-000001", decision_id="U15-1-000800")
    good = replace(view.record, decision_id="U15-1-000801")
    counter.union.announce("FILE-16", [good, stray])
    report = counter.engine.contact()
    (received,) = report.received
    assert received.state is Incoming.QUARANTINED
    assert received.problem is not None
    assert received.problem.code == "cases.decision_without_case"
    assert len(counter.rows(decision)) == 1


@pytest.mark.req("SEC-108", "SEC-110")
def test_an_atena_number_of_somebody_else_is_listed_and_not_overwritten(counter: Counter) -> None:
    """It became somebody else's between the sending and the decision."""
    sent = counter.sent()
    put_residents(counter.world, Resident(atena_number=ENTRY["atena_number"]))
    before = (counter.rows(person), counter.rows(address), counter.rows(insured))
    counter.engine.send_now(sent.outbox_id)
    view = counter.show(sent.case_id)
    (entry,) = counter.rows(check_entry)
    assert (entry.cause, entry.case_id) == ("birth_differs", view.case_id)
    assert (counter.rows(person), counter.rows(address), counter.rows(insured)) == before
    assert view.case_state == "decided"


@pytest.mark.req("SEC-108")
def test_an_insured_number_of_somebody_else_is_listed(counter: Counter) -> None:
    put_residents(counter.world, Resident(insured_number="01234565"))
    before = (counter.rows(person), counter.rows(insured))
    counter.decided()
    assert [entry.cause for entry in counter.rows(check_entry)] == ["insured_elsewhere"]
    assert (counter.rows(person), counter.rows(insured)) == before


@pytest.mark.req("SEC-108", "SEC-110")
def test_what_the_register_says_stays_when_the_entry_differs(counter: Counter) -> None:
    put_residents(counter.world, replace(HERS, name="辻﨑　髙子", written="別の所"))
    counter.decided()
    (one,) = counter.rows(person)
    assert one.name == "辻﨑　髙子" and counter.rows(address)[0].written == "別の所"
    (entry,) = counter.rows(check_entry)
    assert (entry.cause, entry.person_id) == ("resident_differs", one.id)
    assert "氏名・住所" in entry.detail
    assert counter.rows(insured)[0].insured_number == "01234565"


def test_somebody_who_came_back_gets_the_new_address(counter: Counter) -> None:
    put_residents(counter.world, replace(HERS, state="2", written="昔の所"))
    counter.decided()
    assert counter.rows(address)[0].written == ENTRY["address"]
    assert counter.rows(check_entry) == []


@pytest.mark.req("SEC-108")
def test_a_period_that_overlaps_is_listed(counter: Counter) -> None:
    put_residents(counter.world, replace(HERS, insured_number="00000990"))
    counter.decided()
    assert "period_overlaps" in [entry.cause for entry in counter.rows(check_entry)]
    assert [row.insured_number for row in counter.rows(insured)] == ["00000990"]


def test_a_superseding_decision_takes_the_place_of_the_old_one(counter: Counter) -> None:
    view = counter.compared()
    counter.look(view.case_id)
    assert view.record is not None
    counter.decide(
        replace(view.record, copay_ratio="1", acquired_on="2026-11-11"),
        supersedes=view.record.decision_id,
    )
    counter.contact()
    later = counter.show(view.case_id)
    assert later.record is not None and later.record.copay_ratio == "1"
    assert not later.compared and not later.second_look
    (period,) = counter.rows(insured)
    assert (period.acquired_on, period.copay_ratio) == ("2026-11-11", "1")
    assert counter.rows(check_entry) == []
    assert [row.current for row in counter.rows(decision)] == [False, True]


@pytest.mark.req("SEC-54")
def test_a_refused_case_says_why_and_is_ended(counter: Counter) -> None:
    world, session = counter.world, counter.world.session("clerk")
    counter.answers.append(refused)
    view = counter.decided()
    assert view.case_state == "refused" and view.record is not None
    assert view.record.reason_text == "前にお住まいの広域連合の被保険者のままです。"
    assert counter.rows(person) == [] and len(counter.rows(my_number)) == 1
    with pytest.raises(UserError) as nothing:
        decisions.confirm_comparison(world.gate, session, view)
    assert nothing.value.code == "cases.nothing_to_compare"
    with pytest.raises(UserError) as paper:
        counter.draw(view)
    assert paper.value.code == "cases.not_issuable"
    closing.close_case(world.gate, session, view)
    (row,) = counter.rows(case_file)
    assert (row.state, row.draft) == ("closed", "{}")
    assert counter.rows(my_number) == [] and cases_waiting(world.gate, session) == ()
    with pytest.raises(UserError) as twice:
        closing.close_case(world.gate, session, counter.show(view.case_id))
    assert twice.value.code == "cases.not_refused"


def accepted_after_all(counter: Counter, **keyed: str) -> str:
    """A case that was refused and ended here, and that the union then accepts; its id."""
    counter.answers.append(refusing)
    view = counter.decided(**keyed)
    said = counter.entry_of(view.case_id)
    closing.close_case(counter.world.gate, counter.world.session("clerk"), view)
    first = view.record.decision_id if view.record is not None else ""
    answer = SCENES[counter.kind.code].answer(said)
    counter.decide(answer, notification_id="T01-1-99", supersedes=first)
    counter.contact()
    return view.case_id


@pytest.mark.req("FLOW-106", "SEC-108")
def test_what_only_an_erased_entry_could_say_is_listed_and_not_made_up(counter: Counter) -> None:
    case_id = accepted_after_all(counter, alias="見本　タカコ", alias_kana="ミホン　タカコ")
    (one,) = counter.rows(person)
    assert (one.name, one.phone, one.alias) == (ENTRY["name"], "", "")
    assert counter.rows(household_member) == [] and len(counter.rows(insured)) == 1
    (case,) = counter.rows(case_file)
    assert case.state == "decided"
    (entry,) = counter.rows(check_entry)
    assert (entry.cause, entry.case_id, entry.person_id) == ("entry_gone", case_id, one.id)
    for label in ("世帯番号", "続柄", "通称", "電話番号", "書類"):
        assert label in entry.detail
    assert counter.show(case_id).name == ENTRY["name"]
    with pytest.raises(UserError) as slip:
        counter.slip(case_id)
    assert slip.value.code == "cases.slip_entry_gone" and counter.printer.sheets == []


@pytest.mark.req("FLOW-106")
def test_what_an_entry_still_says_is_written_and_nothing_listed(counter: Counter) -> None:
    """Refused and not ended yet: what was keyed is here when the union accepts after all."""
    counter.answers.append(refused)
    view = counter.decided()
    said = counter.entry_of(view.case_id)
    counter.decide(accepted(said), notification_id="T01-1-99")
    counter.contact()
    (one,) = counter.rows(person)
    (home,) = counter.rows(household_member)
    assert one.phone == "0250001234" and home.household_number == ENTRY["household_number"]
    assert counter.rows(check_entry) == []


@pytest.mark.req("FLOW-106")
@pytest.mark.parametrize("code", sorted(CASES))
def test_of_every_kind_an_erased_entry_is_listed_and_what_follows_waits(
    counter: Counter, code: str
) -> None:
    counter.kind = CASES[code]
    case_id = accepted_after_all(counter)
    # beside it stands what this terminal cannot do, for it knows nothing of who is taken in
    (entry,) = (one for one in counter.rows(check_entry) if one.cause != "no_loss")
    assert (entry.cause, entry.case_id) == ("entry_gone", case_id)
    assert CASES[code].label in entry.detail
    assert {row.code for row in counter.rows(follow_up)} == {
        one.code for one in CASES[code].follow_up
    }


def test_while_the_decision_is_pending_only_a_slip_is_printed(counter: Counter) -> None:
    counter.answers.append(pending)
    view = counter.decided()
    assert view.case_state == "waiting"
    with pytest.raises(UserError):
        counter.draw(view)
    counter.slip(view.case_id)
    assert [number for number, _ in counter.printer.sheets] == [view.case_id]
    assert len(counter.rows(my_number)) == 1
    assert view.record is not None

    ((sent_id, (record,)),) = counter.union.taken
    counter.decide(accepted(record), supersedes=view.record.decision_id, notification_id=sent_id)
    counter.contact()
    assert counter.show(view.case_id).case_state == "decided"
    assert counter.rows(my_number) == []


def test_without_the_line_the_case_waits_and_a_slip_is_printed(counter: Counter) -> None:
    sent = counter.send(counter.entered())

    def cut(name: str) -> None:
        raise line_fault("unreachable")

    counter.union.before = cut
    report = counter.engine.send_now(sent.outbox_id)
    assert not report.accepted and report.problem is not None
    view = counter.show(sent.case_id)
    assert (view.case_state, view.record) == ("waiting", None)
    counter.slip(sent.case_id)
    counter.union.before = lambda name: None
    counter.world.later(minutes=10)
    counter.contact()
    assert counter.rows(outbox)[0].state == "accepted"
    assert counter.show(sent.case_id).case_state == "decided"


def test_no_slip_for_what_was_not_sent(counter: Counter) -> None:
    case = counter.entered()
    with pytest.raises(UserError) as early:
        counter.slip(case.id)
    assert early.value.code == "cases.slip_not_sent" and counter.printer.sheets == []
