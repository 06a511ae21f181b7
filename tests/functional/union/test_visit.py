"""The counter visit as the union answers it: three persons, decided at once (FLOW-104…106)."""

from __future__ import annotations

import json

import pytest

from app.rules.identifiers import DigitCheck, insured_number
from app.training.people import INSURER_NUMBER
from app.wire.statements import Settlement

pytestmark = pytest.mark.req("SYS-01", "FLOW-104", "FLOW-105", "FLOW-106")

EXPECTED = [
    ("2", "general2", "eligibility_certificate"),
    ("1", "general1", "eligibility_notice"),
    ("1", "low2", "eligibility_certificate"),
]


@pytest.fixture(scope="module")
def decided(terminal, three):
    found = []
    for number, mover in enumerate(three, start=1):
        case = f"{terminal.id}-1-{number:06d}"
        record = mover.notification(case, mover.moved_on)
        receipt = terminal.send("FILE-01", [record], sent_id=f"{case}-out")
        assert receipt.settlement is Settlement.ACCEPTED, receipt.message
        (decision,) = terminal.receive("FILE-16")
        found.append((mover, record, decision))
    return found


def test_ratio_class_and_paper_are_the_unions(decided):
    outcome = [(d.copay_ratio, d.limit_class, d.paper) for _, _, d in decided]
    assert outcome == EXPECTED
    assert [d.paper for _, _, d in decided] == [m.expected_paper for m, _, _ in decided]


def test_the_decision_says_everything_a_certificate_shows(decided):
    for mover, record, decision in decided:
        assert decision.outcome == "accepted"
        assert decision.notification_id == f"{record.case_id}-out"
        assert decision.case_id == record.case_id
        assert (decision.name, decision.kana) == (mover.person.name, mover.person.kana)
        assert not insured_number(decision.insured_number, DigitCheck.WARN).doubtful
        assert decision.insurer_number == INSURER_NUMBER
        assert decision.acquired_on == record.event_on == decision.copay_from
        assert decision.acquisition_reason == "ACQ_IN"
        assert decision.expires_on == "2027-07-31"
        assert decision.issue_on == "2026-11-20"
        assert decision.income_state == "paper"
        assert decision.provisional == "0"
        assert decision.supersedes == decision.reasons == ""


def test_every_number_is_anothers(decided):
    assert len({decision.insured_number for _, _, decision in decided}) == 3


def test_the_grounds_travel_as_data_and_as_two_texts(decided):
    for _, _, decision in decided:
        grounds = json.loads(decision.grounds)
        assert grounds["copay"]
        assert all(len(key) == 15 for item in grounds["copay"] for key in item["persons"])
        assert "割" in decision.grounds_clerk
        assert decision.grounds_aloud.startswith(
            f"窓口でのお支払いは、かかった医療費の{decision.copay_ratio}割です。"
        )
    clerk = decided[0][2].grounds_clerk
    assert "髙橋" in clerk


@pytest.mark.req("SEC-51")
def test_the_individual_number_never_comes_back(decided, union):
    for mover, _, decision in decided:
        assert mover.person.my_number not in repr(decision)


def test_the_person_is_in_the_household_of_the_next_delivery(decided, terminal, union):
    union.deliver("152994")
    lines = {line.atena_number: line for line in terminal.receive("FILE-17")}
    assert len(lines) >= 300
    for mover, _, decision in decided:
        line = lines[mover.person.atena_number]
        assert line.household_number == mover.person.household_number
        assert line.insured_number == decision.insured_number
        assert line.copay_ratio == decision.copay_ratio
    assert not any("my_number" in field for field in lines[mover.person.atena_number].__slots__)


def test_a_second_delivery_holds_only_what_changed(terminal, union):
    assert union.deliver("152994") == 0
    assert terminal.receive("FILE-17") == []
