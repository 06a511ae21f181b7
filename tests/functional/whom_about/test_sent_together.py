"""What one visitor brought goes by one touch over one manifest: all of it or nothing, each entry
checked as if it were sent alone, a claim never before the death on which it rests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases import becoming, drafts, sending, together
from app.cases.beginning import Begun
from app.catalog import CASES
from app.core.errors import UserError
from app.rules.values.reader import Reader
from app.security.acts.prepared import PreparedAct
from app.security.gate.gate import Gate
from db.tables.cases import case_file
from db.tables.exchange import outbox
from tests.support.counter import ENTRY, Counter, counter_in
from tests.support.visit_examples import (
    answers,
    death_and_claim,
    keyed,
    seen,
    two_movers,
)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with counter_in(tmp_path / "here") as made:
        yield made


def prepared(counter: Counter, case: drafts.KeyedCase) -> PreparedAct:
    visit = seen(counter, case)
    session = counter.world.session("clerk")
    cases = [one.case for one in visit]
    return together.prepare(
        counter.gate, session, cases, answers(visit), counter.tables, counter.today
    )


def perform(counter: Counter, act: PreparedAct) -> tuple[sending.Sent, ...]:
    given = tuple(counter.approvals(act))
    return together.perform(counter.gate, act, given, CASES, counter.tables)


def states(counter: Counter) -> dict[str, str]:
    return {row.kind: row.state for row in counter.rows(case_file)}


def test_the_claim_begins_before_the_death_is_sent_and_takes_the_mourner_over(
    counter: Counter,
) -> None:
    death, claim = death_and_claim(counter)
    assert claim.whom is not None and claim.whom.expected_by == death.id
    assert (claim.whom.eligibility_state, claim.whom.died_on) == ("dead", "2026-11-15")
    counter.kind = CASES["death"]
    whom = counter.load(death.id).whom
    assert whom is not None and whom.died_on == "", "nothing is decided yet"
    counter.kind = CASES["heir"]
    session = counter.world.session("clerk")
    heir = drafts.open_case(counter.gate, session, CASES["heir"], {}, begun=Begun(after=claim.id))
    assert heir.values["heir_name"] == "見本　次郎", "named in the first case of the visit"


def test_one_touch_signs_the_manifest_and_every_entry_goes_in_order(counter: Counter) -> None:
    death, claim = death_and_claim(counter)
    act = prepared(counter, death)
    assert act.function.id == together.SEND
    assert act.sentence.splitlines()[0] == "次の2件を、まとめて広域連合へ送ります。"
    assert len(counter.approvals(act)) == 1
    sent = perform(counter, act)
    assert [one.case_id for one in sent] == [death.id, claim.id]
    assert [row.case_id for row in sorted(counter.rows(outbox), key=lambda row: row.id)] == [
        death.id,
        claim.id,
    ]
    assert states(counter) == {"death": "waiting", "funeral": "waiting"}


def test_another_manifest_than_the_signed_one_does_not_go(counter: Counter) -> None:
    death, claim = death_and_claim(counter)
    act = prepared(counter, death)
    counter.kind = CASES["funeral"]
    again = counter.load(claim.id)
    counter.key_in(again, {**again.values, "account_number": "7654321"})
    with pytest.raises(UserError):
        perform(counter, act)
    assert counter.rows(outbox) == [] and set(states(counter).values()) == {"draft"}


def test_a_claim_is_not_sent_before_its_death(counter: Counter) -> None:
    death, claim = death_and_claim(counter)
    counter.kind = CASES["funeral"]
    with pytest.raises(UserError) as refused:
        counter.prepare_send(claim)
    assert refused.value.code == "cases.sent_after" and death.id in refused.value.message
    assert "まとめて送信" in refused.value.remedy


def test_a_claim_whose_death_was_dropped_is_refused_and_nothing_of_it_is_lost(
    counter: Counter,
) -> None:
    death, claim = death_and_claim(counter)
    drafts.cancel_case(counter.gate, counter.world.session("clerk"), death, "届出人が取りやめた")
    counter.kind = CASES["funeral"]
    with pytest.raises(UserError) as refused:
        counter.prepare_send(counter.load(claim.id))
    assert refused.value.code == "cases.not_for_person"
    assert counter.load(claim.id).values["account_number"]


def test_a_changed_day_of_death_is_the_claims_too(counter: Counter) -> None:
    death, claim = death_and_claim(counter)
    other = keyed_again(counter, death, event_on="R8.11.15")
    counter.kind = CASES["funeral"]
    whom = counter.load(claim.id).whom
    assert whom is not None and whom.died_on == "2026-11-15" and other.id == death.id


def keyed_again(counter: Counter, case: drafts.KeyedCase, **changed: str) -> drafts.KeyedCase:
    reader = Reader.of(counter.tables, counter.today)
    values = becoming.note(case.kind, {**case.values, **changed}, reader)
    session = counter.world.session("clerk")
    return drafts.save_draft(counter.gate, session, case, values, "summary")


def test_what_is_wrong_is_told_with_the_kind_that_has_it(counter: Counter) -> None:
    death, _claim = death_and_claim(counter)
    visit = seen(counter, death)
    cases = [one.case for one in visit]
    broken = [cases[0], keyed_again(counter, cases[1], account_number="12")]
    with pytest.raises(UserError) as refused:
        together.prepare(
            counter.gate,
            counter.world.session("clerk"),
            broken,
            answers(visit),
            counter.tables,
            counter.today,
        )
    assert refused.value.code == "cases.not_ready"
    assert refused.value.message.startswith("「葬祭費の申請」：")


def test_numbers_go_under_the_function_that_may_use_them(counter: Counter) -> None:
    first, _second = two_movers(counter)
    act = prepared(counter, first)
    assert act.function.id == together.SEND_NUMBERED
    assert len(perform(counter, act)) == 2


def test_one_entry_or_another_visits_is_not_sent_together(counter: Counter) -> None:
    alone = keyed(counter, "move_in", {**ENTRY, "number_check": "none"})
    with pytest.raises(UserError) as refused:
        prepared(counter, alone)
    assert refused.value.code == "cases.no_sitting"


def test_whoever_may_not_send_a_kind_neither_sees_nor_sends_it(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    death, _claim = death_and_claim(counter)
    act = prepared(counter, death)
    may = Gate.permitted
    monkeypatch.setattr(
        Gate, "permitted", lambda self, session: may(self, session) - {CASES["funeral"].sending}
    )
    assert [one.case.kind.code for one in seen(counter, death)] == ["death"]
    with pytest.raises(UserError) as refused:
        perform(counter, act)
    assert refused.value.code == "cases.no_right" and "葬祭費" in refused.value.message
    assert counter.rows(outbox) == []
