"""同じ方の申出: from an opened person, the other number that may be hers."""

from __future__ import annotations

from typing import Any

from app.persons import same, same_acts
from app.rules.identifiers import digits_of
from app.security.acts.approval import Subject
from app.security.gate.carry_out import Steps
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.form_parts import needed


class SameProposalScreen(ActForm):
    """Number and reason; two persons decide later."""

    def __init__(self, desk: Desk, person_id: str) -> None:
        self._person_id = person_id
        self.about = Subject("person", person_id)
        self.number = TextField(
            "atena_number",
            "もう一つの宛名番号",
            required=True,
            note="同じ方だと思われる番号",
            limit=20,
        )
        self.why = TextField(
            "why", "理由", required=True, note="だれが、何を見て言ったか", limit=200
        )
        super().__init__(
            desk,
            "同じ方の申出",
            "この方と同じ方だと思われる、もう一つの宛名番号を入れて Ctrl+Enter。"
            "ここでは何も決まりません。二人で見比べて決めます。",
            "申し出る",
            (self.number, self.why),
        )

    def leave(self) -> None:
        self._desk.go("persons.open", person_id=self._person_id)

    def steps(self) -> Steps[Any]:
        desk = self._desk
        number, why = digits_of(needed(self.number)).upper(), needed(self.why)
        return self.act(
            lambda: same_acts.prepare_propose(
                desk.gate, desk.session, self._person_id, number, why
            ),
            lambda prepared, given: same_acts.perform_propose(desk.gate, prepared, given),
        )

    def done(self, outcome: str) -> None:
        self._desk.say("「同一人の確認」に出しました。")
        self._desk.go(same.LIST, word=outcome)
