"""返してもらう証: which papers of this person are still out; a receipt for one that came back."""

from __future__ import annotations

from app.cases.issuing import Drawing
from app.core.errors import UserError
from app.functions.printing import returned
from app.functions.printing.returned import Brought, Held
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, TextField
from app.ui.base.pages import Page, card
from app.ui.base.tables import fill, list_table
from forms.certificates.seal import SealImage, SealOmitted

_COLUMNS = ("証の種類", "発行番号", "状態")
_WIDTHS = (320, 260)
_STATES = {"issued": "交付済み", "void": "無効（返してもらう）"}
_WHO = [("本人", "本人"), ("同じ世帯の方", "同じ世帯の方"), ("代理の方", "代理の方")]


class ReturnedScreen(Page):
    """Choose the paper, say why and who brought it."""

    def __init__(self, desk: Desk, person_id: str) -> None:
        super().__init__(
            "証の返還", "↑↓で証を選び、持参した方と理由を入れます。受領書を渡してください。"
        )
        self._desk = desk
        self._person_id = person_id
        self.held: tuple[Held, ...] = ()
        self.table = list_table("返してもらう証", _COLUMNS, _WIDTHS)
        self.body.addWidget(self.table, 1)
        frame, layout = card()
        self.who = ChoiceField("who", "持参した方", _WHO, required=True)
        self.reason = TextField("reason", "返還の理由", required=True, limit=60)
        layout.addWidget(self.who)
        layout.addWidget(self.reason)
        self.body.addWidget(frame)
        self.who.done.connect(self.reason.setFocus)
        self.reason.done.connect(self._take_back)
        self.action("検索へ", "Esc", lambda: desk.go("persons.search"))
        self.action("返せないと届出があった", "Alt+L", self._unable)
        self.action("返してもらい、受領書を印刷", "Ctrl+Return", self._take_back, primary=True)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read the papers again."""
        desk = self._desk
        desk.run(
            self,
            lambda: returned.held_papers(desk.gate, desk.session, self._person_id),
            self._show,
        )

    def _show(self, held: tuple[Held, ...]) -> None:
        self.held = held
        fill(self.table, [(one.title, one.number, _STATES.get(one.state, "")) for one in held])
        if held:
            self.table.selectRow(0)
        else:
            self.lead.setText("この方に、返してもらう証はありません。")

    def _brought(self) -> Brought | None:
        row, desk = self.table.currentRow(), self._desk
        if not 0 <= row < len(self.held) or desk.operations.busy:
            return None
        chosen, here = self.held[row], desk.counter
        return Brought(
            self._person_id,
            chosen.form_id,
            chosen.number,
            self.reason.value(),
            self.who.value() or "本人",
            here.name,
            desk.clock.now(),
            here.issuer,
            SealImage(here.seal) if here.seal else SealOmitted(here.omission),
        )

    def _take_back(self) -> None:
        brought, desk = self._brought(), self._desk
        if brought is None:
            return
        drawing = Drawing(desk.tables, desk.press, desk.training)
        desk.run(
            self,
            lambda: returned.take_back(desk.gate, desk.session, brought, drawing, desk.printer),
            self._done,
            failed=self._refused,
        )

    def _unable(self) -> None:
        brought, desk = self._brought(), self._desk
        if brought is not None:
            desk.run(
                self,
                lambda: returned.note_unable(desk.gate, desk.session, brought),
                lambda _none: self._done(""),
            )

    def _done(self, receipt: str) -> None:
        self._desk.say(f"返還を記録しました。受領書 {receipt}" if receipt else "記録しました。")
        self.reason.set_value("")
        self.load()

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, UserError) and error.code == "printing.no_words":
            self.reason.set_error(f"{error.message}{error.remedy}")
            self.reason.setFocus()
        else:
            self._desk.door.show(self, error)
