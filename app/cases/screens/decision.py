"""決定の確認: the answer of the union beside what was keyed.

While no answer has come, the screen says so, offers the acceptance slip and looks again; a
refusal shows the reasons to be read out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from app.cases import (
    closing,
    decisions,
    drafts,
    issuing,
    next_steps,
    second_look,
    slips,
)
from app.cases.kind import CaseKind
from app.cases.screens import going_on
from app.cases.state import CaseState
from app.security.acts.approval import Subject
from app.sync.states import Outgoing
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.names import NameLabel, NamePainter, TextBlock
from app.ui.base.pages import Page, box, card, clear, named_box, scrolled
from app.ui.base.visitor import ForVisitor
from app.ui.base.watch import Watch

_NO_PAPER_YET = "証は印刷できません。"
_WAIT = (
    "まだ決定が届いていません。{}受付票（Alt+P）を渡し、"
    "決定が届いたら連絡することを説明してください。"
)
_WAIT_UNASKED = (
    "まだ回答が届いていません。届くと「今日の仕事」に出ます。待たずに次の仕事へ進めます。"
)
_WHERE = {
    Outgoing.PREPARED: "暗号化して保存しています。もう一人が確かめると、送られます。",
    Outgoing.CONFIRMED: "暗号化して保存しています。回線がつながると、端末が送ります。",
    Outgoing.SENDING: "送っている途中です。回線がつながると、端末が続きを送ります。",
    Outgoing.SENT: "送りました。広域連合が受け取ったことを、端末が確かめています。",
    Outgoing.ACCEPTED: "広域連合が受け付けました。決定を待っています。",
}
"""Where a waiting case's sending is, and what will happen by itself: nothing else is said."""

_ACCEPTED = "受付票を印刷  [Alt+P]"
_HAND_ON = "引継票を印刷  [Alt+P]"


def _wait(kind: CaseKind) -> str:
    """What a clerk is told while there is no decision."""
    if not kind.is_brought:
        return _WAIT_UNASKED
    return _WAIT.format(_NO_PAPER_YET if kind.papers else "")


