"""The counter's day in stories (docs/stories): each through the window against the real union, each
with one wrong turn; screen, union's books, journal and paper are looked at.

Those that have files of their own: moving in with papers and without
(``test_story_income_unknown``), a death (``test_story_death``, ``test_story_funeral``), the victim
of violence who moves in (``test_support_measures``).
"""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QInputDialog

from app.cases.screens.decision import DecisionScreen
from app.cases.screens.entry import EntryScreen
from app.cases.screens.paper import PaperScreen
from app.catalog import CASES
from app.demo.people import SECOND_CLERK
from app.persons.screens.person import PersonScreen
from app.persons.screens.reaching import ReachingScreen
from db.tables.cases import case_file
from db.tables.certificates import certificate
from db.tables.persons import insured, person
from tests.support.kind_rows import BROUGHT, ENTERS
from tests.support.people_here import insured_here
from tests.support.stories import Desk, Story, text_of
from tests.support.window import CaseWindow


def acts(desk: Desk, function_id: str) -> list[Any]:
    """The journal's lines of a function."""
    lines = [line.entry for line in desk.script.terminal.journal.lines()]
    return [one for one in lines if one.function_id == function_id]


def keyed_wrong(window: CaseWindow, values: dict[str, str], told: str) -> None:
    """The page does not let it pass, and says ``told``."""
    with pytest.raises(AssertionError, match=told):
        window.key_in(values)


def back_to(window: CaseWindow, field: str) -> None:
    """Back, page by page, to the one that asks for ``field``."""
    entry = window.screen

    def asks() -> bool:
        return entry.form is not None and field in {one.name for one in entry.form.page.fields}

    while not asks():
        before = entry.step
        entry.back_button.click()
        window.until(lambda before=before: entry.step < before)  # type: ignore[misc]


def begun(window: CaseWindow, code: str, person_id: str, **more: str) -> dict[str, str]:
    window.begin(CASES[code], person_id)
    return {**BROUGHT, **ENTERS, **more}


def coverage_of(story: Story, desk: Desk, person_id: str) -> list[tuple[Any, ...]]:
    """The union's own periods of a person: acquired, lost, why."""
    return story.union_rows(
        "SELECT acquired_on, lost_on, loss_reason FROM coverage JOIN person"
        " ON person.id = person_id WHERE atena_number = ? ORDER BY acquired_on",
        desk.atena_of(person_id),
    )


@pytest.mark.req("FLOW-301")
def test_the_phone_call_about_reaching_75(story: Story, qtbot: Any) -> None:
    """Wrong turn: the caller named the wrong month."""
    with story.desk() as desk:
        window = CaseWindow(desk, qtbot)
        window.go("persons.list_reaching", month="2026-11-01")
        window.until(lambda: isinstance(window.screen, ReachingScreen))
        assert window.screen.lines == ()
        window.screen.turn(1)
        window.until(lambda: bool(window.screen.lines))
        (she,) = [one for one in window.screen.lines if one.name == "原田　節子"]
        assert (she.birth, she.day.isoformat()) == ("S26.12.10", "2026-12-10")
        window.screen._open()
        window.until(
            lambda: isinstance(window.screen, PersonScreen) and window.screen.view is not None
        )
        told = window.texts()
        assert "届出はいりません" in told and "令和8年12月10日（あと20日）" in told
        assert "令和8年11月に、簡易書留で届く予定です。" in told
        assert "口座振替は引き継がれません" in told
        (opened,) = acts(desk, "persons.open")
        assert opened.shown == (she.person_id,)
        assert coverage_of(story, desk, she.person_id) == []
        assert not [one for one in desk.rows(certificate) if one.person_id == she.person_id]
        window.close()


