"""給付の申請 at the window, from the entry to the decision with its computation and the union's
notice (FLOW-601 … 607)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.catalog import CASES
from app.persons import history
from app.training.people import MUNICIPALITY_CODE
from db.tables.cases import decision
from db.tables.exchange import union_paper
from db.tables.persons import insured, person
from tests.functional.test_story_inquiry import Beyond
from tests.functional.test_story_inquiry import number_of as number_of_person
from tests.support.claim_entries import keys
from tests.support.intermediary import holds, intermediary, permit
from tests.support.people_here import insured_here
from tests.support.stories import Desk, Story
from tests.support.window import CaseWindow

BROUGHT = {"channel": "counter", "notifier": "person", "identity_check": "photo_one"}
POST = {"bank_code": "ゆうちょ", "branch_code": "10180", "account_number": "12345671"}
BRACE = {
    "event_on": "R8.11.10",
    "ordered_on": "R8.11.1",
    "disease": "膝関節症",
    "institution": "見本義肢",
    "paid_on": "R8.11.10",
    "paid": "60000",
}
MOST_KEYS = 90
"""The figure of issue 21 for a claim."""
CITY = MUNICIPALITY_CODE


def number_of(desk: Desk, person_id: str) -> str:
    (row,) = [one for one in desk.rows(insured) if one.person_id == person_id]
    return str(row.insured_number)


def kana_of(desk: Desk, person_id: str) -> str:
    (row,) = [one for one in desk.rows(person) if one.id == person_id]
    return str(row.kana)


@pytest.mark.req("FLOW-603", "FLOW-604", "FLOW-607", "FORM-17", "FORM-51", "FILE-47")
def test_a_first_claim_of_high_cost_is_paid_with_its_computation(story: Story, qtbot: Any) -> None:
    kind = CASES["claim_high_cost"]
    with story.desk() as desk:
        person_id = insured_here(desk)
        number = number_of(desk, person_id)
        receipts = [
            {"insured_number": number, "key": "r1", "treated_on": "2026-09-03",
             "cost": 400_000, "paid": 40_000},
        ]  # fmt: skip
        official = story.union.first
        official.act("treatments", body=json.dumps(receipts).encode())
        made = official.act("reckon_month", {"municipality": CITY, "month": "2026-09-01"})
        assert made == {"persons": 1, "made": 1, "left": 0}

        window = CaseWindow(desk, qtbot)
        window.begin(kind, person_id)
        keyed = {**BROUGHT, **POST, "event_on": "R8.11.20", "holder_kana": kana_of(desk, person_id)}
        assert keys(keyed) <= MOST_KEYS
        window.key_in(keyed)
        view = window.send()
        assert view.record is not None and view.record.outcome == "accepted", view.record
        assert (view.record.bank_code, view.record.branch_code) == ("9900", "018")
        assert view.record.account_number == "1234567"
        shown = window.texts()
        amount = int(view.record.amount)
        assert f"{amount:,} 円" in shown and f"この月の支給額 {amount:,}円" in shown
        assert "ゆうちょ" in shown and "＊＊＊＊567" in shown
        window.leave()
        with desk.store.view(history.READS) as work:
            seen = history.as_of(work, person_id, date(2026, 11, 20), date(2026, 11, 20))
            assert seen is not None
            assert seen.value("account", "")["account_number"] == "1234567"
        (paper,) = desk.rows(union_paper)
        assert paper.title.startswith("療養費等支給決定通知書")
        window.close()


@pytest.mark.req("SEC-134", "FLOW-901")
def test_the_public_account_is_asked_of_the_intermediary_and_the_claim_goes_on(
    story: Story, qtbot: Any, tmp_path: Path
) -> None:
    """Slow by the intermediary and its keys: one story for both answers."""
    kind = CASES["claim_brace"]
    with intermediary(tmp_path / "intermediary", story.clock) as here, story.desk() as desk:
        permit(here)
        beyond = Beyond(story, here)
        person_id = insured_here(desk)
        account = {
            **{"bank_code": "0001", "branch_code": "001", "account_type": "1"},
            **{"account_number": "0123456", "holder_kana": kana_of(desk, person_id)},
        }
        holds(here, number_of_person(story, desk, person_id), "account", **account)
        window = CaseWindow(desk, qtbot)
        window.begin(kind, person_id)
        window.key_in({**BROUGHT, **BRACE, "account_from": "public", "consent": "1"})
        view = window.send()
        assert view.record is not None and view.record.reasons == "account_awaited"
        assert "公金受取口座を照会しています" in window.texts()
        window.leave()
        assert beyond.carried()["registered"] == 1
        assert beyond.answered()["answered"] == 1
        (waits,) = beyond.act("claims")
        assert waits["reasons"] == "claim_assessed"
        beyond.act("assess", {"notification": waits["notification_id"], "standard": "50000"})
        desk.engine.contact()
        rows = [one for one in desk.rows(decision) if one.case_id == view.case_id]
        record = json.loads(rows[-1].record)
        assert (record["outcome"], record["bank_code"]) == ("accepted", "0001")
        window.close()


@pytest.mark.req("FLOW-605", "FLOW-607")
def test_an_expense_is_decided_when_the_union_has_assessed_it(story: Story, qtbot: Any) -> None:
    kind = CASES["claim_brace"]
    with story.desk() as desk:
        person_id = insured_here(desk)
        window = CaseWindow(desk, qtbot)
        window.begin(kind, person_id)
        keyed = {**BROUGHT, **BRACE, **POST, "holder_kana": kana_of(desk, person_id)}
        assert keys(keyed) <= MOST_KEYS
        window.key_in(keyed)
        view = window.send()
        assert view.record is not None and view.record.outcome == "pending"
        assert "審査しています" in window.texts()
        window.leave()
        official = story.union.first
        (waits,) = official.act("claims")
        official.act("assess", {"notification": waits["notification_id"], "standard": "50000"})
        desk.engine.contact()
        with desk.store.view(history.READS) as work:
            seen = history.as_of(work, person_id, date(2026, 11, 20), date(2026, 11, 20))
            assert seen is not None
            paid = seen.value("payment", view.case_id)
        assert paid["benefit"] == "medical_expense" and int(paid["amount"]) in (35_000, 45_000)
        window.close()
