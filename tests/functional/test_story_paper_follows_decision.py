"""The union decides otherwise: the paper follows, whatever was keyed (CON-07, DESIGN 1.3)."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.core.errors import UserError
from db.tables.cases import case_file
from db.tables.certificates import certificate
from tests.support.stories import Desk, Story, text_of


def on_paper(story: Story, number: str) -> str:
    """The text of the one sheet that was printed under this number."""
    (sheet,) = story.printed.glob(f"{number}*.pdf")
    return text_of(sheet.read_bytes())


def printed(desk: Desk, mover: object, **changed: str) -> str:
    issued = desk.issued(mover, **changed)
    return on_paper(desk.story, issued.number)


@pytest.mark.req("FLOW-106", "FLOW-107", "FLOW-108")
def test_three_persons_get_the_three_papers_that_the_union_decided(story: Story) -> None:
    with story.desk() as desk:
        papers = [printed(desk, mover) for mover in story.movers]
        forms = [row.form_id for row in desk.rows(certificate)]
    assert forms == ["FORM-04", "FORM-N1", "FORM-04"]
    first, second, third = papers
    assert "資格確認書" in first and "2割" in first and "髙橋　和子" in first
    assert "資格情報のお知らせ" in second and "1割" in second and "\U00020bb7田　正子" in second
    assert "1割" in third and "渡\u9089\U000e010f　ミツ" in third
    assert all("見本" in text for text in papers)


@pytest.mark.req("FLOW-106")
def test_how_the_card_is_used_is_the_unions_knowledge_and_not_the_clerks(story: Story) -> None:
    """Keyed as not registered; the 中間サーバー says registered and used: another paper."""
    keyed = {"card_use": "not_registered"}
    plain, user = story.stranger(1), story.stranger(2)
    story.union.first.card_use([(user.person.my_number, True, 10, 3)])
    with story.desk() as desk:
        assert "資格確認書" in printed(desk, plain, **keyed)
        notice = printed(desk, user, **keyed)
        forms = {row.number: row.form_id for row in desk.rows(certificate)}
    assert sorted(forms.values()) == ["FORM-04", "FORM-N1"]
    assert "資格情報のお知らせ" in notice


@pytest.mark.req("FLOW-106", "FLOW-107")
def test_the_share_follows_the_unions_household_and_not_the_keyed_class(story: Story) -> None:
    """The same figures keyed twice; at the union somebody with a high income joins her house."""
    before, after = story.stranger(1), story.stranger(2)
    earner = next(one for one in story.template.place.persons() if one.case == "earner")
    keyed = {"copay_class": "low1"}
    with story.desk() as desk:
        assert "2割" in printed(desk, before, **keyed)
    story.stop_union()
    with sqlite3.connect(story.folder / "union" / "union.db") as database:
        changed = database.execute(
            "UPDATE person SET household_number = ? WHERE atena_number = ?",
            (after.person.household_number, earner.atena_number),
        )
        assert changed.rowcount == 1
    database.close()
    story.start_union()
    with story.desk() as desk:
        text = printed(desk, after, **keyed)
    assert "3割" in text and "2割" not in text


@pytest.mark.req("FLOW-107", "SEC-119")
def test_nothing_keyed_or_shown_reaches_the_paper_after_the_decision(story: Story) -> None:
    with story.desk() as desk:
        view = desk.compared(story.movers[0])
        assert view.record is not None
        with pytest.raises(UserError) as late:
            case = desk.load(view.case_id)
            desk.key_in(case, {**case.values, "name": "別人　太郎"})
        assert late.value.code == "cases.not_draft"
        # Somebody past the gate rewrites what was keyed, and the screen holds a forged copy.
        store = desk.script.terminal.store
        with store.update(("case_file",), ("case_file",)) as work:
            draft = work.scalar(select(case_file.c.draft).where(case_file.c.id == view.case_id))
            forged_draft = draft.replace("髙橋　和子", "別人　太郎").replace("general2", "low1")
            assert forged_draft != draft
            work.run(
                update(case_file).where(case_file.c.id == view.case_id).values(draft=forged_draft)
            )
        forged = replace(view, record=replace(view.record, copay_ratio="1", name="別人　太郎"))
        issued = desk.issue(desk.draw(forged), forged)
    text = on_paper(story, issued.number)
    assert "髙橋　和子" in text and "2割" in text
    assert "別人" not in text and "1割" not in text
