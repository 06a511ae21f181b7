"""誤交付の記録: which of this person's papers went to somebody else, and what was done at once."""

from __future__ import annotations

from app.cases.incidents import FOUND_BY
from app.functions.printing import misdelivered, returned
from app.functions.printing.misdelivered import Misdelivered
from app.functions.printing.returned import Held
from app.security.acts.approval import Subject
from app.ui.base.desk import Desk
from app.ui.base.fields import ChoiceField, TextField
from app.ui.base.form_parts import clear_errors, show_at_field
from app.ui.base.pages import Page, card
from app.ui.base.tables import fill, list_table

_COLUMNS = ("証の種類", "発行番号")
_WIDTHS = (340,)


class MisdeliveredScreen(Page):
    """Choose the paper and say what happened; the touch makes it void and opens the incident."""

    def __init__(self, desk: Desk, person_id: str) -> None:
        super().__init__(
            "誤交付の記録",
            "↑↓で、ほかの方に渡してしまったこの方の証を選びます。証はすぐに無効になり、"
            "事故の記録が始まります。取り戻しと再交付は「今日の仕事」に出ます。",
        )
        self._desk = desk
        self._person_id = person_id
        self.about = Subject("person", person_id)
        self.held: tuple[Held, ...] = ()
        self.table = list_table("この方に交付した証", _COLUMNS, _WIDTHS)
        self.body.addWidget(self.table, 1)
        frame, layout = card()
        self.fields = (
            TextField(
                "given_to", "渡した相手", required=True, note="続柄など。氏名は書かない", limit=60
            ),
            ChoiceField("found_by", "気づいた人", FOUND_BY, required=True),
            TextField(
                "first_aid", "すぐにしたこと", required=True, note="電話した、訪ねたなど", limit=200
            ),
            TextField("reported_to", "報告した相手", required=True, note="所属長など", limit=60),
        )
        for field, after in zip(self.fields, self.fields[1:], strict=False):
            field.done.connect(after.setFocus)
        for field in self.fields:
            layout.addWidget(field)
        self.body.addWidget(frame)
        self.action("この方へ戻る", "Esc", self._back)
        self.button = self.action("記録して無効にする", "Ctrl+Return", self._report, primary=True)
        self.button.setEnabled(False)
        desk.run(
            self,
            lambda: returned.held_papers(desk.gate, desk.session, person_id),
            self._show,
        )

    def first_focus(self) -> None:
        self.table.setFocus()

    def _show(self, held: tuple[Held, ...]) -> None:
        self.held = tuple(one for one in held if one.state == "issued")
        fill(self.table, [(one.title, one.number) for one in self.held])
        if self.held:
            self.table.selectRow(0)
        else:
            self.lead.setText("この方に交付した、有効な証はありません。")
        self.button.setEnabled(bool(self.held))

    def _back(self) -> None:
        self._desk.go("persons.open", person_id=self._person_id)

    def _report(self) -> None:
        row, desk = self.table.currentRow(), self._desk
        if not 0 <= row < len(self.held) or not self.button.isEnabled():
            return
        clear_errors(self.fields)
        said = {field.name: field.value() for field in self.fields}
        found = Misdelivered(self._person_id, self.held[row].number, **said)

        def done(incident: str) -> None:
            desk.say(f"証を無効にし、事故の記録 {incident} を始めました。取り戻してください。")
            desk.home()

        desk.carry_out(
            self,
            lambda: misdelivered.prepare_report(desk.gate, desk.session, found),
            lambda prepared, given: misdelivered.perform_report(desk.gate, prepared, given),
            done,
            failed=self._failed,
        )

    def _failed(self, error: BaseException) -> None:
        if not show_at_field(self.fields, error):
            self._desk.door.show(self, error)
