"""郵送: letters, their envelopes held against them by two codes, the post, and what came back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from app.cases.issuing import Drawing
from app.functions.printing import lists, posting
from app.functions.printing.posting import Letter
from app.ui.base.desk import Desk
from app.ui.base.fields import TextField
from app.ui.base.labels import PlainQuestion
from app.ui.base.names import NameDelegate, NamePainter
from app.ui.base.pages import Page, card
from app.ui.base.tables import fill, list_table

_COLUMNS = ("状態", "発行番号", "氏名", "方法", "転送不要", "引受番号")
_WIDTHS = (120, 220, 240, 130, 90)
_NAME = 2


class LettersScreen(Page):
    """The letters, oldest first. Read the code of the enclosure, then that of the envelope."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "郵送",
            "↑↓で郵便を選び、中身の番号と封筒の番号を順に読み取ります。同じ番号のときだけ封をします。",
        )
        self._desk = desk
        self.letters: tuple[Letter, ...] = ()
        self.table = list_table("郵便", _COLUMNS, _WIDTHS)
        self._names = NameDelegate(NamePainter(desk.fonts))
        self.table.setItemDelegateForColumn(_NAME, self._names)
        self.body.addWidget(self.table, 1)
        frame, layout = card()
        self.enclosed = TextField("enclosed", "中身の番号", limit=40)
        self.envelope = TextField("envelope", "封筒の番号", limit=40)
        self.post_number = TextField("post_number", "引受番号（差出しのとき）", limit=20)
        for field in (self.enclosed, self.envelope, self.post_number):
            layout.addWidget(field)
        self.body.addWidget(frame)
        self.enclosed.done.connect(self.envelope.setFocus)
        self.envelope.done.connect(self._check)
        self.post_number.done.connect(self._post)
        self.action("照合する", "Ctrl+Return", self._check, primary=True)
        self.action("差し出した", "Alt+S", self._post)
        self.action("方法を変える", "Alt+H", self._change_way)
        self.action("返戻", "Alt+R", self._came_back)
        self.action("返戻の処理", "Alt+T", self._settle)
        self.action("郵送簿を印刷", "Alt+P", self._print_book)
        self.load()

    def first_focus(self) -> None:
        self.enclosed.setFocus()

    @property
    def chosen(self) -> Letter | None:
        """The letter whose line is chosen."""
        row = self.table.currentRow()
        return self.letters[row] if 0 <= row < len(self.letters) else None

    def load(self) -> None:
        """Read the list again."""
        desk = self._desk
        desk.run(self, lambda: posting.letters(desk.gate, desk.session), self._show)

    def _show(self, letters: tuple[Letter, ...]) -> None:
        before = self.chosen.id if self.chosen else ""
        self.letters = letters
        methods, today = self._desk.tables["mail_methods"], self._desk.clock.now().date()
        fill(
            self.table,
            [
                (
                    posting.STATES[one.state],
                    one.number,
                    one.name,
                    methods.label(one.method, today),
                    "転送不要" if one.no_forward else "",
                    one.post_number,
                )
                for one in letters
            ],
        )
        ids = [one.id for one in letters]
        if ids:
            self.table.selectRow(ids.index(before) if before in ids else 0)
        else:
            self.lead.setText("郵送を待っている証はありません。")

    def _check(self) -> None:
        letter, desk = self.chosen, self._desk
        if letter is None or desk.operations.busy:
            return
        enclosed, envelope = self.enclosed.value(), self.envelope.value()

        def checked(_none: None) -> None:
            desk.say(f"中身と封筒が一致しました（{letter.number}）。封をしてください。")
            self._again()

        desk.run(
            self,
            lambda: posting.check_envelope(desk.gate, desk.session, letter, enclosed, envelope),
            checked,
        )

    def _again(self) -> None:
        for field in (self.enclosed, self.envelope, self.post_number):
            field.set_value("")
        self.enclosed.setFocus()
        self.load()

    def _post(self) -> None:
        letter, desk = self.chosen, self._desk
        if letter is None or desk.operations.busy:
            return
        number = self.post_number.value()

        def posted(count: int) -> None:
            desk.say(f"{count}通の差出しを郵送簿に記録しました。")
            self._again()

        desk.carry_out(
            self,
            lambda: posting.prepare_post(desk.gate, desk.session, ((letter, number),), desk.tables),
            lambda prepared, given: posting.perform_post(desk.gate, prepared, given),
            posted,
        )

    def _change_way(self) -> None:
        letter, desk = self.chosen, self._desk
        if letter is None:
            return
        today = desk.clock.now().date()
        ways = {
            f"{row.text('label')}{words}": (row.text("code"), no_forward)
            for row in desk.tables["mail_methods"].rows(today)
            for words, no_forward in (("", False), ("（転送不要）", True))
        }

        def chosen(label: str) -> None:
            method, no_forward = ways[label]
            desk.run(
                self,
                lambda: posting.change_way(
                    desk.gate, desk.session, letter, method, no_forward=no_forward
                ),
                lambda _none: self.load(),
            )

        self._ask("郵送の方法", "どの方法で送りますか。", list(ways), chosen)

    def _came_back(self) -> None:
        letter, desk = self.chosen, self._desk
        if letter is None:
            return
        today = desk.clock.now().date()
        reasons = {
            row.text("label"): row.text("code")
            for row in desk.tables["mail_return_reasons"].rows(today)
        }
        self._ask(
            "返戻",
            "戻った理由を選んでください。",
            list(reasons),
            lambda label: desk.run(
                self,
                lambda: posting.note_returned(desk.gate, desk.session, letter, reasons[label]),
                lambda _none: self.load(),
            ),
        )

    def _settle(self) -> None:
        letter, desk = self.chosen, self._desk
        if letter is None:
            return
        ways = ["再送した", "窓口で渡した", "居所を調査中", "本人が死亡・転出していた"]
        self._ask(
            "返戻の処理",
            "どのように処理しましたか。",
            ways,
            lambda how: desk.run(
                self,
                lambda: posting.settle_returned(desk.gate, desk.session, letter, how),
                lambda _none: self.load(),
            ),
        )

    def _print_book(self) -> None:
        desk = self._desk
        today = desk.clock.now().date()
        drawing = Drawing(desk.tables, desk.press, desk.training)
        desk.run(
            self,
            lambda: lists.print_posting_book(
                desk.gate,
                desk.session,
                today,
                lists.Place(desk.office.name),
                drawing,
                desk.printer,
            ),
            lambda _none: desk.say("郵送簿を印刷しました。"),
        )

    def _ask(
        self, title: str, question: str, choices: list[str], chosen: Callable[[str], None]
    ) -> None:
        dialog = PlainQuestion(self)
        dialog.setWindowTitle(title)
        dialog.setLabelText(question)
        dialog.setComboBoxItems(choices)
        dialog.setOkButtonText("決める")
        dialog.setCancelButtonText("やめる")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(chosen)
        dialog.open()