@pytest.mark.req("FLOW-107", "SEC-02")
def test_a_lost_paper_brought_by_a_daughter_with_weak_identification(
    story: Story, qtbot: Any
) -> None:
    """Wrong turn: the clerk would hand it over the counter."""
    with story.desk() as desk:
        first = desk.issued(story.movers[0])
        desk.settle(first)
        (old,) = [one for one in desk.rows(certificate) if one.number == first.number]
        window = CaseWindow(desk, qtbot)
        keyed = begun(
            window,
            "reissue",
            old.person_id,
            paper="eligibility_certificate",
            reason="lost",
            event_on="R8.11.19",
            notifier="household",
            identity_check="plain_two",
            identity_paper="pension",
            identity_paper_two="care",
        )
        window.key_in(keyed)
        assert "窓口で手渡しできません" in window.texts()
        window.screen.next_button.click()
        window.until(lambda: True)
        summary: Any = window.screen
        assert isinstance(summary, EntryScreen), "it cannot be sent so"
        back_to(window, "delivery")
        window.key_in({**keyed, "delivery": "post"})
        view = window.send()
        assert view.record is not None and view.record.outcome == "accepted"
        window.screen.main_button.click()
        window.until(
            lambda: isinstance(window.screen, PaperScreen) and window.screen.proof is not None
        )
        window.screen.main_button.click()
        window.until(lambda: window.screen.issued is not None)
        number = window.screen.issued.number
        (printed,) = [one for one in story.printed.iterdir() if number in one.name]
        assert story.movers[0].person.name in text_of(printed.read_bytes())
        papers = {one.number: one.state for one in desk.rows(certificate)}
        assert (papers[first.number], papers[number]) == ("void", "issued")
        assert acts(desk, "eligibility.send_reissue")
        window.leave()
        window.close()


@pytest.mark.req("SEC-119")
def test_why_two_tenths(story: Story, qtbot: Any) -> None:
    """Wrong turn: the certificate shown was keyed a class too high; the union decides otherwise,
    and what was keyed is named."""
    with story.desk() as desk:
        window = CaseWindow(desk, qtbot)
        view = desk.decided(
            story.movers[1],
            copay_class="earner1",
            copay_taxed="1",
            copay_taxable_income="1400000",
            copay_revenue="2500000",
            copay_pension_other="2500000",
            copay_base_income="1500000",
        )
        window.go("eligibility.show_decision", kind="move_in", case_id=view.case_id)
        window.until(
            lambda: isinstance(window.screen, DecisionScreen) and window.screen.view is not None
        )
        record = window.screen.view.record
        assert (record.copay_ratio, record.limit_class) == ("2", "general2")
        aloud = record.grounds_aloud
        assert aloud and f"{record.copay_ratio}割" in aloud and aloud in window.texts()
        others = [one.name for one in desk.rows(person) if one.name != view.name]
        assert not [name for name in others if name in aloud], "her own figures alone"
        seen = window.screen.for_visitor()
        assert seen is not None and seen.text == aloud
        assert acts(desk, "eligibility.show_decision")
        window.leave()
        window.close()


def test_into_a_facility_in_another_prefecture(story: Story, qtbot: Any) -> None:
    """Wrong turn: it is brought as an ordinary move; the union keeps her (住所地特例)."""
    with story.desk() as desk:
        her = insured_here(desk)
        window = CaseWindow(desk, qtbot)
        keyed = begun(
            window,
            "move_out",
            her,
            event_on="R8.11.10",
            confirmed="1",
            to_municipality_code="131016",
            to_address="東京都千代田区見本1-1 見本の里",
            to_facility="special_nursing_home",
            paper_return="later",
        )
        window.key_in(keyed)
        view = window.send()
        assert view.record is not None and view.record.outcome == "refused"
        assert view.record.reasons == "special_address_kept"
        assert "却下されました" in window.texts() and view.record.reason_text in window.texts()
        window.leave()
        (period,) = [one for one in desk.rows(insured) if one.person_id == her and not one.lost_on]
        assert coverage_of(story, desk, her)[-1][1] == ""
        # it was no facility after all: the same move, brought as it is
        keyed = begun(window, "move_out", her, **{**keyed, "to_facility": ""})
        window.key_in(keyed)
        view = window.send()
        assert view.record is not None and view.record.lost_on == "2026-11-11"
        assert coverage_of(story, desk, her)[-1][1:] == ("2026-11-11", "LOS_OUT")
        assert period.insured_number == view.record.insured_number
        window.leave()
        window.close()


