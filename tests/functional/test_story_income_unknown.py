"""Without the copay papers (負担区分等証明書): 所得未確認, and decided again on the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases import issuing
from app.core.errors import UserError
from app.functions.eligibility.kinds.move_in import MOVE_IN
from app.rules.copay.facts import IncomeFacts
from db.tables.cases import decision
from db.tables.certificates import certificate
from tests.support.stories import NO_COPAY_PAPER, Story, Template, story_in, text_of

RICH = IncomeFacts(
    taxed=True,
    taxable_income=4_000_000,
    revenue=9_000_000,
    pension_other=7_000_000,
    base_income=6_000_000,
    income_zero=False,
)


@pytest.fixture
def later(template: Template, tmp_path: Path) -> Iterator[Story]:
    """A union that posts the paper later."""
    with story_in(template, tmp_path, "post_later") as made:
        yield made


@pytest.fixture
def provisional(template: Template, tmp_path: Path) -> Iterator[Story]:
    """A union that decides provisionally (見込み)."""
    with story_in(template, tmp_path, "provisional") as made:
        yield made


def answer(story: Story, atena_number: str) -> None:
    (asked,) = [
        item for item in story.union.first.inquiries() if item["atena_number"] == atena_number
    ]
    assert asked["state"] == "open"
    story.union.first.answer(asked["id"], RICH)


def sheets(story: Story) -> dict[str, str]:
    return {file.name: text_of(file.read_bytes()) for file in story.printed.glob("*.pdf")}


@pytest.mark.req("FLOW-106", "FLOW-107")
def test_posted_later_no_certificate_today_only_a_slip(later: Story) -> None:
    mover = later.movers[0]
    with later.desk() as desk:
        view = desk.compared(mover, **NO_COPAY_PAPER)
        assert view.record is not None
        assert (view.record.paper, view.record.copay_ratio) == ("none", "")
        with pytest.raises(UserError) as none:
            desk.draw(view)
        assert none.value.code == "cases.not_issuable"
        desk.slip(view.case_id)
        ((name, text),) = sheets(later).items()
        assert name.startswith(view.case_id)
        assert "受付票" in text and "これは資格確認書ではありません" in text
        assert view.record.insured_number not in text and "割" not in text
        assert desk.rows(certificate) == []

        answer(later, mover.person.atena_number)
        desk.contact()
        again = desk.show(view.case_id)
        assert again.case_state == "decided" and not again.compared
        assert again.record is not None
        assert again.record.supersedes == view.record.decision_id
        issued = desk.issue(desk.draw(seen := desk.compare(again)), seen)
    paper = next(text for name, text in sheets(later).items() if name.startswith(issued.number))
    assert "3割" in paper and "見込み" not in paper


@pytest.mark.req("FLOW-106", "FLOW-107", "SEC-119")
def test_provisional_is_printed_so_and_the_answer_brings_another_paper(provisional: Story) -> None:
    story, mover = provisional, provisional.movers[0]
    with story.desk() as desk:
        first = desk.compared(mover, **NO_COPAY_PAPER)
        assert first.record is not None and first.record.provisional == "1"
        issued = desk.issue(desk.draw(first), first)
        desk.settle(issued)
        (paper,) = sheets(story).values()
        assert "見込み" in paper and "1割" in paper

        answer(story, mover.person.atena_number)
        desk.contact()
        second = desk.show(first.case_id)
        assert (second.case_state, second.compared) == ("decided", False)
        assert second.record is not None
        assert second.record.supersedes == first.record.decision_id
        with pytest.raises(UserError) as unseen:
            desk.draw(second)
        assert unseen.value.code == "cases.not_compared"
        seen = desk.compare(second)
        new = desk.issue(desk.draw(seen), seen)
        desk.settle(new)
        desk.look(first.case_id)
        assert desk.show(first.case_id).case_state == "closed"
        assert [row.current for row in desk.rows(decision)] == [False, True]
        states = {row.number: row.state for row in desk.rows(certificate)}
    assert states == {issued.number: "issued", new.number: "issued"}
    paper = next(text for name, text in sheets(story).items() if name.startswith(new.number))
    assert "3割" in paper and "見込み" not in paper


@pytest.mark.req("FLOW-107", "FLOW-108")
def test_a_paper_drawn_before_the_answer_can_no_longer_be_issued(provisional: Story) -> None:
    story, mover = provisional, provisional.movers[0]
    with story.desk() as desk:
        first = desk.compared(mover, **NO_COPAY_PAPER)
        proof = desk.draw(first)
        prepared = issuing.prepare_issue(desk.gate, desk.session, proof, first)
        touched = desk.script.approvals(prepared)
        answer(story, mover.person.atena_number)
        desk.contact()
        with pytest.raises(UserError):
            issuing.perform_issue(desk.gate, prepared, touched, proof, desk.printer)
        with pytest.raises(UserError):
            desk.issue(proof, desk.compare(desk.show(first.case_id)))
        with pytest.raises(UserError):
            desk.draw(first)
        seen = desk.show(first.case_id)
        new = desk.issue(desk.draw(seen), seen)
        states = {row.number: (row.state, row.cause) for row in desk.rows(certificate)}
    assert states == {
        proof.number: ("void", "新しい決定が届いた"),
        new.number: ("issued", ""),
    }
    assert [name for name in sheets(story) if not name.startswith(new.number)] == []


@pytest.mark.req("FLOW-107", "FLOW-108")
def test_a_spoilt_paper_of_the_old_decision_is_not_printed_again(provisional: Story) -> None:
    story, mover = provisional, provisional.movers[0]
    with story.desk() as desk:
        first = desk.compared(mover, **NO_COPAY_PAPER)
        old = desk.issue(desk.draw(first), first)
        issuing.settle_sheet(desk.gate, desk.session, old, good=False, cause="紙詰まり")
        answer(story, mover.person.atena_number)
        desk.contact()
        desk.compare(desk.show(first.case_id))
        proof = issuing.redraw(
            desk.gate,
            desk.session,
            MOVE_IN,
            old.number,
            desk.drawing,
        )
        prepared = issuing.prepare_reprint(desk.gate, desk.session, proof, 2)
        with pytest.raises(UserError) as late:
            issuing.perform_reprint(
                desk.gate, prepared, desk.script.approvals(prepared), proof, desk.printer
            )
    assert late.value.code == "cases.not_issuable"
    assert len(sheets(story)) == 1
