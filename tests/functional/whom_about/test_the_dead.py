"""A case about somebody who died, and who was named then; through the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.cases.about import Payer
from app.cases.beginning import sides
from app.catalog import CASES
from app.persons.screens.person import PersonScreen
from tests.support.about_kinds import HER, PAYER, bar_of, opened
from tests.support.counter import Counter
from tests.support.desk import Room


class TestDead:
    """死亡 and 葬祭費 are real kinds: who was named at the death is offered to the claim."""

    @pytest.fixture
    def dead(self, counter: Counter) -> Callable[[], Any]:
        counter.kind = CASES["death"]
        counter.decided(
            mourner_name="髙橋　一郎",
            mourner_relation="子",
            mourner_phone="0250-00-9999",
            heir_name="髙橋　二郎",
            heir_relation="子",
        )
        return lambda: None

    def test_who_was_named_stays_with_her_and_is_offered(
        self, counter: Counter, room: Room, dead: Any
    ) -> None:
        page = room.add(PersonScreen(room.desk(), HER.id))
        room.until(lambda: page.view is not None)
        assert dict(page.view.roles) == {
            "喪主": "髙橋　一郎（子）　0250009999",
            "相続人代表": "髙橋　二郎（子）",
        }
        claim = opened(room, "funeral", person_id=HER.id)
        room.until(lambda: claim.form is not None)
        form = claim.form
        assert form is not None
        assert form.field("payee_name").value() == "髙橋　一郎"
        assert form.field("payee_relation").value() == "子"
        assert form.field("payee_kana").value() == "", "nobody told it at the death"

    def test_the_day_of_death_is_shown_and_known_to_the_rules(
        self, counter: Counter, room: Room, dead: Any
    ) -> None:
        claim = opened(room, "funeral", person_id=HER.id)
        room.until(lambda: claim.form is not None)
        assert bar_of(claim).whom.died_on == "2026-11-15"
        form = claim.form
        assert form is not None
        form.field("event_on").set_value("R8.11.14")
        claim.next_button.click()
        room.until(lambda: "死亡日より前" in form.field("event_on").error)
        form.field("event_on").set_value("R8.11.15")
        claim.next_button.click()
        room.until(lambda: bool(form.field("proof").error))
        assert form.field("event_on").error == ""

    def test_an_heir_of_the_death_may_be_the_payer(self, counter: Counter, dead: Any) -> None:
        kind = replace(PAYER.kind, about=Payer(states=("dead",), roles=("heir",)))
        found = sides(counter.gate, counter.world.session(), kind, HER.id, counter.tables)
        (heir,) = [one for one in found if one.label.startswith("相続人代表")]
        assert dict(heir.values) == {"paid_by_name": "髙橋　二郎", "paid_by_relation": "子"}