def test_disability_applied_for_and_withdrawn(story: Story, qtbot: Any) -> None:
    """Wrong turn: the paper shows too light a degree."""
    with story.desk() as desk:
        window = CaseWindow(desk, qtbot)
        (he, *_) = [
            one
            for one in desk.rows(person)
            if one.id not in {row.person_id for row in desk.rows(insured)}
            and "1953-01-01" < one.birth_sort < "1960-01-01"
            and (one.state, one.kind) == ("1", "1")
        ]
        wanted = {"event_on": "R8.11.15", "former_insurance": "国民健康保険"}
        keyed = begun(window, "disability", he.id, **wanted, proof="physical_5")
        window.key_in(keyed)
        view = window.send()
        assert view.record is not None and view.record.reasons == "degree_too_light"
        window.leave()
        window.key_in(begun(window, "disability", he.id, **wanted, proof="physical_2"))
        view = window.send()
        assert view.record is not None and view.record.acquired_on == "2026-11-20"
        window.leave()
        left = {"event_on": "R8.11.20", "next_insurance": "国民健康保険", "paper_return": "later"}
        window.key_in(begun(window, "disability_withdrawal", he.id, **left))
        view = window.send()
        assert view.record is not None and view.record.loss_reason == "LOS_DIS_WD"
        window.leave()
        assert coverage_of(story, desk, he.id) == [("2026-11-20", "2026-11-20", "LOS_DIS_WD")]
        assert len(acts(desk, "eligibility.send_disability")) >= 2
        assert acts(desk, "eligibility.send_disability_withdrawal")
        window.close()


@pytest.mark.req("SEC-13", "SEC-95")
def test_a_colleagues_half_done_case_is_taken_over(story: Story, qtbot: Any) -> None:
    """Wrong turn: the birth date heard is somebody else's. A reason is given, and who takes it over
    looks it through for nobody."""
    kind = CASES["name_change"]
    with story.desk() as desk:
        her = insured_here(desk)
        window = CaseWindow(desk, qtbot)
        window.begin(kind, her)
        (case,) = [one for one in desk.rows(case_file) if one.kind == "name_change"]
        window.leave()
        window.close()
    with story.desk(SECOND_CLERK) as desk:
        window = CaseWindow(desk, qtbot)
        window.go(kind.opening, case_id=case.id)
        window.until(lambda: window.screen._left is not None)
        heard = window.screen.form.field("birth_heard")
        heard.set_value("S5.5.5")
        window.screen.next_button.click()
        window.until(lambda: "生年月日ではありません" in heard.error)
        (she,) = [one for one in desk.rows(person) if one.id == her]
        heard.set_value(she.birth_written)
        window.screen.next_button.click()
        window.until(lambda: window.screen.findChild(QInputDialog) is not None)
        dialog = window.screen.findChild(QInputDialog)
        assert "S101" in dialog.labelText()
        assert [one.partition("　")[2] for one in dialog.comboBoxItems()] == [
            "担当者の不在",
            "窓口の交替",
            "責任者の指示",
        ]
        dialog.setTextValue(dialog.comboBoxItems()[0])
        dialog.accept()
        window.until(lambda: window.screen._case is not None)
        assert isinstance(window.screen, EntryScreen)
        taken = acts(desk, "eligibility.take_over")
        assert taken[0].purpose == "handover_absent"
        (row,) = [one for one in desk.rows(case_file) if one.id == case.id]
        assert row.keyed_by.split() == ["S101", "S102"]
        window.leave()
        # once taken over it is not asked again
        window.go(kind.opening, case_id=case.id)
        window.take_up(kind)
        window.until(lambda: window.screen._case is not None)
        assert window.screen.findChild(QInputDialog) is None
        window.leave()
        window.close()


@pytest.mark.req("ADD-03")
def test_a_request_that_belongs_to_another_desk(story: Story, qtbot: Any) -> None:
    """Wrong turn: how many papers go with it is no number."""
    with story.desk() as desk:
        her = insured_here(desk)
        window = CaseWindow(desk, qtbot)
        own = {"event_on": "R8.11.20", "to_desk": "levy", "matter": "payment"}
        keyed = begun(window, "other_desk", her, **own, wanted="分割の相談")
        keyed_wrong(window, {**keyed, "papers_count": "二枚"}, "papers_count")
        window.key_in({**keyed, "papers_count": "2"})
        view = window.send()
        assert view.record is not None and view.record.outcome == "accepted"
        assert window.screen.slip_button.text().startswith("引継票を印刷")
        window.screen.slip_button.click()
        window.until(lambda: story.printed.exists() and any(story.printed.iterdir()))
        (slip,) = story.printed.iterdir()
        told = text_of(slip.read_bytes())
        assert "引継票" in told and "納付の相談" in told and "分割の相談" in told
        assert "連絡先" in told and "引継ぎ元に問い合わせる" in told
        taken = story.union_rows(
            "SELECT outcome FROM decision WHERE id = ?", view.record.decision_id
        )
        assert taken == [("accepted",)] and acts(desk, "eligibility.send_other_desk")
        window.leave()
        window.close()
