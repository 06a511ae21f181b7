"""死亡 through the window against the real union: loss, mail, papers, and what comes after."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.errors import UserError
from app.functions.eligibility.kinds.leaving import DEATH
from app.persons import history
from db.tables.cases import case_file, follow_up
from db.tables.certificates import certificate
from db.tables.persons import insured, person
from tests.support.people_here import insured_here
from tests.support.stories import Story
from tests.support.window import CaseWindow

KEYED = {
    "event_on": "R8.11.20",
    "paper_return": "later",
    "mourner_name": "見本　一郎",
    "mourner_relation": "子",
    "channel": "counter",
    "notifier": "household",
    "identity_check": "photo_one",
}


@pytest.mark.req("FLOW-101", "FLOW-102", "FLOW-103", "FLOW-106")
def test_a_death_ends_the_eligibility_and_all_that_hangs_on_it(story: Story, qtbot) -> None:
    with story.desk() as desk:
        issued = desk.issued(story.movers[0])  # its sheet is not confirmed when she dies
        (row,) = [one for one in desk.rows(certificate) if one.number == issued.number]
        person_id = row.person_id
        window = CaseWindow(desk, qtbot)
        entry = window.begin(DEATH, person_id)
        assert story.movers[0].person.atena_number in window.texts()
        assert "atena_number" not in DEATH.fields and "name" not in DEATH.fields
        assert entry.form is not None
        window.key_in(KEYED)
        view = window.send()
        assert view.record is not None and view.record.outcome == "accepted"
        assert (view.record.lost_on, view.record.loss_reason) == ("2026-11-21", "LOS_DEATH")
        assert "死亡の届出（死亡日 令和8年11月20日）" in window.touch.sentences[-1]
        window.screen.main_button.click()
        window.until(lambda: window.screen is None)

        assert {one.state for one in desk.rows(person) if one.id == person_id} == {"3"}
        (period,) = [one for one in desk.rows(insured) if one.person_id == person_id]
        assert (period.lost_on, period.loss_reason) == ("2026-11-21", "LOS_DEATH")
        (paper,) = [one for one in desk.rows(certificate) if one.number == issued.number]
        assert (paper.state, paper.cause) == ("void", "死亡により資格を喪失した")
        with desk.script.terminal.store.view(history.READS) as work:
            known = date(2026, 11, 20)
            seen = history.as_of(work, person_id, date(2026, 11, 21), known)
            assert seen is not None and not seen.is_insured
            assert seen.value("mail") == {"stopped": "LOS_DEATH"}
            before = history.as_of(work, person_id, date(2026, 11, 20), known)
            assert before is not None and before.is_insured
        (visit,) = [one for one in desk.rows(case_file) if one.id == paper.case_id]
        assert visit.state == "issued", "nobody has looked it through yet"
        desk.look(visit.id)
        (visit,) = [one for one in desk.rows(case_file) if one.id == paper.case_id]
        assert visit.state == "closed", "a void paper's sheet is waited for no more"
        after = {one.code: one for one in desk.rows(follow_up)}
        assert set(after) == {"paper_to_return", "funeral_benefit"}
        assert after["paper_to_return"].due_on == "2026-12-04"
        (case,) = [one for one in desk.rows(case_file) if one.id == view.case_id]
        assert (case.kind, case.person_id) == ("death", person_id)
        desk.look(view.case_id, kind=DEATH)
        (case,) = [one for one in desk.rows(case_file) if one.id == view.case_id]
        assert case.state == "closed"
        window.close()
        acts = [line.entry.function_id for line in desk.script.terminal.journal.lines()]
        for act in ("open_death", "send_death", "receive_decision", "compare_decision"):
            assert f"eligibility.{act}" in acts
    books = story.union_rows("SELECT lost_on, loss_reason FROM coverage WHERE insured_number = ?",
                             period.insured_number)  # fmt: skip
    assert books == [("2026-11-21", "LOS_DEATH")]


def test_somebody_whose_death_the_union_knows_is_refused(story: Story, qtbot) -> None:
    with story.desk() as desk:
        person_id = insured_here(desk)
        story.change_union("UPDATE person SET state = '3', state_on = '2026-11-01'"
                           " WHERE atena_number = ?", desk.atena_of(person_id))  # fmt: skip
        window = CaseWindow(desk, qtbot)
        window.begin(DEATH, person_id)
        window.key_in({**KEYED, "paper_return": "returned"})
        view = window.send()
        assert view.case_state == "refused" and view.record is not None
        assert view.record.reasons == "already_dead" and "2026-11-01" in view.record.reason_text
        assert view.record.reason_text.splitlines()[0] in window.texts()
        assert {one.state for one in desk.rows(person) if one.id == person_id} == {"1"}
        assert desk.rows(follow_up) == []
        window.screen.main_button.click()
        window.until(lambda: window.screen is None)
        window.close()


def test_a_death_is_not_begun_for_somebody_who_is_not_insured(story: Story, qtbot) -> None:
    with story.desk() as desk:
        person_id = insured_here(desk, insured=False)
        window = CaseWindow(desk, qtbot)
        window.go(DEATH.opening, person_id=person_id)
        with pytest.raises(UserError) as refused:
            window.until(lambda: False)
        assert refused.value.code == "cases.not_for_person"
        assert desk.rows(case_file) == []
        window.close()
