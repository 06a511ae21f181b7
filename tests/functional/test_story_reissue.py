"""再交付 through the window against the real union: another paper, counted; the old one is void."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.cases.screens.paper import PaperScreen
from app.functions.eligibility.kinds.reissue import REISSUE
from app.persons import history
from db.tables.cases import case_file
from db.tables.certificates import certificate, sheet
from db.tables.persons import insured
from tests.support.stories import Story, text_of
from tests.support.window import CaseWindow

KEYED = {
    "paper": "eligibility_certificate",
    "reason": "lost",
    "event_on": "R8.11.19",
    "delivery": "counter",
    "channel": "counter",
    "notifier": "person",
    "identity_check": "photo_one",
}


@pytest.mark.req("FLOW-107", "FLOW-108", "SEC-119")
def test_a_lost_certificate_is_issued_again_and_the_old_one_is_void(
    story: Story, qtbot: Any
) -> None:
    with story.desk() as desk:
        first = desk.issued(story.movers[0])
        desk.settle(first)
        (old,) = [one for one in desk.rows(certificate) if one.number == first.number]
        before = desk.rows(insured)
        window = CaseWindow(desk, qtbot)
        window.begin(REISSUE, old.person_id)
        window.key_in(KEYED)
        view = window.send()
        assert view.record is not None and view.record.outcome == "accepted"
        assert (view.record.reissue_reason, view.record.reissue_count) == ("lost", "1")
        assert "資格確認書の再交付（紛失）" in window.touch.sentences[-1]
        assert "1回目（紛失）" in window.texts()

        window.screen.main_button.click()
        window.until(
            lambda: isinstance(window.screen, PaperScreen) and window.screen.proof is not None
        )
        window.screen.main_button.click()
        window.until(lambda: window.screen.issued is not None)
        window.screen.main_button.click()
        window.until(lambda: window.screen is None)
        papers = {one.number: one for one in desk.rows(certificate)}
        assert (papers[first.number].state, papers[first.number].cause) == (
            "void",
            "再交付により無効になった",
        )
        (new,) = [one for one in papers.values() if one.case_id == view.case_id]
        assert (new.state, new.person_id, new.form_id) == ("issued", old.person_id, old.form_id)
        assert [one.state for one in desk.rows(sheet)] == ["confirmed", "confirmed"]
        assert desk.rows(insured) == before, "nothing of the person changed"
        printed = [text_of(file.read_bytes()) for file in sorted(story.printed.glob("*.pdf"))]
        assert any(view.record.insured_number in text.replace(" ", "") for text in printed)
        with desk.script.terminal.store.view(history.READS) as work:
            seen = history.as_of(work, old.person_id, date(2026, 11, 20), date(2026, 11, 20))
            assert seen is not None
            assert {**seen.value("paper", view.case_id)} == {
                "paper": "eligibility_certificate",
                "reason": "lost",
                "copy": "1",
                "case_id": view.case_id,
            }
        desk.look(view.case_id, kind=REISSUE)
        (case,) = [one for one in desk.rows(case_file) if one.id == view.case_id]
        assert case.state == "closed"
        window.close()
        acts = [line.entry.function_id for line in desk.script.terminal.journal.lines()]
        for act in ("open_reissue", "send_reissue", "issue_certificate", "settle_sheet"):
            assert f"eligibility.{act}" in acts
    said = story.union_rows("SELECT record FROM decision WHERE id = ?", view.record.decision_id)
    assert '"reissue_count": "1"' in said[0][0]


def test_a_paper_that_she_does_not_hold_is_refused(story: Story, qtbot: Any) -> None:
    with story.desk() as desk:
        first = desk.issued(story.movers[0])
        (old,) = [one for one in desk.rows(certificate) if one.number == first.number]
        window = CaseWindow(desk, qtbot)
        window.begin(REISSUE, old.person_id)
        window.key_in({**KEYED, "paper": "eligibility_notice"})
        view = window.send()
        assert view.case_state == "refused" and view.record is not None
        assert view.record.reasons == "paper_differs"
        assert "交付しているのは資格確認書です。" in window.texts()
        (kept,) = [one for one in desk.rows(certificate) if one.number == first.number]
        assert kept.state == "issued"
        window.close()
