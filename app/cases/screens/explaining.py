"""割合の理由: what is read aloud large and first, then from when to when, what could change it, and
the clerk's own text."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.cases.explaining import Explained, explain
from app.persons.notes import LEDGER
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter, TextBlock
from app.ui.base.pages import Page, box, card, clear, named_box, scrolled
from app.ui.base.visitor import ForVisitor

_ALOUD = 22.0


class ExplainScreen(Page):
    """Reading aloud is one text; everything else is for the clerk's eyes."""

    def __init__(self, desk: Desk, person_id: str) -> None:
        super().__init__(
            "割合の理由",
            "上の文は、そのまま読み上げられます。下の職員用の文は、同じ世帯の方の同席か同意の"
            "記録があるときだけ説明に使えます。",
        )
        self._desk = desk
        self._person_id = person_id
        self.about = Subject("person", person_id)
        self._painter = NamePainter(desk.fonts)
        self.view: Explained | None = None
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("この方へ戻る", "Esc", self._back)
        self.consent_button = self.action("同席・同意を記録", "Alt+C", self._note_consent)
        self.consent_button.setVisible(False)
        self.consent_button.setEnabled(False)
        today = desk.clock.now().date()

        def work() -> tuple[Explained, frozenset[str]]:
            found = explain(desk.gate, desk.session, person_id, desk.tables, today)
            return found, desk.gate.permitted(desk.session)

        desk.run(self, work, lambda read: self._show(*read))

    def for_visitor(self) -> ForVisitor | None:
        """What may be read aloud."""
        view = self.view
        if view is None or view.line.care or not view.aloud:
            return None
        return ForVisitor(f"{view.line.name} 様", view.aloud)

    def _back(self) -> None:
        self._desk.go("persons.open", person_id=self._person_id)

    def _note_consent(self) -> None:
        self._desk.go(f"records.write_{LEDGER}", person_id=self._person_id)

    def _show(self, view: Explained, permitted: frozenset[str]) -> None:
        self.view = view
        clear(self._place)
        self._place.addWidget(NameLabel(self._painter, view.line.name, 26))
        if view.line.care:
            said = "支援措置の対象の方です。理由は説明できません。責任者に引き継いでください。"
            self._place.addWidget(box("stop", said))
        elif not view.aloud:
            said = (
                "この方の割合の決定が、この端末にありません（一括の判定で決まった方など）。"
                "広域連合に理由を尋ねてください。"
            )
            self._place.addWidget(box("warn", said))
        else:
            self._place.addWidget(scrolled(self._whole(view)), 1)
            wanted = not view.consent and f"records.write_{LEDGER}" in permitted
            self.consent_button.setVisible(wanted)
            self.consent_button.setEnabled(wanted)
        if view.line.care or not view.aloud:
            self._place.addStretch(1)

    def _whole(self, view: Explained) -> QWidget:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        frame, layout = card()
        layout.addWidget(_title("読み上げる文"))
        layout.addWidget(TextBlock(self._painter, view.aloud, _ALOUD))
        column.addWidget(frame)
        column.addWidget(self._facts(view))
        frame, layout = card()
        layout.addWidget(_title("変えることのできる申請（決めるのは広域連合です）"))
        for words in view.changes:
            line = PlainLabel(f"・{words}")
            line.setWordWrap(True)
            layout.addWidget(line)
        column.addWidget(frame)
        frame, layout = card()
        layout.addWidget(_title("職員用の文"))
        if view.consent:
            layout.addWidget(named_box("ok", f"説明に使えます：{view.consent}", self._painter))
        else:
            layout.addWidget(
                box("warn", "読み上げないでください。ほかの方の所得が書かれています。")
            )
        layout.addWidget(TextBlock(self._painter, view.clerk))
        column.addWidget(frame)
        column.addStretch(1)
        return inner

    def _facts(self, view: Explained) -> QWidget:
        frame, layout = card()
        grid = QGridLayout()
        grid.setColumnMinimumWidth(0, 190)
        grid.setColumnStretch(1, 1)
        rows = (
            ("割合と区分", view.share),
            ("いつから", view.since),
            ("いつまで", view.until),
            ("書類の判定で数えたもの", view.counted),
            ("もとの決定", view.decided),
        )
        for at, (label, text) in enumerate(row for row in rows if row[1]):
            grid.addWidget(_title(label), at, 0)
            value = PlainLabel(text)
            value.setWordWrap(True)
            grid.addWidget(value, at, 1)
        layout.addLayout(grid)
        return frame


def _title(text: str) -> PlainLabel:
    label = PlainLabel(text)
    label.setObjectName("fieldLabel")
    return label
