"""来庁の届出をまとめて送信: all that one visitor brought, read once and signed by one touch."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.cases import sending, together
from app.cases.screens import going_on
from app.cases.screens.in_hand import in_hand
from app.cases.screens.summary import lines_card, put_findings
from app.cases.screens.typed import forget
from app.cases.screens.whom_bar import WhomBar
from app.cases.sending import Sent
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NamePainter
from app.ui.base.pages import InHand, Page, box, clear, scrolled


class TogetherScreen(Page):
    """The entries of a visit that are keyed to their end; ``case_id`` is one of them."""

    def __init__(self, desk: Desk, case_id: str) -> None:
        super().__init__("来庁の届出をまとめて送信", "")
        self._desk = desk
        self._case_id = case_id
        self.about = Subject("case", case_id)
        self._painter = NamePainter(desk.fonts)
        self._today = desk.clock.now().date()
        self._seen: tuple[together.Seen, ...] = ()
        self._answers: dict[str, dict[str, QCheckBox]] = {}
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("戻る", "Esc", desk.home)
        self.more_button = self.action(going_on.LABEL, "Alt+N", self._begin_another)
        self.send_button = self.action(
            "まとめて送信する（キーに触れる）", "Ctrl+Return", self._send, primary=True
        )
        self.send_button.setEnabled(False)
        self._load()

    @property
    def in_hand(self) -> InHand | None:
        return in_hand(self._seen[0].case) if self._seen else None

    @property
    def answers(self) -> tuple[QCheckBox, ...]:
        """The boxes by which warnings are answered, in their order."""
        return tuple(one for of_case in self._answers.values() for one in of_case.values())

    def _load(self) -> None:
        desk = self._desk
        desk.run(
            self,
            lambda: together.show(
                desk.gate, desk.session, desk.kinds, self._case_id, desk.tables, self._today
            ),
            self._loaded,
        )

    def _loaded(self, seen: tuple[together.Seen, ...]) -> None:
        self._seen = seen[: together.MOST]
        clear(self._place)
        self.lead.setText(
            f"{len(self._seen)}件を、この順に送ります。届書と見比べ、注意に答えてから、"
            "キーに一度触れてください。"
        )
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        if len(self._seen) < 2:
            column.addWidget(
                box(
                    "warn",
                    "まとめて送れる届出がありません。今日の仕事から一件ずつ送ります。",
                )
            )
        first = next((one.case.whom for one in self._seen if one.case.whom is not None), None)
        if first is not None:
            self._place.addWidget(WhomBar(first, self._desk.tables, self._painter))
        headings = [
            f"{at}　{one.case.kind.label}　{one.case.name} 様"
            for at, one in enumerate(self._seen, 1)
        ]
        self._answers = {}
        for one, heading in zip(self._seen, headings, strict=True):
            if one.findings:
                column.addWidget(PlainLabel(heading))
            self._answers[one.case.id] = put_findings(column, one.findings, self._update)
        for one, heading in zip(self._seen, headings, strict=True):
            lines = sending.summary(one.case, self._desk.tables, self._today)
            column.addWidget(lines_card(lines, self._painter, heading))
        if len(seen) > together.MOST:
            rest = len(seen) - together.MOST
            column.addWidget(PlainLabel(f"残りの{rest}件は、この{together.MOST}件の後に送ります。"))
        column.addStretch(1)
        self._place.addWidget(scrolled(inner))
        self._update()
        (next(iter(self.answers), None) or self.send_button).setFocus()

    def _update(self) -> None:
        wrong = any(one.errors for one in self._seen)
        answered = all(one.isChecked() for one in self.answers)
        self.send_button.setEnabled(len(self._seen) > 1 and answered and not wrong)

    def _begin_another(self) -> None:
        if self._seen:
            known = any(one.case.whom is not None for one in self._seen)
            going_on.go_on(self, self._desk, self._seen[-1].case.id, known=known)

    def _send(self) -> None:
        if not self.send_button.isEnabled():
            return
        desk = self._desk
        cases = [one.case for one in self._seen]
        answered = {case_id: tuple(boxes) for case_id, boxes in self._answers.items()}
        self.send_button.setEnabled(False)
        desk.carry_out(
            self,
            lambda: together.prepare(
                desk.gate, desk.session, cases, answered, desk.tables, self._today
            ),
            lambda prepared, given: together.perform(
                desk.gate, prepared, given, desk.kinds, desk.tables
            ),
            self._sent,
            ended=self._update,
        )

    def _sent(self, sent: tuple[Sent, ...]) -> None:
        """They go over the line in their order; the decision of the first opens."""
        desk, kind = self._desk, self._seen[0].case.kind
        forget(desk, *(one.case_id for one in sent))

        def gone(_reports: object) -> None:
            desk.go(kind.function("show_decision"), kind=kind.code, case_id=sent[0].case_id)

        self.lead.setText("広域連合へ送っています。そのままお待ちください。")
        desk.over_the_line(
            self, lambda: [desk.engine.send_now(one.outbox_id) for one in sent], gone
        )
