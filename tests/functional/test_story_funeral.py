"""葬祭費 through the window against the real union: payee in no register, account, amount."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.functions.benefits.kinds.funeral import FUNERAL
from app.functions.eligibility.kinds.leaving import DEATH
from app.persons import history
from db.tables.cases import case_file, follow_up
from db.tables.exchange import outbox
from tests.functional.test_story_death import KEYED as DEATH_KEYED
from tests.support.people_here import insured_here
from tests.support.stories import Story
from tests.support.window import CaseWindow

KEYED = {
    "event_on": "R8.11.20",
    "proof": "thanks_card",
    "payee_kana": "みほん　いちろう",
    "payee_name": "見本　一郎",
    "payee_relation": "子",
    "payee_postal_code": "999-0001",
    "payee_address": "見本県見本市本町2番2号",
    "payee_phone": "0250-00-5678",
    "bank_code": "みずほ銀行",
    "branch_code": "東京営業部",
    "account_type": "1",
    "account_number": "0123456",
    "holder_kana": "ミホン　イチロウ",
    "channel": "counter",
    "notifier": "household",
    "identity_check": "photo_one",
}


def died(window: CaseWindow, person_id: str) -> None:
    """The death is notified and accepted first."""
    window.begin(DEATH, person_id)
    window.key_in(DEATH_KEYED)
    assert window.send().case_state == "decided"
    window.screen.main_button.click()
    window.until(lambda: window.screen is None)


@pytest.mark.req("FLOW-604", "FLOW-605", "FLOW-607", "FILE-10", "FILE-21")
def test_who_held_the_funeral_is_paid_what_the_table_says(story: Story, qtbot: Any) -> None:
    with story.desk() as desk:
        person_id = insured_here(desk)
        window = CaseWindow(desk, qtbot)
        died(window, person_id)
        (offered,) = [one for one in desk.rows(follow_up) if one.code == "funeral_benefit"]
        assert offered.settled_at == ""

        window.begin(FUNERAL, person_id)
        (offered,) = [one for one in desk.rows(follow_up) if one.code == "funeral_benefit"]
        assert offered.settled_at != "" and offered.how.startswith("T01-")
        window.key_in(KEYED)
        view = window.send()
        assert view.record is not None and view.record.outcome == "accepted"
        assert (view.record.amount, view.record.claim_until) == ("50000", "2028-11-20")
        assert "見本　一郎 様に支給する申請" in window.touch.sentences[-1]
        shown = window.texts()
        assert "50,000 円" in shown and "違いはありません" in shown
        assert "公の文書で確認できていない基準" in shown
        window.screen.main_button.click()
        window.until(lambda: window.screen is None)

        (sent,) = [one for one in desk.rows(outbox) if one.case_id == view.case_id]
        assert (sent.file_id, sent.state) == ("FILE-10", "accepted")
        with desk.script.terminal.store.view(history.READS) as work:
            seen = history.as_of(work, person_id, date(2026, 11, 20), date(2026, 11, 20))
            assert seen is not None
            assert seen.value("payment", view.case_id) == {
                "benefit": "funeral",
                "amount": "50000",
                "payee": "見本　一郎",
                "case_id": view.case_id,
            }
        desk.look(view.case_id, kind=FUNERAL)
        (case,) = [one for one in desk.rows(case_file) if one.id == view.case_id]
        assert case.state == "closed"
        acts = [line.entry.function_id for line in desk.script.terminal.journal.lines()]
        for act in ("open_funeral", "send_funeral", "receive_decision", "compare_decision"):
            assert f"benefits.{act}" in acts

        window.begin(FUNERAL, person_id)
        window.key_in({**KEYED, "payee_name": "見本　二郎"})
        again = window.send()
        assert again.case_state == "refused" and again.record is not None
        assert again.record.reasons == "already_paid"
        assert "すでに支給が決定されています" in window.texts()
        window.close()
    paid = story.union_rows("SELECT kind, amount, payee FROM benefit")
    assert paid == [("funeral", 50000, "見本　一郎")]


def test_a_claim_for_somebody_whom_another_law_pays_for_is_refused(
    story: Story, qtbot: Any
) -> None:
    with story.desk() as desk:
        person_id = insured_here(desk)
        window = CaseWindow(desk, qtbot)
        died(window, person_id)
        window.begin(FUNERAL, person_id)
        window.key_in({**KEYED, "other_law": "1", "holder_kana": "サトウ　ハナ"})
        view = window.send()
        assert view.case_state == "refused" and view.record is not None
        assert view.record.reasons == "other_law_pays"
        window.close()
    assert story.union_rows("SELECT count(*) FROM benefit") == [(0,)]
