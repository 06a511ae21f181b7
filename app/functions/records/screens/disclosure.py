"""開示する情報: what the decision holds back is taken out; the rest is printed for the person."""

from __future__ import annotations

from typing import Any

from app.cases.issuing import Drawing
from app.cases.list_paper import ListDesk
from app.functions.records.disclosure import service
from app.functions.records.ledgers.outside import DISCLOSURES
from app.security.gate.carry_out import Steps, Work
from app.ui.base.act_form import ActForm
from app.ui.base.desk import Desk
from app.ui.base.fields import FlagField
from app.ui.base.pages import box


class DisclosureScreen(ActForm):
    """One mark for each part; what is marked is given."""

    def __init__(self, desk: Desk, record: str) -> None:
        self._record = record
        flags = [FlagField(key, title, "渡す") for key, title in service.sections()]
        super().__init__(
            desk,
            f"開示する情報　請求 {record}",
            "決定で伏せるとしたものは、スペースキーで印を外します。Ctrl+Enter で印刷します。",
            "印刷する",
            flags,
        )
        for flag in flags:
            flag.set_value("1")
        self.notes.addWidget(
            box(
                "warn",
                "本人・代理人の確認をしてから渡します。ほかの方の氏名などが残っていないか、印刷したものを"
                "目で確かめてください。",
            )
        )

    def leave(self) -> None:
        self._desk.go(DISCLOSURES.shows, record=self._record)

    def steps(self) -> Steps[str]:
        held_back = frozenset(one.name for one in self.fields if one.value() != "1")
        return self._steps(held_back)

    def _steps(self, held_back: frozenset[str]) -> Steps[str]:
        desk = self._desk
        drawing = Drawing(desk.tables, desk.press, desk.training)
        paper = ListDesk(desk.gate, desk.session, drawing, desk.printer, desk.office.name)
        journal = desk.door_of_staff.terminal.journal
        found = yield Work(lambda: service.read(paper, journal, self._record, held_back))
        number, rendered = yield Work(lambda: service.render(paper, found))
        printed: str = yield from self.act(
            lambda: service.prepare(paper, found, number, rendered),
            lambda prepared, given: service.perform(paper, prepared, given, number, rendered),
        )
        return printed

    def done(self, number: Any) -> None:
        self._desk.say(f"{number} を印刷しました。渡したら、請求の「実施」を書いてください。")
        self.leave()
