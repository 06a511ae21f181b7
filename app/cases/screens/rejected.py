"""受け付けられなかった届出: the union's words, and the two ways to mend it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.cases import drafts, rejected, sending
from app.cases.kind import CaseKind
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.labels import PlainLabel, PlainQuestion
from app.ui.base.names import NameLabel, NamePainter
from app.ui.base.pages import Page, box, card

_REASONS = ("届出人が取り下げた", "入力する方を間違えた", "ほかの届出に改める")


class RejectedScreen(Page):
    """Read the cause, correct and send again, or drop the case."""

    def __init__(self, desk: Desk, kind: str, case_id: str) -> None:
        super().__init__(
            "受け付けられなかった届出",
            "広域連合が届出を受け付けませんでした。理由を読み、直して送り直すか、取りやめます。"
            "このままでは送られません。",
        )
        self._desk = desk
        self.about = Subject("case", case_id)
        self._kind: CaseKind = desk.kinds[kind]
        self.rejection: rejected.Rejection | None = None
        self.action("戻る", "Esc", desk.home)
        self.drop_button = self.action("取りやめる", "Ctrl+Del", self._drop)
        self.correct_button = self.action(
            "直して送り直す", "Ctrl+Return", self._correct, primary=True
        )
        self._let_live(alive=False)
        desk.run(
            self, lambda: rejected.show(desk.gate, desk.session, self._kind, case_id), self._show
        )

    def first_focus(self) -> None:
        self.correct_button.setFocus()

    def _let_live(self, *, alive: bool = True) -> None:
        for button in (self.drop_button, self.correct_button):
            button.setEnabled(alive)

    def _show(self, rejection: rejected.Rejection) -> None:
        self.rejection = rejection
        frame, layout = card()
        painter = NamePainter(self._desk.fonts)
        layout.addWidget(NameLabel(painter, rejection.case.name or "（氏名の入力なし）", 26))
        layout.addWidget(PlainLabel(f"受付番号　{rejection.case.id}"))
        layout.addWidget(PlainLabel(f"返事の日時　{rejection.at[:16].replace('T', ' ')}"))
        self.body.addWidget(frame)
        self.body.addWidget(box("stop", rejection.cause))
        kept = "入れた内容と個人番号" if self._kind.asks_number else "入れた内容"
        self.body.addWidget(
            box("warn", f"直して送り直すと、新しい送信として送られます。{kept}は残っています。")
        )
        self.body.addStretch(1)
        self._let_live()
        self.first_focus()

    def _correct(self) -> None:
        desk, rejection = self._desk, self.rejection
        if rejection is None:
            return
        self._let_live(alive=False)
        desk.run(
            self,
            lambda: sending.withdraw(desk.gate, desk.session, rejection.case),
            lambda _none: desk.go(self._kind.opening, case_id=rejection.case.id),
            ended=self._let_live,
        )

    def _drop(self) -> None:
        dialog = PlainQuestion(self)
        dialog.setWindowTitle("届出の取りやめ")
        erased = "入れた内容と個人番号" if self._kind.asks_number else "入れた内容"
        dialog.setLabelText(f"取りやめる理由を選んでください。{erased}は消えます。")
        dialog.setComboBoxItems(list(_REASONS))
        dialog.setOkButtonText("取りやめる")
        dialog.setCancelButtonText("続ける")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(self._drop_for)
        dialog.open()

    def _drop_for(self, reason: str) -> None:
        desk, rejection = self._desk, self.rejection
        if rejection is None:
            return
        desk.run(
            self,
            lambda: drafts.cancel_case(desk.gate, desk.session, rejection.case, reason),
            lambda _none: desk.home(),
        )