class DecisionScreen(Page):
    """One case from the sending to the compared decision; its paper has a screen of its own."""

    def __init__(self, desk: Desk, kind: str, case_id: str, outbox_id: str = "") -> None:
        super().__init__("決定の確認", "")
        self._kind: CaseKind = desk.kinds[kind]
        self._desk = desk
        self._case_id = case_id
        self.about = Subject("case", case_id)
        self._painter = NamePainter(desk.fonts)
        self._view: decisions.DecisionView | None = None
        desk.printer.failed.connect(self._slip_not_printed)
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("戻る", "Esc", desk.home)
        self.again_button = self.action("読み直す", "F5", self._load)
        self.next_case_button = self.action(going_on.LABEL, "Alt+N", self._next_case)
        self.guide_button = self.action("次の手続の案内", "Alt+T", self._guide)
        self.slip_button = self.action("受付票を印刷", "Alt+P", self._print_slip)
        self.look_button = self.action("二人目として確認した", "Alt+L", self._look_through)
        self.main_button = self.action("次へ", "Ctrl+Return", self._go_on, primary=True)
        self._watch: Watch[decisions.DecisionView] | None = None
        self._buttons()
        if outbox_id:
            self._send_now(outbox_id)
        else:
            self._load()

    @property
    def view(self) -> decisions.DecisionView | None:
        """What is shown; None while loading."""
        return self._view

    def for_visitor(self) -> ForVisitor | None:
        """Whose case it is and what may be read aloud; of restricted persons nothing, also while
        they are open to who works here."""
        view = self._view
        if view is None or view.case.restricted:
            return None
        head = f"{view.name} 様　{self._kind.label}"
        record = view.record
        if record is None or record.outcome == "pending":
            return ForVisitor(head, "広域連合の決定を待っています。")
        return ForVisitor(head, record.grounds_aloud or record.reason_text)

    def _next_case(self) -> None:
        if self._view is not None:
            known = bool(self._view.person_id)
            going_on.go_on(self, self._desk, self._case_id, known=known)

    def _guide(self) -> None:
        """What the visitor takes home of what comes next; somebody who is not here yet has none."""
        if self._view is not None and self._view.person_id:
            self._desk.go(next_steps.SHOW, person_id=self._view.person_id)

    def _send_now(self, outbox_id: str) -> None:
        self._waiting_text("広域連合へ送っています。そのままお待ちください。", [])
        desk = self._desk
        desk.over_the_line(
            self, lambda: desk.engine.send_now(outbox_id), lambda _done: self._load()
        )

    def _load(self) -> None:
        desk = self._desk
        desk.run(
            self,
            lambda: decisions.show(desk.gate, desk.session, self._kind, self._case_id, desk.tables),
            self._loaded,
        )

    def _read(self, *, background: bool = False) -> decisions.DecisionView:
        desk = self._desk
        return decisions.show(
            desk.gate, desk.session, self._kind, self._case_id, desk.tables, background=background
        )

    def _wait_for_it(self) -> None:
        """What comes over the line is looked at without anybody's doing."""
        desk = self._desk
        self._watch = desk.watch(
            self,
            lambda: decisions.show(
                desk.gate, desk.session, self._kind, self._case_id, desk.tables, background=True
            ),
            self._loaded,
        )

    def _loaded(self, view: decisions.DecisionView) -> None:
        self._view = view
        if self._watch is not None:
            self._watch.stop()
        if view.case_state is CaseState.DRAFT:
            self._lead_to("second_look")
            return
        if view.case_state is CaseState.REJECTED:
            self._lead_to("show_rejection")
            return
        if view.record is None or view.record.outcome == "pending":
            self._show_waiting(view)
            self._wait_for_it()
            return
        if view.record.outcome == "refused":
            self._show_refusal(view)
        else:
            self._show_comparison(view)

    def _lead_to(self, act: str) -> None:
        """Open another screen of this case."""
        kind = self._kind
        self._desk.go(kind.function(act), kind=kind.code, case_id=self._case_id)

    def _waiting_text(self, text: str, notes: Sequence[QWidget]) -> None:
        clear(self._place)
        self.title.setText("決定を待っています")
        self.lead.setText(text)
        for note in notes:
            self._place.addWidget(note)
        self._place.addStretch(1)

    def _show_waiting(self, view: decisions.DecisionView) -> None:
        name = view.name
        notes: list[QWidget] = [
            box("warn", _wait(view.kind)),
            named_box(
                "ok", f"{name} 様の届出は{_WHERE[Outgoing(view.outbox_state)]}", self._painter
            ),
        ]
        if view.record is not None:  # what the union waits for
            notes += [box("warn", line) for line in view.record.reason_text.splitlines()]
        if view.waiting_cause:
            notes.append(box("stop", view.waiting_cause))
        self._waiting_text("決定が届くと、この画面が切り替わります。", notes)
        self._buttons(slip=view.kind.is_brought)

    def _show_refusal(self, view: decisions.DecisionView) -> None:
        assert view.record is not None
        clear(self._place)
        self.title.setText("却下されました")
        paper = "証は交付されません。" if view.kind.papers else ""
        self.lead.setText(f"次の理由を読み上げて説明してください。{paper}")
        for sentence in view.record.reason_text.splitlines():
            self._place.addWidget(box("stop", sentence))
        if view.record.grounds_clerk:  # by which tables it was decided
            self._place.addWidget(PlainLabel(view.record.grounds_clerk))
        self._place.addStretch(1)
        self._buttons(main="説明済み・終了" if view.case_state is CaseState.REFUSED else "")

    def _show_comparison(self, view: decisions.DecisionView) -> None:
        assert view.record is not None
        clear(self._place)
        self.title.setText("決定の確認")
        self.lead.setText("届け出た内容（左）と広域連合の決定（右）を見比べてください。")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        lines = decisions.compare(view, self._desk.tables, self._desk.clock.now().date())
        differing = [line.label for line in lines if not line.agrees]
        if differing:
            column.addWidget(
                box("stop", f"違いがあります：{'、'.join(differing)}。届出書で確かめてください。")
            )
        else:
            column.addWidget(box("ok", "届け出た内容と決定に違いはありません。"))
        if getattr(view.record, "provisional", "") == "1":
            column.addWidget(
                box("warn", "所得が確認できるまでの見込みの割合です。後で変わることがあります。")
            )
        column.addWidget(self._side_by_side(lines))
        if view.record.grounds_aloud:
            aloud = f"説明の例：{view.record.grounds_aloud}"
            column.addWidget(named_box("ok", aloud, self._painter))
        column.addStretch(1)
        self._place.addWidget(scrolled(inner))
        self._say_what_follows(view)

    def _say_what_follows(self, view: decisions.DecisionView) -> None:
        """Whether a paper follows, and the next step."""
        if not self._kind.papers:
            self._place.addWidget(box("ok", "この決定では、証の交付はありません。"))
            if self._kind.handed_on is not None:
                self._place.addWidget(
                    box("ok", "引継票（Alt+P）を印刷し、書類に付けて担当の窓口へ渡してください。")
                )
            self._buttons(main="照合済み・終了" if not view.compared else "")
            self._offer(self.slip_button, _HAND_ON if self._kind.handed_on else "")
        elif view.record is not None and view.record.paper == "none":
            self._place.addWidget(
                box("warn", "所得が確認できてから証が郵送されます。今日は受付票を渡してください。")
            )
            self._buttons(slip=True)
        elif view.case_state is CaseState.ISSUED:
            self._place.addWidget(box("ok", "この決定の証は発行済みです。"))
            open_sheet = view.paper is not None and not view.paper.settled
            self._buttons(main="用紙を確かめる" if open_sheet else "")
        else:
            self._buttons(main="照合済み・作成へ")

    def _side_by_side(self, lines: Sequence[decisions.CompareLine]) -> QWidget:
        frame, layout = card()
        grid = QGridLayout()
        grid.setColumnMinimumWidth(0, 150)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 3)
        grid.setHorizontalSpacing(16)
        for at, heading in enumerate(("項目", "届け出た内容", "広域連合の決定")):
            label = PlainLabel(heading)
            label.setObjectName("fieldLabel")
            grid.addWidget(label, 0, at)
        for row, line in enumerate(lines, 1):
            label = PlainLabel(line.label if line.agrees else f"■ {line.label}")
            label.setObjectName("fieldLabel" if line.agrees else "fieldError")
            grid.addWidget(label, row, 0)
            for at, text in ((1, line.keyed), (2, line.decided)):
                grid.addWidget(self._value(line, text, decided=at == 2), row, at)
        layout.addLayout(grid)
        return frame

    def _value(self, line: decisions.CompareLine, text: str, *, decided: bool) -> QWidget:
        """One side of one item, as it is best read."""
        if line.is_name:
            return NameLabel(self._painter, text, 22)
        if line.only and "\n" in text:  # the grounds name members of the household
            return TextBlock(self._painter, text)
        value = PlainLabel(text)
        value.setWordWrap(True)
        if line.large and decided:
            value.setObjectName("bigNumber")
        return value

    def _buttons(self, *, main: str = "", slip: bool = False) -> None:
        self.main_button.setVisible(bool(main))
        self.main_button.setEnabled(bool(main))
        self.main_button.setText(f"{main}  [Ctrl+Enter]")
        self._offer(self.slip_button, _ACCEPTED if slip else "")
        self._offer(self.again_button, self.again_button.text() if slip else "")
        guided = self._view is not None and bool(self._view.person_id)
        self.guide_button.setVisible(guided)
        self.guide_button.setEnabled(guided)
        looks = self._may_look()
        self.look_button.setVisible(looks)
        self.look_button.setEnabled(looks)
        if main:
            self.main_button.setFocus()

    @staticmethod
    def _offer(button: QPushButton, text: str) -> None:
        """Show the button with ``text``; none hides it."""
        button.setVisible(bool(text))
        button.setEnabled(bool(text))
        if text:
            button.setText(text)
            button.setAccessibleName(text.partition("  [")[0])

    def _may_look(self) -> bool:
        """Whether this person may be the second one (SEC-13); the gate and the row decide."""
        view = self._view
        return (
            view is not None
            and not view.second_look
            and self._desk.session.staff_id not in view.keyed_by
            and view.case_state in second_look.LOOKED_AT
        )

    def _go_on(self) -> None:
        if self._desk.operations.busy or self._view is None:
            return
        if self._view.case_state is CaseState.REFUSED:
            self._close_case()
        elif self._view.case_state is CaseState.ISSUED:
            self._lead_to("issue_certificate")
        else:
            self._compare()

    def _close_case(self) -> None:
        desk, view = self._desk, self._view
        assert view is not None
        desk.run(
            self,
            lambda: closing.close_case(desk.gate, desk.session, view),
            lambda _none: desk.home(after=self._case_id, known=bool(view.person_id)),
            ended=self._live,
        )

    def _look_through(self) -> None:
        desk, view = self._desk, self._view
        if view is None or desk.operations.busy:
            return
        desk.carry_out(
            self,
            lambda: second_look.prepare_second_look(desk.gate, desk.session, view),
            lambda prepared, given: second_look.perform_second_look(
                desk.gate, prepared, given, self._kind
            ),
            lambda _none: desk.home(),
            ended=self._live,
        )

    def _compare(self) -> None:
        desk, view = self._desk, self._view
        assert view is not None
        self.main_button.setEnabled(False)
        if view.compared:
            self._after_comparing()
            return
        desk.run(
            self,
            lambda: decisions.confirm_comparison(desk.gate, desk.session, view),
            lambda _none: self._after_comparing(),
            ended=self._live,
        )

    def _after_comparing(self) -> None:
        if self._kind.papers:
            self._lead_to("issue_certificate")
            return
        self._desk.say(f"{self._kind.label}の決定を見比べました。")
        known = self._view is not None and bool(self._view.person_id)
        self._desk.home(after=self._case_id, known=known)

    def _print_slip(self) -> None:
        """The slip that belongs to where the case is: accepted by the union or not yet."""
        desk, record = self._desk, self._view.record if self._view is not None else None
        accepted = record is not None and record.outcome == "accepted"
        handed_on = self._kind.handed_on is not None and accepted
        give, name = (slips.print_hand_on, "引継票") if handed_on else (slips.print_slip, "受付票")

        def work() -> None:
            case = drafts.load_case(desk.gate, desk.session, self._kind, self._case_id)
            here = desk.counter
            counter = slips.At(desk.clock.now(), here.name, here.phone, here.hours)
            give(desk.gate, desk.session, case, self._drawing(), desk.printer, counter)

        said = f"{name}を印刷に回しました。"
        desk.run(self, work, lambda _none: desk.say(said), ended=self._live)

    def _live(self) -> None:
        """It did not come to the act: the button may be pressed again."""
        self.main_button.setEnabled(not self.main_button.isHidden())

    def _slip_not_printed(self, number: str, why: str) -> None:
        if number == self._case_id:
            self._place.insertWidget(0, box("stop", f"印刷していません。{why}"))

    def _drawing(self) -> issuing.Drawing:
        desk = self._desk
        return issuing.Drawing(desk.tables, desk.press, desk.training)
