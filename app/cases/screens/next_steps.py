"""次の手続のご案内: what the visitor takes home, line by line to be left out."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from app.cases import next_steps
from app.cases.issuing import Drawing
from app.cases.next_steps import NextSteps
from app.cases.slips import At
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import Page, box, card, clear, scrolled


class NextStepsScreen(Page):
    """What the household brought today, and what comes next with a box before each."""

    def __init__(self, desk: Desk, person_id: str) -> None:
        super().__init__(
            "次の手続のご案内",
            "渡す紙に載せないものは、印を外してください。大きな字で印刷されます。",
        )
        self._desk = desk
        self._person_id = person_id
        self.about = Subject("person", person_id)
        self._painter = NamePainter(desk.fonts)
        self._view: NextSteps | None = None
        self.boxes: tuple[QCheckBox, ...] = ()
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("戻る", "Esc", lambda: desk.go("persons.open", person_id=person_id))
        self.print_button = self.action("印刷する", "Ctrl+Return", self._print, primary=True)
        self.print_button.setEnabled(False)
        desk.run(
            self,
            lambda: next_steps.show(desk.gate, desk.session, desk.kinds, person_id),
            self._shown,
        )

    def _shown(self, view: NextSteps) -> None:
        self._view = view
        clear(self._place)
        if view.care:
            self._place.addWidget(
                box(
                    "stop",
                    "取扱注意（支援措置）の方には、案内の紙を渡せません。口頭で案内し、"
                    "書類の渡し方は責任者に相談してください。",
                )
            )
            return
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        taken, layout = card()
        layout.addWidget(_heading("今日お受けした手続"))
        for what, name, stands in view.taken:
            layout.addWidget(NameLabel(self._painter, f"{name} 様", 18))
            layout.addWidget(PlainLabel(f"{what}　{stands}"))
        if not view.taken:
            layout.addWidget(PlainLabel("今日はまだありません。"))
        column.addWidget(taken)
        column.addWidget(self._steps(view))
        column.addStretch(1)
        self._place.addWidget(scrolled(inner))
        self.print_button.setEnabled(bool(view.taken or view.steps))
        (self.boxes[0] if self.boxes else self.print_button).setFocus()

    def _steps(self, view: NextSteps) -> QWidget:
        frame, layout = card()
        layout.addWidget(_heading("これからの手続"))
        boxes = []
        for one in view.steps:
            chosen = QCheckBox(one.label)
            chosen.setAccessibleDescription(f"{one.member.called} 様　{one.told}")
            chosen.setChecked(True)
            boxes.append(chosen)
            row = QHBoxLayout()
            row.addWidget(chosen)
            row.addWidget(NameLabel(self._painter, f"{one.member.called} 様", 18), 1)
            layout.addLayout(row)
            told = PlainLabel(one.told)
            told.setWordWrap(True)
            layout.addWidget(told)
        if not view.steps:
            layout.addWidget(PlainLabel("案内するものはありません。"))
        self.boxes = tuple(boxes)
        return frame

    def _print(self) -> None:
        view, desk = self._view, self._desk
        if view is None or not self.print_button.isEnabled():
            return
        chosen = {at for at, one in enumerate(self.boxes) if one.isChecked()}
        here = desk.counter
        counter = At(desk.clock.now(), here.name, here.phone, here.hours)
        drawing = Drawing(desk.tables, desk.press, desk.training)
        self.print_button.setEnabled(False)
        desk.run(
            self,
            lambda: next_steps.print_next_steps(
                desk.gate, desk.session, view, chosen, drawing, desk.printer, counter
            ),
            lambda _none: desk.say("「次の手続のご案内」を印刷しました。"),
            ended=lambda: self.print_button.setEnabled(True),
        )


def _heading(words: str) -> PlainLabel:
    label = PlainLabel(words)
    label.setObjectName("fieldLabel")
    return label
