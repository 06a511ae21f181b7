"""委託先へ: what of a batch was sealed for the contractor, the digits to compare, the receipt."""

from __future__ import annotations

from datetime import date

from app.core.errors import UserError
from app.core.paths import Paths
from app.functions.printing import batch_sealing
from app.functions.printing.batch_sealing import Place, Receipt, SealedFile
from app.rules.calendar.wareki import Eras, on_screen
from app.ui.base.desk import Desk
from app.ui.base.fields import Field, TextField
from app.ui.base.form_parts import DayField, clear_errors, needed, show_at_field
from app.ui.base.pages import Page, card
from app.ui.base.tables import choose, fill, list_table

_HEAD = ("封の番号", "渡す相手", "枚数", "照合コード", "状態")
_WIDTHS = (210, 210, 90, 230)
_STATES = {
    "sealed": "移出を待つ（電子媒体の画面で移出する）",
    "stale": "発送止めの方が出たため渡さない。封をし直す",
    "left": "渡した。受領証を待つ",
}


class BatchContractorScreen(Page):
    """One line for each sealed file, and below it the receipt of the one that was handed over."""

    def __init__(self, desk: Desk, batch_id: str) -> None:
        super().__init__(
            "一括印刷を委託先へ",
            "Ctrl+Enter で、印刷に回していない部に封をします（二人がキーに触れます）。"
            "受領証が来たら、照合コードを入れます。",
        )
        self._desk = desk
        self._batch_id = batch_id
        self.files: tuple[SealedFile, ...] = ()
        self.table = list_table("封をしたファイル", _HEAD, _WIDTHS)
        self.table.currentCellChanged.connect(lambda *_cells: self._tell())
        self.body.addWidget(self.table, 1)
        self.receipt, layout = card()
        self.digits = TextField("digits", "受領証の照合コード", required=True, limit=40)
        self.received_on = DayField("received_on", "受領の日", Eras(desk.tables["eras"]))
        self.received_by = TextField("received_by", "受領した人", required=True, limit=60)
        self.fields: tuple[Field, ...] = (self.digits, self.received_on, self.received_by)
        for field, after in zip(self.fields, (*self.fields[1:], None), strict=True):
            layout.addWidget(field)
            if after is not None:
                field.done.connect(after.setFocus)
        self.received_by.done.connect(self.note)
        self.body.addWidget(self.receipt)
        self.action("戻る", "Esc", lambda: desk.go("printing.show_batch"))
        self.action("読み直す", "F5", self.load)
        self.note_button = self.action("受領を記録する", "Alt+R", self.note)
        self.main_button = self.action("封をする", "Ctrl+Return", self.seal, primary=True)
        self.load()

    def first_focus(self) -> None:
        self.table.setFocus()

    def load(self) -> None:
        """Read what was sealed again."""
        desk = self._desk
        desk.run(
            self,
            lambda: batch_sealing.sealed_files(desk.gate, desk.session, self._batch_id),
            self._show,
        )

    def _show(self, files: tuple[SealedFile, ...]) -> None:
        self.files = files
        eras = Eras(self._desk.tables["eras"])
        fill(self.table, [_cells(one, eras) for one in files])
        waiting = [at for at, one in enumerate(files) if one.state != "received"]
        if files:
            choose(self.table, waiting[:1] or [len(files) - 1])
        self._tell()

    def _chosen(self) -> SealedFile | None:
        row = self.table.currentRow()
        return self.files[row] if 0 <= row < len(self.files) else None

    def _tell(self) -> None:
        one = self._chosen()
        handed = one is not None and one.state == "left"
        self.receipt.setVisible(handed)
        self.note_button.setVisible(handed)

    def seal(self) -> None:
        """Seal what has not gone to paper yet."""
        desk = self._desk
        if desk.operations.busy:
            return
        paths = Paths(desk.engine.folder.parent)
        place = Place(paths.batches, paths.leaving, desk.engine.codes)

        def sealed(number: str) -> None:
            desk.say(f"封をしました（封の番号 {number}）。「電子媒体」で媒体に移出します。")
            self.load()

        desk.carry_out(
            self,
            lambda: batch_sealing.prepare_seal(desk.gate, desk.session, self._batch_id),
            lambda prepared, given: batch_sealing.perform_seal(desk.gate, prepared, given, place),
            sealed,
        )

    def note(self) -> None:
        """Note the receipt of the chosen file."""
        desk, one = self._desk, self._chosen()
        if one is None or one.state != "left" or desk.operations.busy:
            return
        clear_errors(self.fields)
        try:
            said = Receipt(
                one.id,
                needed(self.digits),
                self.received_on.day().isoformat(),
                needed(self.received_by),
            )
        except UserError as wrong:
            self._refused(wrong)
            return

        def noted(_none: None) -> None:
            desk.say("受領を記録しました。受領証は、引渡しの記録と一緒に保管してください。")
            for field in self.fields:
                field.set_value("")
            self.load()

        desk.run(
            self,
            lambda: batch_sealing.note_receipt(desk.gate, desk.session, said),
            noted,
            failed=self._refused,
        )

    def _refused(self, error: BaseException) -> None:
        if not show_at_field(self.fields, error):
            self._desk.door.show(self, error)


def _cells(one: SealedFile, eras: Eras) -> tuple[str, ...]:
    state = _STATES.get(one.state, "")
    if one.state == "received":
        state = f"受領 {on_screen(date.fromisoformat(one.received_on), eras)} {one.received_by}"
    # the clerk reads them from the receipt, not from here
    digits = one.digits if one.state == "received" else "受領証と比べます"
    return one.id, one.to, f"{one.sheets:,}枚", digits, state
