"""One visitor, several things: a death with the claim, the heir and the paper, identified once and
signed by one touch, against the real union."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases.screens.together import TogetherScreen
from app.catalog import CASES
from db.tables.cases import case_file, decision
from db.tables.exchange import outbox
from tests.support.kind_entries import ACCOUNT, KEYED
from tests.support.people_here import insured_here
from tests.support.stories import Story
from tests.support.window import CaseWindow

DIED = {
    "event_on": "R8.11.16",
    "paper_return": "returned",
    "mourner_name": "見本　一郎",
    "mourner_relation": "子",
    "heir_name": "見本　一郎",
    "heir_relation": "子",
    "channel": "counter",
    "notifier": "household",
    "identity_check": "photo_one",
}
FUNERAL = {
    "event_on": "R8.11.18",
    "proof": "thanks_card",
    "payee_kana": "ミホン　イチロウ",
    "payee_postal_code": "999-0003",
    "payee_address": "見本県見本市山手1番1号",
    **ACCOUNT,
    "holder_kana": "ミホン　イチロウ",
}
NEXT = (
    ("funeral", FUNERAL),
    ("heir", {"event_on": "R8.11.16", **KEYED["heir"]}),
    ("paper_back_dead", {"event_on": "R8.11.16", "paper": "eligibility_certificate"}),
)
IDENTIFIED = ("channel", "notifier", "identity_check")


def next_case(window: CaseWindow, code: str, keyed: dict[str, str]) -> None:
    """The next thing that the visitor brought, keyed to its end."""
    (first, *_) = [one.id for one in window.desk.rows(case_file) if one.kind == "death"]
    window.go(CASES[code].opening, after=first)
    window.until(lambda: window.screen is None or window.screen.form is not None)
    window.key_in(keyed)


@pytest.mark.req("FLOW-101", "FLOW-103", "ADD-03")
def test_all_that_a_death_brings_is_one_identification_and_one_touch(
    story: Story, qtbot: Any
) -> None:
    with story.desk() as desk:
        person_id = insured_here(desk)
        window = CaseWindow(desk, qtbot)
        window.begin(CASES["death"], person_id)
        window.key_in(DIED)
        for code, keyed in NEXT:
            next_case(window, code, keyed)
            assert not {*IDENTIFIED} & keyed.keys(), "nobody is identified twice"
            window.until(lambda: isinstance(window.screen, TogetherScreen))
        assert window.touch.sentences == []
        said = window.texts()
        assert said.index("死亡の届出") < said.index("葬祭費の申請") < said.index("相続人代表者")
        for answer in window.screen.answers:
            answer.setChecked(True)
        window.screen.send_button.click()
        window.until(lambda: not isinstance(window.screen, TogetherScreen) and window._answered())
        (sentence,) = window.touch.sentences
        assert sentence.startswith("次の4件を、まとめて広域連合へ送ります。")
        assert "1　" in sentence and "死亡日 令和8年11月16日" in sentence and "4　" in sentence
        acts = [line.entry.function_id for line in desk.script.terminal.journal.lines()]
        assert acts.count("day.send_sitting") >= 1 and "eligibility.send_death" not in acts
        assert [one.outcome for one in desk.rows(decision)] == ["accepted"] * 4
        states = {one.kind: one.state for one in desk.rows(case_file)}
        assert set(states.values()) == {"decided"}, states
        assert len({one.sitting or one.id for one in desk.rows(case_file)}) == 1
        assert {one.state for one in desk.rows(outbox)} == {"accepted"}
        window.close()
