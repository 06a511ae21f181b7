"""決定の確認と交付: the answer of the union beside what was keyed, then the certificate.

While no answer has come, the screen says so, offers the acceptance slip and looks again; a
refusal shows the reasons to be read out.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.cases import (
    closing,
    decisions,
    drafts,
    issuing,
    second_look,
    sending,
    slips,
)
from app.cases.kind import CaseKind
from app.cases.state import CaseState
from app.sync.states import Outgoing
from app.ui.base.desk import Desk
from app.ui.base.names import NameLabel, NamePainter, TextBlock
from app.ui.base.pages import Page, box, card, clear, named_box, scrolled
from app.ui.base.preview import PaperPreview
from app.ui.base.watch import Watch

_WHERE = {
    Outgoing.PREPARED: "封をして残っています。もう一人が確かめると、送られます。",
    Outgoing.CONFIRMED: "封をして残っています。回線がつながると、端末が送ります。",
    Outgoing.SENDING: "送っている途中です。回線がつながると、端末が続きを送ります。",
    Outgoing.SENT: "送りました。広域連合が受け取ったことを、端末が確かめています。",
    Outgoing.ACCEPTED: "広域連合が受け付けました。決定を待っています。",
}
"""Where a waiting case's sending is, and what will happen by itself: nothing else is said."""


