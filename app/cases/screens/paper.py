"""券面の確認と交付: the certificate of a compared decision, from its proof to the sheet in hand.

Opened before the issue it reserves a number and draws; opened after, it takes up the sheet that
was not confirmed or did not come out.
"""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QVBoxLayout, QWidget

from app.cases import decisions, issuing, paper_years, slips
from app.cases.kind import CaseKind
from app.cases.screens import going_on
from app.cases.state import CaseState
from app.security.acts.approval import Subject
from app.ui.base.choice import choose
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel
from app.ui.base.pages import Page, box, card, clear
from app.ui.base.preview import PaperPreview
from app.ui.base.theme import grown
from app.ui.base.visitor import ForVisitor

_WHICH_YEAR = (
    "どちらの年度の証ですか。二つの年度の証があります。今お持ちの証と見比べて選んでください。"
)


class PaperScreen(Page):
    """One paper: drawn and proved, issued by touch, its sheet confirmed."""

    def __init__(self, desk: Desk, kind: str, case_id: str) -> None:
        super().__init__("券面の確認", "券面を作っています。そのままお待ちください。")
        self._desk = desk
        self._kind: CaseKind = desk.kinds[kind]
        self._case_id = case_id
        self.about = Subject("case", case_id)
        self._view: decisions.DecisionView | None = None
        self._proof: issuing.DrawnPaper | None = None
        self._issued: issuing.Issued | None = None
        self._missing_sheet = False
        self._copies = 1
        self.question: QInputDialog | None = None
        desk.printer.failed.connect(self._not_printed)
        self._place = QVBoxLayout()
        self.body.addLayout(self._place, 1)
        self.action("戻る", "Esc", self._leave)
        self.next_case_button = self.action(going_on.LABEL, "Alt+N", self._next_case)
        self.slip_button = self.action("発行票を印刷", "Alt+P", self._print_slip)
        self.spoilt_button = self.action("印刷不良・出てこない", "Alt+X", self._spoilt)
        self.main_button = self.action("次へ", "Ctrl+Return", self._go_on, primary=True)
        self._buttons()
        desk.run(
            self,
            lambda: decisions.show(desk.gate, desk.session, self._kind, case_id, desk.tables),
            self._loaded,
        )

    @property
    def proof(self) -> issuing.DrawnPaper | None:
        """The certificate on the screen, drawn and proved."""
        return self._proof

    @property
    def issued(self) -> issuing.Issued | None:
        """The certificate once issued."""
        return self._issued

    def _loaded(self, view: decisions.DecisionView) -> None:
        self._view = view
        if view.case_state is CaseState.ISSUED:
            self._take_up_sheet()
        else:
            self._ask_year()

    def for_visitor(self) -> ForVisitor | None:
        """Whose paper it is; what is about to be signed stands beneath."""
        view = self._view
        if view is None or view.case.restricted:
            return None
        return ForVisitor(f"{view.name} 様　{self._kind.label}")

    def _next_case(self) -> None:
        going_on.go_on(self, self._desk, self._case_id, known=True)

    def _buttons(self, *, main: str = "", spoilt: bool = False) -> None:
        for button, on in (
            (self.main_button, bool(main)),
            (self.spoilt_button, spoilt),
            (self.slip_button, spoilt),
            (self.next_case_button, self._issued is not None),
        ):
            button.setVisible(on)
            button.setEnabled(on)
        self.main_button.setText(f"{main}  [Ctrl+Enter]")
        if main:
            self.main_button.setFocus()

    def _go_on(self) -> None:
        if self._desk.operations.busy or self._proof is None:
            return
        if self._issued is not None:
            self._settle(good=True)
        else:
            self._issue()

    def _ask_year(self) -> None:
        """Where papers of two years are about, the clerk says which is meant (DOMAIN 5.3)."""
        desk, view = self._desk, self._view
        assert view is not None
        desk.run(
            self,
            lambda: paper_years.years_to_ask(desk.gate, desk.session, view, desk.tables),
            self._asked_year,
        )

    def _asked_year(self, years: tuple[paper_years.PaperYear, ...]) -> None:
        if not years:
            self._reserve(paper_years.NOT_ASKED)
            return
        self.question = choose(
            self,
            _WHICH_YEAR,
            [one.words for one in years],
            lambda at: self._reserve(years[at].year),
            ok="この年度の証を作る",
            gave_up=self._leave,
        )

    def _reserve(self, year: int) -> None:
        desk, view = self._desk, self._view
        assert view is not None
        desk.run(
            self,
            lambda: issuing.reserve_and_draw(
                desk.gate, desk.session, view, self._drawing(), year=year
            ),
            self._show_proof,
            ended=self._none_made,
        )

    def _none_made(self) -> None:
        """The paper was refused, or could not be drawn: nothing is being waited for."""
        if self._proof is None:
            self.lead.setText("証は作っていません。戻る（Esc）を押して、決定を確かめてください。")

    def _take_up_sheet(self) -> None:
        """A sheet that was not confirmed before the screen was left, or did not come out."""
        desk = self._desk
        paper = self._view.paper if self._view is not None else None
        if paper is None:
            return
        self._copies = paper.copies

        def drawn(proof: issuing.DrawnPaper) -> None:
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

    def _show_proof(self, proof: issuing.DrawnPaper) -> None:
        self._proof = proof
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
        frame.setFixedWidth(grown(300))
        for label, text in (("発行番号", proof.number), ("決定番号", proof.decision_id)):
            layout.addWidget(PlainLabel(label))
            value = PlainLabel(text)
            value.setObjectName("fieldLabel")
            value.setWordWrap(True)
            layout.addWidget(value)
        if proof.year_words:
            layout.addWidget(box("warn", f"{proof.year_words}です。"))
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
            lambda prepared, given: issuing.perform_issue(
                desk.gate, prepared, given, proof, desk.printer
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
            "出てきた用紙を見て、正しければ Ctrl+Enter、印刷不良か出てこないときは "
            "Alt+X を押します。"
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
            return
        self._missing_sheet = True
        self.lead.setText(
            "発行済み、印刷していません。プリンターを直してから Alt+X で刷り直します。"
            "用紙が出てきたときだけ Ctrl+Enter を押します。"
        )
        self._place.insertWidget(0, box("stop", f"発行済み、印刷していません。{why}"))
        self.spoilt_button.setFocus()

    def _spoilt(self) -> None:
        if self._issued is not None and not self._desk.operations.busy:
            self._settle(good=False)

    def _print_slip(self) -> None:
        """The slip that goes with the certificate: year and colour of the paper, what to check."""
        desk, proof = self._desk, self._proof
        if proof is None or self._issued is None or desk.operations.busy:
            return
        here = desk.counter
        counter = slips.At(desk.clock.now(), here.name, here.phone, here.hours)
        desk.run(
            self,
            lambda: slips.print_issue_slip(
                desk.gate, desk.session, proof, self._drawing(), desk.printer, counter
            ),
            lambda _none: desk.say("発行票を印刷しました。用紙の年度と色を確かめてください。"),
        )

    def _settle(self, *, good: bool) -> None:
        desk, issued = self._desk, self._issued
        assert issued is not None
        bad = "印刷されなかった" if self._missing_sheet else "印刷の乱れ"
        cause = "" if good else bad

        def settled(_none: None) -> None:
            if good:
                desk.say(f"発行番号 {issued.number} の用紙を確認しました。お渡しください。")
                desk.home(after=self._case_id, known=True)
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
            lambda prepared, given: issuing.perform_reprint(
                desk.gate, prepared, given, proof, desk.printer
            ),
            self._was_issued,
            ended=self._live,
        )

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
