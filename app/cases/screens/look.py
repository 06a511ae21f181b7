"""送信前の確認: a second person looks an entry through before it is sent (SEC-13, SEC-14)."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout

from app.cases import decisions, second_look, sending
from app.cases.kind import CaseKind
from app.cases.screens.whom_bar import WhomBar
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import Page, card, scrolled


class LookScreen(Page):
    """What was keyed, to be compared with the paper form by somebody who did not key it."""

    def __init__(self, desk: Desk, kind: str, case_id: str) -> None:
        super().__init__(
            "送信前の確認",
            "届出書と見比べ、入力に誤りがなければ Ctrl+Enter で確認を記録してください。",
        )
        self._desk = desk
        self.about = Subject("case", case_id)
        self._kind: CaseKind = desk.kinds[kind]
        self.view: decisions.DecisionView | None = None
        self.action("戻る", "Esc", desk.home)
        self.look_button = self.action(
            "二人目として確認した", "Ctrl+Return", self._look_through, primary=True
        )
        self.look_button.setEnabled(False)
        desk.run(
            self,
            lambda: decisions.show(desk.gate, desk.session, self._kind, case_id, desk.tables),
            self._show,
        )

    def _show(self, view: decisions.DecisionView) -> None:
        self.view = view
        desk, painter = self._desk, NamePainter(self._desk.fonts)
        if view.whom is not None:
            self.body.addWidget(WhomBar(view.whom, desk.tables, painter))
        frame, layout = card()
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        today = desk.clock.now().date()
        for row, line in enumerate(sending.summary(view.case, desk.tables, today)):
            grid.addWidget(PlainLabel(line.label), row, 0)
            value = NameLabel(painter, line.value, 20) if line.is_name else PlainLabel(line.value)
            if isinstance(value, PlainLabel):
                value.setWordWrap(True)
            grid.addWidget(value, row, 1)
        layout.addLayout(grid)
        self.body.addWidget(scrolled(frame))
        self._live()
        self.look_button.setFocus()

    def _live(self) -> None:
        view = self.view
        keyed_by = view.keyed_by if view is not None else ()
        self.look_button.setEnabled(
            view is not None
            and not view.second_look
            and self._desk.session.staff_id not in keyed_by
        )

    def _look_through(self) -> None:
        desk, view = self._desk, self.view
        if view is None or desk.operations.busy:
            return
        self.look_button.setEnabled(False)
        desk.carry_out(
            self,
            lambda: second_look.prepare_second_look(desk.gate, desk.session, view),
            lambda prepared, given: second_look.perform_second_look(
                desk.gate, prepared, given, self._kind
            ),
            lambda _none: desk.home(),
            ended=self._live,
        )