class DecisionScreen(Page):
    """One case from sending to the paper in the clerk's hand."""

    def __init__(self, desk: Desk, kind: str, case_id: str, outbox_id: str = "") -> None:
        super().__init__("決定の確認", "")
        self._kind: CaseKind = desk.kinds[kind]
        self._desk = desk
        self._case_id = case_id
        self._painter = NamePainter(desk.fonts)
        self._view: decisions.DecisionView | None = None
        self._proof: issuing.Proof | None = None
        self._issued: issuing.Issued | None = None
        self._missing_sheet = False
        desk.printer.failed.connect(self._not_printed)
        self._copies = 1
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("戻る", "Esc", self._leave)
        self.again_button = self.action("今の状況を見る", "F5", self._load)
        self.slip_button = self.action("受付票を印刷", "F7", self._print_slip)
        self.look_button = self.action("二人目として確認した", "F8", self._look_through)
        self.spoilt_button = self.action("書き損じ・出てこない", "F9", self._spoilt)
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

    @property
    def proof(self) -> issuing.Proof | None:
        """The certificate on the screen, drawn and proved."""
        return self._proof

    @property
    def issued(self) -> issuing.Issued | None:
        """The certificate once issued."""
        return self._issued

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
            lambda: decisions.show(desk.gate, desk.session, self._kind, self._case_id),
            self._loaded,
        )

    def _read(self, *, background: bool = False) -> decisions.DecisionView:
        desk = self._desk
        return decisions.show(
            desk.gate, desk.session, self._kind, self._case_id, background=background
        )

    def _wait_for_it(self) -> None:
        """What comes over the line is looked at without anybody's doing."""
        desk = self._desk
        self._watch = desk.watch(
            self,
            lambda: decisions.show(
                desk.gate, desk.session, self._kind, self._case_id, background=True
            ),
            self._loaded,
        )

    def _loaded(self, view: decisions.DecisionView) -> None:
        self._view = view
        if self._watch is not None:
            self._watch.stop()
        if view.case_state is CaseState.DRAFT:
            self._show_draft(view)
            return
        if view.case_state is CaseState.REJECTED:
            self._desk.go(
                self._kind.function("show_rejection"), kind=self._kind.code, case_id=view.case_id
            )
            return
        if view.record is None or view.record.outcome == "pending":
            self._show_waiting(view)
            self._wait_for_it()
            return
        if view.record.outcome == "refused":
            self._show_refusal(view)
        else:
            self._show_comparison(view)

    def _waiting_text(self, text: str, notes: Sequence[QWidget]) -> None:
        clear(self._place)
        self.title.setText("決定を待っています")
        self.lead.setText(text)
        for note in notes:
            self._place.addWidget(note)
        self._place.addStretch(1)

    def _show_draft(self, view: decisions.DecisionView) -> None:
        clear(self._place)
        self.title.setText("送信前の確認")
        self.lead.setText("届出書と見比べ、入力に誤りがなければ F8 で確認を記録してください。")
        desk = self._desk
        frame, layout = card()
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        today = desk.clock.now().date()
        for row, line in enumerate(sending.summary(view.case, desk.tables, today)):
            grid.addWidget(QLabel(line.label), row, 0)
            value = NameLabel(self._painter, line.value, 20) if line.is_name else QLabel(line.value)
            grid.addWidget(value, row, 1)
        layout.addLayout(grid)
        self._place.addWidget(scrolled(frame))
        self._buttons()

    def _show_waiting(self, view: decisions.DecisionView) -> None:
        name = view.name
        notes: list[QWidget] = [
            box(
                "warn",
                "まだ決定が届いていません。証は印刷できません。受付票（F7）を渡し、"
                "決定が届いたら連絡することを説明してください。",
            ),
            named_box(
                "ok", f"{name} 様の届出は{_WHERE[Outgoing(view.outbox_state)]}", self._painter
            ),
        ]
        if view.waiting_cause:
            notes.append(box("stop", view.waiting_cause))
        self._waiting_text("決定が届くと、この画面が切り替わります。", notes)
        self._buttons(slip=True)

    def _show_refusal(self, view: decisions.DecisionView) -> None:
        assert view.record is not None
        clear(self._place)
        self.title.setText("却下されました")
        self.lead.setText("次の理由を読み上げて説明してください。証は交付されません。")
        for sentence in view.record.reason_text.splitlines():
            self._place.addWidget(box("stop", sentence))
        self._place.addStretch(1)
        self._buttons(main="説明した。届出を終える" if view.case_state is CaseState.REFUSED else "")

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
        frame, layout = card()
        grid = QGridLayout()
        grid.setColumnMinimumWidth(0, 150)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 3)
        grid.setHorizontalSpacing(16)
        for at, heading in enumerate(("項目", "届け出た内容", "広域連合の決定")):
            label = QLabel(heading)
            label.setObjectName("fieldLabel")
            grid.addWidget(label, 0, at)
        for row, line in enumerate(lines, 1):
            label = QLabel(line.label if line.agrees else f"■ {line.label}")
            label.setObjectName("fieldLabel" if line.agrees else "fieldError")
            grid.addWidget(label, row, 0)
            for at, text in ((1, line.keyed), (2, line.decided)):
                if line.large and at == 2:
                    big = QLabel(text)
                    big.setObjectName("bigNumber")
                    grid.addWidget(big, row, at)
                elif line.is_name:
                    grid.addWidget(NameLabel(self._painter, text, 22), row, at)
                elif line.only and "\n" in text:  # the grounds name members of the household
                    grid.addWidget(TextBlock(self._painter, text), row, at)
                else:
                    value = QLabel(text)
                    value.setWordWrap(True)
                    grid.addWidget(value, row, at)
        layout.addLayout(grid)
        column.addWidget(frame)
        if view.record.grounds_aloud:
            aloud = f"説明の例：{view.record.grounds_aloud}"
            column.addWidget(named_box("ok", aloud, self._painter))
        column.addStretch(1)
        self._place.addWidget(scrolled(inner))
        if not self._kind.papers:
            self._place.addWidget(box("ok", "この決定では、証の交付はありません。"))
            self._buttons(main="見比べた。処理を終える" if not view.compared else "")
        elif view.record.paper == "none":
            self._place.addWidget(
                box("warn", "所得が確認できてから証が郵送されます。今日は受付票を渡してください。")
            )
            self._buttons(slip=True)
        elif view.case_state is CaseState.ISSUED:
            self._place.addWidget(box("ok", "この決定の証は発行済みです。"))
            open_sheet = view.paper is not None and not view.paper.settled
            self._buttons(main="用紙を確かめる" if open_sheet else "")
        else:
            self._buttons(main="見比べた。証を作る")

    def _buttons(self, *, main: str = "", slip: bool = False, spoilt: bool = False) -> None:
        self.main_button.setVisible(bool(main))
        self.main_button.setEnabled(bool(main))
        self.main_button.setText(f"{main}  [Ctrl+Enter]")
        for button in (self.slip_button, self.again_button):
            button.setVisible(slip)
            button.setEnabled(slip)
        self.spoilt_button.setVisible(spoilt)
        self.spoilt_button.setEnabled(spoilt)
        looks = self._may_look()
        self.look_button.setVisible(looks)
        self.look_button.setEnabled(looks)
        if main:
            self.main_button.setFocus()

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
        if self._issued is not None:
            self._settle(good=True)
        elif self._proof is not None:
            self._issue()
        elif self._view.case_state is CaseState.REFUSED:
            self._close_case()
        elif self._view.case_state is CaseState.ISSUED:
            self._take_up_sheet()
        else:
            self._draw()

    def _close_case(self) -> None:
        desk, view = self._desk, self._view
        assert view is not None
        desk.run(
            self,
            lambda: closing.close_case(desk.gate, desk.session, view),
            lambda _none: desk.home(),
            ended=self._live,
        )

    def _look_through(self) -> None:
        desk, view = self._desk, self._view
        if view is None or desk.operations.busy:
            return
        desk.carry_out(
            self,
            lambda: second_look.prepare_second_look(desk.gate, desk.session, view),
            lambda draft, given: second_look.perform_second_look(
                desk.gate, draft, given, self._kind
            ),
            lambda _none: desk.home(),
            ended=self._live,
        )

    def _take_up_sheet(self) -> None:
        """A sheet that was not confirmed before the screen was left, or did not come out."""
        desk = self._desk
        paper = self._view.paper if self._view is not None else None
        if paper is None:
            return
        self._copies = paper.copies

        def drawn(proof: issuing.Proof) -> None:
            self._proof = proof
            if paper.sheet_state == "spoilt":
                self._reprint()
            else:
                self._was_issued(issuing.Issued(self._kind, paper.number, paper.sheet_id, 0))

        desk.run(
            self,
            lambda: issuing.redraw(
                desk.gate, desk.session, self._kind, paper.number, self._drawing()
            ),
            drawn,
            ended=self._live,
        )

    def _draw(self) -> None:
        desk, view = self._desk, self._view
        assert view is not None
        self.main_button.setEnabled(False)
        go_on = self._reserve if self._kind.papers else self._end
        if view.compared:
            go_on()
            return
        desk.run(
            self,
            lambda: decisions.confirm_comparison(desk.gate, desk.session, view),
            lambda _none: go_on(),
            ended=self._live,
        )

    def _end(self) -> None:
        self._desk.say(f"{self._kind.label}の決定を見比べました。")
        self._desk.home()

    def _reserve(self) -> None:
        desk = self._desk

        def work() -> tuple[decisions.DecisionView, issuing.Proof]:
            fresh = self._read()
            proof = issuing.reserve_and_draw(desk.gate, desk.session, fresh, self._drawing())
            return fresh, proof

        def drawn(result: tuple[decisions.DecisionView, issuing.Proof]) -> None:
            self._view, self._proof = result
            self._show_proof(result[1])

        desk.run(self, work, drawn, ended=self._live)

    def _show_proof(self, proof: issuing.Proof) -> None:
        clear(self._place)
        self.title.setText("券面の確認")
        self.lead.setText(
            "この券面が印刷されます。氏名の字形・番号・割合を確かめ、キーに触れて発行してください。"
        )
        row = QHBoxLayout()
        holder = QWidget()
        holder.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        self.preview = PaperPreview(proof.rendered.pdf)
        row.addWidget(self.preview, 1)
        frame, layout = card()
        frame.setFixedWidth(300)
        for label, text in (("発行番号", proof.number), ("決定番号", proof.decision_id)):
            layout.addWidget(QLabel(label))
            value = QLabel(text)
            value.setObjectName("fieldLabel")
            value.setWordWrap(True)
            layout.addWidget(value)
        layout.addWidget(box("ok", "券面を読み戻して、決定と一字ずつ照合しました。"))
        for missing in proof.rendered.missing:
            layout.addWidget(box("warn", f"〓で印字される文字があります：{missing.cluster}"))
        if self._desk.training:
            layout.addWidget(box("warn", "研修のため、券面に「見本」と入ります。"))
        layout.addStretch(1)
        row.addWidget(frame)
        self._place.addWidget(holder)
        self._buttons(main="発行する（キーに触れる）")

    def _issue(self) -> None:
        desk, proof, view = self._desk, self._proof, self._view
        assert proof is not None and view is not None
        self.main_button.setEnabled(False)
        desk.carry_out(
            self,
            lambda: issuing.prepare_issue(desk.gate, desk.session, proof, view),
            lambda draft, given: issuing.perform_issue(
                desk.gate, draft, given, proof, desk.printer
            ),
            self._was_issued,
            ended=self._live,
        )

    def _was_issued(self, issued: issuing.Issued) -> None:
        self._issued = issued
        self._missing_sheet = False
        clear(self._place)
        self.title.setText("用紙の確認")
        self.lead.setText(
            "出てきた用紙を見て、正しければ Ctrl+Enter、書き損じか出てこないときは F9 を押します。"
        )
        self._place.addWidget(box("ok", f"発行しました。発行番号 {issued.number}"))
        if self._view and self._view.record and self._view.record.delivery == "post":
            self._place.addWidget(
                box("warn", "郵送で交付します。手渡ししないでください（簡易書留）。")
            )
        if self._proof is not None:
            self.preview = PaperPreview(self._proof.rendered.pdf)
            self._place.addWidget(self.preview, 1)
        self._buttons(main="正しく印刷された", spoilt=True)
        why = self._desk.printer.failure_of(issued.number)
        if why:
            self._not_printed(issued.number, why)

    def _not_printed(self, number: str, why: str) -> None:
        """The issue stands; the sheet did not come out."""
        issued = self._issued
        if issued is None or number != issued.number:
            if number == self._case_id:
                self._place.insertWidget(0, box("stop", f"受付票を印刷していません。{why}"))
            return
        self._missing_sheet = True
        self.lead.setText(
            "発行済み、印刷していません。プリンターを直してから F9 で刷り直します。"
            "用紙が出てきたときだけ Ctrl+Enter を押します。"
        )
        self._place.insertWidget(0, box("stop", f"発行済み、印刷していません。{why}"))
        self.spoilt_button.setFocus()

    def _spoilt(self) -> None:
        if self._issued is not None and not self._desk.operations.busy:
            self._settle(good=False)

    def _settle(self, *, good: bool) -> None:
        desk, issued = self._desk, self._issued
        assert issued is not None
        bad = "印刷されなかった" if self._missing_sheet else "印刷の乱れ"
        cause = "" if good else bad

        def settled(_none: None) -> None:
            if good:
                desk.say(f"発行番号 {issued.number} の用紙を確認しました。お渡しください。")
                desk.home()
            else:
                self._reprint()

        desk.run(
            self,
            lambda: issuing.settle_sheet(desk.gate, desk.session, issued, good=good, cause=cause),
            settled,
            ended=self._live,
        )

    def _reprint(self) -> None:
        desk, proof = self._desk, self._proof
        assert proof is not None
        self._copies += 1
        copy = self._copies
        desk.carry_out(
            self,
            lambda: issuing.prepare_reprint(desk.gate, desk.session, proof, copy),
            lambda draft, given: issuing.perform_reprint(
                desk.gate, draft, given, proof, desk.printer
            ),
            self._was_issued,
            ended=self._live,
        )

    def _print_slip(self) -> None:
        desk = self._desk

        def work() -> None:
            case = drafts.load_case(desk.gate, desk.session, self._kind, self._case_id)
            counter = slips.At(desk.clock.now(), desk.office.name, desk.office.phone)
            slips.print_slip(desk.gate, desk.session, case, self._drawing(), desk.printer, counter)

        desk.run(self, work, lambda _none: desk.say("受付票を印刷に回しました。"), ended=self._live)

    def _live(self) -> None:
        """It did not come to the act: the button may be pressed again."""
        self.main_button.setEnabled(not self.main_button.isHidden())

    def _drawing(self) -> issuing.Drawing:
        desk = self._desk
        return issuing.Drawing(desk.tables, desk.press, desk.training)

    def _leave(self) -> None:
        desk, proof, view = self._desk, self._proof, self._view
        reserved = view is not None and view.paper is None and self._issued is None
        if proof is not None and reserved:
            # A reserved number that is not issued becomes void with its cause (DESIGN 7).
            desk.run(
                self,
                lambda: issuing.void(
                    desk.gate,
                    desk.session,
                    proof.kind,
                    proof.number,
                    proof.version,
                    "発行せずに戻った",
                ),
                lambda _none: desk.home(),
            )
        else:
            desk.home()
