"""Wrong, contradictory, late or doubled: each is told with what to do; nothing keyed is lost.

A decision that differs from the notification: ``test_receive_a_decision``. A person restricted
between two steps: ``test_support_measures``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.cases import checks, drafts, sending
from app.cases.beginning import Begun
from app.cases.entry import Finding
from app.catalog import CASES
from app.core.errors import UserError
from app.sync.states import Incoming
from db.tables.cases import check_entry
from tests.support.about_kinds import HER
from tests.support.counter import Counter, counter_in, put_residents
from tests.support.visit_examples import death_and_claim
from tests.support.world import shared_tables
from tests.unit.functions.test_identification import HER as KNOWN

TODAY = date(2026, 11, 20)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path / "here") as made:
        yield made


def refused(told: pytest.ExceptionInfo[UserError], code: str, *words: str) -> None:
    """It says what happened, and what to do."""
    assert told.value.code == code and told.value.remedy
    assert all(word in told.value.message + told.value.remedy for word in words), told.value


def finding(code: str, field: str, whom: object = None, **keyed: str) -> Finding:
    """The error at a field of a kind's entry."""
    entered = checks.as_entered(CASES[code], keyed, shared_tables(), TODAY, whom)  # type: ignore[arg-type]
    found = checks.check_all(CASES[code], entered)
    (one, *_) = [each for each in found if each.field == field and each.level == "error"]
    return one


@pytest.mark.parametrize("typed", ["R8.2.30", "R8.13.1", "H32.5.1", "あした"])
def test_an_impossible_date(typed: str) -> None:
    told = finding("contact", "event_on", KNOWN, event_on=typed)
    assert told.code != "missing" and told.message and told.remedy


def test_events_that_contradict_each_other(counter: Counter) -> None:
    """Whoever is reported dead in this visit does not move out in it."""
    death, _claim = death_and_claim(counter)
    session = counter.world.session("clerk")
    with pytest.raises(UserError) as told:
        drafts.open_case(counter.gate, session, CASES["move_out"], {}, begun=Begun(after=death.id))
    refused(told, "cases.not_for_person", "亡くなった方")
    counter.kind = CASES["death"]
    assert counter.load(death.id).values["event_on"]


@pytest.mark.parametrize("code", ["welfare_end", "exemption_end", "longer_stay", "ex_officio"])
def test_an_event_before_the_last_one(code: str) -> None:
    """The union refuses it too (``test_sequences_of_events``)."""
    lost = replace(KNOWN, eligibility_state="lost", lost_on="2026-11-10")
    told = finding(code, "event_on", lost, event_on="R8.11.9")
    assert "前の資格の喪失日より前" in told.message and told.remedy


def test_a_document_that_has_run_out() -> None:
    for code in ("disability", "disability_change", "disability_renewal"):
        told = finding(code, "proof_until", KNOWN, event_on="R8.11.10", proof_until="R8.11.9")
        assert told.code == "run_out" and "更新" in told.remedy


def test_a_notification_for_a_person_who_died(counter: Counter) -> None:
    put_residents(counter.world, replace(HER, state="3"))
    session = counter.world.session("clerk")
    with pytest.raises(UserError) as told:
        drafts.open_case(counter.gate, session, CASES["contact"], {}, person_id=HER.id)
    refused(told, "cases.not_for_person", "亡くなった方")


def test_a_duplicate_of_yesterdays_case(counter: Counter) -> None:
    put_residents(counter.world, HER)
    counter.kind = CASES["contact"]
    first = counter.begin(person_id=HER.id)
    counter.world.clock.advance(timedelta(days=1))
    with pytest.raises(UserError) as told:
        counter.begin(person_id=HER.id)
    refused(told, "cases.begun_already", first.id, "今日の仕事")


def test_a_decision_for_a_withdrawn_case_is_listed_and_the_entry_stays(counter: Counter) -> None:
    sent = counter.send(counter.entered())
    counter.engine.send_now(sent.outbox_id)
    assert counter.load(sent.case_id).state == "decided"
    other = counter.send(counter.entered(atena_number="000000000123466"))
    session = counter.world.session("clerk")
    sending.withdraw(counter.gate, session, counter.load(other.case_id))
    record = counter.show(sent.case_id).record
    assert record is not None
    stray = replace(record, case_id=other.case_id, decision_id="U15-1-000900")
    counter.union.announce("FILE-16", [stray])
    (received,) = counter.engine.contact().received
    assert received.state is Incoming.APPLIED
    (listed,) = [one for one in counter.rows(check_entry) if one.case_id == other.case_id]
    assert listed.cause == "decision_unexpected"
    assert shared_tables()["check_causes"].at(TODAY, code=listed.cause).text("label")
    kept = counter.load(other.case_id)
    assert kept.state == "draft" and kept.values["name"], "nothing is lost"
